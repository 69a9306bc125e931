// A short share of `cargo xtask soak`: purchases on an edge that is killed every second.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { killedPurchases } from "../soak/purchases.mjs";
import { clockJumps, outage, redeploy } from "../soak/scenarios.mjs";

/** Those that wait for no window to close. */
const QUICK = ["full", "chosen", "parts", "over", "cancelled"];

describe("an edge that dies again and again", () => {
  test("ends each purchase in its one right state, and tells of it once or more under one id", async (context) => {
    const result = await killedPurchases({
      purchases: 12, seed: 3, kinds: QUICK, at_once: 6, pace: { pause_ms: [200, 1_200], down_ms: [0, 300] },
      say: (line) => context.diagnostic(line),
    });
    assert.ok(result.killed >= 12 && result.kills >= 5, JSON.stringify(result));
  });

  test("is replaced by another build in the middle of payments: they end as they should, and pages connect again", () => redeploy({ buyers: 6 }));

  // The library under the runtime that moves its clock is for Linux.
  if (process.platform === "linux") {
    test("bears a clock that jumps hours forwards and minutes back", () => clockJumps());

    test("tells in time from late after six hours away, with its node away too", () => outage({ hours: 6, block_s: 60 }));
  }
});
