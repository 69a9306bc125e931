// What buyers and sellers of other checkouts complain of most, tried here where no other test tries it. docs/complaints.md
// has all of them, and where each is tried.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, newStore } from "../lib/api.mjs";
import { balance, send, sendFromContract } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { register, startReceiver, verify } from "../lib/receiver.mjs";
import { until } from "../lib/wait.mjs";

/** More open invoices than any pool of addresses that sellers of other checkouts fill by hand. */
const MANY = 50;
/** What an exchange keeps of a withdrawal here, in base units of USDC: five cents. */
const FEE = 50_000n;

describe("it is no ground for complaint", { concurrency: 2 }, () => {
  let store, receiver, endpoint;
  before(async () => {
    [store, receiver] = await Promise.all([newStore({ name: "No complaints" }), startReceiver()]);
    endpoint = await register(store, receiver);
  });
  after(() => receiver.stop());

  test("that two owe the same amount at the same time: each pays their own, the later one first", async () => {
    const bills = await Promise.all([1, 2].map(() => store.bill({ price: FIVE, asset: asset("USDC") })));
    const [one, other] = bills;
    assert.equal(one.quote.base_units, other.quote.base_units, "the amounts differ: nothing is tried");
    assert.notEqual(one.quote.address, other.quote.address);
    await send(asset("USDC"), other.quote.address, other.quote.base_units);
    await store.reaches(other.id, "paid");
    assert.deepEqual([(await store.read(one.id)).status, (await store.read(one.id)).payments], ["open", []]);
    await send(asset("USDC"), one.quote.address, one.quote.base_units);
    await store.reaches(one.id, "paid");
  });

  test(`that ${MANY} invoices are open: no pool of addresses runs dry, and each is still watched`, { timeout: 120_000 }, async () => {
    const bills = [];
    for (let made = 0; made < MANY; made += 10) {
      bills.push(...(await Promise.all(Array.from({ length: 10 }, () => store.bill({ price: FIVE, asset: asset("ETH") })))));
    }
    assert.equal(new Set(bills.map(({ quote }) => quote.address)).size, MANY);
    const last = bills.at(-1);
    await send(asset("ETH"), last.quote.address, last.quote.base_units);
    await store.reaches(last.id, "paid");
    await Promise.all(bills.slice(0, -1).map(({ id }) => store.call("POST", `/v1/invoices/${id}/cancel`)));
  });

  test("that the exchange kept its fee: what is still owed is named, may come from anywhere, and then it is paid", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    const arrives = BigInt(made.quote.base_units) - FEE;
    await sendFromContract(asset("USDC"), made.quote.address, arrives);
    const part = await until("the part is seen", async () => {
      const snapshot = await store.read(made.id);
      return snapshot.quote.base_units_received !== "0" && snapshot;
    });
    assert.deepEqual([part.status, part.quote.base_units_due], ["open", `${FEE}`]);
    await send(asset("USDC"), made.quote.address, FEE);
    assert.deepEqual((await store.reaches(made.id, "paid")).exceptions, []);
  });

  test("that the exchange kept its fee, where the seller bears as much: it is paid at once", async () => {
    const generous = await newStore({ name: "Generous", underpayment_tolerance_basis_points: 200 });
    const made = await generous.bill({ price: FIVE, asset: asset("USDC") });
    await sendFromContract(asset("USDC"), made.quote.address, BigInt(made.quote.base_units) - FEE);
    const paid = await generous.reaches(made.id, "paid");
    assert.equal(paid.quote.base_units_received, `${BigInt(made.quote.base_units) - FEE}`);
  });

  test("that a buyer pays twice: the second payment is credited, flagged and told, and what was paid stays paid", async () => {
    const made = await store.bill({ price: FIVE, asset: asset("USDC") });
    await send(asset("USDC"), made.quote.address, made.quote.base_units);
    await store.reaches(made.id, "paid");
    await send(asset("USDC"), made.quote.address, made.quote.base_units);
    const twice = await until("the second payment is seen", async () => {
      const snapshot = await store.read(made.id);
      return snapshot.payments.length === 2 && snapshot.payments.every(({ final }) => final) && snapshot;
    }, 120_000);
    assert.deepEqual([twice.status, twice.exceptions], ["paid", ["overpaid"]]);
    assert.equal(BigInt(twice.quote.base_units_received), 2n * BigInt(made.quote.base_units));
    assert.equal(await balance(asset("USDC"), made.quote.address), 2n * BigInt(made.quote.base_units));
    const event = verify(endpoint.secret, await receiver.hears("invoice.overpaid", made.id));
    assert.deepEqual(event.data.invoice.exceptions, ["overpaid"]);
  });
});
