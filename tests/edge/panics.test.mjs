// A panic on the build that is deployed: it answers, hangs nothing, and takes nobody along. docs/decisions/0002-panics.md
// On an edge of its own, which is then stopped while requests are in flight.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { send } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { edgeInstance } from "../lib/edge_instance.mjs";
import { follow } from "../lib/socket.mjs";
import { until } from "../lib/wait.mjs";

const PANICS = { "in the Worker": "/local/panic", "in a store's object": "/local/panic/store" };

describe("a panic", () => {
  let edge, store;
  before(async () => {
    edge = await edgeInstance();
    await edge.start();
    store = await newStore({ edge: edge.url, operator: edge.operator });
  });
  after(() => edge?.remove());

  for (const [where, path] of Object.entries(PANICS)) {
    test(`${where} is answered as a fault of ours, again and again`, async () => {
      for (let at = 0; at < 3; at += 1) assertProblem(await caller(edge.url)("GET", path), 500, "internal");
      assert.equal((await store.call("GET", "/v1/store")).status, 200);
    });

    test(`${where} leaves the requests, sockets and purchases beside it alone`, async () => {
      const made = await store.bill({ price: FIVE, asset: asset("USDC") });
      const following = await follow(made.id, edge.url);
      const beside = Array.from({ length: 20 }, (_, at) => store.call("POST", "/v1/invoices", { price: FIVE, reference: `beside ${at}`, asset: asset("USDC") }));
      const panics = Array.from({ length: 10 }, () => caller(edge.url)("GET", path));
      for (const answer of await Promise.all(panics)) assertProblem(answer, 500, "internal");
      assert.deepEqual((await Promise.all(beside)).map(({ status }) => status), Array(20).fill(201));
      await send(asset("USDC"), made.quote.address, made.quote.base_units);
      await until("paid by push", () => following.snapshots.some(({ status }) => status === "paid"));
      following.close();
    });
  }

  test("does not keep the runtime from being stopped, nor do requests in flight", async () => {
    const socket = await follow((await store.bill({ price: FIVE })).id, edge.url);
    const inFlight = Array.from({ length: 10 }, (_, at) => caller(edge.url)("GET", at % 2 ? "/local/panic/store" : "/v1/rates?currency=USD").catch(() => "cut off"));
    await edge.kill();
    await Promise.all(inFlight);
    socket.close();
    assert.equal(await edge.answers(), false);
    await edge.start();
    assert.equal((await ok(store.call("GET", "/v1/store"))).id, store.id);
  });
});
