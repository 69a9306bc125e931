// One visit to one page with a browser that has never seen it, over a slow network with a slow processor: what is fetched, when
// what can be seen, and what the page's thread did. Knows nothing of whose page it is.
import { readFileSync } from "node:fs";
import jsQR from "jsqr";
import { chromium } from "playwright-core";
import { PNG } from "pngjs";
import { sleep } from "../lib/wait.mjs";

/** "Slow 4G" as Chromium's developer tools have it and Lighthouse, which audits pages for phones, takes it. */
export const NETWORK = { offline: false, latency: 562.5, downloadThroughput: (1_474.56 * 1_000) / 8, uploadThroughput: (675 * 1_000) / 8 };
/** A phone of the middle class beside a developer's machine, as Lighthouse assumes. */
export const CPU_SLOWDOWN = 4;
/** Nothing of the page's own was fetched for so long: it has what it wanted. */
const QUIET_MS = 2_000;
/** A page that is not done within this time never is, also on a busy machine. */
export const PATIENCE_MS = 120_000;
const LOOK_MS = 25;

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--disable-background-networking", "--disable-component-update"];

/**
 * Opens `url` and lets `act` go through it. `own` says which addresses' bytes are the page's; `world` is whose certificate is
 * believed (`pin`) and which port of this machine stands in for every other one (`port`); `before` runs in every frame before
 * its scripts. Answers what was measured; throws in words if the page does not do what `act` waits for.
 */
export async function visit({ url, own, world, before = [], network = NETWORK, slowdown = CPU_SLOWDOWN, patience_ms = PATIENCE_MS }, act) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: [...ARGUMENTS, ...inside(world)],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1_024, height: 720 }, locale: "en-GB" });
    for (const script of before) await context.addInitScript(script);
    const page = await context.newPage();
    page.setDefaultTimeout(patience_ms);
    const control = await context.newCDPSession(page);
    const bytes = await counting(control, own);
    await control.send("Performance.enable");
    await control.send("Network.emulateNetworkConditions", network);
    await control.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    const troubles = [];
    page.on("pageerror", (error) => troubles.push(`${error}`.slice(0, 300)));
    page.on("console", (message) => message.type() === "error" && troubles.push(message.text().slice(0, 300)));

    const visitor = new Visitor(browser, page, control, bytes, patience_ms);
    try {
      await page.goto(url, { waitUntil: "commit" });
      visitor.started = Date.now();
      await act(visitor);
    } catch (error) {
      const text = await page.locator("body").innerText({ timeout: 5_000 }).catch(() => "");
      throw new Error(`${error.message.split("\n")[0]}; the page shows: ${text.slice(0, 300)}; it said: ${troubles.slice(-5).join(" | ") || "nothing"}`, { cause: error });
    }
    return visitor.marks;
  } finally {
    await browser.close();
  }
}

/** Reads a picture as a camera sees it, a little soft: so are codes of dots and roundels read too. */
function camera(png) {
  const { width, height, data } = PNG.sync.read(png);
  const soft = new Uint8ClampedArray(data);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = (y * width + x) * 4;
      // Green stands for all colours: codes are dark on light.
      let sum = 0;
      for (const row of [at - 4 * width, at, at + 4 * width]) sum += data[row - 3] + data[row + 1] + data[row + 5];
      soft[at] = soft[at + 1] = soft[at + 2] = sum / 9;
    }
  }
  return jsQR(soft, width, height)?.data;
}

/** Flags that keep the browser on this machine: every other host is the stand-in's port. */
const inside = ({ pin, port } = {}) => [`--host-resolver-rules=MAP * 127.0.0.1:${port ?? 9}, EXCLUDE 127.0.0.1`, ...(pin ? [`--ignore-certificate-errors-spki-list=${pin}`] : [])];

/** Whoever looks at the page and presses its buttons. `marks` is what they noted. */
class Visitor {
  marks = {};

  constructor(browser, page, control, bytes, patience_ms) {
    Object.assign(this, { browser, page, control, bytes, patience_ms });
  }

  /** From here on time is counted. */
  start() {
    this.started = Date.now();
  }

  mark(name, at = Date.now()) {
    this.marks[name] ??= at - this.started;
  }

  /** Waits until `locator` can be seen, and notes when under `name`. */
  async sees(name, locator) {
    await locator.waitFor();
    this.mark(name);
  }

  /** Waits until a camera could read a QR code that `wanted` accepts; the time is that of the picture it is on. */
  async scans(name, wanted) {
    const until = Date.now() + this.patience_ms;
    let fault;
    while (Date.now() < until) {
      const at = Date.now();
      // While a slow page is being drawn, Chromium may have no picture to give: the next look may.
      const picture = await this.page.screenshot().catch((error) => void (fault = error));
      const text = picture && camera(picture);
      if (text !== undefined && wanted.test(text)) return this.mark(name, at);
      await sleep(LOOK_MS);
    }
    throw new Error(`no QR code like ${wanted} came within ${this.patience_ms / 1_000} s`, { cause: fault });
  }

  /** Waits until the test wallet was asked for an account; the time is that of its own clock. */
  async connects(name) {
    await this.page.waitForFunction(() => window.walletAsked !== undefined);
    this.mark(name, await this.page.evaluate(() => window.walletAsked));
  }

  /** Waits until the page has fetched nothing of its own for a while. */
  async quiet() {
    const until = Date.now() + this.patience_ms;
    while (Date.now() < until) {
      if (this.bytes.idleFor() >= QUIET_MS) return;
      await sleep(LOOK_MS);
    }
    throw new Error(`the page went on fetching for ${this.patience_ms / 1_000} s`);
  }

  /** Notes the bytes so far. */
  weigh(name) {
    Object.assign(this.marks, { [`${name}_br`]: this.bytes.transferred, [`${name}_raw`]: this.bytes.raw, [`${name}_requests`]: this.bytes.requests });
  }

  /** Notes what the thread did so far and what the page holds in memory. */
  async strain() {
    const { metrics } = await this.control.send("Performance.getMetrics");
    const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
    Object.assign(this.marks, { task_ms: of("TaskDuration") * 1_000, script_ms: of("ScriptDuration") * 1_000 });
    await this.control.send("HeapProfiler.collectGarbage");
    const after = await this.control.send("Performance.getMetrics");
    this.marks.heap = after.metrics.find(({ name }) => name === "JSHeapUsedSize").value;
    this.marks.memory = await this.memory();
  }

  /** What the page's process holds for itself, Wasm's memory too: the largest, as the browser has small ones of its own. */
  async memory() {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    try {
      const pages = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => readFileSync(`/proc/${id}/smaps_rollup`, "utf8"));
      const kibibytes = pages.map((text) => [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, [, value]) => sum + Number(value), 0));
      return Math.max(...kibibytes) * 1_024;
    } catch {
      // Only Linux tells.
      return undefined;
    }
  }
}

/**
 * Counts the bodies of the page's own answers, as they were transferred and unpacked. What came from a cache was not fetched.
 * The size on the wire is the answer's own `content-length`: what the browser reports mixes headers in.
 */
async function counting(control, own) {
  const running = new Map();
  const counts = { transferred: 0, raw: 0, requests: 0, last: Date.now(), idleFor: () => (running.size > 0 ? 0 : Date.now() - counts.last) };
  const of = (act) => (event) => running.has(event.requestId) && act(running.get(event.requestId), event);
  const ended = of((one, { requestId }) => {
    running.delete(requestId);
    counts.last = Date.now();
  });
  control.on("Network.requestWillBeSent", ({ requestId, request }) => own(request.url) && running.set(requestId, { raw: 0 }));
  control.on("Network.requestServedFromCache", of((one) => (one.cached = true)));
  control.on("Network.responseReceived", of((one, { response }) => {
    one.cached ||= response.fromDiskCache || response.fromPrefetchCache;
    const length = Object.entries(response.headers).find(([name]) => name.toLowerCase() === "content-length")?.[1];
    one.transferred = length === undefined ? undefined : Number(length);
  }));
  control.on("Network.dataReceived", of((one, { dataLength }) => (one.raw += dataLength)));
  control.on("Network.loadingFinished", of((one, event) => {
    ended(event);
    if (one.cached) return;
    counts.transferred += one.transferred ?? event.encodedDataLength;
    counts.raw += one.raw;
    counts.requests += 1;
  }));
  control.on("Network.loadingFailed", ended);
  await control.send("Network.enable");
  return counts;
}
