// Stores: what one sees of another (nothing), how its secrets lie on disk, how its lists are paged.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { until } from "../lib/wait.mjs";

/** Every file below `folder`. */
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));

/** Walks a list to its end, `limit` entries at a time. */
async function walk(call, path, limit) {
  const ids = [];
  let cursor = "";
  for (let pages = 0; pages < 50; pages += 1) {
    const { data, next_cursor } = await ok(call("GET", `${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor}`));
    assert.ok(data.length <= limit);
    ids.push(...data.map(({ id, data }) => id ?? data.invoice.id));
    if (next_cursor === null) return ids;
    assert.equal(data.length, limit, "only the last page may be short");
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
  }
  throw new Error(`${path} has no end`);
}

describe("stores", { concurrency: 4 }, () => {
  let one, other;
  before(async () => {
    [one, other] = await Promise.all([newStore({ name: "One" }), newStore({ name: "Other" })]);
  });

  test("see nothing of each other", async () => {
    const product = await one.sell(FIVE);
    const invoice = await one.bill({ product: product.id, asset: asset("USDC") });
    const endpoint = await ok(one.call("POST", "/v1/webhook_endpoints", { url: "https://shop.example/hooks" }));
    for (const path of [`/v1/products/${product.id}`, `/v1/invoices/${invoice.id}`, `/v1/webhook_endpoints/${endpoint.id}`]) {
      assertProblem(await other.call("GET", path), 404, "not_found");
    }
    assertProblem(await other.call("PATCH", `/v1/products/${product.id}`, { name: "Mine now" }), 404, "not_found");
    assertProblem(await other.call("DELETE", `/v1/products/${product.id}`), 404, "not_found");
    assertProblem(await other.call("POST", `/v1/invoices/${invoice.id}/cancel`), 404, "not_found");
    assertProblem(await other.call("POST", `/v1/invoices/${invoice.id}/quotes`, { asset: asset("ETH") }), 404, "not_found");
    assertProblem(await other.call("POST", "/v1/invoices", { product: product.id }), 404, "not_found");
    assertProblem(await other.page("POST", "/v1/invoices", { product: product.id }), 404, "not_found");
    for (const path of ["/v1/products", "/v1/invoices", "/v1/webhook_endpoints", "/v1/events"]) {
      const text = JSON.stringify(await ok(other.call("GET", path)));
      for (const id of [product.id, invoice.id, endpoint.id]) assert.ok(!text.includes(id), path);
    }
    assert.equal((await one.read(invoice.id)).status, "open");
  });

  test("keep secret keys as hashes only", async () => {
    const store = await newStore({ name: "Findable name" });
    await ok(store.call("GET", "/v1/store"));
    const found = (text) => filesBelow(demo.state).filter((file) => readFileSync(file).includes(text)).map((file) => file.slice(demo.state.length));
    // The public key and the name prove that the search looks where stores are kept.
    await until("the store is on disk", () => found(store.pk).length > 0 && found("Findable name").length > 0);
    assert.deepEqual(found(store.sk), []);
    assert.deepEqual(found(store.sk.split("_").at(-1)), []);
  });

  test("page their lists, newest first, each entry once", async () => {
    const store = await newStore();
    const made = { invoices: [], products: [], webhook_endpoints: [] };
    for (let at = 0; at < 5; at += 1) {
      made.products.unshift((await store.sell(FIVE, { name: `Thing ${at}` })).id);
      made.invoices.unshift((await store.bill({ price: FIVE })).id);
      made.webhook_endpoints.unshift((await ok(store.call("POST", "/v1/webhook_endpoints", { url: `https://shop.example/${at}`, types: ["invoice.paid"] }))).id);
    }
    for (const [name, ids] of Object.entries(made)) {
      for (const limit of [1, 2, 5, 100]) assert.deepEqual(await walk(store.call, `/v1/${name}`, limit), ids, `${name} by ${limit}`);
    }
    // The log alone reads forward.
    assert.deepEqual(await walk(store.call, "/v1/events", 2), made.invoices.toReversed());

    const [, second, , fourth] = made.invoices;
    for (const id of [second, fourth]) await ok(store.call("POST", `/v1/invoices/${id}/cancel`));
    assert.deepEqual(await walk(store.call, "/v1/invoices?status=cancelled", 1), [second, fourth]);
    assert.deepEqual(await walk(store.call, "/v1/invoices?status=open", 2), made.invoices.filter((id) => id !== second && id !== fourth));
    assert.deepEqual(await walk(store.call, "/v1/invoices?status=paid", 2), []);
  });

  test("change a price for the next invoice, not for one that was made", async () => {
    const product = await one.sell(FIVE);
    const before = await one.bill({ product: product.id, asset: asset("USDC") });
    await ok(one.call("PATCH", `/v1/products/${product.id}`, { price: { amount: "50.00", currency: "USD" } }));
    const after = await one.bill({ product: product.id, asset: asset("USDC") });
    assert.equal((await one.read(before.id)).quote.base_units, before.quote.base_units);
    assert.ok(BigInt(after.quote.base_units) > 9n * BigInt(before.quote.base_units));
    assert.equal((await one.call("DELETE", `/v1/products/${product.id}`)).status, 204);
    assertProblem(await one.page("POST", "/v1/invoices", { product: product.id }), 404, "not_found");
    assert.equal((await one.read(before.id)).product.id, product.id);
  });

  test("show the settings that were set, and no secret", async () => {
    const settings = await ok(one.call("PATCH", "/v1/store", { allowed_origins: ["https://shop.example"], invoice_minutes: 20, confirmations: { [demo.chain]: 5 } }));
    assert.deepEqual([settings.allowed_origins, settings.invoice_minutes, settings.confirmations], [["https://shop.example"], 20, { [demo.chain]: 5 }]);
    assert.equal(settings.payout_addresses.eip155, demo.payout_address);
    assert.ok(!JSON.stringify(settings).includes("sk_"));
    const invoice = await one.bill({ price: FIVE, asset: asset("USDC") });
    assert.equal(invoice.quote.confirmations_required, 5);
    assert.equal(Date.parse(invoice.expires_at) - Date.parse(invoice.created_at), 20 * 60_000);
    const page = await fetch(`${demo.edge}/i/${invoice.id}`);
    assert.match(page.headers.get("content-security-policy"), /frame-ancestors https:\/\/shop\.example(;|$)/);
  });

  test("tell a page of any origin what its key may do, and no more", async () => {
    const preflight = await fetch(`${demo.edge}/v1/invoices`, { method: "OPTIONS", headers: { origin: "https://shop.example", "access-control-request-method": "POST" } });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.equal(preflight.headers.get("access-control-allow-credentials"), null);
    assert.match(preflight.headers.get("access-control-allow-headers"), /idempotency-key/i);
    assert.equal((await caller()("GET", "/healthz")).headers.get("access-control-allow-origin"), "*");
  });
});
