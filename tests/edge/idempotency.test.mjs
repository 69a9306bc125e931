// The same key and request, however often and however close together, is one thing made once.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { asset, demo } from "../lib/demo.mjs";

describe("an idempotency key", { concurrency: 4 }, () => {
  let store;
  before(async () => {
    store = await newStore();
  });

  test("on 50 creates at once makes one invoice at one address", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const body = { price: FIVE, asset: asset("USDC") };
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.call("POST", "/v1/invoices", body, headers)));
    assert.deepEqual(answers.filter(({ status }) => status !== 201).map(({ text }) => text), []);
    const distinct = (read) => new Set(answers.map(({ body }) => read(body)));
    assert.equal(distinct(({ id }) => id).size, 1);
    assert.equal(distinct(({ quote }) => quote.address).size, 1);
    assert.equal(distinct(({ quote }) => quote.base_units).size, 1);
    const [id] = distinct(({ id }) => id);
    const { data } = await ok(store.call("GET", "/v1/invoices?limit=100"));
    assert.deepEqual(data.filter((invoice) => invoice.id === id).length, 1);
    const { data: events } = await ok(store.call("GET", "/v1/events?limit=100"));
    assert.equal(events.filter(({ type, data }) => type === "invoice.created" && data.invoice.id === id).length, 1);

    const other = { ...body, price: { ...FIVE, amount: "4.99" } };
    assertProblem(await store.call("POST", "/v1/invoices", other, headers), 409, "idempotency_conflict", "Idempotency-Key");
  });

  test("is another one for another caller", async () => {
    const open = await newStore({ open_amounts: { enabled: true, currency: "USD", minimum: "1.00" } });
    const headers = { "idempotency-key": "order 7" };
    const mine = await ok(open.call("POST", "/v1/invoices", { price: FIVE }, headers));
    const page = await ok(open.page("POST", "/v1/invoices", { price: FIVE }, headers));
    const elsewhere = await ok(store.call("POST", "/v1/invoices", { price: FIVE }, headers));
    assert.equal(new Set([mine.id, page.id, elsewhere.id]).size, 3);
  });

  test("covers products, webhook endpoints, quotes, acts and stores", async () => {
    const made = await store.bill({ price: FIVE });
    const operator = caller(demo.edge, demo.operator_token);
    const calls = [
      [store.call, "/v1/products", { name: "Once", price: FIVE }],
      [store.call, "/v1/webhook_endpoints", { url: "https://shop.example/once" }],
      [caller(), `/v1/invoices/${made.id}/quotes`, { asset: asset("DAI") }],
      [operator, "/v1/stores", { name: "Once" }],
    ];
    for (const [call, path, body] of calls) {
      const headers = { "idempotency-key": randomUUID() };
      const [first, second] = await Promise.all([call("POST", path, body, headers), call("POST", path, body, headers)]);
      assert.equal(first.status, 201, first.text);
      assert.equal(second.status, 201, second.text);
      assert.equal(second.body.id, first.body.id, path);
      assert.equal(second.body.quote?.id, first.body.quote?.id, path);
      const changed = path.endsWith("quotes") ? { asset: asset("ETH") } : { ...body, name: "Twice", ...(body.url && { url: `${body.url}/2` }) };
      if (body.url) delete changed.name;
      assertProblem(await call("POST", path, changed, headers), 409, "idempotency_conflict", "Idempotency-Key");
    }
  });

  test("is not spent by a refusal: what was wrong can be put right", async () => {
    const headers = { "idempotency-key": randomUUID() };
    assertProblem(await store.call("POST", "/v1/invoices", { price: { ...FIVE, amount: "5.005" } }, headers), 422, "amount_invalid");
    await ok(store.call("POST", "/v1/invoices", { price: FIVE }, headers));
  });
});
