// Headless Chromium as a buyer has it: a desk or a phone, light or dark. Screenshots of states go to target/screens/.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Longer than anything but a hang takes, on two busy cores, in milliseconds. */
export const PATIENCE_MS = 45_000;

const SCREENS = fileURLToPath(new URL("../../target/screens", import.meta.url));
const DESK = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** Starts the browser. As root, Chromium runs only without its sandbox; the pages are ours. */
export const launch = (more = []) =>
  chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", ...more],
  });

/**
 * A new visitor's page. What goes wrong in it is kept in `page.troubles`; navigations and WebSocket messages, in any of its
 * frames, in `page.visits` and `page.pushed`; requests that failed or wait for
 * their answer in `page.failed` and `page.unanswered`.
 */
export async function visit(browser, { phone = false, theme = "light", locale = "en-GB", scripts = true } = {}) {
  const look = { ...(phone ? PHONE : DESK), colorScheme: theme, reducedMotion: "reduce", locale };
  const context = await browser.newContext({ ...look, javaScriptEnabled: scripts });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.look = `${phone ? "phone" : "desk"}-${theme}${scripts ? "" : "-scriptless"}`;
  page.troubles = [];
  page.visits = [];
  page.pushed = [];
  page.failed = [];
  page.unanswered = new Set();
  page.on("pageerror", (error) => page.troubles.push(`${error}`));
  page.on("console", (message) => message.type() === "error" && page.troubles.push(message.text()));
  page.on("request", (request) => {
    page.unanswered.add(request.url());
    if (request.isNavigationRequest()) page.visits.push(request.url());
  });
  page.on("response", (response) => page.unanswered.delete(response.url()));
  page.on("requestfailed", (request) => {
    page.unanswered.delete(request.url());
    page.failed.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => page.pushed.push(JSON.parse(payload.toString()))));
  return page;
}

let lastCopy = Promise.resolve();

/** What `press` puts on the clipboard. All pages of a browser share one: whoever copies has it for themselves until it is read. */
export function copied(page, press) {
  const copy = lastCopy.then(async () => {
    await press();
    return page.evaluate(() => navigator.clipboard.readText());
  });
  lastCopy = copy.catch(() => {});
  return copy;
}

/** Keeps what a state looks like, for people to see. */
export async function shoot(page, state) {
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: `${SCREENS}/${state}-${page.look}.png` });
}
