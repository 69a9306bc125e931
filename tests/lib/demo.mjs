// The running stack that a test joins: the file which `cargo xtask` wrote, by its path in GROAT_DEMO.
// Starts nothing and changes nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const path = process.env.GROAT_DEMO;
if (!path) throw new Error("GROAT_DEMO is not set: run the tests with `cargo xtask test`");

/** Addresses, keys, products, assets; `state` is the stack's folder. */
export const demo = JSON.parse(readFileSync(path, "utf8"));

/** CAIP-19 id of a local asset by symbol, as answers write it: contracts in small letters. */
export function asset(symbol) {
  const found = demo.assets.find((known) => known.symbol === symbol);
  if (!found) throw new Error(`the demo has no ${symbol}`);
  return found.asset.toLowerCase();
}

/** The contract that pays as exchanges do, by internal calls. */
export const exchangePayer = JSON.parse(readFileSync(join(demo.state, "addresses.json"), "utf8")).local_chain.exchange_payer;
