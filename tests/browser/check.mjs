// One purchase in headless Chromium on a running demo, with a transcript: `cargo xtask demo --check`.
//
//   node tests/browser/check.mjs target/demo.json     exits 0, or 1 with the reason
import { parseArgs } from "node:util";

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length !== 1) {
  console.error("usage: node tests/browser/check.mjs target/demo.json");
  process.exit(2);
}
// The helpers read it when they are loaded.
process.env.GROAT_DEMO = positionals[0];
const { launch, visit } = await import("../lib/browser.mjs");
const { caller, ok } = await import("../lib/api.mjs");
const { balance } = await import("../lib/chain.mjs");
const { demo } = await import("../lib/demo.mjs");
const { ShopPage, payWithTestWallet } = await import("../lib/shop_page.mjs");
const { shopHeard } = await import("../lib/webhook_log.mjs");

const started = Date.now();
const say = (text) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

async function purchase(browser) {
  const page = await visit(browser);
  const shop = await ShopPage.open(page);
  say(`opened ${demo.shop}`);

  const checkout = await shop.product("halyard");
  await checkout.reaches("choosing");
  say("pressed Buy: the checkout opened over the page");

  const { amount, symbol, address } = await checkout.choose("USDC");
  say(`chose a stablecoin: ${amount} ${symbol} to ${address}`);
  const scanned = await checkout.scan();
  must(scanned === address, `the QR code says ${scanned}`);
  say("read the QR code off the screen: the same address");

  await payWithTestWallet(shop, checkout);
  say("connected the announced wallet and approved the payment");
  await checkout.reaches("confirming", "paid");
  say("the payment was seen on the chain");
  await checkout.reaches("paid");
  const { invoice } = await shop.hears("paid");
  must(page.pushed.some(({ id, status }) => id === invoice && status === "paid"), "the checkout was not told by push");
  say(`paid: told by push, and the shop's page heard groat:paid for ${invoice}`);

  const { status, quote } = await ok(caller()("GET", `/v1/invoices/${invoice}`));
  must(status === "paid", `the API says that it is ${status}`);
  const held = await balance(quote.asset, quote.address);
  must(held === BigInt(quote.base_units), `the address holds ${held} base units of ${quote.base_units}`);
  say(`the deposit address holds exactly ${held} base units, read from the chain`);

  const { id } = await shopHeard("invoice.paid", invoice);
  say(`the shop's webhook ${id} arrived, its signature verified`);
  await page.locator("#bought a").waitFor();
  say("the shop handed over the download");
  must(page.troubles.length === 0, `the browser complained: ${page.troubles.join("; ")}`);
}

const browser = await launch();
try {
  await purchase(browser);
  say("one purchase, from the click to the goods");
} catch (error) {
  console.error(`\nthe purchase failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
// Connections to the chain may linger; what was to be said has been said.
process.exit();
