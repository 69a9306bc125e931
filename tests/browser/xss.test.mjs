// A hundred names that have broken pages elsewhere, as the names of stores and products, in descriptions, references and
// messages: on the pages of the edge, in the checkout that takes them over, and through the loader. Nothing of them runs,
// nothing of them is loaded, and each is shown as it was typed. (The markup alone: edge/src/pages/tests/markup.rs)
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { FIVE, newStore, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { send } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { ShopPage } from "../lib/shop_page.mjs";

const CORPUS = JSON.parse(readFileSync(new URL("../lib/xss.json", import.meta.url), "utf8")).map(({ text }) => text);
/** Control characters are refused by the API, so they never reach a page. */
const isRefused = (text) => /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text.trim());
const NAMES = CORPUS.filter((text) => !isRefused(text));
/** Pages looked at side by side. */
const LANES = 4;
/** As a browser shows white space. */
const flat = (text) => text.replace(/\s+/g, " ").trim();

/** A visitor's page that tells of everything a name could have brought about. */
async function guarded(browser) {
  const page = await visit(browser);
  page.fired = [];
  await page.context().addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => console.error(`policy: ${violatedDirective} ${blockedURI}`));
  });
  page.on("dialog", async (dialog) => {
    page.fired.push(`a dialog on ${page.url()}: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^https?:$/.test(protocol) && !["127.0.0.1", "localhost"].includes(hostname)) page.fired.push(`a request to ${request.url()}`);
  });
  page.on("popup", () => page.fired.push("a window"));
  return page;
}

/** Nothing ran, nothing was loaded, no policy had to step in, and no element came of it. */
async function assertInert(page, text) {
  assert.deepEqual(page.fired, [], text);
  assert.deepEqual(page.troubles, [], text);
  const strange = await page.evaluate(() => {
    const handlers = [...document.querySelectorAll("*")].filter((node) => node.getAttributeNames().some((name) => name.startsWith("on")));
    const foreign = document.querySelectorAll("iframe, object, embed, base, math, template, img:not([src^='data:']), form[action^='java'], a[href^='java'], style, video, audio, marquee");
    return [...handlers, ...foreign].map((node) => node.outerHTML.slice(0, 200));
  });
  assert.deepEqual(strange, [], text);
}

describe("names that would like to be scripts", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("the guard itself sees a script that runs", async () => {
    const page = await guarded(browser);
    // A page without a policy of its own, where a script that stands in it runs.
    await page.setContent("<img src=x onerror=alert(1)><script>alert(2)</script>");
    await page.waitForTimeout(500);
    assert.ok(page.fired.length > 0, "a dialog was not seen");
    await assert.rejects(assertInert(page, "planted"));
    await page.context().close();
  });

  test("on /pay and /i, before and after the checkout takes over", { timeout: 600_000 }, async () => {
    assert.equal(CORPUS.length, 100);
    assert.ok(NAMES.length >= 90, `only ${NAMES.length} can be names`);
    const lane = async (first) => {
      const store = await newStore();
      const page = await guarded(browser);
      const checkout = new CheckoutPage(page);
      for (let at = first; at < NAMES.length; at += LANES) {
        const text = NAMES[at];
        const name = text.trim();
        await ok(store.call("PATCH", "/v1/store", { name: text }));
        const product = await store.sell(FIVE, { name: text, description: text });
        // A reference in an address stands on one line.
        const query = new URLSearchParams({ reference: flat(name) });
        await page.goto(`${demo.edge}/pay/${product.id}?${query}`);
        await checkout.ready();
        await assertInert(page, text);
        assert.ok(flat(await checkout.text()).includes(flat(name)), `${text} is not shown as it was typed`);
        const invoice = await store.bill({ product: product.id, reference: name, asset: asset("USDC") });
        await page.goto(`${demo.edge}/i/${invoice.id}`);
        await checkout.reaches("paying");
        await checkout.ready();
        await assertInert(page, text);
      }
      await page.context().close();
    };
    await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
  });

  test("on the page of what was paid for", async () => {
    const store = await newStore({ name: "<img src=x onerror=alert(1)>" });
    let message = "";
    for (const text of NAMES) if (message.length + text.length < 990) message += `${text}\n`;
    const product = await store.sell(FIVE, { name: "<svg onload=alert(1)>", delivery: { message } });
    const invoice = await store.bill({ product: product.id, asset: asset("USDC") });
    await send(asset("USDC"), invoice.quote.address, invoice.quote.base_units);
    await store.reaches(invoice.id, "paid");
    const page = await guarded(browser);
    await page.goto(`${demo.edge}/i/${invoice.id}`);
    const checkout = new CheckoutPage(page);
    await checkout.reaches("paid");
    await page.waitForTimeout(1_000);
    await assertInert(page, message);
    await page.context().close();
  });

  test("through the loader: in its attributes and in its calls", async () => {
    const page = await guarded(browser);
    await ShopPage.open(page);
    const { id } = demo.products[0];
    // Each as the attributes of an element beside the shop's own: the loader reads all of them, and opens none.
    await page.evaluate(({ texts, id }) => {
      for (const text of texts) {
        const button = document.querySelector("main").appendChild(document.createElement("button"));
        button.setAttribute("data-groat-product", id);
        for (const name of ["reference", "locale", "theme", "amount", "currency", "invoice"]) button.setAttribute(`data-groat-${name}`, text);
      }
    }, { texts: CORPUS, id });
    for (const text of NAMES.filter((_, at) => at % 10 === 0)) {
      await page.evaluate(({ text, id }) => {
        window.Groat.open({ product: id, reference: text, locale: text, theme: text });
      }, { text: text.trim(), id });
      const checkout = CheckoutPage.in(page);
      await checkout.reaches("choosing", "missing");
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    }
    // As ids, too: what is no product is said in words.
    for (const text of ["javascript:alert(1)", "../i/<script>alert(1)</script>", "\"><svg onload=alert(1)>"]) {
      await page.evaluate((text) => {
        window.Groat.open({ product: text }).catch(() => {});
      }, text);
      await page.waitForTimeout(700);
      await page.keyboard.press("Escape");
    }
    assert.deepEqual(page.fired, []);
    await page.context().close();
  });

  test("what holds control characters is refused where it is typed", async () => {
    const store = await newStore();
    for (const text of CORPUS.filter(isRefused)) {
      const answer = await store.call("PATCH", "/v1/store", { name: text });
      assert.deepEqual([answer.status, answer.body.code], [422, "field_invalid"], text);
    }
  });
});
