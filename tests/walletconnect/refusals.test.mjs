// No at every step: each ends where it should, and the page is told why.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN, WALLETS, walletWorld } from "../lib/wallet_world.mjs";
import { until } from "../lib/wait.mjs";

const world = walletWorld();
const CALL = { to: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", value: "0x1", data: "0x" };

for (const [name, start] of Object.entries(WALLETS)) {
  test(`${name} declines the proposal, and another code works`, async () => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const { id } = await world.pair(tab, wallet);
    await wallet.reject(id);
    assert.equal((await tab.event("ended")).code, "wallet_rejected");
    const before = (await tab.heard()).length;
    await tab.call("connect");
    assert.ok((await tab.event("uri", before)).uri);
  });

  test(`${name} declines the transaction, and may be asked again`, async () => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const topic = await world.connect(tab, wallet);
    await tab.call("sendTransaction", CHAIN, CALL);
    const { id } = await world.asked(wallet);
    await wallet.respond(topic, { id, jsonrpc: "2.0", error: { code: 4001, message: "User rejected the request." } });
    assert.equal((await tab.event("failed")).code, "transaction_refused");
    wallet.heard.length = 0;
    await tab.call("sendTransaction", CHAIN, CALL);
    await world.asked(wallet);
  });

  test(`${name} leaves while it is asked`, async () => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const topic = await world.connect(tab, wallet);
    await tab.call("sendTransaction", CHAIN, CALL);
    await world.asked(wallet);
    await wallet.disconnect(topic);
    assert.equal((await tab.event("ended")).code, "wallet_gone");
    const before = (await tab.heard()).length;
    await tab.call("sendTransaction", CHAIN, CALL);
    assert.equal((await tab.event("failed", before)).code, "not_connected");
  });
}

test("a wallet that agrees to other chains, or to no payments, is told so", async () => {
  for (const [accounts, code] of [[world.accounts(["eip155:10"]), "wrong_chain"], [world.accounts([CHAIN], ["personal_sign"]), "wallet_unsupported"]]) {
    const [tab, wallet] = [await world.tab(), await world.wallet(WALLETS["sign-client"])];
    const { id } = await world.pair(tab, wallet);
    await wallet.approve(id, accounts);
    assert.equal((await tab.event("ended")).code, code);
    await until("the wallet to have given up the session", () => wallet.sessions().length === 0);
  }
});

test("a chain without an account is not asked for", async () => {
  const [tab, wallet] = [await world.tab(), await world.wallet(WALLETS["sign-client"])];
  await world.connect(tab, wallet);
  await tab.call("sendTransaction", "eip155:1", CALL);
  assert.equal((await tab.event("failed")).code, "wrong_chain");
  await tab.call("ping");
  await tab.event("alive");
  assert.ok(!wallet.heard.some(({ name }) => name === "session_request"));
});

test("a code that nobody scanned ends", async () => {
  const tab = await world.tab();
  // The page's clock; the relay's stays.
  await tab.page.clock.install();
  await tab.reload();
  await tab.call("connect");
  await tab.event("uri");
  // Its five minutes, and the half minute that is given if the mailbox has not been looked into yet.
  await tab.page.clock.runFor(332_000);
  assert.equal((await tab.event("ended")).code, "pairing_expired");
});
