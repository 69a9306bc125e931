// A store's brand in a real browser: its colours, logo and words are on the page, from the first paint and after the Wasm
// has taken over; the address and the QR code stand where they stood; no policy has to step in. And the demo's theme page.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, newStore } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { until } from "../lib/wait.mjs";

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40"><style>path{fill:#c2185b}</style><path d="M0 0h60v40H0z"/></svg>`;
const BRANDING = {
  theme: { preset: "berry", radius: 20, light: { accent: "#8a1c4a" } },
  logo: `data:image/svg+xml;base64,${Buffer.from(LOGO).toString("base64")}`,
  texts: { note: "Ships on Mondays <b>only</b>.", thanks: "Thank you.", support: "mailto:help@shop.example" },
};

const hex = (rgb) => `#${rgb.match(/\d+/g).slice(0, 3).map((channel) => Number(channel).toString(16).padStart(2, "0")).join("")}`;
/** A property of the first element of a selector, as the browser works it out. */
const computed = async (inside, selector, property) =>
  inside.locator(selector).first().evaluate((element, property) => getComputedStyle(element)[property], property);

/** Breaks of the page's policy go to the console, and from there to `page.troubles`. */
const watched = async (browser, look) => {
  const page = await visit(browser, look);
  await page.context().addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => console.error(`policy: ${violatedDirective} ${blockedURI}`));
  });
  return page;
};

/** True if the middle of the element is what a finger would meet, and it is inked in a colour other than its ground. */
const isSeen = (element) =>
  element.evaluate((node) => {
    node.scrollIntoView({ block: "center" });
    const { left, top, width, height } = node.getBoundingClientRect();
    const at = document.elementFromPoint(left + width / 2, top + height / 2);
    const { visibility, opacity } = getComputedStyle(node);
    return width > 40 && height > 10 && visibility === "visible" && opacity === "1" && (node === at || node.contains(at));
  });

describe("a brand", () => {
  let browser, store, product;
  before(async () => {
    browser = await launch();
    store = await newStore({ name: "Berry & Sons", branding: BRANDING });
    product = await store.sell(FIVE);
  });
  after(() => browser.close());

  test("is there with the first paint, before any script", async () => {
    const page = await watched(browser, { scripts: false });
    await page.goto(`${demo.edge}/pay/${product.id}`);
    assert.equal(hex(await computed(page, ".card", "backgroundColor")), "#fff8fb");
    assert.equal(hex(await computed(page, ".store", "color")), "#3a0f2a");
    const logo = page.locator(".bar img.logo");
    assert.ok(await logo.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
    assert.deepEqual(await page.locator(".own").allInnerTexts(), ["Ships on Mondays <b>only</b>.", "Questions? Contact Berry & Sons"]);
    assert.equal(await page.locator("a.own").getAttribute("href"), "mailto:help@shop.example");
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });

  for (const theme of ["light", "dark"]) {
    test(`keeps address, amount and code where they are, ${theme}`, async () => {
      const page = await watched(browser, { theme, phone: true });
      await page.goto(`${demo.edge}/pay/${product.id}`);
      const checkout = new CheckoutPage(page);
      const { address } = await checkout.choose("USDC");
      assert.match(address, /^0x[0-9a-fA-F]{40}$/);
      for (const selector of ["code.grouped", ".figure .digits", "svg.qr"]) assert.ok(await isSeen(page.locator(selector)), selector);
      assert.ok((await checkout.scan()).includes(address), "the code is read off the screen");
      const [ground, accent] = theme === "light" ? ["#fff8fb", "#8a1c4a"] : ["#24111d", "#ff8fbb"];
      assert.equal(hex(await computed(page, ".card", "backgroundColor")), ground);
      assert.equal(hex(await computed(page, ".main", "backgroundColor")), accent);
      assert.equal(await computed(page, ".main", "borderTopLeftRadius"), "20px");
      assert.ok(await page.locator(".bar img.logo").evaluate((image) => image.complete && image.naturalWidth > 0), "the logo stays");
      await checkout.shoot("brand-berry");
      assert.deepEqual(page.troubles, []);
      await page.context().close();
    });
  }

  test("of a tag goes before the store's", async () => {
    const { id } = await store.bill({ product: product.id, asset: asset("USDC") });
    const page = await watched(browser);
    await page.goto(`${demo.edge}/i/${id}?theme=midnight%20dark`);
    const checkout = new CheckoutPage(page);
    await checkout.reaches("paying");
    // What is looked at is not to be replaced meanwhile.
    await checkout.ready();
    assert.equal(hex(await computed(page, ".card", "backgroundColor")), "#171333");
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
});

describe("the theme page", () => {
  let browser, before_theme;
  before(async () => {
    browser = await launch();
    before_theme = (await (await fetch(`${demo.shop}/dev/theme`)).json()).theme;
  });
  after(async () => {
    const body = JSON.stringify({ theme: before_theme });
    await fetch(`${demo.shop}/dev/theme`, { method: "POST", headers: { "content-type": "application/json" }, body });
    await browser.close();
  });

  for (const phone of [false, true]) {
    test(`shows one look on button, page and checkout, and what the store refuses${phone ? ", on a phone" : ""}`, async () => {
      const page = await watched(browser, { phone });
      await page.goto(`${demo.shop}/theme`);
      const verdict = page.locator("#verdict");
      const taken = (words) => verdict.filter({ hasText: words }).waitFor();
      await taken("how the shop's checkout looks now");
      await page.locator('[name="preset"][value="paper"]').check();
      await taken("The store has taken it");
      const inside = page.frameLocator("#preview");
      await until("the checkout in the new look", async () => hex(await computed(inside, ".card", "backgroundColor").catch(() => "rgb(0,0,0)")) === "#fdf8ee");
      await until("the button in the new look", async () => hex(await computed(page, "#buy", "backgroundColor")) === "#9c381d");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the screen");
      await page.screenshot({ path: `target/screens/theme-page-${page.look}.png`, fullPage: phone });
      // A yellow that nobody can read on cream.
      await page.locator('[name="accent"]').fill("#ffd400");
      await taken("needs 4.5:1");
      assert.match(await verdict.getAttribute("class"), /no/);
      assert.equal(hex(await computed(inside, ".card", "backgroundColor")), "#fdf8ee", "the preview keeps what was taken");
      await verdict.getByRole("button").click();
      await taken("The store has taken it");
      await page.locator("#reset").click();
      await until("the usual look", async () => hex(await computed(inside, ".card", "backgroundColor").catch(() => "rgb(0,0,0)")) === "#ffffff");
      assert.deepEqual(page.troubles, []);
      await page.context().close();
    });
  }
});
