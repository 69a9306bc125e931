// The checkout in the buyer's language: the edge chooses it, one file of texts is fetched, and the money is the same.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, newStore } from "../lib/api.mjs";
import { copied, launch, visit } from "../lib/browser.mjs";
import { send } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { ShopPage } from "../lib/shop_page.mjs";

/** The languages whose texts a page has fetched, from now on. */
function fetched(page) {
  const tags = [];
  page.on("request", (request) => {
    const file = /\/assets\/text\.([\w-]+)\.\w+\.txt$/.exec(new URL(request.url()).pathname);
    if (file) tags.push(file[1]);
  });
  return tags;
}

const ARABIC = /[\u0600-\u06ff]/;
/** What stands apart from the text around it is the same text. */
const plain = (text) => text.replace(/[\u2066-\u2069]/g, "");

describe("in the buyer's language", { concurrency: 2 }, () => {
  let browser, store, product;
  before(async () => {
    browser = await launch();
    store = await newStore({ name: "Paper Boat Studio" });
    product = await store.sell(FIVE, { name: "Halyard" });
  });
  after(() => browser.close());

  test("a purchase in Arabic, because the browser asks for it", async () => {
    const page = await visit(browser, { phone: true, locale: "ar-EG" });
    const tags = fetched(page);
    const checkout = new CheckoutPage(page);
    const answer = await page.goto(`${demo.edge}/pay/${product.id}`);
    assert.match(answer.headers().vary, /accept-language/i);
    assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ["ar", "rtl"]);
    const { amount, symbol, address } = await checkout.choose("USDC");
    const { quote } = await store.read(/\/i\/(inv_\w+)/.exec(page.url())[1]);
    // What is copied into a wallet has no language.
    assert.deepEqual({ amount, symbol, address }, { amount: quote.amount_due, symbol: "USDC", address: quote.address });
    assert.equal(await copied(page, () => page.locator('[value="copy-amount"]').click()), quote.amount_due);
    assert.equal(await checkout.scan(), quote.address);
    await send(quote.asset, quote.address, quote.base_units);
    await checkout.reaches("paid");
    const text = plain(await checkout.text());
    assert.match(text, /تم الدفع/);
    assert.match(text, new RegExp(`${quote.amount_due}\\sUSDC على`));
    // Latin digits in times and prices too, as in the amounts beside them.
    assert.doesNotMatch(text, /[\u0660-\u0669\u06f0-\u06f9]/);
    assert.deepEqual(tags, ["ar"], "one language, once");
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });

  test("what the seller's tag asks for comes before what the browser accepts", async () => {
    const page = await visit(browser, { locale: "de-DE" });
    const tags = fetched(page);
    await ShopPage.open(page);
    await page.evaluate((id) => {
      const button = document.body.appendChild(document.createElement("button"));
      Object.assign(button, { id: "mine", textContent: "Buy" });
      for (const [name, value] of Object.entries({ product: id, locale: "ar" })) button.setAttribute(`data-groat-${name}`, value);
    }, demo.products[0].id);
    await page.locator("#mine").click();
    const checkout = CheckoutPage.in(page);
    await checkout.reaches("choosing");
    await checkout.ready();
    assert.match(await checkout.text(), ARABIC);
    // The pointer has passed other buttons, whose checkouts would be German: those were fetched ahead.
    assert.equal(tags.at(-1), "ar");
    assert.deepEqual([...new Set(tags.slice(tags.indexOf("ar")))], ["ar"]);
    // It stays so on the page of the invoice, after a reload in the frame too.
    await checkout.choose("USDC");
    assert.match(await checkout.text(), ARABIC);
    await page.context().close();
  });

  test("without scripts, and where something is wrong", async () => {
    const page = await visit(browser, { locale: "de-AT", scripts: false });
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${product.id}`);
    assert.match(await checkout.text(), /Wie möchten Sie bezahlen\?/);
    assert.match(await checkout.text(), /5,00\s\$/, "as German writes money");
    await Promise.all([page.waitForEvent("load"), checkout.row("USDC").click()]);
    assert.match(await checkout.text(), /Senden Sie genau/);
    await page.goto(`${demo.edge}/i/inv_${"0".repeat(36)}`);
    assert.match(await checkout.text(), /Diese Zahlung gibt es nicht/);
    await page.context().close();
  });

  test("if the texts can't be had, the page stays the edge's, and can be paid from", async () => {
    const page = await visit(browser, { locale: "de" });
    await page.route(/\/assets\/text\./, (route) => route.abort());
    const checkout = new CheckoutPage(page);
    const bill = await store.bill({ product: product.id, asset: asset("USDC") });
    await page.goto(`${demo.edge}/pay/${product.id}`, { waitUntil: "load" });
    await page.waitForTimeout(1_000);
    assert.equal(await page.locator("#groat[data-live]").count(), 0);
    await Promise.all([page.waitForEvent("load"), checkout.row("USDC").click()]);
    assert.match(await checkout.text(), /Senden Sie genau/);
    await page.goto(`${demo.edge}/i/${bill.id}`);
    const { quote } = await store.read(bill.id);
    assert.deepEqual(await checkout.quoted(), { amount: quote.amount_due, symbol: "USDC", address: quote.address });
    await page.context().close();
  });

  test("texts that failed to come once are asked for again", async () => {
    const page = await visit(browser, { locale: "fr" });
    let failures = 0;
    await page.route(/\/assets\/text\./, (route) => (failures++ === 0 ? route.abort() : route.continue()));
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${product.id}`);
    await checkout.ready();
    assert.match(await checkout.text(), /Comment souhaitez-vous payer/);
    await page.context().close();
  });
});
