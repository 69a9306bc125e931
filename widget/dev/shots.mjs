// Pictures of every state in every look, one page that shows them all, and sheets of many on one picture. A state that
// writes an error to the console, breaks the page's policy or scrolls sideways fails.
//
//   cargo xtask screens [words…] [--sharp]      with words: only those states, sizes, themes, languages, brands
//   cargo xtask screens --axe [words…]          no pictures: axe is asked in every theme, language and brand, and may find nothing
import { chromium } from "playwright-core";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findings } from "./axe.mjs";
import { BRANDS, LOCALES, SIZES, THEMES } from "./looks.mjs";
import { option, serve } from "./server.mjs";
import { contactSheet, sheets } from "./sheet.mjs";
import { onStages } from "./show.mjs";
import { states } from "./states.mjs";

const out = option("out", "target/screens");
const words = process.argv.slice(2).filter((word, at, all) => !word.startsWith("--") && !/^--(out|assets)$/.test(all[at - 1] ?? ""));

/** What is asked for: of each kind all that words name; everything where none does. Other words name states, or parts of them. */
function wanted() {
  const kinds = { size: ["phone", "desk"], theme: THEMES, locale: LOCALES, brand: BRANDS };
  const known = [...Object.keys(SIZES), ...THEMES, ...LOCALES, ...BRANDS];
  const chosen = Object.entries(kinds).map(([kind, all]) => {
    const named = (kind === "size" ? Object.keys(SIZES) : all).filter((value) => words.includes(value));
    return [kind, named.length ? named : all];
  });
  const parts = words.filter((word) => !known.includes(word));
  const names = Object.keys(states).filter((name) => !parts.length || parts.some((part) => name.includes(part)));
  if (!names.length) throw new Error(`no state has ${parts.join(" or ")} in its name; there are ${Object.keys(states).join(", ")}`);
  return { names, ...Object.fromEntries(chosen) };
}

const isAsking = process.argv.includes("--axe");
const { names, theme: themes, locale: locales, brand: brands, ...more } = wanted();
// What is in the page is the same on every screen.
const sizes = isAsking ? more.size.slice(0, 1) : more.size;
const visits = brands.flatMap((brand) => locales.flatMap((locale) => names.map((name) => ({ name, locale, brand }))));
const total = visits.length * sizes.length * themes.length;
const pictures = join(out, "states");
if (!isAsking) {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
}

const { origin, stop } = await serve({ assets: option("assets", "target/site/assets") });
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"],
});
const started = Date.now();
const seconds = () => Math.round((Date.now() - started) / 1000);
const failures = [];
const taken = [];
const what = isAsking ? "questions to axe" : "pictures";
let told = 0;

/** One visit, all sizes and themes: to change those takes less than to show the state again. */
async function shoot(stage, visit) {
  const { name, locale, brand } = visit;
  const first = { size: sizes[0], theme: themes[0] };
  failures.push(...(await stage.show(name, { ...visit, ...first })).map((fault) => `${name} ${locale} ${brand}: ${fault}`));
  for (const size of sizes) {
    for (const theme of themes) {
      await stage.dress({ size, theme });
      failures.push(...(await stage.width()).map((fault) => `${name} ${size} ${theme} ${locale} ${brand}: ${fault}`));
      const file = `${name}.${size}.${theme}.${locale}.${brand}.png`;
      if (isAsking) failures.push(...(await findings(stage.page)).map((finding) => `${file}: axe: ${finding}`));
      else writeFileSync(join(pictures, file), await stage.picture());
      taken.push({ name, size, theme, locale, brand, file });
    }
  }
  if (taken.length - told >= 100) {
    told = taken.length;
    console.log(`${told} of ${total} ${what} after ${seconds()} s`);
  }
}

await onStages(browser, origin, visits, { sharp: process.argv.includes("--sharp") }, shoot, ({ name, locale, brand }, error) =>
  failures.push(`${name} ${locale} ${brand}: ${error.message}`));
stop();
if (taken.length !== total) failures.push(`${taken.length} of ${total} ${what}`);
let done = `axe was asked ${taken.length} times`;
if (!isAsking) {
  console.log(`${taken.length} pictures after ${seconds()} s; now the sheets`);
  // Several pages finish in any order; a sheet has the states' own.
  const order = new Map(names.map((name, at) => [name, at]));
  taken.sort((one, other) => order.get(one.name) - order.get(other.name));
  contactSheet(out, taken);
  const made = await sheets(browser, out, taken);
  done = `${taken.length} pictures in ${pictures}, all of them in ${join(out, "index.html")}, ${made} sheets beside it`;
}
await browser.close();

for (const failure of failures) console.error(failure);
console.log(`${done}: ${seconds()} s, ${failures.length} failures`);
process.exit(failures.length ? 1 : 0);
