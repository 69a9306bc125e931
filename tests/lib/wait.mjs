// Waiting for what will become true, with a limit that a slow machine does not reach.

/** Above it something hangs: two slow cores, a block a second, a few polls. */
const LIMIT_MS = 45_000;
const STEP_MS = 150;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What `look` answers, as soon as that is something. `what` is for the message when it never is. */
export async function until(what, look, limit_ms = LIMIT_MS, step_ms = STEP_MS) {
  const deadline = Date.now() + limit_ms;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limit_ms / 1000} s`, { cause: last });
    await sleep(step_ms);
  }
}
