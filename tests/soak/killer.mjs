// Kills the edge with SIGKILL again and again and starts it anew: at any time, in the middle of a webhook's delivery, in the
// middle of a look at the chain (which is a watcher's alarm), in the middle of making an invoice.
import { sleep } from "../lib/wait.mjs";

const MODES = ["any time", "delivery", "poll", "create"];
/** What was hoped for does not come: then it is any time. */
const PATIENCE_MS = 2_000;
/** Some of what was begun is to be half done when the edge dies. */
const HALF_DONE_MS = 25;

/** Starts killing. `stop` ends it, with the edge alive; `by_mode` counts. */
export function startKiller(world, random, { pause_ms = [300, 2_500], down_ms = [0, 700] } = {}) {
  const by_mode = Object.fromEntries(MODES.map((mode) => [mode, 0]));
  let stopping = false;
  let failed;
  const hook = {
    // The answer comes too late for the edge to hear it.
    delivery: (call) => (world.receiver.begins = call && (() => {
      call();
      return sleep(4 * HALF_DONE_MS);
    })),
    poll: (call) => (world.proxy.listen = call),
    create: (call) => (world.creating = call),
  };
  const moment = (mode) => new Promise((resolve) => {
    const timer = setTimeout(() => resolve("any time"), PATIENCE_MS);
    hook[mode](() => {
      clearTimeout(timer);
      resolve(mode);
    });
  });
  const round = async () => {
    const mode = random.pick(MODES);
    await sleep(random.between(...pause_ms));
    if (stopping) return;
    const hit = mode === "any time" ? mode : await moment(mode);
    if (mode !== "any time") hook[mode](undefined);
    await sleep(random.between(0, HALF_DONE_MS));
    await world.edge.kill();
    world.kills += 1;
    by_mode[hit] += 1;
    await sleep(random.between(...down_ms));
    await world.edge.start();
  };
  const running = (async () => {
    while (!stopping) await round();
  })().catch((error) => {
    failed = error;
  });
  return {
    by_mode,
    async stop() {
      stopping = true;
      await running;
      if (failed) throw failed;
      if (!world.edge.isUp()) await world.edge.start();
    },
  };
}
