// Windows that close. The shortest window of a store is a minute; all tests of this file wait for it together.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { provider, send } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { edgeInstance } from "../lib/edge_instance.mjs";
import { register, startReceiver, verify } from "../lib/receiver.mjs";
import { follow } from "../lib/socket.mjs";
import { sleep, until } from "../lib/wait.mjs";

const MINUTE_MS = 60_000;
/** How late the edge's alarm may be on a slow machine. */
const LATE_MS = 20_000;

describe("an invoice left alone", { concurrency: 8 }, () => {
  let store, receiver, endpoint;
  before(async () => {
    [store, receiver] = await Promise.all([newStore({ invoice_minutes: 1 }), startReceiver()]);
    endpoint = await register(store, receiver);
  });
  after(() => receiver.stop());

  /** Asks rarely: these tests mostly wait. */
  const expires = (id) => sleep(MINUTE_MS - 5_000).then(() => store.reaches(id, "expired", LATE_MS + 5_000));

  test("expires when its minute is over, not before: by push, by API, by webhook", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    const closes_ms = Date.parse(made.expires_at);
    assert.equal(closes_ms - Date.parse(made.created_at), MINUTE_MS);
    const following = await follow(made.id);
    let pushed_ms;
    following.socket.on("message", () => (pushed_ms = Date.now()));
    await until("expired by push", () => following.snapshots.some(({ status }) => status === "expired"), MINUTE_MS + LATE_MS);
    following.close();
    assert.ok(pushed_ms >= closes_ms - 1_000 && pushed_ms < closes_ms + LATE_MS, `${pushed_ms - closes_ms} ms after its end`);
    const expired = await store.read(made.id);
    assert.deepEqual([expired.status, expired.exceptions, expired.options], ["expired", [], []]);
    assert.ok(expired.version > made.version);
    const told = await receiver.hears("invoice.expired", made.id);
    assert.equal(verify(endpoint.secret, told).data.invoice.status, "expired");
    assertProblem(await caller()("POST", `/v1/invoices/${made.id}/quotes`, { asset: asset("ETH") }), 409, "invoice_state");
  });

  test("expires though nobody ever looked at it, without an asset chosen", async () => {
    const made = await store.bill({ price: FIVE });
    await expires(made.id);
  });

  test("expires with a part of the money, and says so", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    await send(asset("USDC"), made.quote.address, 1_000_000n);
    await until("the part is seen", async () => (await store.read(made.id)).quote.base_units_received === "1000000");
    const expired = await expires(made.id);
    assert.deepEqual(expired.exceptions, ["underpaid"]);
    assert.equal(expired.quote.base_units_received, "1000000");
  });

  test("does not expire once the money is on the chain", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("ETH") });
    await send(asset("ETH"), made.quote.address, made.quote.base_units);
    await store.reaches(made.id, "paid");
    await sleep(Math.max(0, Date.parse(made.expires_at) - Date.now()) + 3_000);
    assert.equal((await store.read(made.id)).status, "paid");
  });

  test("takes late money without a word lost: credited, flagged, left to the seller", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    await expires(made.id);
    // What is late is told by the chain's clock, which may lag behind ours.
    await until("the chain's clock is past the end", async () => (await provider.getBlock("latest")).timestamp * 1_000 > Date.parse(made.expires_at));
    const hash = await send(asset("USDC"), made.quote.address, made.quote.base_units);
    await provider.waitForTransaction(hash, 1, 30_000);
    // Old addresses are looked at once a minute; a buyer's hint makes it now.
    assert.equal((await caller()("POST", `/v1/invoices/${made.id}/transactions`, { chain: made.quote.chain, hash })).status, 202);
    const late = await until("the late money is seen", async () => {
      const snapshot = await store.read(made.id);
      return snapshot.exceptions.includes("late") && snapshot;
    });
    assert.equal(late.quote.base_units_received, made.quote.base_units);
    assert.equal(late.payments[0].late, true);
    await receiver.hears("invoice.late_payment", made.id);
  });

  test("does not keep the seller from making another", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    await ok(store.call("POST", `/v1/invoices/${made.id}/cancel`));
    const next = await store.bill({ price: FIVE, asset: asset("USDC") });
    assert.notEqual(next.quote.address, made.quote.address);
  });

  test("expires after a restart too, though nobody asks the edge anything", async () => {
    const edge = await edgeInstance();
    const listener = await startReceiver();
    try {
      await edge.start();
      const brief = await newStore({ edge: edge.url, operator: edge.operator, invoice_minutes: 1 });
      listener.answers.push(500);
      await register(brief, listener, { types: ["invoice.cancelled", "invoice.expired"] });
      const left = await brief.bill({ price: FIVE });
      const { id } = await brief.bill({ price: FIVE });
      await ok(brief.call("POST", `/v1/invoices/${id}/cancel`));
      await until("the first try", () => listener.deliveries.length === 1);
      await edge.kill();
      await edge.start();
      // The alarm that was set before serves the second try, and must set the next one for the window by itself.
      const told = () => listener.deliveries.map(({ body }) => `${body.type} ${body.data.invoice.id}`);
      await until("the window closes", () => told().includes(`invoice.expired ${left.id}`), MINUTE_MS + LATE_MS);
      assert.deepEqual(told(), [`invoice.cancelled ${id}`, `invoice.cancelled ${id}`, `invoice.expired ${left.id}`]);
    } finally {
      await listener.stop();
      await edge.remove();
    }
  });
});
