// What needs no browser: the size, the types, a server without a window, and the checks that let a message in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildLoader } from "../build.mjs";

/** What the contract allows: 3 kB, brotli at its best. */
const LIMIT_BROTLI_BYTES = 3000;

const embed = join(dirname(fileURLToPath(import.meta.url)), "..");
let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "groat-embed-")); });
after(() => rm(folder, { recursive: true }));

/** A module of src/, by itself. */
async function load(name) {
  const outfile = join(folder, name + ".mjs");
  await build({ entryPoints: [join(embed, "src", name + ".ts")], outfile, bundle: true, format: "esm", logLevel: "silent" });
  return import(pathToFileURL(outfile));
}

test("weighs at most 3 kB", async () => {
  const { raw, gzip, br } = await buildLoader(folder);
  console.log(`groat.js: ${raw} raw, ${gzip} gzip, ${br} br`);
  assert.ok(br <= LIMIT_BROTLI_BYTES, `${br} bytes`);
});

test("typechecks, strictly", () => {
  const compiler = join(embed, "../node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "--noEmit", "-p", embed], { stdio: "pipe" });
});

test("without a window it does nothing", async () => {
  await buildLoader(folder);
  const code = await readFile(join(folder, "groat.js"), "utf8");
  assert.equal(execFileSync(process.execPath, ["-e", code + ";console.log(typeof Groat)"], { encoding: "utf8" }), "undefined\n");
});

test("messages from a frame", async () => {
  const { read } = await load("protocol");
  const request = { type: "request", id: 1, uuid: "u", method: "m", params: [] };
  const status = { type: "status", invoice: "inv_1", status: "open", reference: null };
  const table = [
    // message                            | let in
    [{ type: "close" },                     true],
    [request,                               true],
    [{ ...request, id: NaN },               false],
    [{ ...request, id: "1" },               false],
    [{ ...request, uuid: undefined },       false],
    [{ ...request, method: 1 },             false],
    [status,                                true],
    [{ ...status, reference: "r" },         true],
    [{ ...status, reference: 1 },           false],
    [{ ...status, status: "Paid" },         false],
    [{ ...status, status: "paid\n" },       false],
    [{ ...status, invoice: null },          false],
    [{ type: "resize", height: 1 },         true],
    [{ type: "resize", height: 5000 },      true],
    [{ type: "resize", height: 5001 },      false],
    [{ type: "resize", height: 0 },         false],
    [{ type: "resize", height: Infinity },  false],
    [{ type: "wallets", wallets: [] },      false],
    [{},                                    false],
    [null,                                  false],
    [undefined,                             false],
    ["close",                               false],
  ];
  for (const [message, letIn] of table) assert.equal(read(message) === message && message !== undefined, letIn, JSON.stringify(message));
});

test("addresses", async () => {
  globalThis.origin = "https://shop.example";
  const { addressOf } = await load("address");
  const source = { edge: "https://pay.example", key: "pk_live_1" };
  const tail = "embed=modal&origin=https%3A%2F%2Fshop.example";
  const table = [
    [{ product: "prod_1" }, `/pay/prod_1?${tail}`],
    [{ invoice: "inv_1", reference: "a&b=c" }, `/i/inv_1?${tail}&reference=a%26b%3Dc`],
    [{ product: "prod_1", amount: "1", currency: "EUR" }, `/pay/prod_1?${tail}`],
    [{ amount: "5.00", currency: "EUR", theme: "dark", locale: "de" }, `/pay/pk_live_1?${tail}&amount=5.00&currency=EUR&locale=de&theme=dark`],
  ];
  for (const [options, address] of table) assert.equal(addressOf(source, options, "modal"), "https://pay.example" + address);
  for (const options of [{}, { amount: "5" }, { product: "prod_1/.." }, { product: "//evil" }, { invoice: "inv_1?x" }]) {
    assert.throws(() => addressOf(source, options, "modal"), TypeError);
  }
  assert.throws(() => addressOf({ edge: "https://pay.example" }, { amount: "5", currency: "EUR" }, "modal"), TypeError);
});
