// The shop's end of webhooks: only what verifies counts, a shop in trouble says so, and the log outlives a restart.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { Webhooks } from "../lib/webhooks.mjs";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "groat-shop-")); });
after(() => rm(folder, { recursive: true }));

function delivery(id, { type = "invoice.paid", invoice = "inv_1", at = new Date(), secret = SECRET } = {}) {
  const raw = JSON.stringify({ type, timestamp: at.toISOString(), data: { invoice: { id: invoice, status: "paid" } } });
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, raw),
  };
  return [headers, raw];
}

async function opened(name, fresh = true) {
  const webhooks = new Webhooks();
  await webhooks.open(join(folder, name), SECRET, fresh);
  return webhooks;
}

test("only what verifies makes an order", async () => {
  const webhooks = await opened("orders");
  const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
  const old = new Date(Date.now() - 3600_000);
  const [headers, raw] = delivery("msg_1");
  const table = [
    [delivery("msg_2", { secret: other }), 401],
    [delivery("msg_3", { at: old }), 401],
    [[headers, raw.replace("inv_1", "inv_2")], 401],
    [[{}, raw], 401],
    [[headers, "not json"], 401],
    [delivery("msg_4", { type: "invoice.confirming" }), 204],
  ];
  for (const [[headers, raw], status] of table) {
    assert.equal(await webhooks.receive(headers, raw), status);
    assert.equal(webhooks.paid("inv_1"), undefined);
  }
  assert.equal(await webhooks.receive(headers, raw), 204);
  assert.equal(webhooks.paid("inv_1").status, "paid");
  assert.equal(webhooks.paid("inv_2"), undefined);
});

test("in trouble it answers as told and takes nothing in; the next try counts", async () => {
  const webhooks = await opened("trouble");
  webhooks.mode = { status: 503, count: 2 };
  const [headers, raw] = delivery("msg_1");
  assert.deepEqual([await webhooks.receive(headers, raw), webhooks.paid("inv_1")], [503, undefined]);
  assert.deepEqual([await webhooks.receive(headers, raw), webhooks.paid("inv_1")], [503, undefined]);
  assert.equal(await webhooks.receive(headers, raw), 204);
  assert.ok(webhooks.paid("inv_1"));
  const lines = (await readFile(join(folder, "trouble"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ id, type, verified, attempt, answered }) => [id, type, verified, attempt, answered]), [
    ["msg_1", "invoice.paid", true, 1, 503],
    ["msg_1", "invoice.paid", true, 2, 503],
    ["msg_1", "invoice.paid", true, 3, 204],
  ]);
  assert.equal(lines[0].raw, raw);
});

test("the log outlives a restart, and is emptied for a new store", async () => {
  const first = await opened("restart");
  await first.receive(...delivery("msg_1"));
  const again = await opened("restart", false);
  assert.ok(again.paid("inv_1"));
  const seen = [];
  const stop = again.follow(({ id }) => seen.push(id));
  await again.receive(...delivery("msg_2"));
  stop();
  await again.receive(...delivery("msg_3"));
  assert.deepEqual(seen, ["msg_1", "msg_2"]);
  const fresh = await opened("restart");
  assert.equal(fresh.paid("inv_1"), undefined);
  assert.equal(await readFile(join(folder, "restart"), "utf8"), "");
});
