// Every state looks as it did when that was accepted. A difference is written as pictures to target/screens/changed; one
// that is meant is accepted with `cargo xtask screens --accept`, and fingerprints.json committed.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Stage } from "../../widget/dev/show.mjs";
import { differences, look } from "../lib/fingerprint.mjs";
import { sketch } from "../lib/sketch.mjs";
import { kept, lookAtAll, names, openWorld, showView } from "./views.mjs";

const CHANGED = "target/screens/changed";
/** Of one view; whatever stands below a part that grew has moved too. */
const TOLD = 4;

describe("how states look", () => {
  let world;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());

  test("each looks as it was accepted", { timeout: 600_000 }, async () => {
    rmSync(CHANGED, { recursive: true, force: true });
    const accepted = kept();
    const told = [];
    const seen = new Set();
    const see = (name, view) => {
      seen.add(name);
      const expected = accepted.get(name) ?? [];
      const found = differences(expected, view.parts);
      if (found.length === 0) return;
      sketch(CHANGED, name, expected, view, found);
      told.push(`${name}: ${found.slice(0, TOLD).map(({ text }) => text).join("; ")}${found.length > TOLD ? `; and ${found.length - TOLD} more` : ""}`);
    };
    await lookAtAll(world, see, (what, error) => told.push(`${what}: ${error.stack}`));
    assert.deepEqual(told, [], `pictures of it are in ${CHANGED}; if it is meant: cargo xtask screens --accept`);
    assert.deepEqual([...seen].sort(), [...names].sort(), "not every view was looked at");
    assert.deepEqual([...accepted.keys()].sort(), [...names].sort(), "fingerprints.json is of other states: cargo xtask screens --accept");
  });

  describe("and a difference is seen", () => {
    let stage, unspoilt;
    before(async () => {
      stage = await Stage.open(world.browser, world.site.origin);
      await showView(stage, { name: "paying", locale: "en" });
      unspoilt = (await look(stage)).parts;
    });
    after(() => stage.close());

    /** What is found in `paying` on a phone while a rule is added to its styles. */
    async function spoilt(rule) {
      await stage.page.evaluate((rule) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(rule);
        document.adoptedStyleSheets = [sheet];
      }, rule);
      return differences(unspoilt, (await look(stage)).parts).map(({ text }) => text).join("\n");
    }

    for (const [what, rule, finds] of [
      ["a block that moves by eight pixels", ".copy { transform: translateX(-8px) }", /button\.copy.*left/],
      ["a gap that grows by five", ".body { gap: 21px }", /top/],
      ["a button in another colour", ".main { background: #7040c0 }", /button\.main: .*inside/],
      ["letters in another colour", ".small { color: #2550d0 }", /p\.small: inside/],
      ["a border in another colour", ".amount { border-color: #2550d0 }", /div\.amount: rim/],
      ["an icon that is missing", ".icon { mask: none; background: none }", /i\.icon\.pages: inside/],
      ["a part that is missing", ".notice { display: none }", /p\.notice\.warn at .* is gone/],
      ["a part that is not drawn", ".qr { opacity: 0 }", /svg\.qr: inside/],
      ["two parts that have changed places", ".main { order: 9 }", /button\.main: top/],
      ["corners of another roundness, where they are large", ".main { border-radius: 26px }", /button\.main: rim/],
    ]) test(`finds ${what}`, async () => assert.match(await spoilt(rule), finds));

    test("does not see what nobody would", async () => {
      assert.equal(await spoilt(".small { letter-spacing: .01px; color: #586273 } .body { padding-top: 21px }"), "");
    });
  });
});
