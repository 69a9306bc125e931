// A stand-in for four exchanges' public price endpoints, on loopback: the shapes are the real ones, the prices are fixed.
//
//   node tests/stand-ins/rates.mjs [--port 0]        prints {"port": …} when it listens
//
// The exchanges' paths don't collide, so one base address serves as all four. What it is, it says in the header
// `x-stand-in` of each answer and at GET /. It never asks a real exchange.
//
//   GET  /control    what is set and how often each source was asked
//   POST /control    {"source": "kraken" or "all", "mode": "ok" | "down" | "garbage" | "scale",
//                     "factor": 1.05, "delay_ms": 0, "age_s": 0}; "ok" takes back what was set before
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const NOTICE = "replays recorded shapes of exchange prices; not a real exchange";
const SOURCES = ["coinbase", "kraken", "coingecko", "bitstamp"];

/** US dollars for one unit. */
const DOLLARS = { ETH: 3012.45, BTC: 96420.1, USDC: 0.9999, USDT: 1.0003, DAI: 0.9998, POL: 0.4512, BNB: 655.3, EUR: 1.0856, GBP: 1.2713, JPY: 0.006689, CHF: 1.1312, BRL: 0.1738 };
const FIATS = ["EUR", "GBP", "JPY", "CHF", "BRL"];
/** No two exchanges agree to the cent; these differ by less than 0.3 %. */
const LEAN = { coinbase: 1, kraken: 0.9993, coingecko: 1.0008, bitstamp: 0.9989 };

const fresh = () => ({ mode: "ok", factor: 1, delay_ms: 0, age_s: 0, requests: 0 });
const state = Object.fromEntries(SOURCES.map((source) => [source, fresh()]));

const price = (source, symbol) => {
  const lean = ["USDC", "USDT", "DAI", ...FIATS].includes(symbol) ? 1 + (LEAN[source] - 1) / 5 : LEAN[source];
  return DOLLARS[symbol] * lean * state[source].factor;
};
/** Twelve significant digits without an exponent, as exchanges print prices. */
const digits = (number) => number.toFixed(Math.max(0, 12 - Math.ceil(Math.log10(Math.abs(number)) + 1))).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
const updatedAt = (source) => Math.floor(Date.now() / 1000) - state[source].age_s;

/** GET /v2/exchange-rates?currency=USD: how much of everything one unit of `currency` buys. */
function coinbase(query) {
  const currency = (query.get("currency") ?? "USD").toUpperCase();
  const base = currency === "USD" ? 1 : DOLLARS[currency] && price("coinbase", currency);
  if (!base) return [400, { errors: [{ id: "invalid_request", message: "Invalid currency" }] }];
  const rates = { USD: digits(base) };
  for (const symbol of Object.keys(DOLLARS)) rates[symbol] = digits(base / price("coinbase", symbol));
  rates[currency] = "1.0";
  return [200, { data: { currency, rates } }];
}

/** GET /0/public/Ticker?pair=ETHUSD,…: answers under Kraken's own names, old ones with X and Z before the codes. */
const KRAKEN = {
  ETHUSD: ["XETHZUSD", "ETH"], XETHZUSD: ["XETHZUSD", "ETH"], XBTUSD: ["XXBTZUSD", "BTC"], BTCUSD: ["XXBTZUSD", "BTC"], XXBTZUSD: ["XXBTZUSD", "BTC"],
  USDCUSD: ["USDCUSD", "USDC"], USDTUSD: ["USDTZUSD", "USDT"], USDTZUSD: ["USDTZUSD", "USDT"], DAIUSD: ["DAIUSD", "DAI"],
  POLUSD: ["POLUSD", "POL"], BNBUSD: ["BNBUSD", "BNB"], EURUSD: ["ZEURZUSD", "EUR"], ZEURZUSD: ["ZEURZUSD", "EUR"],
  GBPUSD: ["ZGBPZUSD", "GBP"], ZGBPZUSD: ["ZGBPZUSD", "GBP"],
  USDJPY: ["ZUSDZJPY", "JPY", "inverse"], ZUSDZJPY: ["ZUSDZJPY", "JPY", "inverse"], USDCHF: ["USDCHF", "CHF", "inverse"],
};
function kraken(query) {
  const result = {};
  for (const pair of (query.get("pair") ?? "").split(",")) {
    const known = KRAKEN[pair.toUpperCase()];
    if (!known) return [200, { error: ["EQuery:Unknown asset pair"] }];
    const [name, symbol, inverse] = known;
    const last = inverse ? 1 / price("kraken", symbol) : price("kraken", symbol);
    const near = (factor) => digits(last * factor);
    result[name] = {
      a: [near(1.0001), "1", "1.000"], b: [near(0.9999), "2", "2.000"], c: [near(1), "0.05000000"], v: ["1843.21", "20311.77"],
      p: [near(1.0004), near(0.9991)], t: [10412, 88231], l: [near(0.985), near(0.98)], h: [near(1.012), near(1.02)], o: near(0.997),
    };
  }
  return [200, { error: [], result }];
}

/** GET /api/v3/simple/price?ids=…&vs_currencies=usd&include_last_updated_at=true: JSON numbers; unknown ids are left out. */
const COINGECKO = { ethereum: "ETH", bitcoin: "BTC", "usd-coin": "USDC", tether: "USDT", dai: "DAI", "polygon-ecosystem-token": "POL", binancecoin: "BNB" };
function coingecko(query) {
  const currencies = (query.get("vs_currencies") ?? "").toLowerCase().split(",").filter(Boolean);
  if (currencies.length === 0) return [422, { error: "Missing parameter vs_currencies" }];
  const answer = {};
  for (const id of (query.get("ids") ?? "").split(",")) {
    const symbol = COINGECKO[id];
    if (!symbol) continue;
    answer[id] = {};
    for (const currency of currencies) {
      const base = currency === "usd" ? 1 : FIATS.includes(currency.toUpperCase()) && DOLLARS[currency.toUpperCase()];
      if (base) answer[id][currency] = Number(digits(price("coingecko", symbol) / base));
    }
    if (query.get("include_last_updated_at") === "true") answer[id].last_updated_at = updatedAt("coingecko");
  }
  return [200, answer];
}

/** GET /api/v2/ticker/: every pair at once. */
const BITSTAMP = ["BTC", "ETH", "USDC", "USDT", "DAI", "POL", "EUR", "GBP"];
function bitstamp() {
  const pairs = BITSTAMP.map((symbol) => {
    const last = price("bitstamp", symbol);
    const near = (factor) => digits(last * factor);
    return {
      ask: near(1.0002), bid: near(0.9998), high: near(1.02), last: near(1), low: near(0.98), open: near(0.997), open_24: near(0.99),
      pair: `${symbol}/USD`, market: `${symbol}/USD`, percent_change_24: "1.01", side: "0", timestamp: String(updatedAt("bitstamp")), volume: "812.44021", vwap: near(1.001),
    };
  });
  return [200, pairs];
}

const ROUTES = { "/v2/exchange-rates": ["coinbase", coinbase], "/0/public/Ticker": ["kraken", kraken], "/api/v3/simple/price": ["coingecko", coingecko], "/api/v2/ticker/": ["bitstamp", bitstamp] };

async function control(request) {
  if (request.method === "POST") {
    let text = "";
    for await (const part of request) text += part;
    const wanted = JSON.parse(text || "{}");
    const named = wanted.source === "all" ? SOURCES : SOURCES.filter((source) => source === wanted.source);
    if (named.length === 0) return [400, { error: `source must be "all" or one of ${SOURCES.join(", ")}` }];
    if (!["ok", "down", "garbage", "scale"].includes(wanted.mode)) return [400, { error: "mode must be ok, down, garbage or scale" }];
    for (const source of named) {
      const { requests } = state[source];
      state[source] = { ...fresh(), requests, mode: wanted.mode, factor: wanted.mode === "scale" ? (wanted.factor ?? 1) : 1, delay_ms: wanted.delay_ms ?? 0, age_s: wanted.age_s ?? 0 };
    }
  }
  return [200, state];
}

async function answer(request) {
  const url = new URL(request.url, "http://stand-in");
  if (url.pathname === "/") return [200, { stand_in: NOTICE, sources: SOURCES, paths: Object.keys(ROUTES) }];
  if (url.pathname === "/control") return control(request);
  const route = ROUTES[url.pathname];
  if (!route) return [404, { error: "not among the paths this stand-in replays" }];
  const [source, reply] = route;
  const { mode, delay_ms } = state[source];
  state[source].requests += 1;
  if (delay_ms > 0) await new Promise((done) => setTimeout(done, delay_ms));
  if (mode === "down") return [503, "Service Unavailable"];
  if (mode === "garbage") return [200, "<html>maintenance</html>"];
  return reply(url.searchParams);
}

const server = createServer((request, response) => {
  answer(request)
    .catch((error) => [400, { error: String(error.message) }])
    .then(([status, body]) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": typeof body === "string" ? "text/html" : "application/json", "x-stand-in": NOTICE });
      response.end(text);
    });
});
const { values } = parseArgs({ options: { port: { type: "string", default: "0" } } });
server.listen(Number(values.port), "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, stand_in: NOTICE })));
