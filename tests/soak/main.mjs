// `cargo xtask soak`: the whole of it, with what came of it on the last line.
import { parseArgs } from "node:util";
import { killedPurchases } from "./purchases.mjs";

const { values } = parseArgs({ options: { purchases: { type: "string", default: "200" }, seed: { type: "string" } } });
const purchases = Number(values.purchases);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!Number.isSafeInteger(purchases) || purchases < 1 || !Number.isSafeInteger(seed)) throw new Error("give whole numbers");
const say = (line) => console.log(line);

say(`seed ${seed}`);
const result = await killedPurchases({ purchases, seed, say });
const modes = Object.entries(result.by_mode).map(([mode, count]) => `${count} ${mode}`).join(", ");
say(`${result.killed} killed purchases right, 0 wrong, 0 lost, 0 doubled; ${result.kills} kills (${modes}); ${result.invoices} invoices, ${result.events} events, ${result.again} told again under the same id`);
