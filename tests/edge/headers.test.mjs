// The headers of every call that the document knows, as they really go out: a new call without them fails here.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { FIVE, newStore, ok, caller } from "../lib/api.mjs";
import { demo } from "../lib/demo.mjs";

/** Calls that a page of another origin may make. */
const FOR_PAGES = ["createInvoice", "getInvoice", "createQuote", "announceTransaction", "watchInvoice", "getRates", "getHealth", "getOpenApi"];

describe("headers", () => {
  let document, store, values;
  before(async () => {
    document = await ok(caller()("GET", "/openapi.json"));
    store = await newStore({ allowed_origins: ["https://shop.example"] });
    const product = await store.sell(FIVE);
    const invoice = await store.bill({ product: product.id });
    values = { target: product.id, product_id: product.id, invoice_id: invoice.id };
  });

  /** Every call, once as a stranger. */
  async function* calls() {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { operationId }] of Object.entries(methods)) {
        if (operationId === "getLoader") continue;
        const url = demo.edge + path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "some_id");
        const response = await fetch(url, { method: method.toUpperCase(), headers: { "content-type": "application/json" }, body: method === "post" || method === "patch" ? "{}" : undefined });
        await response.text();
        // What is no form of a page is answered by a page that says so, wherever it is shown.
        const framed = /^show\w+Page$/.test(operationId) ? /frame-ancestors https:\/\/shop\.example$/ : operationId.startsWith("submit") ? /frame-ancestors \*$/ : /frame-ancestors 'none'$/;
        yield { operationId, url, response, framed };
      }
    }
  }

  test("of every answer", async () => {
    let seen = 0;
    for await (const { operationId, response: { headers, status }, framed } of calls()) {
      seen += 1;
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'/, operationId);
      assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/, operationId);
      assert.match(policy, framed, `${operationId} ${status}`);
      assert.equal(headers.get("x-content-type-options"), "nosniff", operationId);
      assert.equal(headers.get("referrer-policy"), "no-referrer", operationId);
      assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/, operationId);
      assert.ok(headers.get("x-request-id"), operationId);
      assert.match(headers.get("cache-control") ?? "", /^no-store$/, operationId);
      assert.equal(headers.get("access-control-allow-origin"), FOR_PAGES.includes(operationId) ? "*" : null, operationId);
      assert.equal(headers.get("access-control-allow-credentials"), null, operationId);
      assert.equal(headers.get("set-cookie"), null, operationId);
    }
    assert.ok(seen >= 30, `only ${seen} calls`);
  });

  test("of the answer to what a browser asks beforehand", async () => {
    const ask = async (path) => (await fetch(demo.edge + path, { method: "OPTIONS", headers: { origin: "https://shop.example", "access-control-request-method": "POST" } })).headers;
    assert.equal((await ask("/v1/invoices")).get("access-control-allow-methods"), "POST");
    for (const path of ["/v1/store", "/v1/keys", "/v1/stores", "/v1/events"]) {
      const headers = await ask(path);
      assert.deepEqual([headers.get("access-control-allow-origin"), headers.get("access-control-allow-methods")], [null, null], path);
    }
  });

  test("of what is served beside the Worker", async () => {
    const { headers } = await fetch(`${demo.edge}/groat.js`);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("access-control-allow-origin"), "*");
  });

  test("of what is nowhere", async () => {
    const { headers, status } = await fetch(`${demo.edge}/nothing/here`);
    assert.equal(status, 404);
    assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/);
    assert.equal(headers.get("access-control-allow-origin"), null);
  });
});
