// A purchase over the API alone: quoted, paid on the real chain, told by push, webhook and polling.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { balance, send, sendFromContract } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { register, startReceiver, verify } from "../lib/receiver.mjs";
import { follow } from "../lib/socket.mjs";
import { until } from "../lib/wait.mjs";

const anyone = caller();

/** Checks what a follower of an invoice must have been told, and answers the statuses it saw. */
function assertStory(snapshots) {
  const versions = snapshots.map(({ version }) => version);
  assert.ok(versions.every((version, at) => at === 0 || version > versions[at - 1]), `versions ${versions} do not grow`);
  return snapshots.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1]);
}

describe("a purchase", { concurrency: 8 }, () => {
  let store, product, receiver, endpoint;
  before(async () => {
    [store, receiver] = await Promise.all([newStore({ name: "Paper & <b>Boats</b>" }), startReceiver()]);
    endpoint = await register(store, receiver);
    product = await store.sell({ amount: "12.34", currency: "USD" }, { delivery: { message: "the secret word is tide" } });
  });
  after(() => receiver.stop());

  test("of a product with a token is pushed, told by webhook, and lies at its own address to the base unit", async () => {
    const made = await ok(store.page("POST", "/v1/invoices", { product: product.id, asset: asset("USDC"), reference: "order-7" }));
    assert.equal(made.status, "open");
    assert.deepEqual(made.price, { amount: "12.34", currency: "USD" });
    assert.equal(made.quote.base_units, made.quote.base_units_due);
    assert.equal(made.delivery, null);
    const { address, base_units } = made.quote;
    assert.equal(await balance(asset("USDC"), address), 0n);

    const following = await follow(made.id);
    const first = await until("the first snapshot", () => following.snapshots[0]);
    assert.deepEqual([first.id, first.status, first.version], [made.id, "open", made.version]);

    const hash = await send(asset("USDC"), address, base_units);
    await until("paid by push", () => following.snapshots.some(({ status }) => status === "paid"));
    following.close();
    assert.deepEqual(assertStory(following.snapshots), ["open", "confirming", "paid"]);

    const paid = await ok(anyone("GET", `/v1/invoices/${made.id}`));
    assert.deepEqual([paid.status, paid.exceptions, paid.quote.base_units_due], ["paid", [], "0"]);
    assert.deepEqual(paid.payments.map(({ transaction, base_units, final }) => [transaction, base_units, final]), [[hash, base_units, true]]);
    assert.equal(paid.delivery.message, "the secret word is tide");
    assert.equal(await balance(asset("USDC"), address), BigInt(base_units));

    const told = await receiver.hears("invoice.paid", made.id);
    const event = verify(endpoint.secret, told);
    assert.deepEqual([event.type, event.data.invoice.status, event.data.invoice.reference], ["invoice.paid", "paid", "order-7"]);
    const types = receiver.deliveries.filter(({ body }) => body.data.invoice.id === made.id).map(({ body }) => body.type);
    for (const type of ["invoice.created", "invoice.confirming", "invoice.paid"]) {
      assert.equal(types.filter((known) => known === type).length, 1, `${type} among ${types}`);
    }
  });

  for (const symbol of ["USDT", "DAI", "ETH"]) {
    test(`with ${symbol} from an ordinary account`, async () => {
      const made = await store.bill({ price: FIVE, asset: asset(symbol) });
      await send(asset(symbol), made.quote.address, made.quote.base_units);
      const paid = await store.reaches(made.id, "paid");
      assert.deepEqual(paid.exceptions, []);
      assert.equal(await balance(asset(symbol), made.quote.address), BigInt(made.quote.base_units));
    });
  }

  for (const symbol of ["USDC", "ETH"]) {
    test(`with ${symbol} out of a contract, as exchanges pay`, async () => {
      const made = await store.bill({ price: FIVE, asset: asset(symbol) });
      await sendFromContract(asset(symbol), made.quote.address, made.quote.base_units);
      const paid = await store.reaches(made.id, "paid");
      assert.deepEqual(paid.exceptions, []);
      assert.equal(paid.payments.length, 1);
      // Inside a contract's call native coin leaves no log: no transaction may be guessed.
      if (symbol === "ETH") assert.equal(paid.payments[0].transaction, null);
      assert.equal(await balance(asset(symbol), made.quote.address), BigInt(made.quote.base_units));
    });
  }

  test("in two parts: the rest is named exactly, and only both together pay", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    const part = BigInt(made.quote.base_units) - 1n;
    await send(asset("USDC"), made.quote.address, part);
    const half = await until("the part is seen", async () => {
      const snapshot = await store.read(made.id);
      return snapshot.quote.base_units_received !== "0" && snapshot;
    });
    assert.deepEqual([half.status, half.quote.base_units_due], ["open", "1"]);
    assert.match(half.quote.uris.eip681, /uint256=1$/);
    await send(asset("USDC"), made.quote.address, 1n);
    const paid = await store.reaches(made.id, "paid");
    assert.equal(paid.payments.length, 2);
  });

  test("is not made by a hint: a transaction that is none, or another's, pays nothing", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    const other = await store.bill({ price: FIVE, asset: asset("USDC") });
    const hash = await send(asset("USDC"), other.quote.address, other.quote.base_units);
    for (const hint of [hash, `0x${"ab".repeat(32)}`]) {
      const answer = await anyone("POST", `/v1/invoices/${made.id}/transactions`, { chain: made.quote.chain, hash: hint });
      assert.deepEqual([answer.status, answer.body?.status], [202, "open"], answer.text);
    }
    await store.reaches(other.id, "paid");
    const still = await store.read(made.id);
    assert.deepEqual([still.status, still.payments], ["open", []]);
  });

  test("is polled with an ETag: 304 without a body until something happens", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("ETH") });
    const path = `/v1/invoices/${made.id}`;
    const first = await anyone("GET", path);
    const etag = first.headers.get("etag");
    assert.ok(etag);
    const again = await anyone("GET", path, undefined, { "if-none-match": etag });
    assert.deepEqual([again.status, again.text], [304, ""]);
    await ok(store.call("POST", `${path}/cancel`));
    const changed = await anyone("GET", path, undefined, { "if-none-match": etag });
    assert.deepEqual([changed.status, changed.body?.status], [200, "cancelled"]);
    assert.ok(changed.body.version > first.body.version);
  });

  test("is shown to a stranger without what only the seller may see", async () => {
    const made = await store.bill({ price: FIVE, metadata: { margin: "42 %" } });
    assert.deepEqual(made.metadata, { margin: "42 %" });
    const seen = await anyone("GET", `/v1/invoices/${made.id}`);
    assert.equal(seen.status, 200);
    assert.ok(!seen.text.includes("42 %") && !seen.text.includes("metadata"), seen.text);
    const following = await follow(made.id);
    const first = await until("the first snapshot", () => following.snapshots[0]);
    following.close();
    assert.ok(!JSON.stringify(first).includes("42 %"));
  });

  test("keeps its quote: the same asset again is the same amount at the same address, another one the same address", async () => {
    const made = await store.bill({ price: FIVE });
    const path = `/v1/invoices/${made.id}/quotes`;
    const quotes = [];
    for (const symbol of ["USDC", "ETH", "USDC"]) quotes.push((await ok(anyone("POST", path, { asset: asset(symbol) }))).quote);
    assert.equal(new Set(quotes.map(({ address }) => address)).size, 1);
    assert.deepEqual([quotes[2].id, quotes[2].base_units], [quotes[0].id, quotes[0].base_units]);
    assert.equal(quotes[1].asset, asset("ETH"));
  });

  test("that was called off takes no quote", async () => {
    const made = await store.bill({ price: FIVE });
    const cancelled = await ok(store.call("POST", `/v1/invoices/${made.id}/cancel`));
    assert.equal(cancelled.status, "cancelled");
    assertProblem(await anyone("POST", `/v1/invoices/${made.id}/quotes`, { asset: asset("USDC") }), 409, "invoice_state");
    const paid = await store.call("POST", `/v1/invoices/${made.id}/cancel`);
    assert.ok([200, 409].includes(paid.status), paid.text);
    assert.equal((await store.read(made.id)).version, cancelled.version);
  });
});
