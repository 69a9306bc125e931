// Keys on the real runtime: several, scoped, revoked at once, and never told again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { edgeInstance } from "../lib/edge_instance.mjs";

describe("keys", () => {
  let edge, store;
  const as = (key) => caller(edge.url, key);
  before(async () => {
    edge = await edgeInstance();
    await edge.start();
    store = await newStore({ edge: edge.url, operator: edge.operator });
  });
  after(() => edge?.remove());

  test("a further one works until it is revoked, and not a moment longer", async () => {
    const made = await ok(store.call("POST", "/v1/keys", { name: "warehouse" }));
    assert.match(made.key, /^sk_test_/);
    assert.equal((await as(made.key)("GET", "/v1/store")).status, 200);
    assert.equal((await store.call("DELETE", `/v1/keys/${made.id}`)).status, 204);
    assertProblem(await as(made.key)("GET", "/v1/store"), 401, "key_invalid");
  });

  test("one that reads, reads", async () => {
    const { key } = await ok(store.call("POST", "/v1/keys", { scope: "read" }));
    const invoice = await store.bill({ price: FIVE, metadata: { order: "7" } });
    assert.deepEqual((await ok(as(key)("GET", `/v1/invoices/${invoice.id}`))).metadata, { order: "7" });
    assertProblem(await as(key)("POST", "/v1/invoices", { price: FIVE }), 403, "key_not_allowed");
    assertProblem(await as(key)("PATCH", "/v1/store", { name: "Mine now" }), 403, "key_not_allowed");
    assertProblem(await as(key)("GET", "/v1/keys"), 403, "key_not_allowed");
  });

  test("the last ones stay", async () => {
    const { data } = await ok(store.call("GET", "/v1/keys"));
    const full = data.filter(({ scope }) => scope === "full");
    assert.equal(full.length, 1);
    assertProblem(await store.call("DELETE", `/v1/keys/${full[0].id}`), 409, "key_last");
    assertProblem(await store.call("DELETE", `/v1/keys/${data.find(({ kind }) => kind === "public").id}`), 409, "key_last");
  });

  test("a store that has lost its key gets one from the operator, and from nobody else", async () => {
    const path = `/v1/stores/${store.id}/keys`;
    for (const key of [undefined, store.sk, store.pk]) assertProblem(await as(key)("POST", path, {}), 401, "key_invalid");
    const { key } = await ok(as(edge.operator)("POST", path, { name: "after the fire" }));
    assert.equal((await as(key)("GET", "/v1/store")).status, 200);
    assertProblem(await as(edge.operator)("POST", "/v1/stores/st_0000000000/keys", {}), 404, "not_found");
  });

  test("asked for twice with one idempotency key, it is made once and told once", async () => {
    const ask = () => ok(store.call("POST", "/v1/keys", { name: "once" }, { "idempotency-key": "one key" }));
    const [first, again] = [await ask(), await ask()];
    assert.equal(first.id, again.id);
    assert.equal(again.key, null);
    assert.equal((await as(first.key)("GET", "/v1/store")).status, 200);
  });

  test("none stands in a list, an answer or the log", async () => {
    const { data } = await ok(store.call("GET", "/v1/keys"));
    assert.ok(data.length >= 4 && data.every((key) => !("key" in key)), JSON.stringify(data));
    const fault = await as(store.sk)("GET", "/local/panic/store");
    assert.equal(fault.status, 500);
    const answers = [fault, await store.call("GET", "/v1/store"), await as(`${store.sk}x`)("GET", "/v1/store")].map(({ text, headers }) => text + JSON.stringify([...headers]));
    for (const text of [...answers, JSON.stringify(data), readFileSync(edge.log, "utf8")]) {
      assert.ok(!text.includes(store.sk.split("_").at(-1)), text.slice(0, 500));
    }
  });
});
