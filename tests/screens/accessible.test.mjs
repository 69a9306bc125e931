// Every state of the checkout as people with other eyes, hands and screens meet it, from left to right and from right to
// left. Asked by axe in light and dark: no finding allowed. Looked at on the narrowest screen, at 200 % zoom and with letters
// twice as large: nothing cut off, nothing over anything else. And nothing moves for whoever asked for that. The states' data
// come from widget/dev, the checkout is the one that was built. `cargo xtask screens --axe` asks in every brand and language.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findings } from "../../widget/dev/axe.mjs";
import { BRANDS, DEFAULT, LOCALES, RIGHT_TO_LEFT } from "../../widget/dev/looks.mjs";
import { Stage, onStages } from "../../widget/dev/show.mjs";
import { serve } from "../../widget/dev/server.mjs";
import { states } from "../../widget/dev/states.mjs";
import { launch } from "../lib/browser.mjs";
import { misfits } from "../lib/fits.mjs";

const ASSETS = "target/site/assets";
/** Words are longer in other languages, and axe asks nothing of words: it is asked once in each direction. */
const ASKED_BY_AXE = [DEFAULT.locale, ...RIGHT_TO_LEFT];
/** 1280 × 900, zoomed to 200 %. */
const ZOOMED = { width: 640, height: 450 };

/** What moves by itself. */
const moving = (page) =>
  page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").map(({ effect }) => `moves: ${effect.target.className}`));

const letters = (page, size) => page.evaluate((size) => void (document.documentElement.style.fontSize = size), size);

/** Every state is met in every brand, in one language each: all of them in all would take three times as long. */
const brandOf = (name, locale) => BRANDS[(Object.keys(states).indexOf(name) + LOCALES.indexOf(locale)) % BRANDS.length];

/** Everything that is asked of one state in one language, in one visit. */
async function ask(stage, name, locale) {
  const { page } = stage;
  const found = [];
  const told = (where, faults) => found.push(...faults.map((fault) => `${where}: ${fault}`));
  told("shown", await stage.show(name, { locale, brand: brandOf(name, locale) }));
  told("motion", await moving(page));
  const direction = await page.evaluate(() => getComputedStyle(document.documentElement).direction);
  told("direction", direction === (RIGHT_TO_LEFT.includes(locale) ? "rtl" : "ltr") ? [] : [direction]);
  const axes = () => (ASKED_BY_AXE.includes(locale) ? findings(page) : []);
  told("axe, light", await axes());
  await letters(page, "200%");
  told("letters twice as large", await page.evaluate(misfits));
  await letters(page, "");
  await page.setViewportSize(ZOOMED);
  told("200 %", await page.evaluate(misfits));
  // Colours are what the theme changes, and what wraps is what the width changes: each is asked once.
  await stage.dress({ size: "small", theme: "dark" });
  told("320 px", await page.evaluate(misfits));
  told("axe, dark", await axes());
  return found;
}

describe("what is asked", () => {
  let browser, site;
  before(async () => {
    [browser, site] = await Promise.all([launch(), serve({ assets: ASSETS })]);
  });
  after(async () => {
    await browser.close();
    site.stop();
  });

  /** What of a state that was spoilt is found. */
  async function spoilt(name, spoil, look, looks) {
    const stage = await Stage.open(browser, site.origin, looks);
    await stage.show(name);
    await stage.page.evaluate(spoil);
    const found = await look(stage.page);
    await stage.close();
    return found;
  }
  const style = (rule) => `{ const sheet = new CSSStyleSheet(); sheet.replaceSync(${JSON.stringify(rule)}); document.adoptedStyleSheets.push(sheet); }`;

  test("axe finds what is wrong where something is", async () => {
    const rules = await spoilt("choosing", () => document.querySelector("main").insertAdjacentHTML("beforeend", '<img src="data:,">'), findings);
    assert.match(rules.join(), /image-alt/);
    assert.match((await spoilt("paying", style(".small { color: #ccc }"), findings)).join(), /color-contrast/);
  });

  test("words that can't be read are found", async () => {
    const faults = async (rule) => (await spoilt("paying", style(rule), (page) => page.evaluate(misfits))).join("\n");
    assert.equal(await faults(".nothing { color: red }"), "");
    for (const [rule, what] of [
      [".small { text-wrap: nowrap !important; letter-spacing: 12px }", /outside of the screen: <p class="small">/],
      [".figure { overflow: hidden; width: 60px; flex-wrap: nowrap }", /cut off by <span class="figure">/],
      [".notice.warn { height: 20px }", /cut off by <p class="notice warn">/],
      [".notice.warn { margin-bottom: -60px }", /over each other: <p class="notice warn">/],
      [".main { height: 12px; min-height: 0; width: 40px }", /cut off by <button class="main">/],
      [".qr { margin-bottom: -60px }", /over each other: .* and <svg class="qr">/],
    ]) assert.match(await faults(rule), what, rule);
  });

  test("what moves is found where motion is wanted", async () => {
    assert.match((await spoilt("preparing", () => {}, moving, { motion: "no-preference" })).join(), /spinner/);
  });

  for (const locale of LOCALES) {
    test(`nothing is found in any state, ${locale}`, { timeout: 600_000 }, async () => {
      const found = [];
      let asked = 0;
      const look = async (stage, name) => {
        found.push(...(await ask(stage, name, locale)).map((fault) => `${name} ${brandOf(name, locale)}: ${fault}`));
        asked += 1;
      };
      await onStages(browser, site.origin, Object.keys(states), { pages: 2 }, look, (name, error) => found.push(`${name}: ${error.stack}`));
      assert.deepEqual(found, []);
      assert.equal(asked, Object.keys(states).length);
    });
  }
});
