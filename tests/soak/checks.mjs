// What must hold when all is quiet: every invoice in its one right state, every unit credited once, every event told at least
// once under one id with one body, nothing made twice.
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { provider } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { until } from "../lib/wait.mjs";
import { all, read } from "./world.mjs";

/** A first repeat comes after five seconds, and what a kill cut off is sent again at once. */
const QUIET_LIMIT_MS = 60_000;

/** Throws at the first thing that is wrong; answers what was counted. */
export async function check(world, store) {
  const { bought } = store;
  // (1) Every invoice as its buyer's deed says, with each payment once.
  for (const purchase of bought) {
    const invoice = await read(store, purchase.id);
    const seen = `${purchase.id} (${purchase.kind})`;
    assert.deepEqual([invoice.status, invoice.exceptions], [purchase.status, purchase.exceptions], seen);
    // Whoever never chose an asset has no quote.
    assert.equal(invoice.quote?.base_units_received ?? "0", `${purchase.received}`, seen);
    assert.ok(invoice.version >= purchase.version, `${seen} went back to version ${invoice.version}`);
    assert.equal(invoice.payments.length, await countSeen(purchase), `${seen} in ${purchase.asset}`);
    const named = invoice.payments.map(({ transaction }) => transaction).filter(Boolean);
    assert.equal(new Set(named).size, named.length, `${seen} counts a transaction twice`);
    for (const hash of named) assert.ok(purchase.sent.some((payment) => payment.hash === hash), `${seen} counts ${hash}`);
  }
  // (2) No invoice that nobody asked for.
  const invoices = await all(store, "/v1/invoices");
  assert.deepEqual(invoices.map(({ reference }) => reference).sort(), bought.map(({ reference }) => reference).sort());
  assert.equal(new Set(invoices.map(({ quote }) => quote?.address ?? "none")).size, invoices.length, "two invoices share an address");
  // (3) Everything is delivered.
  const deliveries = await until("everything is delivered", async () => {
    const found = await all(store, "/v1/webhook_deliveries");
    return found.every(({ status }) => status === "delivered") && found;
  }, QUIET_LIMIT_MS);
  // (4) One body an id, each properly signed; every event that the log has, and no other.
  const ids = new Set(deliveries.map(({ event_id }) => event_id));
  assert.equal(ids.size, deliveries.length, "an event has two deliveries to one endpoint");
  const bodies = new Map();
  let again = 0;
  for (const told of world.receiver.deliveries.filter(({ id }) => ids.has(id))) {
    const raw = told.raw.toString();
    assertSigned(store.secret, told);
    assert.equal(bodies.get(told.id) ?? raw, raw, `${told.id} came with two bodies`);
    again += bodies.has(told.id) ? 1 : 0;
    bodies.set(told.id, raw);
  }
  assert.equal(bodies.size, ids.size, "an event was never told");
  const log = await all(store, "/v1/events");
  const key = ({ type, timestamp, data }) => JSON.stringify([type, timestamp, data.invoice.id, data.invoice.version]);
  assert.deepEqual(log.map(key).sort(), [...bodies.values()].map((raw) => key(JSON.parse(raw))).sort());
  // (5) Of what may happen to an invoice once only, it is told once.
  for (const { id, status } of bought) {
    const types = log.filter(({ data }) => data.invoice.id === id).map(({ type }) => type);
    for (const once of ["invoice.created", "invoice.paid", "invoice.expired", "invoice.cancelled"]) {
      const times = types.filter((type) => type === once).length;
      assert.ok(times <= 1, `${once} of ${id} happened ${times} times`);
    }
    assert.ok(types.includes("invoice.created") && types.includes(`invoice.${status}`), `${id} was told as ${types}`);
  }
  return { invoices: invoices.length, events: log.length, again };
}

/** As how many payments those of a buyer are seen: coin is seen by balance, so what comes in one block is one payment. */
async function countSeen({ asset: paid, sent }) {
  if (sent.length < 2 || paid !== asset("ETH")) return sent.length;
  const receipts = await Promise.all(sent.map(({ hash }) => provider.getTransactionReceipt(hash)));
  return new Set(receipts.map(({ blockNumber }) => blockNumber)).size;
}

/** The signature by the official library; not its tolerance, for an edge's clock may have been moved. */
function assertSigned(secret, { id, raw, headers }) {
  const at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
  assert.ok(headers["webhook-signature"].split(" ").includes(new Webhook(secret).sign(id, at, raw.toString())), `${id} is signed wrongly`);
}
