// What axe finds in a state as it is shown: WCAG 2.2 A and AA, and axe's own best practices. For pictures and for tests.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Half as long as what the package exports: it is read anew in every page. */
const AXE = readFileSync(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
/** Asked of a whole page, which the checkout in a frame is. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** With fewer checks passed than this, axe was asked of an empty page. */
const FEWEST_PASSES = 10;

/** What axe finds in the page, a line each: the rule, the element, why. */
export async function findings(page) {
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(`${AXE};0`);
  // Now and then an evaluation answers nothing while the page is busy: it is asked once more, never believed.
  const ask = () => page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  const { violations, passes } = (await ask()) ?? (await ask());
  if (passes.length <= FEWEST_PASSES) throw new Error("axe asked next to nothing");
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}
