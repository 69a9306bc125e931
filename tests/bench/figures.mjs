// What the bench's scripts share: percentiles, an open loop, and how figures are printed.
import { sleep } from "../lib/wait.mjs";

/** The value that `percent` of the sorted list do not pass. */
export function percentile(values, percent) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(((sorted.length - 1) * percent) / 100)] ?? 0;
}

export const times = (value, of) => (of > 0 ? (value / of).toFixed(1) : "-");
export const ms = (value) => value.toFixed(1);

/**
 * Calls `act(index)` so many times a second for so long, whether or not earlier calls have ended: a server that is slow gets no
 * pause for it. Answers the times from when each call was due to its end, and the failures.
 */
export async function openLoop({ per_second, seconds, act }) {
  const [latencies, failures, running] = [[], [], new Set()];
  const count = Math.round(per_second * seconds);
  const started = performance.now();
  for (let index = 0; index < count; index += 1) {
    const due = started + (index * 1_000) / per_second;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const call = act(index).then(() => latencies.push(performance.now() - due), (error) => failures.push(error)).then(() => running.delete(call));
    running.add(call);
  }
  await Promise.all(running);
  return { latencies, failures, took_s: (performance.now() - started) / 1_000 };
}
