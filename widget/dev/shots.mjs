// Pictures of every state, phone and desk, light and dark, and one sheet of all. A state that writes an error to the
// console, breaks the page's policy or scrolls sideways fails.
//
//   node widget/dev/shots.mjs [--assets target/site/assets] [--out target/screens] [--only paying,paid] [--quick]
import { chromium } from "playwright-core";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { option, serve } from "./server.mjs";
import { show } from "./show.mjs";
import { states } from "./states.mjs";

const out = option("out", "target/screens");
const only = option("only", "")?.split(",").filter(Boolean);
const quick = process.argv.includes("--quick");
const runs = quick
  ? [["phone", "light"]]
  : [["phone", "light"], ["phone", "dark"], ["small", "light"], ["desk", "light"], ["desk", "dark"]];

mkdirSync(out, { recursive: true });
const { origin, stop } = await serve({ assets: option("assets", "target/site/assets") });
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
const failures = [];
const taken = [];

async function shoot(name, size, theme) {
  const { page, faults } = await show(browser, origin, name, { size, theme, sharp: !quick });
  failures.push(...faults.map((fault) => `${name} ${size} ${theme}: ${fault}`));
  const file = join(out, `${name}.${size}.${theme}.png`);
  await page.screenshot({ path: file, fullPage: true });
  taken.push({ name, size, theme, file });
  await page.context().close();
}

for (const name of Object.keys(states)) {
  if (only.length && !only.includes(name)) continue;
  for (const [size, theme] of runs) await shoot(name, size, theme).catch((error) => failures.push(`${name}: ${error.message}`));
}

/** All pictures of one run side by side. */
for (const [size, theme] of runs) {
  const mine = taken.filter((shot) => shot.size === size && shot.theme === theme);
  const figures = mine.map(({ name, file }) =>
    `<figure><img src="data:image/png;base64,${readFileSync(file, "base64")}"><figcaption>${name}</figcaption></figure>`);
  const page = await browser.newPage({ viewport: { width: 1700, height: 1000 } });
  await page.setContent(`<style>body{margin:16px;background:#889;display:flex;flex-wrap:wrap;gap:16px;align-items:start;font:14px sans-serif}
    figure{margin:0;width:${size === "desk" ? 540 : 260}px}img{width:100%}</style>${figures.join("")}`);
  await page.screenshot({ path: join(out, `sheet.${size}.${theme}.png`), fullPage: true });
  await page.close();
}

await browser.close();
stop();
for (const failure of failures) console.error(failure);
console.log(`${taken.length} pictures in ${out}, ${failures.length} failures`);
process.exit(failures.length ? 1 : 0);
