// What befalls an edge beside being killed: it is replaced by a new build in the middle of payments, its clock jumps, it is
// away for hours in which the chain went on, its node is away. Each answers with what it counted, or throws.
import assert from "node:assert/strict";
import { toQuantity } from "ethers";
import { startAnvil } from "../../contracts/lib/anvil.mjs";
import { deployLocal } from "../../contracts/lib/deploy.mjs";
import { FIVE, caller } from "../lib/api.mjs";
import { payerOn, provider, send } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { seeded } from "../lib/random.mjs";
import { follow } from "../lib/socket.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { buy } from "./buyers.mjs";
import { check } from "./checks.mjs";
import { all, bill, insist, read, startWorld } from "./world.mjs";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** After it, a watcher knows of an invoice that was made. */
const WATCHED_MS = 1_500;

/** The process is replaced by one with another script, on the same databases, while buyers pay; pages connect again. */
export async function redeploy({ buyers = 10, seed = 1 }) {
  const random = seeded(seed);
  const world = await startWorld();
  try {
    const store = await world.open(15);
    const kinds = ["full", "chosen", "parts", "over"];
    const paying = Array.from({ length: buyers }, (_, index) => buy(world, store, { kind: kinds[index % kinds.length], random: random.fork() }));
    const open = await bill(world, store, { asset: asset("USDC") });
    const page = await follow(open.id, store.edge);
    let dropped = false;
    page.socket.on("close", () => (dropped = true));
    await sleep(1_500);
    world.edge.deploy("next");
    await world.edge.kill();
    world.kills += 1;
    await world.edge.start();
    await until("the page's connection drops", () => dropped);
    const again = await follow(open.id, store.edge);
    await until("the page is told where it stands", () => again.snapshots[0]?.id === open.id);
    await insist(() => store.call("POST", `/v1/invoices/${open.id}/cancel`));
    await until("the page hears of the end", () => again.snapshots.some(({ status }) => status === "cancelled"));
    again.close();
    store.bought.push(...(await Promise.all(paying)), purchase(open, "cancelled", []));
    assert.ok(store.bought.some(({ kills }) => kills > 0), "nobody was in the middle of paying");
    return { purchases: store.bought.length, ...(await check(world, store)) };
  } finally {
    await world.stop();
  }
}

/** What a buyer of this file did, in the shape that `check` compares. */
const purchase = (made, status, exceptions, sent = [], version = 0) => ({
  id: made.id, kind: "scenario", reference: made.reference, sent, status, exceptions, version, kills: 1,
  received: sent.reduce((sum, { units }) => sum + units, 0n),
});

/**
 * The edge's time of day jumps: forwards by hours with money on its way, so that windows close by its clock alone; then
 * backwards by minutes and hours.
 */
export async function clockJumps() {
  const world = await startWorld({ clock: true });
  try {
    const store = await world.open(15);
    const pay = async (made) => [{ hash: await send(asset("USDC"), made.quote.address, made.quote.base_units), units: BigInt(made.quote.base_units) }];
    const end = (made, status, exceptions, sent) => untilEnds(store, made, status, exceptions).then(({ version }) => store.bought.push(purchase(made, status, exceptions, sent, version)));

    // Paid in time by the chain, while the edge's clock is far past the window's end: in time. An unpaid one expires.
    const [early, unpaid] = [await bill(world, store, { asset: asset("USDC") }), await bill(world, store)];
    const sent = await pay(early);
    world.edge.setClock(3 * HOUR_MS);
    // By the edge's clock the window has closed, after which it looks once a minute only, unless a page tells of a payment.
    await until("the payment is in a block", () => provider.getTransactionReceipt(sent[0].hash), 20_000);
    await insist(() => caller(store.edge)("POST", `/v1/invoices/${early.id}/transactions`, { chain: early.quote.chain, hash: sent[0].hash }));
    await end(early, "paid", [], sent);
    // An alarm that the runtime has set waits out its length; after a restart it goes by the time of day.
    await world.edge.kill();
    await world.edge.start();
    await end(unpaid, "expired", []);

    // Made by a clock that is hours ahead of the chain's, and only heard of by the watcher after the payment.
    for (const step of ["running", "anew"]) {
      if (step === "anew") {
        await world.edge.kill();
        await world.edge.start();
      }
      const made = await bill(world, store, { asset: asset("USDC") });
      await end(made, "paid", [], await pay(made));
    }

    // Backwards by minutes, then all the way and more. Each with a restart: a runtime that goes on never shows an earlier
    // time than before, and holds its alarms until the true time has caught up, whatever runs on it.
    await world.edge.kill();
    world.edge.setClock(3 * HOUR_MS - 10 * MINUTE_MS);
    await world.edge.start();
    const slow = await bill(world, store, { asset: asset("USDC") });
    await end(slow, "paid", [], await pay(slow));
    const across = await bill(world, store, { asset: asset("USDC") });
    // Its watcher has been told by then: nothing is left to hand over that would wake it.
    await sleep(WATCHED_MS);
    await world.edge.kill();
    world.edge.setClock(-5 * MINUTE_MS);
    const sentAcross = await pay(across);
    await world.edge.start();
    // Seen in the list only: to read one invoice asks how its chain is, which would wake its watcher.
    await until(`${across.id} is paid`, async () => (await all(store, "/v1/invoices?status=paid")).some(({ id }) => id === across.id), 60_000, 300);
    await end(across, "paid", [], sentAcross);
    const behind = await bill(world, store, { asset: asset("USDC") });
    await end(behind, "paid", [], await pay(behind));
    return { purchases: store.bought.length, ...(await check(world, store)) };
  } finally {
    await world.stop();
  }
}

function untilEnds(store, { id }, status, exceptions) {
  let last;
  return until(`${id} ${status}`, async () => {
    last = await read(store, id);
    return last.status === status && last.exceptions.join() === exceptions.join() && last;
  }, 60_000, 300).catch((error) => {
    throw new Error(`${error.message}; it is ${last?.status} with ${JSON.stringify(last?.exceptions)}`);
  });
}

/**
 * The edge is away for `hours` of the chain's time, in which payments come in and windows close; back again, its node is away
 * for a while as well. By the chain's time each payment was in time or late, whenever it is seen.
 */
export async function outage({ hours = 6, block_s = 12 }) {
  const chain = await startAnvil({ extraArgs: ["--slots-in-an-epoch", "1"] });
  let world;
  try {
    await deployLocal(chain.url);
    world = await startWorld({ rpc: chain.url, clock: true });
    const store = await world.open(15);
    const payer = payerOn(chain.provider);
    const mine = (blocks, seconds = block_s) => chain.provider.send("anvil_mine", [toQuantity(blocks), toQuantity(seconds)]);
    const kinds = ["USDC", "ETH", "USDT", "DAI"];
    const deeds = [];
    for (const symbol of kinds) for (const when of ["in time", "too late", "never"]) {
      const made = await bill(world, store, { asset: asset(symbol) });
      const pay = async () => [{ hash: await (symbol === "DAI" ? payer.sendFromContract : payer.send)(asset(symbol), made.quote.address, made.quote.base_units), units: BigInt(made.quote.base_units) }];
      deeds.push({ made, when, pay });
    }
    await until("all are watched", async () => (await caller(world.edge.url)("GET", "/healthz")).body.chains[0].available, 20_000);
    await sleep(1_000);

    // Away. Blocks are dated by the chain; the first payments come after five minutes, the others after five hours.
    await world.edge.kill();
    const sent = new Map();
    const payAll = async (when) => {
      for (const deed of deeds.filter((deed) => deed.when === when)) sent.set(deed.made.id, await deed.pay());
    };
    await mine((5 * 60) / block_s);
    await payAll("in time");
    await mine(Math.round(((hours - 1) * 3_600) / block_s));
    await payAll("too late");
    await mine(Math.round(3_600 / block_s));
    const { number, timestamp } = await chain.provider.getBlock("latest");

    // Back, at the chain's time, with the node away at first.
    world.edge.setClock(timestamp * 1_000 - Date.now());
    world.proxy.down = true;
    await world.edge.start();
    await until("the node's absence is told", async () => !(await insist(() => caller(world.edge.url)("GET", "/healthz"))).chains[0].available, 30_000);
    const refused = await store.call("POST", "/v1/invoices", { price: FIVE, asset: asset("USDC") });
    assert.deepEqual([refused.status, refused.body.code], [503, "network_unavailable"]);
    world.proxy.down = false;
    const began = Date.now();
    const blocks = setInterval(() => mine(1).catch(() => {}), 500);
    try {
      for (const { made, when } of deeds) {
        const payments = sent.get(made.id) ?? [];
        const [status, exceptions] = { "in time": ["paid", []], "too late": ["expired", ["late"]], never: ["expired", []] }[when];
        const { version } = await untilEnds(store, made, status, exceptions);
        store.bought.push(purchase(made, status, exceptions, payments, version));
      }
    } finally {
      clearInterval(blocks);
    }
    return { purchases: deeds.length, blocks: number, seen_within_ms: Date.now() - began, ...(await check(world, store)) };
  } finally {
    await world?.stop();
    await chain.stop();
  }
}
