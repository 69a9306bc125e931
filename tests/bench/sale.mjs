// A hundred invoices a second on one store for a minute, all of them paid on the chain: errors, latencies beside a one-row
// insert in the same process and run, webhooks, and the rows that the platform would bill.
import { randomUUID } from "node:crypto";
import { newStore } from "../lib/api.mjs";
import { sendToMany } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { register, startReceiver } from "../lib/receiver.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { workerdInstance } from "../lib/workerd_instance.mjs";
import { all } from "../soak/world.mjs";
import { ms, openLoop, percentile, times } from "./figures.mjs";

/** The project's promise. */
const MOST_ROWS = 30;
const BASELINE_S = 15;
/** Payments in one transaction; a block of the local chain holds many of those. */
const BATCH = 100;
/** Everything is paid and told within this time after the last create. */
const SETTLE_MS = 600_000;

/** Prints the figures; false when a promise is broken. */
export async function sale({ per_second = 100, seconds = 60 } = {}) {
  const edge = await workerdInstance();
  const receiver = await startReceiver();
  try {
    await edge.start();
    const store = await newStore({ edge: edge.url, operator: edge.operator });
    await register(store, receiver);
    const price = { amount: "5.00", currency: "USD" };
    const rows = async () => (await fetch(`${edge.url}/local/rows`)).json();

    const create = async () => {
      const body = JSON.stringify({ price, asset: asset("USDC") });
      const headers = { authorization: `Bearer ${store.sk}`, "content-type": "application/json", "idempotency-key": randomUUID() };
      const answer = await fetch(`${edge.url}/v1/invoices`, { method: "POST", headers, body });
      const text = await answer.text();
      if (answer.status !== 201) throw new Error(`answered ${answer.status}: ${text}`);
      return JSON.parse(text);
    };
    const insert = async () => {
      const answer = await fetch(`${edge.baseline}/row`);
      if (!answer.ok) throw new Error(`the baseline answered ${answer.status}`);
      await answer.text();
    };
    await openLoop({ per_second: 20, seconds: 3, act: insert });
    const alone = await openLoop({ per_second, seconds: BASELINE_S, act: insert });

    const before = await rows();
    const unpaid = [];
    let made = 0;
    let creating = true;
    const paying = (async () => {
      while (creating || unpaid.length > 0) {
        const batch = unpaid.splice(0, BATCH);
        if (batch.length > 0) await sendToMany(asset("USDC"), batch);
        else await sleep(200);
      }
    })();
    const [load, beside] = await Promise.all([
      openLoop({ per_second, seconds, act: async () => {
        const { quote } = await create();
        made += 1;
        unpaid.push({ to: quote.address, units: quote.base_units });
      } }),
      openLoop({ per_second: 10, seconds, act: insert }),
    ]);
    creating = false;
    await paying;
    const ended = Date.now();

    const told = () => new Set(receiver.of("invoice.paid").map(({ id }) => id)).size;
    await until(`${made} invoices are paid, and told so (${told()})`, () => told() >= made, SETTLE_MS, 500);
    const deliveries = await until("everything is delivered", async () => {
      const found = await all(store, "/v1/webhook_deliveries");
      return found.every(({ status }) => status === "delivered") && found;
    }, SETTLE_MS, 2_000);
    const settled_s = (Date.now() - ended) / 1_000;
    const after = await rows();
    const invoices = await all(store, "/v1/invoices");
    const paid = invoices.filter(({ status, exceptions }) => status === "paid" && exceptions.length === 0).length;

    const each = (key) => (after[key] - before[key]) / made;
    const row_count = each("store_rows") + each("chain_rows") + each("store_alarms") + each("chain_alarms");
    const line = (name, { latencies }) => {
      const of = (percent) => times(percentile(latencies, percent), percentile(alone.latencies, percent));
      console.log(`  ${name.padEnd(36)} ${ms(percentile(latencies, 50)).padStart(8)} ${ms(percentile(latencies, 99)).padStart(8)} ${of(50).padStart(8)} ${of(99).padStart(8)}`);
    };
    console.log(`\nA sale: ${per_second} invoices a second on one store for ${seconds} s, all paid; beside a one-row insert on workerd, same run`);
    console.log("                                         p50 ms   p99 ms   p50 ×    p99 ×");
    line(`one-row insert alone, ${per_second}/s`, alone);
    line("one-row insert meanwhile, 10/s", beside);
    line("POST /v1/invoices (quoted)", load);
    console.log(`  errors ${load.failures.length}; created ${made} in ${load.took_s.toFixed(0)} s; paid and clean ${paid}; ${deliveries.length} webhooks delivered, the last ${settled_s.toFixed(0)} s after the last create`);
    console.log(`  rows written for each: ${row_count.toFixed(1)} (store ${each("store_rows").toFixed(1)} + ${each("store_alarms").toFixed(1)} alarms, chain ${each("chain_rows").toFixed(1)} + ${each("chain_alarms").toFixed(1)}); at most ${MOST_ROWS}: ${row_count <= MOST_ROWS ? "kept" : "PASSED"}; ${each("statements").toFixed(0)} statements`);
    if (load.failures.length > 0) console.log(`  the first error: ${load.failures[0].message}`);
    return load.failures.length === 0 && paid === made && row_count <= MOST_ROWS;
  } finally {
    await receiver.stop();
    await edge.remove();
  }
}
