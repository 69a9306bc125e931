// One address on several chains: money that the buyer sent where they were not asked to. On an edge of its own that follows
// two real chains, the stack's and a second one under Base's number, whose USDC and USDT are test tokens at the real
// contracts' addresses.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, Interface, toQuantity } from "ethers";
import { startAnvil } from "../../contracts/lib/anvil.mjs";
import { FIVE, assertProblem, newStore, ok } from "../lib/api.mjs";
import { provider, send } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { edgeInstance } from "../lib/edge_instance.mjs";
import { register, startReceiver } from "../lib/receiver.mjs";
import { until } from "../lib/wait.mjs";

const BASE = "eip155:8453";
const BASE_USDC = `${BASE}/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913`;
const BASE_USDT = `${BASE}/erc20:0xfde4c96c8593536e31f229ea8f37b2ada2699bb2`;
const BASE_ETH = `${BASE}/slip44:60`;
/** Chains where nothing is expected are looked at once a minute. */
const SLOW_MS = 120_000;
/** Three dollars of the five, in USDC. */
const THREE = 3_000_000n;
const HASH = `0x${"5e".repeat(32)}`;

const contractOf = (id) => id.split("erc20:")[1];
const TOKEN = new Interface(["function mint(address to, uint256 amount)", "function decimals() view returns (uint8)"]);

describe("an edge that follows two chains", () => {
  let base, edge, store, receiver;
  /** Paid at once, since the second chain is looked at so rarely: the same coin, another token, the chain's own coin. */
  let same, token, coin;
  before(async () => {
    base = await startAnvil({ chainId: 8453, extraArgs: ["--block-time", "1"] });
    for (const [symbol, id] of [["USDC", BASE_USDC], ["USDT", BASE_USDT]]) {
      const code = await provider.getCode(contractOf(asset(symbol)));
      await base.provider.send("anvil_setCode", [contractOf(id), code]);
    }
    edge = await edgeInstance(({ CHAINS }) => {
      const chains = { ...JSON.parse(CHAINS), [BASE]: { rpc: [base.url], confirmations: 2, poll_ms: 500 } };
      return { CHAINS: JSON.stringify(chains) };
    });
    await edge.start();
    const assets = [asset("USDC"), asset("ETH"), BASE_USDC];
    store = await newStore({ edge: edge.url, operator: edge.operator, assets });
    receiver = await startReceiver();
    await register(store, receiver);
    [same, token, coin] = [await invoice(), await invoice(), await invoice()];
    await onBase(BASE_USDC, same.quote.address, THREE);
    await onBase(BASE_USDT, token.quote.address, 5_000_000n);
    await onBase(BASE_ETH, coin.quote.address, 10n ** 16n);
  });
  after(async () => {
    await receiver?.stop();
    await edge?.remove();
    await base?.stop();
  });

  /** Gives `units` of a token on the second chain to `to`, or of its coin. */
  async function onBase(id, to, units) {
    const from = (await base.provider.getSigner(1)).address;
    const call = id === BASE_ETH
      ? { to, value: toQuantity(units), data: "0x" }
      : { to: contractOf(id), data: TOKEN.encodeFunctionData("mint", [to, units]) };
    return base.provider.send("eth_sendTransaction", [{ from, gas: toQuantity(200_000), ...call }]);
  }
  const invoice = () => store.bill({ price: FIVE, asset: asset("USDC") });
  const sees = (id, condition) =>
    until(`${id} seen`, async () => {
      const snapshot = await store.read(id);
      return condition(snapshot) && snapshot;
    }, SLOW_MS);

  test("stands on a token that has the real one's address", async () => {
    const decimals = await new Contract(contractOf(BASE_USDC), TOKEN, base.provider).decimals();
    assert.equal(decimals, 6n);
  });

  test("credits the same coin from the other chain, and the rest where it was asked for", async () => {
    const part = await sees(same.id, ({ payments }) => payments.length > 0);
    const due = BigInt(same.quote.base_units) - THREE;
    assert.deepEqual([part.status, part.exceptions, part.quote.base_units_due], ["open", [], `${due}`]);
    assert.deepEqual(part.payments.map(({ asset: id, chain_name, credited }) => [id, chain_name, credited]), [[BASE_USDC, "Base", true]]);
    await send(asset("USDC"), same.quote.address, due);
    const paid = await store.reaches(same.id, "paid", SLOW_MS);
    assert.deepEqual([paid.payments.length, paid.exceptions], [2, []]);
    await receiver.hears("invoice.paid", same.id);
  });

  test("adds up two chains that were both asked for", async () => {
    const made = await invoice();
    await send(asset("USDC"), made.quote.address, THREE);
    await sees(made.id, ({ payments }) => payments.length > 0);
    const { quote } = await ok(store.page("POST", `/v1/invoices/${made.id}/quotes`, { asset: BASE_USDC }));
    const due = BigInt(made.quote.base_units) - THREE;
    assert.deepEqual([quote.base_units_due, quote.address], [`${due}`, made.quote.address]);
    await onBase(BASE_USDC, quote.address, quote.base_units_due);
    const paid = await store.reaches(made.id, "paid");
    assert.deepEqual(new Set(paid.payments.map(({ chain_name }) => chain_name)), new Set(["Base", "Local chain"]));
  });

  test("values another coin that the store takes when it is seen", async () => {
    const made = await invoice();
    await send(asset("ETH"), made.quote.address, 10n ** 16n);
    const paid = await store.reaches(made.id, "paid", SLOW_MS);
    assert.deepEqual(paid.payments.map(({ symbol, credited }) => [symbol, credited]), [["ETH", true]]);
    assert.ok(paid.exceptions.every((exception) => exception === "overpaid"), `${paid.exceptions}`);
  });

  test("shows what the store does not take, and lets the seller send it back or take it", async () => {
    for (const { id } of [token, coin]) {
      const seen = await sees(id, ({ payments }) => payments.length > 0);
      assert.deepEqual([seen.status, seen.exceptions, seen.payments[0].credited], ["open", ["wrong_asset"], false]);
      assert.deepEqual(seen.actions, ["accept", "cancel", "refund"]);
      await receiver.hears("invoice.payment_detected", id);
      const page = await (await fetch(`${edge.url}/i/${id}`)).text();
      assert.match(page, /Money arrived in another coin or on another network\./);
    }
    const refund = { asset: BASE_USDT, amount: "5", transaction: HASH };
    assertProblem(await store.call("POST", `/v1/invoices/${token.id}/refunds`, { ...refund, amount: "5.000001" }), 409, "invoice_state");
    assertProblem(await store.page("POST", `/v1/invoices/${token.id}/refunds`, refund), 403, "key_not_allowed");
    const refunded = await ok(store.call("POST", `/v1/invoices/${token.id}/refunds`, refund));
    const again = await ok(store.call("POST", `/v1/invoices/${token.id}/refunds`, refund));
    assert.deepEqual([again.refunds, again.version], [refunded.refunds, refunded.version]);
    assert.deepEqual(refunded.refunds.map(({ amount, symbol, transaction }) => [amount, symbol, transaction]), [["5", "USDT", HASH]]);
    await receiver.hears("invoice.refunded", token.id);
    const cancelled = await ok(store.call("POST", `/v1/invoices/${token.id}/cancel`));
    assert.deepEqual([cancelled.status, cancelled.exceptions], ["cancelled", ["wrong_asset"]]);

    const accepted = await ok(store.call("POST", `/v1/invoices/${coin.id}/accept`));
    assert.deepEqual([accepted.status, accepted.exceptions], ["paid", ["wrong_asset"]]);
    assert.ok(accepted.accepted_at);
  });
});
