// What a soak runs on: an edge that can be killed, a proxy before its node, a receiver of webhooks, stores. And what every
// caller does who meets an edge that dies: ask again.
import { randomUUID } from "node:crypto";
import { FIVE, caller, newStore, ok } from "../lib/api.mjs";
import { demo } from "../lib/demo.mjs";
import { register, startReceiver } from "../lib/receiver.mjs";
import { startProxy } from "../lib/rpc_proxy.mjs";
import { sleep } from "../lib/wait.mjs";
import { workerdInstance } from "../lib/workerd_instance.mjs";

/** Fast enough that a soak of hundreds takes minutes. */
const POLL_MS = 300;
/** Nobody waits longer for an edge that was killed. */
const PATIENCE_MS = 90_000;
const AGAIN_MS = 100;

/** Starts it all. `rpc` is another node than the stack's; `clock` lets the edge's time of day be moved. */
export async function startWorld({ rpc = demo.rpc, clock = false } = {}) {
  const proxy = await startProxy(rpc);
  const edge = await workerdInstance(({ CHAINS }) => {
    const chains = JSON.parse(CHAINS);
    chains[demo.chain] = { ...chains[demo.chain], rpc: [proxy.url], poll_ms: POLL_MS };
    return { CHAINS: JSON.stringify(chains) };
  }, { clock });
  await edge.start();
  const receiver = await startReceiver();
  const world = { proxy, edge, receiver, kills: 0, creating: undefined, stores: [] };
  return Object.assign(world, {
    /** A store whose news the receiver hears; its window in minutes. */
    async open(invoice_minutes) {
      const store = await newStore({ edge: edge.url, operator: edge.operator, invoice_minutes });
      const endpoint = await register(store, receiver);
      const opened = { ...store, secret: endpoint.secret, bought: [] };
      world.stores.push(opened);
      return opened;
    },
    async stop() {
      await Promise.all([receiver.stop(), proxy.stop()]);
      await edge.remove();
    },
  });
}

/** The body of a success, asked for until the edge lives; only refusals that stay are errors. */
export async function insist(ask) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch((error) => ({ status: 0, text: `${error}` }));
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    const passes = answer.status === 0 || answer.status >= 500;
    if (!passes || Date.now() > deadline) throw new Error(`answered ${answer.status}: ${answer.text}`);
    await sleep(AGAIN_MS);
  }
}

/** An invoice, made once however often it had to be asked for. */
export function bill(world, store, body = {}) {
  const key = randomUUID();
  const reference = `soak-${key}`;
  return insist(() => {
    world.creating?.();
    return store.call("POST", "/v1/invoices", { price: FIVE, reference, ...body }, { "idempotency-key": key });
  });
}

/** The invoice as the seller sees it. */
export const read = (store, id) => insist(() => store.call("GET", `/v1/invoices/${id}`));

/** A quote as a buyer gets it. */
export const quote = (store, id, asset) => insist(() => caller(store.edge)("POST", `/v1/invoices/${id}/quotes`, { asset }));

/** All entries of a list, newest first. */
export async function all(store, path) {
  const entries = [];
  let cursor = "";
  do {
    const page = await ok(store.call("GET", `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor && `&cursor=${cursor}`}`));
    entries.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor);
  return entries;
}
