// A session between the module that is shipped and the official wallets: pair, settle, ping both ways, update, extend, delete.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN, WALLETS, walletWorld } from "../lib/wallet_world.mjs";
import { until } from "../lib/wait.mjs";

const world = walletWorld();

for (const [name, start] of Object.entries(WALLETS)) {
  test(`a session with ${name}, from the code to the goodbye`, async () => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const proposal = await world.pair(tab, wallet);
    const { proposer, optionalNamespaces, requiredNamespaces } = proposal.params;
    assert.equal(proposer.metadata.name, "Shop");
    assert.deepEqual(optionalNamespaces.eip155.chains, [CHAIN]);
    assert.deepEqual(requiredNamespaces, {});
    const { topic } = await wallet.approve(proposal.id, world.accounts());
    const connected = await tab.event("connected");
    assert.deepEqual(connected.accounts, [{ chain: CHAIN, address: world.signer.address }]);
    assert.deepEqual([connected.wallet, connected.link], ["Official Wallet", "officialwallet://"]);
    await world.settled(wallet);

    // A ping resolves only when our side has answered.
    await wallet.ping(topic);
    await tab.call("ping");
    await tab.event("alive");
    await until("the wallet to have seen our ping", () => wallet.heard.some(({ name }) => name === "session_ping"));
    const before = (await tab.heard()).length;
    await wallet.update(topic, world.accounts([CHAIN, "eip155:1"]));
    assert.deepEqual((await tab.event("connected", before)).accounts.map(({ chain }) => chain), [CHAIN, "eip155:1"]);
    await wallet.extend(topic);

    await tab.call("disconnect");
    assert.equal((await tab.event("ended")).code, "disconnected");
    await until("the wallet to have no session", () => wallet.sessions().length === 0);
    assert.deepEqual(tab.page.troubles, []);
    await until("every delivery acknowledged", async () => (await world.relay.control()).unacknowledged === 0);
  });

  test(`${name} says goodbye`, async () => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const topic = await world.connect(tab, wallet);
    await wallet.disconnect(topic);
    assert.equal((await tab.event("ended")).code, "wallet_gone");
  });
}

test("the relay admits only whom it knows, and the page is told", async () => {
  await world.relay.control({ refuse: "unknown" });
  const tab = await world.tab("unknown");
  await tab.call("connect");
  const { code, detail } = await tab.event("ended");
  assert.equal(code, "project_refused");
  assert.match(detail, /Unauthorized: invalid key/);
  const { refusals } = await world.relay.control();
  assert.deepEqual([...new Set(refusals)], ["invalid key"], "every token of ours was in order");
});

test("without a project id nothing is asked of the relay", async () => {
  const tab = await world.tab("");
  await tab.call("connect");
  assert.equal((await tab.event("ended")).code, "no_project_id");
});
