// A buyer whose browser runs no scripts: everything by the page's own forms and links, paid on the real chain.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { FIVE, caller, newStore, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { balance, send } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { decode } from "../lib/qr.mjs";
import { until } from "../lib/wait.mjs";

const read = (invoice) => ok(caller()("GET", `/v1/invoices/${invoice}`));
const invoiceOf = (page) => /\/i\/(inv_\w+)/.exec(page.url())?.[1];
/** Loader, page and style until a QR code can be scanned, in bytes of brotli. No Wasm and no script is in it. */
const BYTES_TO_SCAN = 20_000;

/** Presses what submits the form, and waits for the page that comes of it. */
async function press(page, control) {
  await Promise.all([page.waitForEvent("load"), control.click()]);
}

describe("without scripts", { concurrency: 2 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const scriptless = (looks = {}) => visit(browser, { ...looks, scripts: false });

  // First, because it mostly waits: the others are over before it.
  test("a buyer changes the coin, gets a new amount when its time is over, and starts again when the invoice's is", { timeout: 300_000 }, async () => {
    // The shortest windows that a store can have.
    const store = await newStore({ name: "Paper Boat Studio", quote_minutes: 1, invoice_minutes: 2 });
    const product = await store.sell(FIVE, { name: "Tideline" });
    const page = await scriptless({ phone: true });
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${product.id}?reference=order+7&theme=dark`);
    await press(page, checkout.row("ETH"));
    await checkout.reaches("paying");
    const first = await checkout.quoted();
    const invoice = invoiceOf(page);
    await press(page, checkout.button("Change"));
    await checkout.reaches("choosing");
    await checkout.shoot("choosing-change");
    // A step back, and there again.
    await press(page, checkout.button("Back"));
    await checkout.reaches("paying");
    await press(page, checkout.button("Change"));
    await press(page, checkout.row("DAI"));
    await checkout.reaches("paying");
    const second = await checkout.quoted();
    assert.deepEqual([second.symbol, invoiceOf(page)], ["DAI", invoice]);
    // One invoice has one address, whatever is chosen.
    assert.equal(second.address, first.address);
    const { reference } = await read(invoice);
    assert.equal(reference, "order 7");
    assert.equal(new URL(page.url()).searchParams.get("theme"), "dark");

    // The page finds out by itself that the time is over, as it loads itself anew.
    const comes = (screen) => until(screen, async () => (await page.locator(".card").getAttribute("data-screen")) === screen, 100_000);
    await comes("stale");
    await checkout.shoot("stale");
    await press(page, checkout.button("Get a new amount"));
    await checkout.reaches("paying");
    assert.deepEqual([(await checkout.quoted()).symbol, (await checkout.quoted()).address, invoiceOf(page)], ["DAI", first.address, invoice]);
    await comes("expired");
    await checkout.shoot("expired");
    await press(page, checkout.button("Start again"));
    await checkout.reaches("choosing");
    assert.equal(new URL(page.url()).pathname, `/pay/${product.id}`);
    await press(page, checkout.row("DAI"));
    await checkout.reaches("paying");
    assert.notEqual(invoiceOf(page), invoice);
    await page.context().close();
  });

  for (const [theme, phone] of [["light", true], ["dark", true], ["light", false], ["dark", false]]) {
    test(`a buyer comes from the shop's link, chooses, scans and pays, on a ${phone ? "phone" : "desk"}, ${theme}`, async () => {
      const page = await scriptless({ theme, phone });
      await page.goto(demo.shop);
      await press(page, page.getByRole("link", { name: "payment link" }));
      const checkout = new CheckoutPage(page);
      await checkout.reaches("choosing");
      await checkout.shoot("choosing");
      await press(page, checkout.row("USDC"));
      await checkout.reaches("paying");
      await checkout.shoot("paying");
      const invoice = invoiceOf(page);
      const shown = await checkout.quoted();
      const { quote } = await read(invoice);
      assert.deepEqual(shown, { amount: quote.amount_due, symbol: "USDC", address: quote.address });
      await page.locator("svg.qr").scrollIntoViewIfNeeded();
      assert.equal(decode(await page.screenshot()), quote.address);
      // What needs a script is not offered: a button that does nothing would be worse than none.
      for (const name of ["Copy the address", "Copy the amount"]) assert.equal(await checkout.button(name).count(), 0, name);
      // A wallet's app can be opened from a phone; an extension can't be asked.
      assert.equal(await checkout.button("Pay with a wallet").count(), phone ? 1 : 0);

      await press(page, page.getByRole("switch"));
      assert.equal(await until("the other code", async () => decode(await page.locator(".qr").screenshot())), quote.uris.eip681);
      await press(page, page.getByRole("switch"));
      await press(page, checkout.button("I have paid"));
      await checkout.reaches("looking");
      await checkout.shoot("looking");
      await send(quote.asset, quote.address, quote.base_units);
      // The page looks again by itself, on and on, until it is over.
      await checkout.reaches("paid");
      await checkout.shoot("paid");
      const { status, exceptions } = await read(invoice);
      assert.deepEqual([status, exceptions], ["paid", []]);
      assert.equal(await balance(quote.asset, quote.address), BigInt(quote.base_units));
      await page.context().close();
    });
  }

  test("a choice that was refused is tried again by one press", async () => {
    const store = await newStore();
    const product = await store.sell(FIVE);
    const page = await scriptless({ phone: true });
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${product.id}`);
    const { assets } = await ok(store.call("GET", "/v1/store"));
    await ok(store.call("PATCH", "/v1/store", { assets: assets.filter((id) => id !== asset("DAI")) }));
    await press(page, checkout.row("DAI"));
    await checkout.reaches("failed");
    await checkout.shoot("failed");
    assert.match(await checkout.text(), /Code: asset_/);
    await ok(store.call("PATCH", "/v1/store", { assets }));
    await press(page, checkout.button("Try again"));
    await checkout.reaches("paying");
    assert.equal((await checkout.quoted()).symbol, "DAI");
    assert.equal((await ok(store.call("GET", "/v1/invoices"))).data.length, 1);
    await page.context().close();
  });

  test("a tip of an open amount is checked by the store, as ever", async () => {
    const page = await scriptless();
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${demo.pk}?amount=3.50&currency=EUR`);
    await press(page, checkout.row("USDC"));
    await checkout.reaches("paying");
    const { price, product } = await read(invoiceOf(page));
    assert.deepEqual([price, product], [{ amount: "3.50", currency: "EUR" }, null]);
    await page.goto(`${demo.edge}/pay/${demo.pk}?amount=0.10&currency=EUR`);
    await checkout.reaches("missing");
    assert.match(await checkout.text(), /at least 1\.00 EUR/);
    await page.context().close();
  });

  test("a form pressed twice, or sent again, makes one invoice", async () => {
    const store = await newStore();
    const product = await store.sell(FIVE);
    const path = `/pay/${product.id}`;
    const html = await (await fetch(demo.edge + path)).text();
    const key = /name="key" value="([0-9a-f]{32})"/.exec(html)[1];
    const form = (fields) => new URLSearchParams({ key, do: `choose:${asset("USDC")}`, ...fields });
    const post = (body, headers = {}) => fetch(demo.edge + path, { method: "POST", body, headers, redirect: "manual" });
    const answers = await Promise.all([post(form()), post(form()), post(form({ do: `choose:${asset("ETH")}` }))]);
    assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303]);
    const [one, same, other] = answers.map(({ headers }) => headers.get("location"));
    assert.match(one, /^\/i\/inv_\w+$/);
    assert.equal(same, one);
    assert.notEqual(other, one, "another choice of the same page is another invoice");
    const { data } = await ok(store.call("GET", "/v1/invoices"));
    assert.equal(data.length, 2);

    // Another site's page can't use up the buyer's share of unpaid invoices, and what is no form of ours makes nothing.
    for (const [body, headers, status] of [
      [form({ key: "x1" }), { "sec-fetch-site": "cross-site" }, 403],
      [form({ key: "x2" }), { "sec-fetch-site": "same-site" }, 403],
      [new URLSearchParams({ do: "choose:x" }), {}, 400],
      [form({ do: "print" }), {}, 400],
      ["x".repeat(200_000), {}, 400],
      [form({ key: "x3", do: "choose:eip155:1/slip44:60" }), {}, 422],
    ]) {
      const answer = await post(body, headers);
      assert.equal(answer.status, status, `${body}`.slice(0, 100));
      assert.match(answer.headers.get("content-type"), /^text\/html/);
      assert.match(answer.headers.get("content-security-policy"), /form-action 'self'/);
    }
    assert.equal((await ok(store.call("GET", "/v1/invoices"))).data.length, 2);
  });

  test("a QR code is on the screen after 20 kB, with no Wasm", async () => {
    const store = await newStore({ name: "Paper Boat Studio" });
    const product = await store.sell(FIVE, { name: "Tideline, a field guide" });
    const { id } = await store.bill({ product: product.id, asset: asset("USDC") });
    const page = await scriptless({ phone: true });
    // Nothing but page and style is let through.
    await page.route(/\.(js|wasm)$/, (route) => route.abort());
    await page.goto(`${demo.edge}/i/${id}`);
    const { quote } = await read(id);
    await page.locator("svg.qr").scrollIntoViewIfNeeded();
    assert.equal(decode(await page.screenshot()), quote.address);
    const html = await (await fetch(`${demo.edge}/i/${id}`)).text();
    const style = await (await fetch(demo.edge + /href="(\/assets\/[^"]+\.css)"/.exec(html)[1])).text();
    const loader = await (await fetch(`${demo.edge}/groat.js`)).text();
    const weighed = [loader, html, style].map((text) => brotliCompressSync(text).length);
    const sum = weighed.reduce((sum, bytes) => sum + bytes, 0);
    console.log(`loader, page, style: ${weighed.join(" + ")} = ${sum} bytes of brotli until a QR code`);
    assert.ok(sum <= BYTES_TO_SCAN, `${sum} bytes`);
    await page.context().close();
  });
});
