// A store's brand over the API: what is refused and whom the refusal blames, what becomes of a logo, and that whatever is
// set or stands in an address reaches CSS as tokens only.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { demo } from "../lib/demo.mjs";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const svg = (text) => `data:image/svg+xml;base64,${base64(text)}`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#c2185b" d="M0 0h8v8H0z"/></svg>`;
const light = (colours) => ({ theme: { light: colours } });
const texts = (texts) => ({ texts });

/** What would like to be more than a theme, a text or a picture, with the field that is to be blamed. */
const NASTY = [
  // Texts that end a declaration, a rule or an element.
  [light({ accent: "#2550d0;}body{display:none" }), "branding.theme.light.accent"],
  [light({ accent: "#2550d0}*{visibility:hidden}" }), "branding.theme.light.accent"],
  [light({ accent: "</style><script>alert(1)</script>" }), "branding.theme.light.accent"],
  [light({ accent: "#2550d0/**/" }), "branding.theme.light.accent"],
  [light({ ground: "url(https://elsewhere.example/x.png)" }), "branding.theme.light.ground"],
  [light({ ground: "url(javascript:alert(1))" }), "branding.theme.light.ground"],
  [light({ ground: "expression(alert(1))" }), "branding.theme.light.ground"],
  [light({ ground: "image-set('x' 1x)" }), "branding.theme.light.ground"],
  [light({ ground: "var(--text)" }), "branding.theme.light.ground"],
  [light({ ground: "attr(data-key)" }), "branding.theme.light.ground"],
  [light({ text: "inherit" }), "branding.theme.light.text"],
  [light({ text: "transparent" }), "branding.theme.light.text"],
  [light({ text: "currentcolor" }), "branding.theme.light.text"],
  // Colours that are none, or not wholly there.
  [light({ text: "#10182800" }), "branding.theme.light.text"],
  [light({ text: "#1018" }), "branding.theme.light.text"],
  [light({ text: "rgba(0,0,0,0)" }), "branding.theme.light.text"],
  [light({ text: "color-mix(in srgb, #000, #fff)" }), "branding.theme.light.text"],
  [light({ text: "black" }), "branding.theme.light.text"],
  [light({ text: "" }), "branding.theme.light.text"],
  [light({ text: "#" }), "branding.theme.light.text"],
  [light({ text: "#١٢٣٤٥٦" }), "branding.theme.light.text"],
  [light({ text: "#１０１８２８" }), "branding.theme.light.text"],
  [light({ text: "#10182G" }), "branding.theme.light.text"],
  [light({ text: " #101828" }), "branding.theme.light.text"],
  [light({ text: "#101828\n" }), "branding.theme.light.text"],
  [light({ text: "#\u0000101828" }), "branding.theme.light.text"],
  [light({ text: `#${"0".repeat(5000)}` }), "branding.theme.light.text"],
  // What could not be read.
  [light({ text: "#ffffff" }), "branding.theme.light.text"],
  [light({ accent: "#ffff00" }), "branding.theme.light.accent"],
  [light({ ground: "#777777", text: "#777777" }), "branding.theme.light.text"],
  [light({ ground: "#2550d0", accent: "#2550d0" }), "branding.theme.light.accent"],
  [{ theme: { dark: { text: "#151a21" } } }, "branding.theme.dark.text"],
  // Choices that are none.
  [{ theme: { preset: "plain; position: fixed" } }, "branding.theme.preset"],
  [{ theme: { preset: "__proto__" } }, "branding.theme.preset"],
  [{ theme: { preset: "ＰＬＡＩＮ" } }, "branding.theme.preset"],
  [{ theme: { mode: "dark}" } }, "branding.theme.mode"],
  [{ theme: { font: "Arial; src: url(//elsewhere.example)" } }, "branding.theme.font"],
  [{ theme: { font: "@import 'x'" } }, "branding.theme.font"],
  [{ theme: { button: "none" } }, "branding.theme.button"],
  [{ theme: { radius: 25 } }, "branding.theme.radius"],
  [{ theme: { radius: 65535 } }, "branding.theme.radius"],
  // Texts and addresses.
  [texts({ note: "x".repeat(141) }), "branding.texts.note"],
  [texts({ note: "a\u0007b" }), "branding.texts.note"],
  [texts({ thanks: "x".repeat(281) }), "branding.texts.thanks"],
  [texts({ support: "javascript:alert(1)" }), "branding.texts.support"],
  [texts({ support: " javascript:alert(1)" }), "branding.texts.support"],
  [texts({ support: "data:text/html,<script>" }), "branding.texts.support"],
  [texts({ support: "https://shop.example\"onclick=alert(1)" }), "branding.texts.support"],
  [texts({ support: "//elsewhere.example" }), "branding.texts.support"],
  [texts({ support: "https://аpple.example\u202e" }), "branding.texts.support"],
  // Pictures that are more than that, or none.
  [{ logo: svg("<svg><script>alert(1)</script></svg>") }, "branding.logo"],
  [{ logo: svg("<svg onload='alert(1)'/>") }, "branding.logo"],
  [{ logo: svg("<svg><a href='javascript:alert(1)'/></svg>") }, "branding.logo"],
  [{ logo: svg("<svg><foreignObject><iframe/></foreignObject></svg>") }, "branding.logo"],
  [{ logo: svg("<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>") }, "branding.logo"],
  [{ logo: svg("<svg><image href='https://elsewhere.example/pixel'/></svg>") }, "branding.logo"],
  [{ logo: svg("<?xml-stylesheet href='x'?><svg/>") }, "branding.logo"],
  [{ logo: svg("<html><body>hello</body></html>") }, "branding.logo"],
  [{ logo: `data:image/png;base64,${base64(SVG)}` }, "branding.logo"],
  [{ logo: `data:image/svg+xml;base64,${base64(Buffer.from("89504e470d0a1a0a", "hex"))}` }, "branding.logo"],
  [{ logo: `data:image/png;base64,${base64(Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), Buffer.from("ffffffffffffffff", "hex")]))}` }, "branding.logo"],
  [{ logo: `data:image/gif;base64,${base64("GIF89a<script>")}` }, "branding.logo"],
  [{ logo: `data:text/html;base64,${base64(SVG)}` }, "branding.logo"],
  [{ logo: "https://elsewhere.example/logo.png" }, "branding.logo"],
  [{ logo: `${svg(SVG)}!` }, "branding.logo"],
  [{ logo: svg(`<svg>${" ".repeat(24 * 1024)}</svg>`) }, "branding.logo"],
];

/** What is not of the right kind at all is refused before it is looked at. */
const MISSHAPEN = [
  { theme: { radius: 1e99 } }, { theme: { radius: -1 } }, { theme: { radius: 1.5 } }, { theme: { radius: "4px" } },
  { theme: { css: "body{display:none}" } }, { theme: { light: { shadow: "#000000" } } }, { theme: "midnight" },
  { css: "x" }, { logo: 7 }, { texts: { title: "x" } }, { theme: { light: { accent: ["#000000"] } } },
];

/** Lines in a page's address, each of which would like to be more than words. */
const LINES = [
  "dark;}body{display:none}", "accent:#2550d0;}*{display:none}", "</style><script>alert(1)</script>", "radius:9999999999",
  "radius:-1", "radius:1e3", "ground:url(//elsewhere.example)", "text:transparent accent:#ffff00", "font:expression(alert(1))",
  "\u0000dark", "accent:#١٢٣٤٥٦", `midnight ${"x".repeat(500)}`, "midnight\n}body{display:none", "ground:#ffffff text:#ffffff",
  "preset:midnight", "__proto__", "accent-dark:#000000", "button:none", ":::", "midnight paper berry dark light auto",
];

/** Everything that a page's own style may hold. */
const TOKENS = /^(?:(?:@media \(prefers-color-scheme:(?:light|dark)\)\{)?:root:root\{(?:(?:--[a-z-]+|color-scheme):(?:#[0-9a-f]{6}|\d{1,2}px|var\(--[a-z-]+\)|light|dark|0 0 0 1px var\(--line\)|0 1px 2px #10182814,0 12px 32px #10182814|[\w ",-]+);?)+\}\}?)*$/;

const styleOf = (html) => /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? "";

describe("a brand", { concurrency: 4 }, () => {
  let store, product;
  before(async () => {
    store = await newStore({ name: "Branded" });
    product = await store.sell(FIVE);
  });

  test("is refused where it would be more than a look, and nothing of it is kept", async () => {
    const mine = await newStore({ name: "Untouched", branding: { theme: { preset: "paper" } } });
    for (const [branding, param] of NASTY) {
      const answer = await mine.call("PATCH", "/v1/store", { branding: { theme: { preset: "berry" }, ...branding } });
      assertProblem(answer, 422, "field_invalid", param);
    }
    for (const branding of MISSHAPEN) assertProblem(await mine.call("PATCH", "/v1/store", { branding }), 400, "body_invalid");
    const kept = (await ok(mine.call("GET", "/v1/store"))).branding;
    assert.deepEqual(kept, { theme: { preset: "paper" }, logo: null, texts: {} });
    assert.ok(NASTY.length + MISSHAPEN.length >= 40);
  });

  test("that can't be read is refused with the nearest colour that can", async () => {
    const answer = await store.call("PATCH", "/v1/store", { branding: light({ accent: "#ffd400" }) });
    assertProblem(answer, 422, "field_invalid", "branding.theme.light.accent");
    const { detail } = answer.body;
    assert.equal(detail, "light.accent #ffd400 on light.ground #ffffff has a contrast of 1.43:1 and needs 4.5:1; the nearest colour that does is #8c7500");
    const nearest = detail.slice(-7);
    const mine = await newStore({ branding: light({ accent: nearest }) });
    assert.equal((await ok(mine.call("GET", "/v1/store"))).branding.theme.light.accent, nearest);
  });

  test("is one style in the page, and the policy names its hash", async () => {
    const mine = await newStore({ branding: { theme: { preset: "midnight" }, texts: { note: "</style><script>alert(1)</script>" } } });
    const { id } = await mine.sell(FIVE);
    const page = await caller()("GET", `/pay/${id}`);
    const style = styleOf(page.text);
    assert.match(style, TOKENS);
    assert.match(style, /--card:#/);
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(page.headers.get("content-security-policy").includes(`style-src 'self' 'sha256-${hash}';`));
    assert.equal(page.text.split("<style").length, 2, "one, and no other");
    // The usual look is in the style sheet already.
    const usual = await caller()("GET", `/pay/${product.id}`);
    assert.equal(styleOf(usual.text), "");
    assert.ok(usual.headers.get("content-security-policy").includes("style-src 'self';"));
  });

  test("of a tag changes the look and nothing else", async () => {
    for (const line of LINES) {
      const page = await caller()("GET", `/pay/${product.id}?theme=${encodeURIComponent(line)}`);
      assert.equal(page.status, 200, line);
      assert.match(styleOf(page.text), TOKENS, line);
      assert.ok(!page.text.includes("alert(1)") && !page.text.includes("elsewhere"), line);
      const sheet = await caller()("GET", `/theme/${store.pk}.css?theme=${encodeURIComponent(line)}`);
      assert.equal(sheet.status, 200, line);
      assert.ok(!/[<>@](?!media)|url\(|display:none/.test(sheet.text), line);
    }
    const dark = await caller()("GET", `/pay/${product.id}?theme=midnight%20dark`);
    assert.match(dark.text, /data-theme="dark"/);
    assert.match(styleOf(dark.text), /^:root:root\{[^@]*--card:#171333/);
  });

  test("has its look for the seller's own page", async () => {
    const mine = await newStore({ branding: { theme: { preset: "berry", mode: "light" } } });
    for (const name of [mine.pk, mine.id]) {
      const sheet = await caller()("GET", `/theme/${name}.css`);
      assert.equal(sheet.status, 200);
      assert.match(sheet.headers.get("content-type"), /^text\/css/);
      assert.equal(sheet.headers.get("cache-control"), "public, max-age=300");
      assert.equal(sheet.headers.get("cross-origin-resource-policy"), "cross-origin");
      assert.equal(sheet.headers.get("x-content-type-options"), "nosniff");
      assert.match(sheet.text, /--groat-accent:#c2185b;/);
      assert.match(sheet.text, /\.groat-button\{/);
      assert.ok(!sheet.text.includes("@media"), "always light");
    }
    for (const name of [`${mine.sk}.css`, mine.pk, "st_0000000000.css", "x.css", ".css"]) {
      assert.equal((await caller()("GET", `/theme/${name}`)).status, 404, name);
    }
  });

  test("has a logo at an address of its own, which has no rights", async () => {
    const mine = await newStore({ branding: { logo: svg(SVG) } });
    const { logo } = (await ok(mine.call("GET", "/v1/store"))).branding;
    assert.match(logo, new RegExp(`^/logo/${mine.id}/[0-9a-f]{20}\\.svg$`));
    const served = await caller()("GET", logo);
    assert.equal(served.text, SVG);
    assert.equal(served.headers.get("content-type"), "image/svg+xml");
    assert.equal(served.headers.get("x-content-type-options"), "nosniff");
    assert.equal(served.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.match(served.headers.get("content-security-policy"), /^default-src 'none';.*; sandbox$/);
    // Bytes that are no text come as they went.
    const png = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010806", "hex"), Buffer.from([...Array(256).keys()])]);
    await ok(mine.call("PATCH", "/v1/store", { branding: { logo: `data:image/png;base64,${base64(png)}` } }));
    const next = (await ok(mine.call("GET", "/v1/store"))).branding.logo;
    const bytes = Buffer.from(await (await fetch(demo.edge + next)).arrayBuffer());
    assert.ok(bytes.equals(png));
    assert.equal((await caller()("GET", logo)).status, 404, "the one before is gone");
    assert.equal((await caller()("GET", next.replace(mine.id, store.id))).status, 404, "another store has none");
    assert.equal((await caller()("GET", `/logo/${mine.id}/..%2f..%2fv1`)).status, 404);
  });
});
