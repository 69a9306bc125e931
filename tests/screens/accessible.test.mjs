// Every state of the checkout asked by axe, light and dark, on a phone and on the narrowest screen: WCAG 2.2 A and AA and
// its best practices, no finding allowed. The states' data come from widget/dev, the checkout is the one that was built.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import { SIZES, show } from "../../widget/dev/show.mjs";
import { serve } from "../../widget/dev/server.mjs";
import { states } from "../../widget/dev/states.mjs";
import { launch } from "../lib/browser.mjs";

const ASSETS = "target/site/assets";
/** Asked of a whole page, which the checkout in a frame is. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds in the page, a line each: the rule, the element, why. */
async function findings(page) {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations", "passes"] }), TAGS);
  assert.ok(passes.length > 10, "axe asked next to nothing");
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}

describe("axe", { concurrency: 2 }, () => {
  let browser, site;
  before(async () => {
    [browser, site] = await Promise.all([launch(), serve({ assets: ASSETS })]);
  });
  after(async () => {
    await browser.close();
    site.stop();
  });

  test("finds what is wrong where something is", async () => {
    const { page } = await show(browser, site.origin, Object.keys(states)[0]);
    await page.evaluate(() => document.querySelector("main").insertAdjacentHTML("beforeend", '<img src="data:,"><p style="color:#ddd;background:#fff">pale</p>'));
    const rules = (await findings(page)).map((finding) => finding.split(":")[0]);
    assert.ok(rules.includes("image-alt"), rules.join());
    await page.context().close();
  });

  for (const name of Object.keys(states)) {
    test(`finds nothing in ${name}`, async () => {
      const { page, faults } = await show(browser, site.origin, name);
      assert.deepEqual([...faults, ...(await findings(page))], [], "phone, light");
      // Colours are what the theme changes, and what wraps is what the width changes: each is asked once.
      await page.setViewportSize(SIZES.small);
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the narrowest screen");
      assert.deepEqual(await findings(page), [], "narrow, dark");
      await page.context().close();
    });
  }
});
