// The Wasm takes the edge's page over: nobody sees it. The same pixels before and after, and no layout shift.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PNG } from "pngjs";
import { FIVE, newStore } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { send } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";

/** Runs before the page's own scripts: keeps what the browser itself counts as a jump. */
function watchShifts() {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      window.shifts.push({ value, of: sources.map(({ node }) => node?.className ?? node?.nodeName) });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** How many pixels of two pictures differ. */
function differing(one, other) {
  const [a, b] = [one, other].map((png) => PNG.sync.read(png));
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    if (a.data.readUInt32BE(at) !== b.data.readUInt32BE(at)) count++;
  }
  return count;
}

describe("the checkout takes over", { concurrency: 2 }, () => {
  let browser, store, product;
  before(async () => {
    browser = await launch();
    store = await newStore({ name: "Paper Boat Studio" });
    product = await store.sell({ amount: "1049.00", currency: "USD" }, { name: "Halyard, a field guide to knots" });
  });
  after(() => browser.close());

  const PATHS = {
    choosing: async () => `/pay/${product.id}`,
    paying: async () => `/i/${(await store.bill({ product: product.id, asset: asset("USDC") })).id}`,
    // A page that a form has led to: the address says what was pressed.
    looking: async () => `/i/${(await store.bill({ product: product.id, asset: asset("ETH") })).id}?do=have-paid`,
    cancelled: async () => {
      const { id } = await store.bill({ product: product.id, asset: asset("DAI") });
      await store.call("POST", `/v1/invoices/${id}/cancel`);
      return `/i/${id}`;
    },
    missing: async () => `/i/${"inv_"}${"0".repeat(36)}`,
  };

  for (const [screen, path] of Object.entries(PATHS)) {
    for (const [phone, theme, locale] of [[true, "light", "en-GB"], [false, "dark", "en-GB"], [true, "light", "ar"], [false, "light", "de-AT"]]) {
      test(`of ${screen} on a ${phone ? "phone" : "desk"}, ${theme}, ${locale}`, async () => {
        const page = await visit(browser, { phone, theme, locale });
        await page.addInitScript(watchShifts);
        let release;
        const held = new Promise((resolve) => {
          release = resolve;
        });
        await page.route(/\.wasm$/, async (route) => {
          await held;
          await route.continue();
        });
        const checkout = new CheckoutPage(page);
        await page.goto(demo.edge + (await path()), { waitUntil: "domcontentloaded" });
        await checkout.reaches(screen);
        await page.waitForLoadState("domcontentloaded");
        assert.equal(await page.locator("#groat[data-live]").count(), 0, "the Wasm came before its time");
        // The seconds go on meanwhile; where they stand is compared, what they say is not.
        const picture = () => page.screenshot({ fullPage: true, mask: [page.locator(".time")] });
        const place = async () => (await page.locator(".time").count()) && page.locator(".time").boundingBox();
        const shifts = () => page.evaluate(() => window.shifts.splice(0));
        assert.deepEqual(await shifts(), [], "the edge's page jumps by itself");
        const [before, placeBefore] = [await picture(), await place()];
        // A picture of a whole page makes the window taller for its time: what moves then is not the page's doing.
        await page.waitForTimeout(300);
        await shifts();
        release();
        await checkout.ready();
        await page.waitForTimeout(300);
        assert.deepEqual(await shifts(), []);
        const [now, placeNow] = [await picture(), await place()];
        assert.deepEqual(placeNow, placeBefore);
        assert.equal(differing(before, now), 0, "pixels changed");
        // It is alive.
        if (screen === "choosing") {
          await checkout.choose("USDC");
          assert.match(page.url(), /\/i\/inv_/);
        }
        await page.context().close();
      });
    }
  }

  test("the guard itself sees a jump", async () => {
    const page = await visit(browser);
    await page.addInitScript(watchShifts);
    await page.goto(`${demo.edge}${await PATHS.paying()}`);
    const before = await page.screenshot();
    await page.waitForTimeout(600);
    await page.evaluate(() => document.querySelector(".card").style.setProperty("margin-top", "120px"));
    await page.waitForTimeout(300);
    assert.ok(differing(before, await page.screenshot()) > 0);
    assert.ok((await page.evaluate(() => window.shifts)).length > 0);
    await page.context().close();
  });

  test("a press while the Wasm is on its way waits for it, and no page is loaded in between", async () => {
    const page = await visit(browser);
    let release;
    const wasm = new Promise((resolve) => {
      release = resolve;
    });
    await page.route(/\.wasm$/, async (route) => {
      await wasm;
      await route.continue();
    });
    const checkout = new CheckoutPage(page);
    const asked = page.waitForRequest(/\.wasm$/);
    await page.goto(`${demo.edge}/pay/${(await store.sell(FIVE)).id}`, { waitUntil: "domcontentloaded" });
    await asked;
    await checkout.row("USDC").click();
    assert.equal(await checkout.row("USDC").getAttribute("aria-busy"), "true");
    await checkout.row("ETH").click();
    release();
    await checkout.reaches("paying");
    assert.equal((await checkout.quoted()).symbol, "USDC", "the first press is the one that counts");
    assert.equal(page.visits.length, 1);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });

  test("a press waits for no Wasm that fails", async () => {
    const page = await visit(browser);
    let fail;
    const wasm = new Promise((resolve) => {
      fail = resolve;
    });
    await page.route(/\.wasm$/, async (route) => {
      await wasm;
      await route.abort();
    });
    const checkout = new CheckoutPage(page);
    const asked = page.waitForRequest(/\.wasm$/);
    await page.goto(`${demo.edge}/pay/${(await store.sell(FIVE)).id}`, { waitUntil: "domcontentloaded" });
    await asked;
    await checkout.row("USDC").click();
    fail();
    await checkout.reaches("paying");
    assert.equal(page.visits.length, 3, "the page, its form, and where that led");
    await page.context().close();
  });

  test("a choice made before the Wasm is there is not lost", async () => {
    const page = await visit(browser);
    await page.route(/\.wasm$/, () => {});
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${(await store.sell(FIVE)).id}`, { waitUntil: "domcontentloaded" });
    await checkout.row("USDC").click();
    await checkout.reaches("paying");
    const id = /\/i\/(inv_\w+)/.exec(page.url())[1];
    const { quote } = await store.read(id);
    await page.unroute(/\.wasm$/);
    await page.reload();
    await checkout.ready();
    await send(quote.asset, quote.address, quote.base_units);
    await checkout.reaches("paid");
    await page.context().close();
  });
});
