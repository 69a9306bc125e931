// `cargo xtask soak`: the whole of it, with what came of it on the last line.
//
//   node tests/soak/main.mjs [--purchases 200] [--seed N] [--kinds full,late] [kills] [redeploy] [clock] [outage]
import { parseArgs } from "node:util";
import { killedPurchases } from "./purchases.mjs";
import { clockJumps, outage, redeploy } from "./scenarios.mjs";

const { values, positionals } = parseArgs({
  options: { purchases: { type: "string", default: "200" }, seed: { type: "string" }, kinds: { type: "string" } },
  allowPositionals: true,
});
const purchases = Number(values.purchases);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!Number.isSafeInteger(purchases) || purchases < 1 || !Number.isSafeInteger(seed)) throw new Error("give whole numbers");
const kinds = values.kinds?.split(",");
const say = (line) => console.log(line);

const PARTS = {
  async kills() {
    const result = await killedPurchases({ purchases, seed, kinds, say });
    const modes = Object.entries(result.by_mode).map(([mode, count]) => `${count} ${mode}`).join(", ");
    return `${result.killed} of ${result.invoices} purchases lived through ${result.kills} kills (${modes}): all right, none lost, none doubled; ${result.events} events, ${result.again} told again under the same id`;
  },
  async redeploy() {
    const { purchases, events } = await redeploy({ buyers: 20, seed });
    return `another build in the middle of ${purchases} purchases: all right; ${events} events`;
  },
  async clock() {
    const { purchases, events } = await clockJumps();
    return `three hours forwards, minutes and hours backwards, over ${purchases} purchases: all right; ${events} events`;
  },
  async outage() {
    const { purchases, blocks, seen_within_ms, events } = await outage({ hours: 6 });
    return `six hours and ${blocks} blocks away, ${purchases} invoices: in time, late and unpaid all told apart within ${seen_within_ms} ms; ${events} events`;
  },
};
const wanted = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = wanted.find((name) => !PARTS[name]);
if (unknown) throw new Error(`there is no ${unknown}; there are ${Object.keys(PARTS)}`);

say(`seed ${seed}`);
const results = [];
for (const name of wanted) {
  const started = Date.now();
  const result = `${name.padEnd(9)} ${await PARTS[name]()}`;
  say(result);
  results.push(`${result} (${Math.round((Date.now() - started) / 1_000)} s)`);
}
say(`\nsoak with seed ${seed}\n  ${results.join("\n  ")}`);
