// Webhooks as a seller's server receives them: signed, repeated with the same id, never followed elsewhere.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, assertProblem, newStore, ok } from "../lib/api.mjs";
import { register, startReceiver, verify } from "../lib/receiver.mjs";
import { sleep, until } from "../lib/wait.mjs";

const CANCELLED = { types: ["invoice.cancelled"] };

describe("webhooks", { concurrency: 8 }, () => {
  const receivers = [];
  let store;
  before(async () => {
    store = await newStore({ name: "Hooks" });
  });
  after(() => Promise.all(receivers.map((receiver) => receiver.stop())));

  const receiver = async () => {
    receivers.push(await startReceiver());
    return receivers.at(-1);
  };
  /** An invoice made and called off: one `invoice.created`, one `invoice.cancelled`. */
  const cancelOne = async (shop = store) => {
    const { id } = await shop.bill({ price: FIVE });
    await ok(shop.call("POST", `/v1/invoices/${id}/cancel`));
    return id;
  };
  const deliveryOf = async (shop, endpoint) => {
    const { data } = await ok(shop.call("GET", "/v1/webhook_deliveries?limit=100"));
    return data.find(({ endpoint_id }) => endpoint_id === endpoint.id);
  };

  test("are signed over the raw body, and a change of anything is seen", async () => {
    const shop = await newStore();
    const hears = await receiver();
    const endpoint = await register(shop, hears);
    assert.match(endpoint.secret, /^whsec_/);
    const id = await cancelOne(shop);
    const told = await hears.hears("invoice.cancelled", id);
    assert.equal(told.method, "POST");
    assert.match(told.headers["content-type"], /^application\/json/);
    const event = verify(endpoint.secret, told);
    assert.deepEqual(Object.keys(event).sort(), ["data", "timestamp", "type"]);
    assert.equal(event.data.invoice.id, id);
    assert.equal(event.data.invoice.status, "cancelled");

    const other = await register(shop, hears, CANCELLED);
    assert.notEqual(other.secret, endpoint.secret);
    const changed = (headers) => ({ ...told, headers: { ...told.headers, ...headers } });
    const spoilt = Buffer.from(told.raw);
    spoilt[spoilt.length - 3] ^= 1;
    for (const [secret, delivery] of [
      [other.secret, told],
      [endpoint.secret, { ...told, raw: spoilt }],
      [endpoint.secret, changed({ "webhook-id": "evt_other" })],
      [endpoint.secret, changed({ "webhook-timestamp": `${Number(told.headers["webhook-timestamp"]) - 1}` })],
    ]) {
      assert.throws(() => verify(secret, delivery));
    }
  });

  test("come again after five seconds, then after five minutes, with the same id; by hand at once", async () => {
    const shop = await newStore();
    const hears = await receiver();
    hears.answers.push(500, 503);
    const endpoint = await register(shop, hears, CANCELLED);
    const id = await cancelOne(shop);
    await until("the second try", () => hears.deliveries.length === 2);
    const [first, second] = hears.deliveries;
    const waited_ms = second.at_ms - first.at_ms;
    assert.ok(waited_ms >= 4_500 && waited_ms < 20_000, `the second try came after ${waited_ms} ms`);
    assert.deepEqual([second.id, second.raw.toString()], [first.id, first.raw.toString()]);
    assert.notEqual(second.headers["webhook-signature"], first.headers["webhook-signature"]);
    for (const told of [first, second]) verify(endpoint.secret, told);

    const waiting = await until("the second failure is recorded", async () => {
      const found = await deliveryOf(shop, endpoint);
      return found?.attempts === 2 && found;
    });
    assert.deepEqual([waiting.status, waiting.last_response_status, waiting.event_id, waiting.invoice_id], ["pending", 503, first.id, id]);
    const due_ms = Date.parse(waiting.next_attempt_at) - second.at_ms;
    assert.ok(Math.abs(due_ms - 300_000) < 15_000, `the third try is due after ${due_ms} ms`);

    const again = await ok(shop.call("POST", `/v1/webhook_deliveries/${waiting.id}/redeliver`));
    assert.equal(again.event_id, first.id);
    const third = await until("the try by hand", () => hears.deliveries[2]);
    assert.equal(third.id, first.id);
    verify(endpoint.secret, third);
    await until("delivered", async () => (await deliveryOf(shop, endpoint)).status === "delivered");
    assert.equal((await deliveryOf(shop, endpoint)).next_attempt_at, null);
  });

  test("stop for good at 410, and begin again by hand", async () => {
    const shop = await newStore();
    const hears = await receiver();
    hears.answers.push(410);
    const endpoint = await register(shop, hears, CANCELLED);
    await cancelOne(shop);
    await until("switched off", async () => !(await ok(shop.call("GET", `/v1/webhook_endpoints/${endpoint.id}`))).enabled);
    const failed = await deliveryOf(shop, endpoint);
    assert.deepEqual([failed.status, failed.last_response_status, failed.next_attempt_at], ["failed", 410, null]);
    const off = await ok(shop.call("GET", `/v1/webhook_endpoints/${endpoint.id}`));
    assert.match(off.disabled_reason, /410/);
    assert.ok(Date.now() - Date.parse(off.disabled_at) < 60_000);
    await cancelOne(shop);
    await ok(shop.call("POST", `/v1/webhook_deliveries/${failed.id}/redeliver`));
    await until("the try by hand", () => hears.deliveries.length === 2);
    assert.equal(hears.deliveries[1].id, failed.event_id);
    assert.equal((await ok(shop.call("GET", `/v1/webhook_endpoints/${endpoint.id}`))).enabled, true);
    const path = `/v1/webhook_endpoints/${endpoint.id}`;
    assert.equal((await ok(shop.call("PATCH", path, { enabled: false }))).enabled, false);
    await cancelOne(shop);
    const on = await ok(shop.call("PATCH", path, { enabled: true }));
    assert.deepEqual([on.enabled, on.disabled_at, on.disabled_reason], [true, null, null]);
    const id = await cancelOne(shop);
    await hears.hears("invoice.cancelled", id);
    assert.equal(hears.deliveries.length, 3, "what happened while it was off was not queued");
    assertProblem(await shop.page("PATCH", path, { enabled: true }), 403, "key_not_allowed");
    assertProblem(await shop.call("PATCH", path, { url: "https://shop.example/" }), 400, "body_invalid");
  });

  test("carry both signatures for a day after the secret was rotated", async () => {
    const shop = await newStore();
    const hears = await receiver();
    const endpoint = await register(shop, hears, CANCELLED);
    const path = `/v1/webhook_endpoints/${endpoint.id}`;
    const headers = { "idempotency-key": "rotate-1" };
    const rotated = await ok(shop.call("POST", `${path}/rotate_secret`, undefined, headers));
    assert.match(rotated.secret, /^whsec_/);
    assert.notEqual(rotated.secret, endpoint.secret);
    const overlap_ms = Date.parse(rotated.old_secret_valid_until) - Date.now();
    assert.ok(Math.abs(overlap_ms - 24 * 3_600_000) < 60_000, `the old secret signs for ${overlap_ms} ms`);
    assert.equal((await ok(shop.call("POST", `${path}/rotate_secret`, undefined, headers))).secret, rotated.secret);
    const told = await hears.hears("invoice.cancelled", await cancelOne(shop));
    assert.equal(told.headers["webhook-signature"].split(" ").length, 2);
    for (const secret of [rotated.secret, endpoint.secret]) verify(secret, told);

    const newest = await ok(shop.call("POST", `${path}/rotate_secret`));
    const later = await hears.hears("invoice.cancelled", await cancelOne(shop));
    for (const secret of [newest.secret, rotated.secret]) verify(secret, later);
    assert.throws(() => verify(endpoint.secret, later), "only the newest two sign");
    for (const list of ["/v1/webhook_endpoints", path, "/v1/webhook_deliveries", "/v1/events"]) {
      assert.ok(!JSON.stringify(await ok(shop.call("GET", list))).includes("whsec_"), list);
    }
    assertProblem(await shop.page("POST", `${path}/rotate_secret`), 403, "key_not_allowed");
  });

  test("that were missed stand in the log, byte for byte, behind the last that was heard", async () => {
    const shop = await newStore();
    const hears = await receiver();
    const endpoint = await register(shop, hears);
    const first = await cancelOne(shop);
    const heard = await hears.hears("invoice.cancelled", first);
    await ok(shop.call("PATCH", `/v1/webhook_endpoints/${endpoint.id}`, { enabled: false }));
    const missed = await cancelOne(shop);
    const answer = await shop.call("GET", `/v1/events?cursor=${heard.id}&limit=1`);
    assert.deepEqual([answer.body.data.length, answer.body.data[0].data.invoice.id], [1, missed]);
    const rest = await ok(shop.call("GET", `/v1/events?cursor=${answer.body.next_cursor}`));
    assert.deepEqual([rest.data.length, rest.data[0].type, rest.next_cursor], [1, "invoice.cancelled", null]);
    const again = await shop.call("GET", "/v1/events");
    assert.ok(again.text.includes(heard.raw.toString()), "the log has other bytes than the webhook had");
    assert.equal(again.body.ids[again.body.ids.indexOf(heard.id) + 1], answer.body.ids[0]);
    assertProblem(await shop.call("GET", "/v1/events?cursor=7"), 400, "parameter_invalid", "cursor");
  });

  test("do not follow a redirect", async () => {
    const shop = await newStore();
    const hears = await receiver();
    hears.answers.push(302);
    const endpoint = await register(shop, hears, CANCELLED);
    await cancelOne(shop);
    const waiting = await until("the failure is recorded", async () => {
      const found = await deliveryOf(shop, endpoint);
      return found?.attempts === 1 && found;
    });
    assert.deepEqual([waiting.status, waiting.last_response_status], ["pending", 302]);
    assert.ok(hears.deliveries.every(({ url, method }) => url === "/hooks" && method === "POST"));
  });

  test("go to each endpoint that asked for the type, under one event id, each with its own signature", async () => {
    const shop = await newStore();
    const [all, some, none] = await Promise.all([receiver(), receiver(), receiver()]);
    const endpoints = [await register(shop, all), await register(shop, some, CANCELLED)];
    await register(shop, none, { types: ["invoice.paid"] });
    const gone = await register(shop, none);
    assert.equal((await shop.call("DELETE", `/v1/webhook_endpoints/${gone.id}`)).status, 204);
    assertProblem(await shop.call("GET", `/v1/webhook_endpoints/${gone.id}`), 404, "not_found");
    const id = await cancelOne(shop);
    const [one, two] = await Promise.all([all.hears("invoice.cancelled", id), some.hears("invoice.cancelled", id)]);
    assert.equal(one.id, two.id);
    verify(endpoints[0].secret, one);
    verify(endpoints[1].secret, two);
    await all.hears("invoice.created", id);
    await sleep(1_000);
    assert.deepEqual([all.deliveries.length, some.deliveries.length, none.deliveries.length], [2, 1, 0]);
    const { data } = await ok(shop.call("GET", "/v1/events"));
    assert.deepEqual(data.map(({ type }) => type), ["invoice.created", "invoice.cancelled"]);
    assert.deepEqual(data[1], one.body);
    assert.ok(!JSON.stringify(await ok(shop.call("GET", "/v1/webhook_endpoints"))).includes("whsec_"));
  });

  test("arrive by their status, whatever is said beside it: too much, without an end, in no known letters", async () => {
    const shop = await newStore();
    const hears = await receiver();
    hears.answers.push(200);
    hears.says = Buffer.alloc(200_000, 0xfc);
    const endpoint = await register(shop, hears, CANCELLED);
    await cancelOne(shop);
    const made = await until("the delivery is recorded", async () => {
      const found = await deliveryOf(shop, endpoint);
      return found?.attempts === 1 && found;
    });
    assert.deepEqual([made.status, made.last_response_status, made.last_error], ["delivered", 200, null]);
    assert.equal(hears.deliveries.length, 1);
  });

  test("to an address where nobody listens are kept and say why", async () => {
    const shop = await newStore();
    const hears = await receiver();
    const endpoint = await register(shop, hears, CANCELLED);
    await hears.stop();
    await cancelOne(shop);
    const waiting = await until("the failure is recorded", async () => {
      const found = await deliveryOf(shop, endpoint);
      return found?.attempts >= 1 && found;
    });
    assert.deepEqual([waiting.status, waiting.last_response_status], ["pending", null]);
    assert.ok(waiting.last_error.length > 0 && waiting.next_attempt_at !== null);
  });

  test("a slow one holds up neither buyers nor the other endpoints' news for long", async () => {
    const shop = await newStore();
    const slow = await receiver();
    const quick = await receiver();
    slow.delay_ms = 8_000;
    await register(shop, slow);
    await register(shop, quick);
    await shop.bill({ price: FIVE });
    await until("the slow one is being told", () => slow.begun > 0);
    const started = Date.now();
    const id = await cancelOne(shop);
    assert.ok(Date.now() - started < 5_000, "a buyer waited for a webhook");
    await until("the quick one hears", () => quick.of("invoice.cancelled", id)[0], 30_000);
  });
});
