// The phone case: the wallet comes to the front, the page sleeps, its socket is gone, perhaps the page too. What the wallet
// did meanwhile waits at the relay, and is there as soon as the page is back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN, WALLETS, walletWorld } from "../lib/wallet_world.mjs";
import { sleep } from "../lib/wait.mjs";

const world = walletWorld({ chain: true });
/** Alone on this machine it takes a tenth of it; the figure is printed. */
const BACK_WITHIN_MS = 1_000;
const CALL = { to: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", value: "0x1", data: "0x" };

const away = (tab) => world.relay.control({ block: tab.project });
/** The page is back: how long until this event, in milliseconds. */
async function back(tab, kind, context, allow = { allow: tab.project }) {
  const before = (await tab.heard()).length;
  const started = Date.now();
  await world.relay.control(allow);
  await tab.wake();
  const event = await tab.event(kind, before);
  const took_ms = event.at - started;
  context.diagnostic(`${kind} ${took_ms} ms after the page came back`);
  return { event, took_ms };
}

for (const [name, start] of Object.entries(WALLETS)) {
  test(`${name} approves and pays while the page is away, with reloads between`, async (context) => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const { id } = await world.pair(tab, wallet);
    await away(tab);
    const { topic } = await wallet.approve(id, world.accounts());
    await sleep(1_500);
    await tab.reload();
    await tab.call("resume");
    assert.ok((await tab.event("uri")).uri, "the same code is shown again");
    await sleep(1_500);
    assert.ok(!(await tab.heard()).some(({ kind }) => kind === "connected"), "nothing can have come");
    const approved = await back(tab, "connected", context);
    assert.ok(approved.took_ms < BACK_WITHIN_MS, `${approved.took_ms} ms`);
    await world.settled(wallet);

    await tab.call("sendTransaction", CHAIN, CALL, "inv_1");
    const asked = await world.asked(wallet);
    await away(tab);
    const sent = await world.signer.sendTransaction({ to: CALL.to, value: 1n });
    await wallet.respond(topic, { id: asked.id, jsonrpc: "2.0", result: sent.hash });
    await sleep(1_500);
    await tab.reload();
    await tab.call("resume");
    assert.equal((await tab.event("connected")).asked, "inv_1", "the page knows what it asked");
    const paid = await back(tab, "sent", context);
    assert.deepEqual([paid.event.hash, paid.event.reference], [sent.hash, "inv_1"]);
    assert.ok(paid.took_ms < BACK_WITHIN_MS, `${paid.took_ms} ms`);
  });
}

test("a socket that only seems open is found out when the page is back", async (context) => {
  const [tab, wallet] = [await world.tab(), await world.wallet(WALLETS["sign-client"])];
  const topic = await world.connect(tab, wallet);
  await tab.call("sendTransaction", CHAIN, CALL, "inv_2");
  const asked = await world.asked(wallet);
  await world.relay.control({ mute: tab.project });
  await tab.call("ping");
  const sent = await world.signer.sendTransaction({ to: CALL.to, value: 1n });
  await wallet.respond(topic, { id: asked.id, jsonrpc: "2.0", result: sent.hash });
  await sleep(500);
  assert.ok(!(await tab.heard()).some(({ kind }) => kind === "sent"));
  const { event, took_ms } = await back(tab, "sent", context, { unmute: tab.project });
  assert.equal(event.hash, sent.hash);
  // The proof that is asked for has 1.5 s.
  assert.ok(took_ms < 1_500 + BACK_WITHIN_MS, `${took_ms} ms`);
});

test("a relay that is down for long is told, and then that it is back", async () => {
  const tab = await world.tab();
  await away(tab);
  await tab.call("connect");
  assert.equal((await tab.event("failed")).code, "relay_unreachable");
  await world.relay.control({ allow: tab.project });
  await tab.event("restored");
});

test("an older relay, which knows no proposals, is spoken to in its words", async () => {
  await world.relay.control({ without: "wc_proposeSession" });
  const [tab, wallet] = [await world.tab(), await world.wallet(WALLETS.walletkit)];
  await world.connect(tab, wallet);
});
