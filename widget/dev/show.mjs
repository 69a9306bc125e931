// One state of the checkout in a page, as `states.mjs` describes it. For pictures and for tests.
//
// Time stands still in it: the same state looks the same whenever it is shown. A page is used for one state after the
// other, since to open one takes longer than to show a state.
import { DEFAULT, SIZES } from "./looks.mjs";
import { NOW, states } from "./states.mjs";

/** How long nothing may change in the page before it is taken as it is, in milliseconds. */
const QUIET_MS = 80;
/** Longer than anything but a hang takes on two busy cores. */
const PATIENCE_MS = 30_000;
/** What would change a state after so long never comes; the line's next try, after a second, does. */
const LATER_MS = 1_500;

/** Runs before the page's own scripts: the clock stands, and nothing is remembered of the state before. */
function standStill({ now, later }) {
  Date.now = () => now;
  const { setTimeout: real } = window;
  window.setTimeout = (act, after, ...rest) => (after >= later ? 0 : real(act, after, ...rest));
  try {
    localStorage.clear();
    sessionStorage.clear();
  } catch {
    // A page that is not the checkout yet.
  }
}

/** Answers when nothing has changed in the page for so long, and its pictures are drawn. */
const quiet = (quiet_ms) =>
  new Promise((resolve) => {
    let timer = setTimeout(resolve, quiet_ms);
    new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(resolve, quiet_ms);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  })
    .then(() => Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode().catch(() => {}))]))
    .then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** A page in which states are shown. Close it afterwards. */
export class Stage {
  static async open(browser, origin, { sharp = false, motion = "reduce" } = {}) {
    const context = await browser.newContext({
      deviceScaleFactor: sharp ? 2 : 1, reducedMotion: motion, locale: "en-GB", timezoneId: "UTC",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await context.addInitScript(standStill, { now: NOW, later: LATER_MS });
    return new Stage(await context.newPage(), origin);
  }

  constructor(page, origin) {
    Object.assign(this, { page, origin, faults: [], waiting: new Set() });
    page.setDefaultTimeout(PATIENCE_MS);
    // A socket or a call that the state means to fail is no fault of the page.
    page.on("console", (message) => {
      if (message.type() === "error" && !/WebSocket|net::ERR|status of 4/.test(message.text())) this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("request", (request) => this.waiting.add(request));
    for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => this.waiting.delete(request));
  }

  /**
   * Shows a state. Answers what was wrong with it: an error in the console, a break of the policy, a page wider than the
   * screen.
   */
  async show(name, look = {}) {
    const { size, theme, locale, brand, ...more } = { ...DEFAULT, ...look };
    const state = states[name];
    await this.page.context().setOffline(false);
    await this.dress({ size, theme });
    await this.touch(Boolean(state.touch));
    this.waiting.clear();
    this.faults.length = 0;
    const query = new URLSearchParams({ state: name, ...(locale !== DEFAULT.locale && { locale }), ...(brand !== DEFAULT.brand && { brand }), ...more });
    await this.page.goto(`${this.origin}/show?${query}`);
    await this.page.waitForSelector("#groat[data-live] .card");
    for (const selector of state.press ?? []) await this.page.locator(selector).first().click();
    // What the mouse rests on looks different.
    if (state.press) await this.page.mouse.move(0, 0);
    if (state.offline) await this.page.context().setOffline(true);
    if (state.shows) await this.page.waitForSelector(state.shows);
    await this.settle(Object.values(state.answers ?? {}).includes("never"));
    return [...this.faults, ...(await this.width())];
  }

  /** The same state on another screen or in other light. */
  async dress({ size, theme }) {
    if (size) await this.page.setViewportSize(SIZES[size]);
    if (theme) await this.page.emulateMedia({ colorScheme: theme });
  }

  /** Has the page believe that it is operated by a finger, as phones are, or by a mouse. */
  async touch(enabled) {
    if (enabled === Boolean(this.touched)) return;
    this.devtools ??= await this.page.context().newCDPSession(this.page);
    await this.devtools.send("Emulation.setTouchEmulationEnabled", { enabled });
    this.touched = enabled;
  }

  /** Waits until the state stands: what was asked is answered, unless it `hangs`, and nothing changes any more. */
  async settle(hangs = false) {
    const deadline = Date.now() + PATIENCE_MS;
    do await this.page.evaluate(quiet, QUIET_MS);
    while (!hangs && this.waiting.size > 0 && Date.now() < deadline);
    if (!hangs && this.waiting.size > 0) this.faults.push(`never answered: ${[...this.waiting].map((request) => request.url())}`);
  }

  async width() {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    return wide > 0 ? [`${wide}px wider than the screen`] : [];
  }

  /** A picture of the whole page. Chromium has none to give now and then; then it is asked again. */
  async picture(tries = 3) {
    try {
      return await this.page.screenshot({ fullPage: true });
    } catch (error) {
      if (tries <= 1) throw error;
      return this.picture(tries - 1);
    }
  }

  close() {
    return this.page.context().close();
  }
}

/**
 * Does `work(stage, item)` for each item, on several pages at once. A page in which something threw is given up for a new
 * one; what it threw goes to `failed`.
 */
export async function onStages(browser, origin, items, { pages = 3, ...looks }, work, failed) {
  const queue = [...items];
  const one = async () => {
    let stage = await Stage.open(browser, origin, looks);
    for (let item; (item = queue.shift()); ) {
      try {
        await work(stage, item);
      } catch (error) {
        failed(item, error);
        await stage.close();
        stage = await Stage.open(browser, origin, looks);
      }
    }
    await stage.close();
  };
  await Promise.all(Array.from({ length: Math.min(pages, queue.length) }, one));
}
