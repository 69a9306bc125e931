// How lists grow: a store of 100,000 invoices beside one of 100, on workerd. The large one is filled in its database file, each
// row a copy of an invoice that the API made, under an id and at a time of its own.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FIVE, caller, newStore, ok } from "../lib/api.mjs";
import { asset } from "../lib/demo.mjs";
import { workerdInstance } from "../lib/workerd_instance.mjs";
import { ms, percentile, times } from "./figures.mjs";

const LARGE = 100_000;
const SMALL = 100;
const ROUNDS = 400;
/** Of each hundred invoices so many are called off; the others stay open or have no asset chosen. */
const CANCELLED = 5;

/** Prints the figures. */
export async function lists() {
  const edge = await workerdInstance();
  try {
    await edge.start();
    const make = async () => {
      const store = await newStore({ edge: edge.url, operator: edge.operator, invoice_minutes: 1_440 });
      for (let index = 0; index < SMALL; index += 1) {
        const { id } = await store.bill({ price: FIVE, ...(index % 10 ? { asset: asset("USDC") } : {}), reference: `order ${index}` });
        if (index < CANCELLED) await ok(store.call("POST", `/v1/invoices/${id}/cancel`));
      }
      return store;
    };
    const [small, large] = [await make(), await make()];
    await edge.kill();
    const grown = grow(edge, large, LARGE);
    await edge.start();

    const questions = [
      ["list, newest 20", "/v1/invoices?limit=20"],
      ["list, newest 100", "/v1/invoices?limit=100"],
      ["filter: cancelled, 20", "/v1/invoices?status=cancelled&limit=20"],
      ["filter: open, 20", "/v1/invoices?status=open&limit=20"],
      ["filter: paid (none)", "/v1/invoices?status=paid&limit=20"],
    ];
    console.log(`\nLists on workerd: a store of ${grown} invoices beside one of ${SMALL}, ${ROUNDS} rounds turn by turn`);
    console.log("                             small p50   p99 ms   large p50   p99 ms    p50 ×    p99 ×");
    for (const [name, path] of questions) {
      const found = { small: [], large: [] };
      const ask = async (key, store) => {
        const began = performance.now();
        const answer = await caller(edge.url, store.sk)("GET", path);
        found[key].push(performance.now() - began);
        if (answer.status !== 200) throw new Error(answer.text);
      };
      for (let round = 0; round < ROUNDS + 20; round += 1) {
        await ask("small", small);
        await ask("large", large);
        // Warm by then.
        if (round === 19) found.small.length = found.large.length = 0;
      }
      const [s50, s99, l50, l99] = [[found.small, 50], [found.small, 99], [found.large, 50], [found.large, 99]].map(([list, percent]) => percentile(list, percent));
      console.log(`  ${name.padEnd(26)} ${ms(s50).padStart(8)} ${ms(s99).padStart(8)} ${ms(l50).padStart(11)} ${ms(l99).padStart(8)} ${times(l50, s50).padStart(8)} ${times(l99, s99).padStart(8)}`);
    }
    return true;
  } finally {
    await edge.remove();
  }
}

/** Copies a store's invoices in its file until there are `count`; answers how many there are. */
function grow(edge, store, count) {
  const folder = join(edge.folder, "state", "groat-store");
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".sqlite"))) {
    const file = new DatabaseSync(join(folder, name));
    const has = (table) => file.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table);
    const body = has("settings") && file.prepare("SELECT body FROM settings").get()?.body;
    if (!body || JSON.parse(body).id !== store.id) {
      file.close();
      continue;
    }
    const columns = file.prepare("SELECT name FROM pragma_table_info('invoices')").all().map(({ name }) => name).filter((name) => name !== "sequence");
    const originals = file.prepare("SELECT * FROM invoices ORDER BY sequence").all();
    const insert = file.prepare(`INSERT INTO invoices (${columns}) VALUES (${columns.map(() => "?")})`);
    file.exec("BEGIN");
    for (let made = originals.length; made < count; made += 1) {
      const original = originals[made % originals.length];
      // The id's end is random; the copy's number takes its place.
      const id = original.id.slice(0, -8) + made.toString(36).padStart(8, "0");
      const row = { ...original, id, body: original.body.replaceAll(original.id, id) };
      insert.run(...columns.map((name) => row[name]));
    }
    file.exec("COMMIT");
    const { found } = file.prepare("SELECT count(*) AS found FROM invoices").get();
    file.close();
    return found;
  }
  throw new Error("the store's file was not found");
}
