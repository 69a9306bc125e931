// What is compared with how it looked before: every state on a phone in light, on a desk in the dark, and from right to
// left. In one brand, and in a font that comes with the tests, so that no machine's own fonts move anything.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LOCALES } from "../../widget/dev/looks.mjs";
import { serve } from "../../widget/dev/server.mjs";
import { onStages } from "../../widget/dev/show.mjs";
import { states } from "../../widget/dev/states.mjs";
import { launch } from "../lib/browser.mjs";
import { look, read, write } from "../lib/fingerprint.mjs";

const KEPT = fileURLToPath(new URL("fingerprints.json", import.meta.url));
const ASSETS = "target/site/assets";

/** The looks by language: one visit, then only dressed anew. */
const LOOKS = { en: [{ size: "phone", theme: "light" }, { size: "desk", theme: "dark" }], ar: [{ size: "phone", theme: "light" }] };

const visits = Object.keys(LOOKS).filter((locale) => LOCALES.includes(locale)).flatMap((locale) => Object.keys(states).map((name) => ({ name, locale })));
const nameOf = ({ name, locale }, { size, theme }) => `${name}.${size}.${theme}.${locale}`;

/** Every name there must be a fingerprint for. */
export const names = visits.flatMap((visit) => LOOKS[visit.locale].map((dress) => nameOf(visit, dress)));

/** What views are looked at with: the states' server and a browser. Stop it afterwards. */
export async function openWorld() {
  // Letters are placed by the font alone, not by the machine's way of sharpening them.
  const [browser, site] = await Promise.all([launch(["--font-render-hinting=none", "--force-color-profile=srgb"]), serve({ assets: ASSETS })]);
  return { browser, site, stop: () => browser.close().then(() => site.stop()) };
}

/** Looks at all views; `see(name, seen)` hears of each, `failed(what, error)` of what could not be shown. */
export async function lookAtAll({ browser, site }, see, failed) {
  const one = async (stage, visit) => {
    await showView(stage, visit);
    for (const dress of LOOKS[visit.locale]) {
      await stage.dress(dress);
      see(nameOf(visit, dress), await look(stage));
    }
  };
  await onStages(browser, site.origin, visits, {}, one, (visit, error) => failed(`${visit.name}.${visit.locale}`, error));
}

/** Shows a state in the first of its language's looks. */
export async function showView(stage, { name, locale }) {
  const faults = await stage.show(name, { locale, ...LOOKS[locale][0], font: "fixed" });
  const fonts = await stage.page.evaluate(() => [...document.fonts].filter(({ status }) => status === "loaded").map(({ family }) => family));
  if (faults.length || !fonts.includes("Fixed")) throw new Error([...faults, `fonts: ${fonts}`].join("; "));
}

/** How everything looked when it was accepted: parts by name. */
export function kept() {
  const all = JSON.parse(readFileSync(KEPT, "utf8"));
  return new Map(Object.entries(all).map(([name, parts]) => [name, parts.map(read)]));
}

/** A line for each view: what changed is seen in a diff. */
export function keep(seen) {
  const lines = [...seen].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, { parts }]) => `${JSON.stringify(name)}: ${JSON.stringify(parts.map(write))}`);
  writeFileSync(KEPT, `{\n${lines.join(",\n")}\n}\n`);
  return KEPT;
}
