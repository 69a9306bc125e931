// A buyer who has only a keyboard: where focus is, how it is seen, and where it goes next. Knows nothing of payments.
import assert from "node:assert/strict";
import { until } from "./wait.mjs";

/** More stops than any page of the tests has. */
const STOPS_MAX = 60;
/** Focus is on a frame itself when it comes in and when it goes out, and once more when it comes round. */
const FRAME_STOPS = 4;
/** Thinner than this an outline is not seen. */
const OUTLINE_PX = 2;

/** Runs in a frame: what has focus there, or nothing. */
function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  const { left, top, width, height } = element.getBoundingClientRect();
  const all = [...document.querySelectorAll("*")];
  const words = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("[aria-hidden=true]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  while (walker.nextNode()) words.push(walker.currentNode.data.trim());
  return {
    tag: element.tagName.toLowerCase(), id: element.id, at: all.indexOf(element), box: { left, top, width, height },
    name: element.getAttribute("aria-label") ?? words.join(" ").trim(), role: element.getAttribute("role"),
    seen: outlineStyle !== "none" && Number.parseFloat(outlineWidth), colour: outlineColor,
    onScreen: top >= -1 && left >= -1 && top + Math.min(height, 44) <= innerHeight + 1 && left + width <= innerWidth + 1,
  };
}

export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  /** What has focus, in whichever frame it is: `{ name, tag, frame, … }`, or null. */
  async focus() {
    const top = await this.page.mainFrame().evaluate(focused);
    if (top?.tag !== "iframe") return top && { ...top, frame: this.page.mainFrame() };
    for (const frame of this.page.frames().slice(1)) {
      const inner = (await frame.evaluate(() => document.hasFocus())) && (await frame.evaluate(focused));
      if (inner) return { ...inner, frame };
    }
    return { ...top, frame: this.page.mainFrame() };
  }

  /** Every stop of this key until one is named so; that one is the last. Each is seen, and none comes twice. */
  async to(name, key = "Tab") {
    const stops = [];
    let [frames, nowhere] = [0, 0];
    const is = (stop) => (name instanceof RegExp ? name.test(stop.name) : stop.name === name);
    for (;;) {
      await this.press(key);
      const stop = await this.focus();
      if (!stop) {
        assert.ok((nowhere += 1) <= FRAME_STOPS, `${key} goes nowhere, and never to ${name}`);
        continue;
      }
      // A frame may be a stop before what is in it, and after.
      if (stop.tag === "iframe") {
        assert.ok((frames += 1) <= FRAME_STOPS, `${key} stays on a frame, and never comes to ${name}`);
        continue;
      }
      assertSeen(stop);
      const before = stops.find((known) => known.frame === stop.frame && known.at === stop.at);
      assert.ok(!before, `${key} came to ${stop.tag} ${stop.name} twice, and never to ${name}; it went ${stops.map((stop) => stop.name).join(", ")}`);
      stops.push(stop);
      if (is(stop)) return stops;
      assert.ok(stops.length < STOPS_MAX, `${name} was not reached`);
    }
  }

  /** Waits until focus is on what is named so: something else moved it there. */
  comesTo(what, is) {
    return until(`focus on ${what}`, async () => {
      const stop = await this.focus();
      return stop && is(stop) && stop;
    });
  }
}

/** A stop that the buyer can see: outlined, and on the screen. */
function assertSeen(stop) {
  const what = `${stop.tag} “${stop.name}”`;
  assert.ok(stop.name, `${what} at ${JSON.stringify(stop.box)} has no name`);
  assert.ok(stop.seen >= OUTLINE_PX, `${what} has focus, and nothing shows it: ${stop.seen}`);
  assert.ok(stop.onScreen, `${what} has focus outside of the screen: ${JSON.stringify(stop.box)}`);
}

/** Stops in the order in which they are read: down the document, and on the screen from above to below. */
export function assertInOrder(stops) {
  stops.forEach((stop, at) => {
    const before = stops[at - 1];
    if (!before || before.frame !== stop.frame) return;
    assert.ok(before.at < stop.at, `“${stop.name}” comes after “${before.name}”, and stands before it`);
    const overlaps = stop.box.top < before.box.top + before.box.height;
    assert.ok(overlaps || stop.box.top >= before.box.top, `“${stop.name}” stands above “${before.name}”`);
  });
}
