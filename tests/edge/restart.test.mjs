// Killed in the middle: the runtime is ended by SIGKILL and started again on the same databases. Nothing is lost, nothing
// is told twice. On an edge of its own, so that no other test is disturbed.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { FIVE, caller, newStore, ok } from "../lib/api.mjs";
import { provider, send } from "../lib/chain.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { edgeInstance } from "../lib/edge_instance.mjs";
import { register, startReceiver, verify } from "../lib/receiver.mjs";
import { follow } from "../lib/socket.mjs";
import { sleep, until } from "../lib/wait.mjs";

/** Long enough that a payment is never seen before the edge is killed, in milliseconds. */
const POLL_MS = 4_000;
/** Long enough to see it confirming, in blocks. */
const CONFIRMATIONS = 8;
/** Later than this nothing more is sent: the first repeat comes after 5 s. */
const QUIET_MS = 7_000;

const TOLD = ["invoice.payment_detected", "invoice.confirming", "invoice.paid"];

describe("killed and started again, the edge", () => {
  let edge, store, receiver, endpoint;
  /** Invoices that were paid across a kill. */
  const paid_ids = [];
  before(async () => {
    edge = await edgeInstance(({ CHAINS }) => {
      const chains = JSON.parse(CHAINS);
      chains[demo.chain] = { ...chains[demo.chain], poll_ms: POLL_MS };
      return { CHAINS: JSON.stringify(chains) };
    });
    await edge.start();
    store = await newStore({ edge: edge.url, operator: edge.operator });
    receiver = await startReceiver();
    endpoint = await register(store, receiver, { types: TOLD });
  });
  after(async () => {
    await receiver?.stop();
    await edge?.remove();
  });

  test("credits a payment that was made before it died and that it had not seen", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    const following = await follow(made.id, edge.url);
    await until("the first snapshot", () => following.snapshots[0]);
    const hash = await send(asset("USDC"), made.quote.address, made.quote.base_units);
    await edge.kill();
    following.close();
    assert.equal(await edge.answers(), false, "something of it still answers");
    assert.deepEqual(following.snapshots.map(({ status, version }) => [status, version]), [["open", made.version]], "seen too early for this test");
    assert.equal(receiver.deliveries.length, 0);

    // It stays down while the payment becomes old.
    const { blockNumber } = await provider.waitForTransaction(hash, 1, 30_000);
    await until("blocks go by", async () => (await provider.getBlockNumber()) >= blockNumber + 3);

    await edge.start();
    const paid = await store.reaches(made.id, "paid");
    assert.deepEqual(paid.payments.map(({ transaction }) => transaction), [hash]);
    await receiver.hears("invoice.paid", made.id);
    paid_ids.push(made.id);
  });

  test("counts on to paid where it died between seeing and final", async () => {
    await ok(store.call("PATCH", "/v1/store", { confirmations: { [demo.chain]: CONFIRMATIONS } }));
    const made = await store.bill({ price: FIVE, asset: asset("ETH") });
    assert.equal(made.quote.confirmations_required, CONFIRMATIONS);
    await send(asset("ETH"), made.quote.address, made.quote.base_units);
    const confirming = await store.reaches(made.id, "confirming");
    await edge.kill();
    assert.equal(confirming.payments[0].final, false);
    await edge.start();
    const after = await store.read(made.id);
    assert.ok(after.version >= confirming.version, "it forgot what it had answered");
    const paid = await store.reaches(made.id, "paid");
    assert.equal(paid.payments.length, 1);
    await receiver.hears("invoice.paid", made.id);
    paid_ids.push(made.id);
  });

  test("has every invoice that it answered with, and makes none twice when asked again", async () => {
    const keys = Array.from({ length: 30 }, () => randomUUID());
    const create = (key) => store.call("POST", "/v1/invoices", { price: FIVE, asset: asset("USDC"), reference: key }, { "idempotency-key": key });
    const answered = new Map();
    const asked = keys.map((key) => create(key).then(({ status, body }) => status === 201 && answered.set(key, body), () => undefined));
    await until("some answers", () => answered.size >= 5);
    await edge.kill();
    await Promise.all(asked);
    await edge.start();
    for (const [key, { id, quote }] of answered) {
      const known = await store.read(id);
      assert.deepEqual([known.reference, known.quote.address], [key, quote.address]);
    }
    const again = await Promise.all(keys.map(async (key) => [key, await ok(create(key))]));
    for (const [key, { id }] of again) assert.equal(id, answered.get(key)?.id ?? id);
    const { data } = await ok(store.call("GET", "/v1/invoices?limit=100"));
    const references = data.map(({ reference }) => reference).filter((reference) => keys.includes(reference));
    assert.deepEqual(references.sort(), [...keys].sort());
  });

  test("sends the webhook that was still to be sent", async () => {
    const late = await startReceiver();
    late.answers.push(500);
    await register(store, late, { types: ["invoice.cancelled"] });
    const { id } = await store.bill({ price: FIVE });
    await ok(store.call("POST", `/v1/invoices/${id}/cancel`));
    await until("the first try has failed", async () => {
      const { data } = await ok(store.call("GET", "/v1/webhook_deliveries"));
      return data.some(({ invoice_id, attempts }) => invoice_id === id && attempts === 1);
    });
    await edge.kill();
    await edge.start();
    await until("the second try", () => late.deliveries.length === 2);
    assert.equal(late.deliveries[0].id, late.deliveries[1].id);
    await late.stop();
    // Nothing but the edge's own calls has been asked meanwhile.
    assert.equal((await caller(edge.url)("GET", "/healthz")).body.status, "ok");
  });

  test("has told of each payment once per event", async () => {
    await sleep(QUIET_MS);
    assert.ok(paid_ids.length > 0, "nothing was paid, so nothing is shown");
    for (const id of paid_ids) {
      const told = receiver.deliveries.filter(({ body }) => body.data.invoice.id === id);
      // One that was on its way when the edge died is told again: under its id, word for word.
      const events = new Map(told.map((delivery) => [delivery.id, delivery]));
      for (const delivery of told) assert.deepEqual(delivery.body, events.get(delivery.id).body, "one id, two events");
      const types = [...events.values()].map(({ body }) => body.type);
      assert.equal(new Set(types).size, types.length, `told ${types}`);
      assert.ok(types.includes("invoice.paid"), `told ${types}`);
      for (const delivery of told) verify(endpoint.secret, delivery);
    }
  });
});
