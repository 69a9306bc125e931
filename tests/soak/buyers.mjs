// What buyers do, and how each invoice must end. The end follows from the deed alone: no kill, restart or delay changes it.
import { WebSocket } from "ws";
import { caller } from "../lib/api.mjs";
import { provider, send, sendFromContract } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { bill, insist, quote, read } from "./world.mjs";

const ASSETS = ["USDC", "ETH", "USDT", "DAI"];
/** Above it something hangs: a window of a minute, a late look once a minute, an edge that is dead half of the time. */
const LIMIT_MS = 150_000;

/** How often each is drawn, in how long a window, and what must come of it. */
export const KINDS = {
  full: { share: 40, brief: false, ends: ["paid", []] },
  chosen: { share: 15, brief: false, ends: ["paid", []] },
  parts: { share: 15, brief: false, ends: ["paid", []] },
  over: { share: 10, brief: false, ends: ["paid", ["overpaid"]] },
  cancelled: { share: 5, brief: false, ends: ["cancelled", []] },
  partial: { share: 5, brief: true, ends: ["expired", ["underpaid"]] },
  none: { share: 5, brief: true, ends: ["expired", []] },
  late: { share: 5, brief: true, ends: ["expired", ["late"]] },
};

/** `count` buyers by a seed, each kind as often as its share says. */
export function drawBuyers(random, count) {
  const weights = Object.entries(KINDS).flatMap(([kind, { share }]) => Array(share).fill(kind));
  return Array.from({ length: count }, () => ({ kind: random.pick(weights), random: random.fork() }));
}

/**
 * One buyer from the click to the end. Answers the invoice's id, what was sent, what must come of it, and how often the edge
 * was killed meanwhile.
 */
export async function buy(world, store, { kind, random }) {
  const kills = world.kills;
  const symbol = asset(random.pick(ASSETS));
  const pay = random.chance(0.3) ? sendFromContract : send;
  const sent = [];
  const paying = async (to, units) => sent.push({ hash: await pay(symbol, to, units), units: BigInt(units) });

  let made = await bill(world, store, kind === "chosen" ? {} : { asset: symbol });
  const page = random.chance(0.3) ? follow(store, made.id) : undefined;
  if (kind === "chosen") made = await quote(store, made.id, symbol);
  const { address, base_units } = made.quote;
  const units = BigInt(base_units);
  const first = units / 3n;
  await sleep(random.between(0, 1_500));
  if (kind === "cancelled") await insist(() => store.call("POST", `/v1/invoices/${made.id}/cancel`));
  if (kind === "full" || kind === "chosen") await paying(address, units);
  if (kind === "over") await paying(address, units + units / 50n);
  if (kind === "partial" || kind === "parts") await paying(address, first);
  if (kind === "parts") {
    await sleep(random.between(0, 3_000));
    await paying(address, units - first);
  }
  const [status, exceptions] = KINDS[kind].ends;
  if (kind === "late") {
    const closed_ms = Date.parse(made.expires_at);
    await until("the chain's clock is past the end", async () => (await provider.getBlock("latest")).timestamp * 1_000 > closed_ms, LIMIT_MS, 1_000);
    await paying(address, units);
    await insist(() => caller(store.edge)("POST", `/v1/invoices/${made.id}/transactions`, { chain: made.quote.chain, hash: sent[0].hash }));
  }
  const received = sent.reduce((sum, payment) => sum + payment.units, 0n);
  let [version, last] = [0, undefined];
  await until(`${made.id} (${kind}) ${status}`, async () => {
    const now = await read(store, made.id);
    if (now.version < version) throw new Error(`${made.id} went back from version ${version} to ${now.version}`);
    version = now.version;
    last = now;
    return now.status === status && now.exceptions.join() === exceptions.join() && now.quote.base_units_received === `${received}`;
  }, LIMIT_MS, 400).catch((error) => {
    throw new Error(`${error.message}; ${received} was sent, and it is ${JSON.stringify(last)}`, { cause: error });
  });
  await page?.ends(version);
  return { id: made.id, kind, asset: symbol, reference: made.reference, sent, received, status, exceptions, version, kills: world.kills - kills };
}

/** A page that watches its invoice: connects again whenever the edge died, and must never be shown an older version. */
function follow(store, id) {
  let [version, closed, socket] = [0, false, undefined];
  const troubles = [];
  const connect = () => {
    socket = new WebSocket(`${store.edge.replace(/^http/, "ws")}/v1/invoices/${id}/events`);
    socket.on("message", (data) => {
      const snapshot = JSON.parse(data.toString());
      if (snapshot.version < version) troubles.push(`${id}: version ${snapshot.version} was pushed after ${version}`);
      version = snapshot.version;
    });
    socket.on("error", () => {});
    socket.on("close", () => closed || setTimeout(connect, 200).unref());
  };
  connect();
  return {
    /** Waits until the page has heard of that version too. */
    async ends(last) {
      await until(`the page of ${id} hears of version ${last}`, () => version >= last || troubles.length > 0, LIMIT_MS / 5);
      closed = true;
      socket.terminate();
      if (troubles.length > 0) throw new Error(troubles.join("; "));
    },
  };
}
