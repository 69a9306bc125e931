// One state of the checkout in a page of its own, as `states.mjs` describes it. For pictures and for tests.
import { states } from "./states.mjs";

export const SIZES = { phone: { width: 390, height: 844 }, small: { width: 320, height: 640 }, desk: { width: 1100, height: 860 } };

/** Until the state stands still, in milliseconds; the line's next try comes after a second. */
const SETTLES_MS = 250;
const RECONNECTS_MS = 1_500;

/**
 * Shows a state. Answers its page, and what was wrong with it: an error in the console, a break of the policy, a page
 * wider than the screen. Close the page's context afterwards.
 */
export async function show(browser, origin, name, { size = "phone", theme = "light", sharp = false } = {}) {
  const state = states[name];
  const context = await browser.newContext({
    viewport: SIZES[size], colorScheme: theme, deviceScaleFactor: sharp ? 2 : 1, reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const faults = [];
  // A socket or a call that the state means to fail is no fault of the page.
  page.on("console", (message) => {
    if (message.type() === "error" && !/WebSocket|net::ERR|status of 4/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`${origin}/show?state=${name}`);
  await page.waitForSelector(".card");
  if (state.wallet) await page.waitForTimeout(50);
  for (const selector of state.press ?? []) await page.locator(selector).first().click();
  if (state.offline) await context.setOffline(true);
  await page.waitForTimeout(name === "reconnecting" ? RECONNECTS_MS : SETTLES_MS);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) faults.push(`${wide}px wider than the screen`);
  return { page, faults };
}
