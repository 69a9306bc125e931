// A payment: the wallet signs what the page asked for, and it is mined on a real local chain.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN, WALLETS, walletWorld } from "../lib/wallet_world.mjs";

const world = walletWorld({ chain: true });
/** An address nobody used before. */
const fresh = () => `0x${[...crypto.getRandomValues(new Uint8Array(20))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;

for (const [name, start] of Object.entries(WALLETS)) {
  test(`${name} signs a payment that is mined, and its hash comes back`, async () => {
    const [tab, wallet] = [await world.tab(), await world.wallet(start)];
    const topic = await world.connect(tab, wallet);
    const to = fresh();
    await tab.call("sendTransaction", CHAIN, { to, value: "0x2386f26fc10000", data: "0x" }, "inv_1");
    const { id, params } = await world.asked(wallet);
    assert.equal(params.chainId, CHAIN);
    assert.equal(params.request.method, "eth_sendTransaction");
    const [transaction] = params.request.params;
    assert.deepEqual(transaction, { from: world.signer.address, to, value: "0x2386f26fc10000", data: "0x" });
    const { from, ...call } = transaction;
    const sent = await world.signer.sendTransaction(call);
    await sent.wait();
    await wallet.respond(topic, { id, jsonrpc: "2.0", result: sent.hash });
    const event = await tab.event("sent");
    assert.deepEqual([event.hash, event.chain, event.reference], [sent.hash, CHAIN, "inv_1"]);
    const receipt = await world.chain.provider.getTransactionReceipt(event.hash);
    assert.equal(receipt.status, 1);
    assert.equal(await world.chain.provider.getBalance(to), 10n ** 16n);
  });
}
