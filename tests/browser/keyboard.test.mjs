// A purchase by keyboard alone, in the real checkout on the demo shop: Tab, Shift-Tab, Enter, Space and Escape.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { caller, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { demo } from "../lib/demo.mjs";
import { Keyboard, assertInOrder } from "../lib/keyboard.mjs";
import { ShopPage } from "../lib/shop_page.mjs";
import { until } from "../lib/wait.mjs";

const isHeading = (stop) => stop.id === "groat-title";
const inShop = (stop) => stop.frame.parentFrame() === null;

describe("by keyboard alone", { concurrency: 2 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  async function openTideline(page) {
    const shop = await ShopPage.open(page);
    const keyboard = new Keyboard(page);
    await keyboard.to("Buy Tideline");
    await keyboard.press("Enter");
    const checkout = CheckoutPage.in(page);
    await checkout.reaches("choosing");
    await checkout.ready();
    await keyboard.comesTo("the checkout", (stop) => stop.tag === "iframe" || !inShop(stop));
    return { shop, keyboard, checkout };
  }

  test("a buyer opens, chooses, looks around, pays, and is back where they were", async () => {
    const page = await visit(browser);
    const { shop, keyboard, checkout } = await openTideline(page);
    // With more than one wallet there is a list of them.
    await page.addScriptTag({ type: "module", url: `${demo.shop}/static/wallet/second.js` });

    assertInOrder(await keyboard.to(/^USDC/));
    await keyboard.press("Enter");
    await checkout.reaches("paying");
    await keyboard.comesTo("the heading", isHeading);

    // Everything that can be pressed is a stop, in the order in which it stands, and back again.
    const there = await keyboard.to("I have paid");
    assertInOrder(there);
    const pressable = await checkout.inside.locator(".body button:visible, .body a:visible").count();
    assert.equal(there.length, pressable, `stops: ${there.map(({ name }) => name).join(", ")}`);
    const back = await keyboard.to(there[0].name, "Shift+Tab");
    assert.deepEqual(back.map(({ name }) => name), there.map(({ name }) => name).reverse().slice(1));

    // Space works as Enter does: on a switch, and on a button.
    const code = checkout.inside.getByRole("switch");
    const [{ name: label }] = (await keyboard.to(await code.innerText())).slice(-1);
    assert.equal(await code.getAttribute("aria-checked"), "false");
    await keyboard.press("Space");
    await until("the switch is on", async () => (await code.getAttribute("aria-checked")) === "true");
    assert.equal((await keyboard.focus()).name, label, "focus left the switch");
    await keyboard.to("Pay with a wallet", "Shift+Tab");
    await keyboard.press("Space");
    await checkout.reaches("wallets");
    await keyboard.comesTo("the heading", isHeading);

    // Back, and in again: nothing is lost on the way.
    await keyboard.to("Back", "Shift+Tab");
    await keyboard.press("Enter");
    await checkout.reaches("paying");
    await keyboard.comesTo("the heading", isHeading);
    await keyboard.to("Pay with a wallet");
    await keyboard.press("Enter");
    await checkout.reaches("wallets");
    await keyboard.comesTo("the heading", isHeading);
    await keyboard.to(/^Groat Test Wallet/);
    await keyboard.press("Enter");

    // The wallet's own window has focus while it asks.
    for (const title of ["Connect to this site", "Send"]) {
      await shop.wallet.window.getByRole("heading", { name: title }).waitFor();
      await keyboard.comesTo("the wallet", (stop) => inShop(stop) && /^(Connect|Confirm)$/.test(stop.name));
      await keyboard.press("Enter");
    }
    await checkout.reaches("paid");
    const { invoice } = await shop.hears("paid");
    assert.equal((await ok(caller()("GET", `/v1/invoices/${invoice}`))).status, "paid");
    // The wallet gave focus back to the checkout, from where all of it is reached.
    assertInOrder(await keyboard.to("Return to Paper Boat Studio"));
    await keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    const { name } = await keyboard.comesTo("the shop", inShop);
    assert.equal(name, "Buy Tideline");
    assert.deepEqual(page.troubles, []);
  });

  test("focus stays in the open checkout, goes round in it, and is given back by its own button", async () => {
    const page = await visit(browser, { phone: true });
    const { keyboard, checkout } = await openTideline(page);
    const names = new Set();
    let rounds = 0;
    for (let presses = 0; rounds < 2; presses += 1) {
      assert.ok(presses < 80, `focus never came round; it was at ${[...names].join(", ")}`);
      await keyboard.press("Tab");
      const stop = await keyboard.focus();
      // Behind the checkout nothing can be reached; between two rounds focus is with the browser or on the frame.
      assert.ok(!stop || stop.tag === "iframe" || !inShop(stop), `focus came to the page behind: ${stop?.tag} ${stop?.name}`);
      if (!stop || stop.tag === "iframe") continue;
      if (names.has(stop.name) && stop.name === [...names][0]) rounds += 1;
      names.add(stop.name);
    }
    const pressable = await checkout.inside.locator("button:visible:not([aria-disabled]), a:visible").count();
    assert.ok(names.size >= pressable, `${pressable} things can be pressed; focus was at ${[...names].join(", ")}`);
    await keyboard.to("Close the checkout");
    await keyboard.press("Enter");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal((await keyboard.comesTo("the shop", inShop)).name, "Buy Tideline");
  });

  test("a payment link's page is gone through from its top, and what can't be had can't be taken", async () => {
    const page = await visit(browser);
    await page.goto(`${demo.edge}/pay/${demo.products[0].id}`);
    const checkout = new CheckoutPage(page);
    await checkout.ready();
    const keyboard = new Keyboard(page);
    const stops = await keyboard.to(/^USDC/);
    assertInOrder(stops);
    assert.ok(stops.length <= (await checkout.inside.locator("button").count()), "something else took focus");
    await keyboard.press("Space");
    await checkout.reaches("paying");
    await keyboard.comesTo("the heading", isHeading);
  });
});
