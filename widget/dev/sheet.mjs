// Many pictures at once, to be looked at by people: one page with all of them, and for each look one picture of its states.
import { readFileSync, rmSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How wide a picture stands on a sheet, in CSS pixels. */
const WIDTHS = { phone: 240, small: 240, desk: 480 };
/** A sheet is cut after so many columns' worth of pictures: Chromium draws no picture of any height. */
const SHEET = { width: 1700, states: { phone: 30, small: 30, desk: 18 } };

/** Sheets that are drawn at once: most of a sheet is waiting for its pictures. */
const PAGES = 3;

const STYLE = `body{margin:16px;background:#889;font:14px sans-serif}section{display:flex;flex-wrap:wrap;gap:16px;align-items:start}
figure{margin:0}img{display:block;width:100%}h2{margin:24px 0 8px}`;

const KINDS = ["size", "theme", "locale", "brand"];
const lookOf = (shot) => KINDS.map((kind) => shot[kind]).join(".");

/** By look, in the order in which they first come. */
function byLook(taken) {
  const looks = new Map();
  for (const shot of taken) looks.set(lookOf(shot), [...(looks.get(lookOf(shot)) ?? []), shot]);
  return looks;
}

const figure = ({ name, size }, source) =>
  `<figure style="width:${WIDTHS[size]}px"><img loading="lazy" alt="" src="${source}"><figcaption>${name}</figcaption></figure>`;

/** The page with all pictures. What is chosen above stays, so that one look can be gone through at a time. */
export function contactSheet(out, taken) {
  const choices = KINDS.map((kind) => {
    const values = [...new Set(taken.map((shot) => shot[kind]))];
    const boxes = values.map((value) => `<label><input type="checkbox" checked data-kind="${kind}" value="${value}">${value}</label>`);
    return `<fieldset><legend>${kind}</legend>${boxes.join(" ")}</fieldset>`;
  });
  const sections = [...byLook(taken)].map(([look, shots]) => {
    const data = KINDS.map((kind) => `data-${kind}="${shots[0][kind]}"`).join(" ");
    return `<div class="look" ${data}><h2>${look}</h2><section>${shots.map((shot) => figure(shot, `states/${shot.file}`)).join("")}</section></div>`;
  });
  writeFileSync(join(out, "index.html"), `<!doctype html><meta charset="utf-8"><title>Every state</title>
<style>${STYLE} form{position:sticky;top:0;display:flex;gap:8px;padding:8px;background:#fff}fieldset{border:1px solid #ccc}</style>
<form>${choices.join("")}</form>${sections.join("\n")}
<script>
const boxes = [...document.querySelectorAll("input")];
document.querySelector("form").addEventListener("change", () => {
  for (const look of document.querySelectorAll(".look"))
    look.hidden = boxes.some((box) => !box.checked && look.dataset[box.dataset.kind] === box.value);
});
</script>`);
}

/** Pictures of the states of each look, some thirty on each. Answers how many were made. */
export async function sheets(browser, out, taken) {
  for (const old of readdirSync(out)) if (/^sheet\..*\.png$/.test(old)) rmSync(join(out, old));
  const jobs = [...byLook(taken)].flatMap(([look, shots]) => {
    const most = SHEET.states[shots[0].size];
    const parts = Array.from({ length: Math.ceil(shots.length / most) }, (_, at) => shots.slice(at * most, (at + 1) * most));
    return parts.map((part, at) => ({ part, file: `sheet.${look}.${at + 1}.png` }));
  });
  const made = jobs.length;
  const draw = async () => {
    const page = await browser.newPage({ viewport: { width: SHEET.width, height: 1000 } });
    for (let job; (job = jobs.shift()); ) {
      const figures = job.part.map((shot) => figure(shot, `data:image/png;base64,${readFileSync(join(out, "states", shot.file), "base64")}`).replace(' loading="lazy"', ""));
      await page.setContent(`<style>${STYLE}</style><section>${figures.join("")}</section>`);
      await page.screenshot({ path: join(out, job.file), fullPage: true });
    }
    await page.close();
  };
  await Promise.all(Array.from({ length: PAGES }, draw));
  return made;
}
