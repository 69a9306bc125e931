// Purchases while the edge is killed again and again.
import { seeded } from "../lib/random.mjs";
import { KINDS, buy, drawBuyers } from "./buyers.mjs";
import { check } from "./checks.mjs";
import { startKiller } from "./killer.mjs";
import { startWorld } from "./world.mjs";

/** Buyers at once; those who wait for a window to close do not count. */
const AT_ONCE = 12;

/**
 * Buys until `purchases` have each lived through a kill. `kinds` are those that take part; `say` hears of progress. Throws at
 * the first thing that is wrong.
 */
export async function killedPurchases({ purchases, seed, kinds = Object.keys(KINDS), at_once = AT_ONCE, pace = {}, say = () => {} }) {
  const random = seeded(seed);
  const world = await startWorld();
  try {
    const [usual, brief] = [await world.open(15), await world.open(1)];
    const killer = startKiller(world, random.fork(), pace);
    const killed = () => [usual, brief].reduce((sum, { bought }) => sum + bought.filter(({ kills }) => kills > 0).length, 0);
    const waiting = [];
    let [begun, reported] = [0, 0];
    const next = () => drawBuyers(random, 1)[0];
    const worker = async () => {
      while (usual.bought.filter(({ kills }) => kills > 0).length + waiting.length < purchases) {
        const buyer = next();
        if (!kinds.includes(buyer.kind)) continue;
        begun += 1;
        const store = KINDS[buyer.kind].brief ? brief : usual;
        const bought = buy(world, store, buyer).then((purchase) => store.bought.push(purchase));
        if (KINDS[buyer.kind].brief) waiting.push(bought.then(() => undefined, (error) => error));
        else await bought;
        if (killed() >= reported + 20) say(`  ${(reported = killed())} of ${purchases} purchases, ${world.kills} kills`);
      }
    };
    try {
      await Promise.all(Array.from({ length: at_once }, worker));
      const failures = (await Promise.all(waiting)).filter(Boolean);
      if (failures.length > 0) throw failures[0];
    } finally {
      await killer.stop();
    }
    const counts = [await check(world, usual), await check(world, brief)];
    const sum = (key) => counts.reduce((sum, count) => sum + count[key], 0);
    return { killed: killed(), begun, kills: world.kills, by_mode: killer.by_mode, invoices: sum("invoices"), events: sum("events"), again: sum("again") };
  } finally {
    await world.stop();
  }
}
