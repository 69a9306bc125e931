// What one address may take, on the real runtime with the limits that are shipped. On an edge of its own: the stack's are
// set out of everybody's way.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { asset } from "../lib/demo.mjs";
import { edgeInstance } from "../lib/edge_instance.mjs";

/** Requests that a flood sends at once; more would only measure this machine. */
const AT_ONCE = 32;
const CREATES = 2_000;
const OPEN_TO_ALL = { client_requests_per_minute: 1_000_000, key_requests_per_minute: 400, client_sockets: 5 };
/** On a laptop, and only there, a request may say which client it is. */
const from = (address) => ({ "groat-test-client": address });

/** Asks `count` times, `AT_ONCE` in flight; answers how often each status came, and one answer of each. */
async function flood(count, ask) {
  const statuses = {};
  const answers = {};
  let left = count;
  const one = async () => {
    while (left-- > 0) {
      const answer = await ask();
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      answers[answer.status] = answer;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return { statuses, answers };
}

describe("limits", () => {
  let edge, store, product;
  /** Starts the edge with these limits; what is absent is as shipped. */
  const start = async (limits) => {
    edge = await edgeInstance(() => ({ LIMITS: JSON.stringify(limits) }));
    await edge.start();
    store = await newStore({ edge: edge.url, operator: edge.operator });
    product = (await store.sell(FIVE)).id;
  };
  const buy = (address, more = {}) => store.page("POST", "/v1/invoices", { product, asset: asset("USDC"), ...more }, from(address));

  describe("of open invoices", () => {
    before(() => start(OPEN_TO_ALL));
    after(() => edge?.remove());

    test("thousands of creates from one address take twenty deposit addresses", { timeout: 240_000 }, async () => {
      const { statuses } = await flood(CREATES, () => buy("203.0.113.7"));
      assert.deepEqual(statuses, { 201: 20, 429: CREATES - 20 });
      const { data } = await ok(store.call("GET", "/v1/invoices?limit=100"));
      assert.equal(new Set(data.map(({ quote }) => quote.address)).size, 20);
    });

    test("says so in words for a buyer, and when to come back", async () => {
      const answer = await buy("203.0.113.7");
      assertProblem(answer, 429, "rate_limited");
      assert.match(answer.body.detail, /^Too many payments were begun from this connection .*try again in \d+ minutes\.$/);
      const seconds = Number(answer.headers.get("retry-after"));
      assert.ok(seconds > 3_000 && seconds <= 3_600, `${seconds} s`);
      assert.equal(answer.body.retry_after_s, seconds);
    });

    test("a buyer at another address, and the seller's own server, are served", async () => {
      assert.equal((await buy("198.51.100.1")).status, 201);
      assert.equal((await store.call("POST", "/v1/invoices", { product }, from("203.0.113.7"))).status, 201);
    });

    test("a whole network of IPv6 is one client", async () => {
      let at = 0;
      const { statuses } = await flood(200, () => buy(`2001:db8:1:2::${(at += 1).toString(16)}`));
      assert.deepEqual(statuses, { 201: 20, 429: 180 });
      assert.equal((await buy("2001:db8:1:3::1")).status, 201);
    });

    test("the count stands after the runtime was killed", async () => {
      await edge.kill();
      await edge.start();
      assert.equal((await buy("203.0.113.7")).status, 429);
      assert.equal((await buy("198.51.100.2")).status, 201);
    });
  });

  describe("of requests, keys and connections", () => {
    before(() => start({ ...OPEN_TO_ALL, client_requests_per_minute: 160 }));
    after(() => edge?.remove());

    test("a flood of reads is turned away before it reaches a store; others are not", async () => {
      const read = (address) => caller(edge.url)("GET", `/v1/invoices/inv_${"0".repeat(36)}`, undefined, from(address));
      const started = Date.now();
      const { statuses, answers } = await flood(300, () => read("203.0.113.9"));
      // Forty at once, and one more every 375 ms, however slow this machine is.
      assert.ok(statuses[404] <= 42 + (Date.now() - started) / 375, JSON.stringify(statuses));
      assertProblem(answers[429], 429, "rate_limited");
      assert.ok(Number(answers[429].headers.get("retry-after")) >= 1);
      assert.equal((await read("198.51.100.9")).status, 404);
    });

    test("a page that is turned away is a page", async () => {
      const { answers } = await flood(150, () => caller(edge.url)("GET", `/pay/${product}`, undefined, from("203.0.113.10")));
      const answer = answers[429];
      assert.match(answer.headers.get("content-type"), /^text\/html/);
      assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      assert.match(answer.text, /Too many requests/);
    });

    test("a guesser of keys is slowed, a seller at the same address is not", async () => {
      const guess = (at) => caller(edge.url, store.sk.slice(0, -4) + String(at).padStart(4, "0"))("GET", "/v1/store", undefined, from("203.0.113.11"));
      assert.equal((await store.call("GET", "/v1/store", undefined, from("203.0.113.11"))).status, 200);
      const statuses = [];
      for (let at = 0; at < 30; at += 1) statuses.push((await guess(at)).status);
      assert.ok(statuses.filter((status) => status === 401).length <= 20 && statuses.includes(429), statuses.join());
      assert.equal((await store.call("GET", "/v1/store", undefined, from("203.0.113.11"))).status, 200);
    });

    test("a key that asks without end is slowed", async () => {
      const { statuses } = await flood(400, () => store.call("GET", "/v1/store"));
      assert.ok(statuses[200] >= 50 && statuses[429] >= 100, JSON.stringify(statuses));
    });

    test("connections of one client have an end, and what speaks on one is cut off", async () => {
      const { id } = await ok(caller(edge.url, store.pk)("POST", "/v1/invoices", { product }, from("198.51.100.20")));
      const open = (address) => new Promise((resolve) => {
        const socket = new WebSocket(`${edge.url.replace(/^http/, "ws")}/v1/invoices/${id}/events`, { headers: from(address) });
        socket.once("open", () => resolve({ socket, status: 101 }));
        socket.once("unexpected-response", (_, response) => resolve({ socket, status: response.statusCode }));
        socket.on("error", () => {});
      });
      const opened = [];
      for (let at = 0; at < 6; at += 1) opened.push(await open("203.0.113.12"));
      assert.deepEqual(opened.map(({ status }) => status), [101, 101, 101, 101, 101, 429]);
      const other = await open("198.51.100.12");
      assert.equal(other.status, 101);
      const closed = new Promise((resolve) => other.socket.once("close", resolve));
      other.socket.send("hello");
      assert.equal(await closed, 1008);
      opened.forEach(({ socket }) => socket.terminate());
    });
  });
});
