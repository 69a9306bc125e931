// Purchases as buyers make them, in a real browser on the demo shop, paid on the real chain.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { caller, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { balance, send, sendFromContract } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { ShopPage, payWithTestWallet } from "../lib/shop_page.mjs";
import { until } from "../lib/wait.mjs";
import { shopHeard } from "../lib/webhook_log.mjs";

const read = (invoice) => ok(caller()("GET", `/v1/invoices/${invoice}`));
const idOf = (slug) => demo.products.find((product) => product.slug === slug).id;

/** Checks that an invoice is paid cleanly and that its address holds exactly what was quoted. */
async function assertPaid(invoice) {
  const { status, exceptions, quote } = await read(invoice);
  assert.deepEqual([status, exceptions], ["paid", []]);
  assert.equal(await balance(quote.asset, quote.address), BigInt(quote.base_units));
  return quote;
}

describe("a buyer", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("pays with a stablecoin from an announced wallet, and everybody hears of it without a reload", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const checkout = await shop.product("halyard");
    await checkout.reaches("choosing");
    await checkout.ready();
    await checkout.shoot("choosing");
    const { amount, symbol, address } = await checkout.choose("USDC");
    assert.equal(symbol, "USDC");
    await checkout.shoot("paying");
    const { length: visitsBefore } = page.visits;

    const shown = await payWithTestWallet(shop, checkout);
    assert.ok(shown.includes(`${amount} USDC`), shown);
    assert.ok(shown.toLowerCase().includes(address.toLowerCase()), shown);
    await checkout.reaches("confirming");
    await checkout.shoot("confirming");
    await checkout.reaches("paid");
    await checkout.shoot("paid");

    const paid = await shop.hears("paid");
    assert.deepEqual([paid.status, paid.reference, paid.from], ["paid", "shop-halyard", "BUTTON"]);
    assert.deepEqual(page.visits.slice(visitsBefore), [], "something was loaded anew");
    const pushed = page.pushed.filter(({ id }) => id === paid.invoice).map(({ status }) => status);
    assert.ok(pushed.includes("confirming") && pushed.includes("paid"), `pushed: ${pushed}`);
    const quote = await assertPaid(paid.invoice);
    assert.deepEqual([quote.asset, quote.address], [asset("USDC"), address]);
    assert.equal(quote.amount, amount.replaceAll(",", ""));
    const told = await shopHeard("invoice.paid", paid.invoice);
    assert.equal(told.body.data.invoice.quote.base_units, quote.base_units);

    // The shop hands over what was bought, and the checkout says where it is.
    await page.locator("#bought a").waitFor();
    assert.match(await checkout.inside.getByRole("link", { name: "Open your purchase" }).getAttribute("href"), /\/downloads\//);
    await checkout.button("Return to Paper Boat Studio").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    const names = (await shop.events()).map(({ name }) => name);
    assert.deepEqual([names[0], names.at(-1), names.filter((name) => name === "paid").length], ["open", "close", 1]);
    assert.deepEqual(page.troubles, []);
  });

  test("picks a wallet before a coin, refuses and allows it, and is asked next for the payment alone", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const made = [];
    page.on("request", (request) => request.method() === "POST" && request.url().endsWith("/v1/invoices") && made.push(request.url()));
    const checkout = await shop.product("tideline");
    await checkout.row("Pay with Groat Test Wallet").click();
    await shop.wallet.reject("Connect to this site");
    await checkout.inside.getByRole("heading", { name: "Not connected" }).waitFor();
    await checkout.shoot("wallet-first-refused");
    await checkout.button("Try again").click();
    await shop.wallet.approve("Connect to this site");
    await checkout.reaches("picked");
    await checkout.shoot("wallet-first");
    const heading = checkout.inside.getByRole("heading", { name: "Pay with Groat Test Wallet" });
    assert.ok(await heading.evaluate((element) => element === document.activeElement), "the heading is read out");
    assert.equal(await checkout.row("Pay with Groat Test Wallet").count(), 0, "it is picked already");
    assert.deepEqual(made, [], "a wallet alone makes no invoice");
    await checkout.row("USDC").click();
    const shown = await shop.wallet.shown();
    await shop.wallet.approve("Send");
    await checkout.reaches("paid");
    assert.equal(made.length, 1);
    const paid = await shop.hears("paid");
    const quote = await assertPaid(paid.invoice);
    assert.equal(quote.asset, asset("USDC"));
    assert.ok(shown.includes(`${quote.amount} USDC`) && shown.toLowerCase().includes(quote.address.toLowerCase()), shown);
    assert.deepEqual(page.troubles, []);
  });

  for (const [theme, phone] of [["light", true], ["dark", false]]) {
    test(`scans the QR code on a ${phone ? "phone" : "desk"}, ${theme}, and pays from anywhere`, async () => {
      const page = await visit(browser, { theme, phone });
      const shop = await ShopPage.open(page);
      const checkout = await shop.product("tideline");
      await checkout.reaches("choosing");
      await checkout.ready();
      await checkout.shoot("choosing");
      const { address } = await checkout.choose("USDT");
      await checkout.shoot("paying");
      const scanned = await checkout.scan();
      assert.equal(scanned, address);
      await checkout.shoot("scanning");

      await checkout.inside.getByRole("switch").click();
      const request = await until("the other code", async () => {
        const code = await checkout.scan();
        return code !== scanned && code;
      });
      const [, invoice] = await Promise.all([
        checkout.button("I have paid").click().then(() => checkout.reaches("looking")),
        shop.hears("status").then((event) => event.invoice),
      ]);
      await checkout.shoot("looking");
      const { quote } = await read(invoice);
      assert.equal(request, quote.uris.eip681);
      await send(quote.asset, scanned, quote.base_units);
      await checkout.reaches("paid");
      await checkout.shoot("paid");
      await shop.hears("paid");
      await assertPaid(invoice);
      assert.deepEqual(page.troubles, []);
    });
  }

  test("pays native coin from an exchange, out of a contract, on the page of a payment link in the dark", async () => {
    const page = await visit(browser, { theme: "dark", phone: true });
    await page.goto(`${demo.edge}/pay/${idOf("low_water")}?reference=link`);
    const checkout = new CheckoutPage(page);
    const { address } = await checkout.choose("ETH");
    await checkout.shoot("link-paying");
    const invoice = await until("the address of the invoice", () => /\/i\/(inv_\w+)/.exec(page.url())?.[1]);
    const { quote, reference } = await read(invoice);
    assert.deepEqual([quote.address, reference], [address, "link"]);
    await sendFromContract(asset("ETH"), address, quote.base_units);
    await checkout.reaches("paid");
    await checkout.shoot("link-paid");
    await assertPaid(invoice);
    assert.match(await checkout.text(), /Internal transfer of a contract/);
    // What is in the address bar now is the receipt, for whoever comes back.
    await page.reload();
    await checkout.reaches("paid");
    await checkout.ready();
    assert.deepEqual(page.troubles, []);
  });

  test("pays inline, in the flow of the shop's page", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const checkout = CheckoutPage.in(page, "groat-checkout");
    await page.locator("groat-checkout").scrollIntoViewIfNeeded();
    await checkout.choose("DAI");
    await page.locator("groat-checkout").scrollIntoViewIfNeeded();
    await checkout.shoot("inline-paying");
    // All of it shows: an inline checkout has no scroll bar of its own.
    const fits = () => checkout.inside.locator("html").evaluate(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight + 1);
    await until("the frame is as tall as what it shows", fits);
    await payWithTestWallet(shop, checkout);
    await checkout.reaches("paid");
    const paid = await shop.hears("paid");
    assert.deepEqual([paid.from, paid.reference], ["GROAT-CHECKOUT", "shop-guide"]);
    await assertPaid(paid.invoice);
    assert.deepEqual(page.troubles, []);
  });

  test("leaves a tip of an amount of their own", async () => {
    const page = await visit(browser, { phone: true });
    const shop = await ShopPage.open(page);
    await page.locator("#tip-other").fill("3,50");
    const checkout = await shop.press("#tip");
    await checkout.reaches("choosing");
    assert.match(await checkout.text(), /€3\.50/);
    await checkout.choose("USDC");
    await payWithTestWallet(shop, checkout);
    await checkout.reaches("paid");
    const { invoice } = await shop.hears("paid");
    const { price, reference, product } = await read(invoice);
    assert.deepEqual([price, reference, product], [{ amount: "3.50", currency: "EUR" }, "tip-jar", null]);
    await assertPaid(invoice);
    assert.deepEqual(page.troubles, []);
  });

  test("comes back to the same payment after a reload, and finds it paid", async () => {
    const page = await visit(browser);
    await page.goto(`${demo.edge}/pay/${idOf("tideline")}`);
    const checkout = new CheckoutPage(page);
    const before = await checkout.choose("USDC");
    await page.reload();
    await checkout.reaches("paying");
    assert.deepEqual(await checkout.quoted(), before);
    const invoice = /\/i\/(inv_\w+)/.exec(page.url())[1];
    const { quote } = await read(invoice);
    await send(quote.asset, quote.address, quote.base_units);
    await checkout.reaches("paid");
    await assertPaid(invoice);
    assert.deepEqual(page.troubles, []);
  });

  test("pays in two parts, and is told what is still owed", async () => {
    const page = await visit(browser);
    await page.goto(`${demo.edge}/pay/${idOf("tideline")}`);
    const checkout = new CheckoutPage(page);
    const { address } = await checkout.choose("USDC");
    await send(asset("USDC"), address, 4_000_000n);
    await checkout.inside.getByText("Still to pay").waitFor();
    await checkout.shoot("part");
    const invoice = /\/i\/(inv_\w+)/.exec(page.url())[1];
    const { quote } = await read(invoice);
    assert.equal((await checkout.quoted()).amount, quote.amount_due);
    assert.equal(BigInt(quote.base_units_due), BigInt(quote.base_units) - 4_000_000n);
    await send(asset("USDC"), address, quote.base_units_due);
    await checkout.reaches("paid");
    await assertPaid(invoice);
    assert.deepEqual(page.troubles, []);
  });
});
