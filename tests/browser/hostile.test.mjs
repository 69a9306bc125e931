// Pages that get in the way: a policy that allows next to nothing, styles and scripts that break everything they can reach.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { caller, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { balance } from "../lib/chain.mjs";
import { demo } from "../lib/demo.mjs";
import { ShopPage, payWithTestWallet } from "../lib/shop_page.mjs";

describe("a purchase is completed on", { concurrency: 2 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  /** Buys with a wallet from the page's own button; answers the page for more to be looked at. */
  async function buy(path, reference, wallet) {
    const page = await visit(browser);
    const shop = await ShopPage.open(page, path);
    const checkout = await shop.press("#buy");
    await checkout.choose("USDC");
    await checkout.shoot(`${reference}-paying`);
    const box = await page.locator("dialog iframe").boundingBox();
    assert.ok(box.width >= 320 && box.height >= 400, `the frame is ${box.width} × ${box.height}`);
    await payWithTestWallet(shop, checkout, wallet);
    await checkout.reaches("paid");
    const paid = await shop.hears("paid");
    assert.equal(paid.reference, reference);
    const { status, quote } = await ok(caller()("GET", `/v1/invoices/${paid.invoice}`));
    assert.equal(status, "paid");
    assert.equal(await balance(quote.asset, quote.address), BigInt(quote.base_units));
    return { page, shop, checkout };
  }

  test("a page with the strictest policy", async () => {
    const policy = (await fetch(`${demo.shop}/strict.html`)).headers.get("content-security-policy");
    assert.equal(policy, `default-src 'self'; script-src 'self' ${demo.edge}; frame-src ${demo.edge}`);
    const { page } = await buy("/strict.html", "strict", "Groat Test Wallet");
    assert.deepEqual(page.troubles, [], "the policy was broken");
  });

  test("a page with hostile styles and patched globals, from the second of two wallets", async () => {
    const { page, checkout } = await buy("/hostile.html", "hostile", "Second Test Wallet");
    await assert.rejects(page.evaluate(() => window.fetch("/")), /taken fetch away/);
    assert.ok(await page.evaluate(() => window.counted > 0), "the page's own scripts did not run");
    await checkout.button("Return to Paper Boat Studio").click();
    await page.locator("dialog").waitFor({ state: "detached" });
  });
});
