// Bad input, one row a mistake: each is refused with its own named problem, and nothing is made.
import assert from "node:assert/strict";
import { request } from "node:http";
import { before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { sleep } from "../lib/wait.mjs";
import { workerdInstance } from "../lib/workerd_instance.mjs";

/** Ethereum's USDC: known, but neither taken by these stores nor watched here. */
const REAL_USDC = "eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const price = (amount, currency = "USD") => ({ price: { amount, currency } });
const payout = (eip155) => ({ payout_addresses: { eip155 } });
const hook = (url) => ({ url });
const long = (length) => "x".repeat(length);

/** A key of the right form that was never given out. */
const stranger = (key) => key.slice(0, -6) + (key.endsWith("000000") ? "111111" : "000000");

describe("refused with a named problem:", { concurrency: 8 }, () => {
  let store, other, bare, tips;
  before(async () => {
    [store, other, tips] = await Promise.all([
      newStore(),
      newStore(),
      newStore({ open_amounts: { enabled: true, currency: "EUR", minimum: "2.00", maximum: "50.00" } }),
    ]);
    const made = await ok(caller(demo.edge, demo.operator_token)("POST", "/v1/stores", { name: "No payout address" }));
    bare = { ...made, call: caller(demo.edge, made.secret_key), page: caller(demo.edge, made.public_key) };
    store.product = await store.sell(FIVE);
    store.invoice = await store.bill({ price: FIVE });
    other.product = await other.sell(FIVE);
  });

  /** Rows are made when the stores are there: [what, who calls, method, path, body, status, code, param]. */
  const check = (title, rows) =>
    test(title, async (context) => {
      for (const [what, call, method, path, body, status, code, param] of rows()) {
        await context.test(what, async () => assertProblem(await call(method, path, body), status, code, param));
      }
    });

  check("keys", () => {
    const as = (key) => caller(demo.edge, key);
    return [
      ["no key",                       as(undefined),          "GET",  "/v1/store",    undefined,                  401, "key_invalid"],
      ["no key to bill",               as(undefined),          "POST", "/v1/invoices", price("5"),                 401, "key_invalid"],
      ["no key at all",                as("hello"),            "GET",  "/v1/store",    undefined,                  401, "key_invalid"],
      ["unknown key of a known store", as(stranger(store.sk)), "GET",  "/v1/store",    undefined,                  401, "key_invalid"],
      ["unknown public key",           as(stranger(store.pk)), "POST", "/v1/invoices", { product: store.product.id }, 401, "key_invalid"],
      ["key of a store never made",    as(store.sk.replace(/_[0-9a-z]{10}_/, "_0000000000_")), "GET", "/v1/store", undefined, 401, "key_invalid"],
      ["secret word with public key",  as(store.pk.replace(/^pk/, "sk")), "GET", "/v1/store", undefined,           401, "key_invalid"],
      ["operator's token as a key",    as(demo.operator_token), "GET", "/v1/store",    undefined,                  401, "key_invalid"],
      ["secret key as the operator's", store.call,             "POST", "/v1/stores",   { name: "x" },              401, "key_invalid"],
      ["wrong operator's token",       as(stranger(demo.operator_token)), "POST", "/v1/stores", { name: "x" },     401, "key_invalid"],
      ["public key for settings",      store.page,             "GET",  "/v1/store",    undefined,                  403, "key_not_allowed"],
      ["public key to change them",    store.page,             "PATCH", "/v1/store",   payout(demo.payout_address), 403, "key_not_allowed"],
      ["public key for the list",      store.page,             "GET",  "/v1/invoices", undefined,                  403, "key_not_allowed"],
      ["public key to cancel",         store.page,             "POST", `/v1/invoices/${store.invoice.id}/cancel`, undefined, 403, "key_not_allowed"],
      ["key of another store, known id", other.call,           "GET",  `/v1/invoices/${store.invoice.id}`, undefined, 404, "not_found"],
      ["key of another store, its product", store.call,        "GET",  `/v1/products/${other.product.id}`, undefined, 404, "not_found"],
    ];
  });

  check("amounts and currencies", () => {
    const bill = (what, body, param = "price.amount") => [what, store.call, "POST", "/v1/invoices", body, 422, "amount_invalid", param];
    return [
      bill("three decimals of dollars", price("5.005")),
      bill("a decimal of yen",          price("500.5", "JPY")),
      bill("four decimals of dinars",   price("1.2345", "KWD")),
      bill("negative",                  price("-5.00")),
      bill("zero",                      price("0.00")),
      bill("10^30",                     price(`1${"0".repeat(30)}`)),
      bill("10^30 written short",       price("1e30")),
      bill("a hex number",              price("0x10")),
      bill("a comma",                   price("5,00")),
      bill("spaces",                    price(" 5.00")),
      bill("nothing",                   price("")),
      bill("not a number",              price("NaN")),
      bill("digits of another script",  price("٥")),
      bill("unknown currency",          price("5", "XYZ")),
      bill("currency in small letters", price("5", "usd")),
      ["a float",          store.call, "POST", "/v1/invoices", `{"price":{"amount":5.1,"currency":"USD"}}`, 400, "body_invalid"],
      ["of a product",     store.call, "POST", "/v1/products", { name: "x", ...price("5.005") },            422, "amount_invalid", "price.amount"],
      ["of rates",         caller(),   "GET",  "/v1/rates?currency=XYZ", undefined,                         400, "parameter_invalid", "currency"],
      ["neither product nor price", store.call, "POST", "/v1/invoices", {},                                 422, "field_invalid"],
    ];
  });

  check("assets and payout addresses", () => {
    const asks = (what, body) => [what, store.call, "POST", "/v1/invoices", { ...price("5"), asset: body }, 422, "asset_not_accepted", "asset"];
    const pays = (what, body, param = "payout_addresses.eip155") => [what, store.call, "PATCH", "/v1/store", body, 422, "address_invalid", param];
    const good = demo.payout_address;
    const swapped = good.replace(/[a-fA-F]/, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));
    return [
      asks("an asset of a chain not watched", REAL_USDC),
      asks("no asset at all",            "USDC"),
      asks("an unknown token",           `${demo.chain}/erc20:0x${"11".repeat(20)}`),
      asks("an unknown chain",           asset("USDC").replace("31337", "31338")),
      ["an asset the store does not take", bare.page, "POST", "/v1/invoices", { ...price("5"), asset: asset("ETH") }, 422, "open_amount_not_allowed"],
      ["a quote in an asset not taken", caller(), "POST", `/v1/invoices/${store.invoice.id}/quotes`, { asset: REAL_USDC }, 422, "asset_not_accepted", "asset"],
      ["an unknown asset in settings",  store.call, "PATCH", "/v1/store", { assets: [REAL_USDC.replace(/.$/, "0")] }, 422, "asset_not_accepted", "assets"],
      ["an asset of a chain not watched in settings", store.call, "PATCH", "/v1/store", { assets: [REAL_USDC] }, 422, "asset_not_accepted", "assets"],
      pays("a wrong checksum",           payout(swapped)),
      pays("the zero address",           payout(`0x${"0".repeat(40)}`)),
      pays("an address too short",       payout(good.slice(0, -1))),
      pays("a name",                     payout("vitalik.eth")),
      pays("another namespace",          { payout_addresses: { solana: good } }, "payout_addresses.solana"),
      ["a store without payout address", bare.call, "POST", "/v1/invoices", price("5"),                             422, "payout_address_missing"],
    ];
  });

  check("bodies", () => {
    const post = (what, body, status, code, param) => [what, store.call, "POST", "/v1/invoices", body, status, code, param];
    const typed = (type) => (method, path, body) => caller(demo.edge, store.sk)(method, path, body, { "content-type": type });
    return [
      post("broken JSON",           `{"price":`,                                         400, "body_invalid"),
      post("no JSON",               "hello",                                             400, "body_invalid"),
      post("a list",                [],                                                  400, "body_invalid"),
      post("nothing",               "",                                                  400, "body_invalid"),
      post("an unknown field",      { ...price("5"), discount: "4.99" },                 400, "body_invalid"),
      post("a repeated field",      `{"price":{"amount":"5","currency":"USD"},"price":{"amount":"1","currency":"USD"}}`, 400, "body_invalid"),
      post("nested a thousand deep", "[".repeat(1000),                                   400, "body_invalid"),
      post("over the limit",        { ...price("5"), reference: long(70_000) },          413, "body_too_large"),
      post("far over the limit",    long(3_000_000),                                     413, "body_too_large"),
      post("a reference too long",  { ...price("5"), reference: long(201) },             422, "field_invalid", "reference"),
      post("metadata too large",    { ...price("5"), metadata: { key: long(501) } },     422, "field_invalid", "metadata"),
      post("a return to a script",  { ...price("5"), redirect_url: "javascript:alert(1)" }, 422, "field_invalid", "redirect_url"),
      ["text for JSON", typed("text/plain"), "POST", "/v1/invoices", price("5"),         415, "content_type", "Content-Type"],
      ["a form for JSON", typed("application/x-www-form-urlencoded"), "POST", "/v1/invoices", "price=5", 415, "content_type", "Content-Type"],
      ["a name too long", store.call, "PATCH", "/v1/store", { name: long(81) },          422, "field_invalid", "name"],
      ["a window too long", store.call, "PATCH", "/v1/store", { invoice_minutes: 1_441 }, 422, "field_invalid"],
      ["an origin with a path", store.call, "PATCH", "/v1/store", { allowed_origins: ["https://shop.example/"] }, 422, "field_invalid", "allowed_origins"],
      ["an origin of all",  store.call, "PATCH", "/v1/store", { allowed_origins: ["*"] }, 422, "field_invalid", "allowed_origins"],
    ];
  });

  check("webhook addresses", () => {
    const urls = [
      "http://shop.example/hooks", "ftp://shop.example/", "shop.example", "", "https://", "https://10.0.0.7/", "https://192.168.1.1/",
      "https://169.254.169.254/latest/meta-data", "https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/",
      "https://metadata.google.internal/", "https://printer.local/", "https://user:secret@shop.example/", "http://127.0.0.2:8080/",
      "http://127.0.0.1.shop.example/", `https://shop.example/${long(2_000)}`,
    ];
    return [
      ...urls.map((url) => [url.slice(0, 60) || "nothing", store.call, "POST", "/v1/webhook_endpoints", hook(url), 422, "webhook_url_invalid", "url"]),
      ["an unknown type", store.call, "POST", "/v1/webhook_endpoints", { ...hook("https://shop.example/"), types: ["invoice.payed"] }, 422, "field_invalid", "types"],
    ];
  });

  check("ids, paths and methods", () => {
    const of = (id) => id.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    return [
      ["an unknown invoice",        caller(),   "GET",    `/v1/invoices/${of(store.invoice.id)}`,     undefined, 404, "not_found"],
      ["an invoice of no store",    caller(),   "GET",    `/v1/invoices/inv_${"0".repeat(36)}`,       undefined, 404, "not_found"],
      ["no id",                     caller(),   "GET",    "/v1/invoices/hello",                       undefined, 404, "not_found"],
      ["a product for an invoice",  caller(),   "GET",    `/v1/invoices/${store.product.id}`,         undefined, 404, "not_found"],
      ["a product of another store", store.page, "POST",  "/v1/invoices", { product: other.product.id },          404, "not_found"],
      ["an unknown product",        store.page, "POST",   "/v1/invoices", { product: of(store.product.id) },      404, "not_found"],
      ["an unknown delivery",       store.call, "POST",   "/v1/webhook_deliveries/del_x/redeliver",   undefined, 404, "not_found"],
      ["an unknown path",           caller(),   "GET",    "/v1/nothing",                              undefined, 404, "not_found"],
      ["another version",           caller(),   "GET",    "/v2/store",                                undefined, 404, "not_found"],
      ["PUT",                       store.call, "PUT",    "/v1/store",                                {},        405, "method_not_allowed"],
      ["DELETE of an invoice",      store.call, "DELETE", `/v1/invoices/${store.invoice.id}`,         undefined, 405, "method_not_allowed"],
      ["GET of quotes",             caller(),   "GET",    `/v1/invoices/${store.invoice.id}/quotes`,  undefined, 405, "method_not_allowed"],
      ["events without a socket",   caller(),   "GET",    `/v1/invoices/${store.invoice.id}/events`,  undefined, 400, "parameter_invalid", "Upgrade"],
      ["a limit too large",         store.call, "GET",    "/v1/invoices?limit=101",                   undefined, 400, "parameter_invalid", "limit"],
      ["a limit of nothing",        store.call, "GET",    "/v1/invoices?limit=0",                     undefined, 400, "parameter_invalid", "limit"],
      ["a cursor made up",          store.call, "GET",    "/v1/invoices?cursor=abc",                  undefined, 400, "parameter_invalid", "cursor"],
      ["an unknown status",         store.call, "GET",    "/v1/invoices?status=PAID",                 undefined, 400, "parameter_invalid", "status"],
      ["a hash too short",          caller(),   "POST",   `/v1/invoices/${store.invoice.id}/transactions`, { chain: demo.chain, hash: "0x12" }, 422, "field_invalid", "hash"],
      ["a hint for another chain",  caller(),   "POST",   `/v1/invoices/${store.invoice.id}/transactions`, { chain: "eip155:1", hash: `0x${"ab".repeat(32)}` }, 422, "field_invalid", "chain"],
    ];
  });

  /** What a page may try with the public key that stands in it. None of it makes an invoice cheaper. */
  check("what a page asks with the public key", () => {
    const page = (what, body, status, code, param) => [what, store.page, "POST", "/v1/invoices", body, status, code, param];
    const tip = (what, body, code, param) => [what, tips.page, "POST", "/v1/invoices", body, 422, code, param];
    const product = store.product.id;
    return [
      page("its own price",          price("0.01"),                                422, "open_amount_not_allowed", "price"),
      page("a price with a product", { product, ...price("0.01") },                422, "field_invalid", "price"),
      page("an amount beside it",    { product, amount: "0.01" },                  400, "body_invalid"),
      page("a quantity",             { product, quantity: 0 },                     400, "body_invalid"),
      page("an address",             { product, address: demo.payout_address },    400, "body_invalid"),
      page("a rate",                 { product, asset: asset("USDC"), rate: "1000" }, 400, "body_invalid"),
      page("metadata",               { product, metadata: { vip: "yes" } },        403, "key_not_allowed", "metadata"),
      page("a way back",             { product, redirect_url: "https://evil.example/" }, 403, "key_not_allowed", "redirect_url"),
      page("another's product",      { product: other.product.id },                404, "not_found"),
      page("an asset not taken",     { product, asset: REAL_USDC },                422, "asset_not_accepted", "asset"),
      tip("a tip below the least",   price("1.99", "EUR"), "open_amount_not_allowed", "price.amount"),
      tip("a tip above the most",    price("50.01", "EUR"), "open_amount_not_allowed", "price.amount"),
      tip("a tip in another currency", price("500", "JPY"), "open_amount_not_allowed", "price.currency"),
      tip("a negative tip",          price("-5.00", "EUR"), "amount_invalid", "price.amount"),
      ["settings of the store",      store.page, "PATCH", "/v1/store", { open_amounts: { enabled: true } }, 403, "key_not_allowed"],
      ["a cheaper product",          store.page, "PATCH", `/v1/products/${product}`, price("0.01"), 403, "key_not_allowed"],
    ];
  });

  test("a body without a length is refused before all of it is sent", async (context) => {
    // The runtime alone: wrangler's proxy in front of it would be what is tried, too.
    const edge = await workerdInstance();
    context.after(() => edge.remove());
    await edge.start();
    const store = await newStore({ edge: edge.url, operator: edge.operator });
    const { hostname, port } = new URL(edge.url);
    const headers = { authorization: `Bearer ${store.sk}`, "content-type": "application/json" };
    const asked = request({ hostname, port, path: "/v1/invoices", method: "POST", headers });
    const answered = new Promise((resolve) => {
      asked.once("response", (response) => resolve(response.statusCode));
      // The edge may hang up on one who goes on sending.
      asked.once("error", (error) => resolve(error.code));
    });
    let sent = 0;
    const answer = await Promise.race([answered, (async () => {
      for (; sent < 32; sent += 1) {
        asked.write(long(64 * 1024));
        await sleep(100);
      }
      return "still reading";
    })()]);
    asked.destroy();
    assert.ok([413, "EPIPE", "ECONNRESET"].includes(answer), `after ${sent * 64} KiB: ${answer}`);
    assert.equal((await store.call("GET", "/v1/store")).status, 200);
  });

  test("a method that is not allowed names those that are", async () => {
    for (const [path, methods] of [["/v1/store", "GET, PATCH"], [`/v1/products/${store.product.id}`, "DELETE, GET, PATCH"], ["/v1/rates", "GET"]]) {
      const { headers } = await store.call("PUT", path, {});
      assert.equal(headers.get("allow")?.split(/, */).filter((method) => !["HEAD", "OPTIONS"].includes(method)).sort().join(", "), methods, path);
    }
  });

  test("nothing that was refused has left a trace", async () => {
    const fresh = await newStore();
    const before = await ok(fresh.call("GET", "/v1/store"));
    await fresh.call("PATCH", "/v1/store", { name: "Renamed", payout_addresses: { eip155: "nonsense" } });
    await fresh.call("POST", "/v1/invoices", { ...price("5"), reference: long(201), asset: asset("USDC") });
    assert.deepEqual(await ok(fresh.call("GET", "/v1/store")), before);
    assert.deepEqual((await ok(fresh.call("GET", "/v1/invoices"))).data, []);
    assert.deepEqual((await ok(fresh.call("GET", "/v1/events"))).data, []);
  });

  test("pages say so too, without letting what was asked run", async () => {
    const evil = encodeURIComponent("<script>alert(1)</script>");
    for (const [path, status] of [
      [`/pay/${evil}`, 404], ["/pay/prod_nothing", 404], [`/i/inv_${"0".repeat(36)}`, 404],
      [`/pay/${store.pk}?amount=5.00&currency=USD`, 422], [`/pay/${tips.pk}?amount=1.00&currency=EUR`, 422], [`/pay/${tips.pk}?amount=${evil}&currency=EUR`, 422],
      [`/pay/${store.product.id}?embed=modal&origin=${evil}`, 400],
    ]) {
      const answer = await caller()("GET", path);
      assert.equal(answer.status, status, `${path} ${answer.text.slice(0, 300)}`);
      assert.match(answer.headers.get("content-type"), /^text\/html/);
      assert.ok(!answer.text.includes("<script>alert"), path);
      assert.match(answer.headers.get("content-security-policy"), /default-src 'none'/);
    }
  });
});
