// What a buyer is shown when something is not as it should be: time, refusals of a wallet, a network or the edge away.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, caller, newStore, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { edgeInstance, freePort } from "../lib/edge_instance.mjs";
import { ShopPage } from "../lib/shop_page.mjs";
import { until } from "../lib/wait.mjs";

const MAINNET = "0x1";
const LOCAL = "0x7a69";

describe("a buyer is told", { concurrency: 4 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("that the time is over, and may start again", async () => {
    const store = await newStore({ name: "Quick Quay", invoice_minutes: 1 });
    const product = await store.sell(FIVE, { name: "Ferry ticket" });
    const page = await visit(browser, { phone: true });
    await page.goto(`${store.edge}/pay/${product.id}`);
    const checkout = new CheckoutPage(page);
    const { address } = await checkout.choose("USDC");
    const first = /\/i\/(inv_\w+)/.exec(page.url())[1];
    assert.match(await checkout.inside.getByRole("timer").innerText(), /[01]:[0-5]\d$/);
    await until("expired", async () => (await checkout.reaches("paying", "time-up", "expired")) === "expired", 100_000);
    await checkout.shoot("expired");
    assert.match(await checkout.text(), /The time to pay is over/);
    assert.equal((await ok(caller(store.edge)("GET", `/v1/invoices/${first}`))).status, "expired");
    await checkout.button("Start again").click();
    await checkout.reaches("choosing");
    const again = await checkout.choose("USDC");
    assert.notEqual(again.address, address);
    assert.notEqual(/\/i\/(inv_\w+)/.exec(page.url())[1], first);
    assert.deepEqual(page.troubles, []);
  });

  test("what a wallet refused, at each step, and can go on", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const checkout = await shop.product("tideline");
    await checkout.choose("USDC");
    await checkout.button("Pay with Groat Test Wallet").click();
    await shop.wallet.reject("Connect to this site");
    await checkout.inside.getByRole("heading", { name: "Not connected" }).waitFor();
    await checkout.shoot("wallet-refused");
    await checkout.button("Try again").click();
    await shop.wallet.approve("Connect to this site");
    await shop.wallet.reject("Send");
    await checkout.inside.getByRole("heading", { name: "Not paid" }).waitFor();
    assert.match(await checkout.text(), /Nothing has been sent/);
    await checkout.button("Try again").click();
    await shop.wallet.approve("Send");
    await checkout.reaches("paid");
  });

  for (const [what, chains, questions] of [
    ["another network: it is asked to switch", { [MAINNET]: "Ethereum", [LOCAL]: "Local chain" }, ["Switch network"]],
    ["a network it does not know: it is asked to add it", { [MAINNET]: "Ethereum" }, ["Add a network", "Switch network"]],
  ]) {
    test(`that the wallet is on ${what}`, async () => {
      const page = await visit(browser);
      await page.addInitScript((memory) => localStorage.getItem("wallet.first") ?? localStorage.setItem("wallet.first", memory),
        JSON.stringify({ chain: MAINNET, chains, local: LOCAL }));
      const shop = await ShopPage.open(page);
      const checkout = await shop.product("tideline");
      await checkout.choose("ETH");
      await checkout.button("Pay with Groat Test Wallet").click();
      await shop.wallet.approve("Connect to this site");
      for (const question of questions) await shop.wallet.approve(question);
      await shop.wallet.approve("Send");
      await checkout.reaches("paid");
      assert.deepEqual(page.troubles, []);
    });
  }

  test("that no wallet was found, and how to pay all the same", async () => {
    const page = await visit(browser, { phone: true, theme: "dark" });
    await page.goto(`${demo.edge}/pay/${demo.products[0].id}`);
    const checkout = new CheckoutPage(page);
    await checkout.choose("USDC");
    await checkout.openWallets();
    await checkout.shoot("no-wallet");
    assert.match(await checkout.text(), /Open this payment in your wallet’s app/);
  });

  test("that the seller called it off", async () => {
    const store = await newStore({ name: "Quick Quay" });
    const { id } = await store.bill({ price: FIVE, asset: asset("USDC") });
    const page = await visit(browser);
    await page.goto(`${demo.edge}/i/${id}`);
    const checkout = new CheckoutPage(page);
    await checkout.reaches("paying");
    await checkout.ready();
    await until("the socket is open", () => page.pushed.length > 0);
    await ok(store.call("POST", `/v1/invoices/${id}/cancel`));
    await checkout.reaches("cancelled");
    await checkout.shoot("cancelled");
    assert.deepEqual(page.troubles, []);
  });

  test("that the line is down, and what was missed meanwhile", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const checkout = await shop.product("tideline");
    await checkout.choose("USDC");
    const { invoice } = await shop.hears("status");
    await page.context().setOffline(true);
    await checkout.inside.getByText("You are offline").waitFor();
    await checkout.shoot("offline");
    await ok(caller(demo.edge, demo.sk)("POST", `/v1/invoices/${invoice}/cancel`));
    await page.context().setOffline(false);
    await checkout.reaches("cancelled");
  });

  test("that a network is unavailable right now, and is offered the others", async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const edge = await edgeInstance(({ CHAINS }) => ({ CHAINS: JSON.stringify({ ...JSON.parse(CHAINS), "eip155:8453": { rpc: [dead], poll_ms: 1_000 } }) }));
    try {
      await edge.start();
      const store = await newStore({ edge: edge.url, operator: edge.operator, name: "Two Networks", assets: ["eip155:8453/slip44:60", asset("ETH"), asset("USDC")] });
      const product = await store.sell(FIVE);
      const page = await visit(browser);
      await page.goto(`${edge.url}/pay/${product.id}`);
      const checkout = new CheckoutPage(page);
      await checkout.ready();
      await checkout.shoot("network-down");
      const off = checkout.inside.locator('.options .row[aria-disabled="true"]');
      assert.equal(await off.count(), 1);
      assert.match(await off.innerText(), /This network is unavailable right now/);
      await off.click({ force: true });
      await checkout.reaches("choosing");
      await checkout.choose("USDC");
      assert.deepEqual(page.troubles, []);
    } finally {
      await edge.remove();
    }
  });

  test("everything on the page itself where scripts are forbidden", async () => {
    const store = await newStore({ name: "Quick Quay" });
    const product = await store.sell(FIVE, { name: "Ferry ticket" });
    const { id, quote } = await store.bill({ product: product.id, asset: asset("USDC") });
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    page.look = "phone-noscript";
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${product.id}`);
    await checkout.reaches("choosing");
    await checkout.shoot("choosing");
    assert.match(await checkout.text(), /Ferry ticket[\s\S]*\$5\.00[\s\S]*USDC/);
    await page.goto(`${demo.edge}/i/${id}`);
    await checkout.reaches("paying");
    await checkout.shoot("paying");
    assert.equal((await checkout.quoted()).address, quote.address);
  });
});
