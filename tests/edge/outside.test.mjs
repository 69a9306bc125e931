// What Groat leans on fails: exchanges and networks. On an edge of its own with a price stand-in of its own; a chain is
// configured whose RPC is dead. Prices are remembered for each currency, so each failure has a currency of its own.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { FIVE, assertProblem, caller, newStore, ok } from "../lib/api.mjs";
import { send } from "../lib/chain.mjs";
import { asset } from "../lib/demo.mjs";
import { edgeInstance, freePort } from "../lib/edge_instance.mjs";
import { startRates } from "../lib/rates.mjs";

const BASE = "eip155:8453";
const BASE_ETH = `${BASE}/slip44:60`;
/** Dollars for one unit, as the stand-in has them. */
const DOLLARS = { ETH: 3012.45, EUR: 1.0856, JPY: 0.006689, CHF: 1.1312 };
const FIFTY = (currency) => ({ price: { amount: "50", currency }, asset: asset("ETH") });

describe("when the outside fails", () => {
  let edge, rates, store;
  before(async () => {
    rates = await startRates();
    const dead = `http://127.0.0.1:${await freePort()}`;
    edge = await edgeInstance(({ CHAINS }) => ({
      CHAINS: JSON.stringify({ ...JSON.parse(CHAINS), [BASE]: { rpc: [dead], poll_ms: 1_000 } }),
      RATES: JSON.stringify(Object.fromEntries(["coinbase", "kraken", "coingecko", "bitstamp"].map((source) => [source, rates.url]))),
    }));
    await edge.start();
    store = await newStore({ edge: edge.url, operator: edge.operator, assets: [BASE_ETH, asset("USDC"), asset("ETH")] });
  });
  after(async () => {
    rates?.stop();
    await edge?.remove();
  });

  afterEach(() => rates.set("all", "ok"));

  const inCurrency = (currency) => ok(caller(edge.url)("GET", `/v1/rates?currency=${currency}`));
  const etherIn = async (currency) => (await inCurrency(currency)).rates.find(({ symbol }) => symbol === "ETH");
  /** Ether in that currency within 1 %: the stand-ins differ by less. */
  const assertNear = (rate, currency) => {
    const expected = DOLLARS.ETH / DOLLARS[currency];
    assert.ok(Math.abs(Number(rate) / expected - 1) < 0.01, `${rate} is not near ${expected}`);
  };

  test("a network that is down is greyed, said so and refused; the others go on", async () => {
    const health = await ok(caller(edge.url)("GET", "/healthz"));
    assert.equal(health.status, "degraded");
    assert.deepEqual(health.chains.filter(({ available }) => !available).map(({ chain }) => chain), [BASE]);

    const made = await store.bill({ price: FIVE });
    const options = Object.fromEntries(made.options.map((option) => [option.asset, [option.available, option.unavailable_reason]]));
    assert.deepEqual(options, { [BASE_ETH]: [false, "network_unavailable"], [asset("USDC")]: [true, null], [asset("ETH")]: [true, null] });

    const refused = await caller(edge.url)("POST", `/v1/invoices/${made.id}/quotes`, { asset: BASE_ETH });
    assertProblem(refused, 503, "network_unavailable", "asset");
    assert.match(refused.body.detail, /^Base /);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assertProblem(await store.call("POST", "/v1/invoices", { price: FIVE, asset: BASE_ETH }), 503, "network_unavailable", "asset");

    const page = await caller(edge.url)("GET", `/pay/${(await store.sell(FIVE)).id}`);
    assert.match(page.text, /This network is unavailable right now/);

    const quoted = await ok(caller(edge.url)("POST", `/v1/invoices/${made.id}/quotes`, { asset: asset("USDC") }));
    await send(asset("USDC"), quoted.quote.address, quoted.quote.base_units);
    await store.reaches(made.id, "paid");
  });

  test("rates are cached, and hits are counted", async () => {
    await inCurrency("USD");
    const before = await inCurrency("USD");
    const after = await inCurrency("USD");
    assert.ok(after.cache_hits > before.cache_hits, "no hit was counted");
    assert.equal(after.cache_misses, before.cache_misses);
    assert.equal(after.fetched_at, before.fetched_at);
    assert.deepEqual(after.rates.find(({ symbol }) => symbol === "ETH").sources.map(({ source }) => source).sort(), ["bitstamp", "coinbase", "coingecko", "kraken"]);
  });

  test("one exchange down: named, and the others still make a rate", async () => {
    await rates.set("kraken", "down");
    const view = await inCurrency("EUR");
    assert.ok(view.failed_sources.some((failure) => failure.startsWith("kraken")), `${view.failed_sources}`);
    const ether = view.rates.find(({ symbol }) => symbol === "ETH");
    assert.deepEqual(ether.sources.map(({ source }) => source).sort(), ["bitstamp", "coinbase", "coingecko"]);
    assertNear(ether.rate, "EUR");
    const made = await store.bill(FIFTY("EUR"));
    assertNear(made.quote.rate.amount, "EUR");
  });

  test("three exchanges down: no guess is made, while an invoice already quoted stays payable", async () => {
    const quoted = await store.bill({ price: FIVE, asset: asset("ETH") });
    for (const source of ["coinbase", "kraken", "coingecko"]) await rates.set(source, "down");
    const refused = await store.call("POST", "/v1/invoices", FIFTY("GBP"));
    assertProblem(refused, 503, "rates_unavailable");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.equal((await etherIn("GBP")).rate, null);
    const unquoted = await store.bill({ price: FIFTY("GBP").price });
    assert.deepEqual(unquoted.options.filter(({ asset }) => asset !== BASE_ETH).map(({ available, amount, unavailable_reason }) => [available, amount, unavailable_reason]),
      Array(2).fill([false, null, "rates_unavailable"]));
    assertProblem(await caller(edge.url)("POST", `/v1/invoices/${unquoted.id}/quotes`, { asset: asset("ETH") }), 503, "rates_unavailable");

    await send(asset("ETH"), quoted.quote.address, quoted.quote.base_units);
    await store.reaches(quoted.id, "paid");
  });

  test("an exchange that is ten times off is left out", async () => {
    await rates.set("coingecko", "scale", { factor: 10 });
    const ether = await etherIn("JPY");
    const used = Object.fromEntries(ether.sources.map(({ source, used }) => [source, used]));
    assert.deepEqual([used.coinbase, used.kraken, used.coingecko], [true, true, false]);
    assertNear(ether.rate, "JPY");
    const made = await store.bill(FIFTY("JPY"));
    assertNear(made.quote.rate.amount, "JPY");
  });

  test("two exchanges that agree on nothing make no rate", async () => {
    // In reais only two of the four give prices.
    await rates.set("coingecko", "scale", { factor: 1.05 });
    assert.equal((await etherIn("BRL")).rate, null);
    assertProblem(await store.call("POST", "/v1/invoices", FIFTY("BRL")), 503, "rates_unavailable");
  });

  test("nonsense in place of prices counts as no answer", async () => {
    await rates.set("coinbase", "garbage");
    const view = await inCurrency("CHF");
    assert.ok(view.failed_sources.some((failure) => failure.startsWith("coinbase")), `${view.failed_sources}`);
    const ether = view.rates.find(({ symbol }) => symbol === "ETH");
    assert.deepEqual(ether.sources.map(({ source }) => source).sort(), ["coingecko", "kraken"]);
    assertNear(ether.rate, "CHF");
  });
});
