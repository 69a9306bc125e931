// Paper Boat Studio: a shop that uses Groat as any shop would, and, set apart, tools to try it with on a local chain.
//
//   node demo-site/server.mjs --port N --edge URL --rpc URL --operator-token T --addresses FILE --out FILE
//
// Prints {"shop": url} when it is ready. For local chains only: it moves play money without asking.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CATALOGUE } from "./lib/catalogue.mjs";
import { BadRequest, Chain, ROLES } from "./lib/chain.mjs";
import { edgeClient } from "./lib/edge.mjs";
import { TooLarge, file, fill, json, pageHeaders, readBody, strictHeaders } from "./lib/http.mjs";
import { assetsOf, readJson, setUp } from "./lib/setup.mjs";
import { seaSound } from "./lib/sound.mjs";
import { Webhooks } from "./lib/webhooks.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const FLAGS = ["port", "edge", "rpc", "operator-token", "addresses", "out"];

/** Routes of the developer tools that change something, by path. */
const ACTS = {
  "/dev/rpc": (state, body) => state.chain.relay(body),
  "/dev/pay": (state, body) => state.chain.pay(body),
  "/dev/mine": (state, body) => state.chain.mine(body),
  "/dev/jump": (state, body) => state.chain.jump(body),
  "/dev/theme": (state, { theme }) => setTheme(state, theme),
};

const PAGES = { "/": "index.html", "/tools": "tools.html", "/strict.html": "strict.html", "/hostile.html": "hostile.html", "/theme": "theme.html" };

async function handle(state, request, response) {
  const { pathname } = new URL(request.url, state.shop);
  const { method } = request;
  if (method === "POST") {
    if (pathname === "/webhooks") return webhook(state, request, response);
    if (pathname === "/webhooks/_mode") return mode(state, request, response);
    if (ACTS[pathname]) return act(state, ACTS[pathname], request, response);
  } else if (method === "GET" || method === "HEAD") {
    if (PAGES[pathname]) return page(state, pathname, response);
    if (pathname.startsWith("/static/")) return file(response, HERE, pathname.slice(1));
    if (pathname.startsWith("/orders/")) return order(state, pathname.slice("/orders/".length), response);
    if (pathname.startsWith("/downloads/")) return download(state, pathname.slice("/downloads/".length), response);
    if (pathname === "/dev/config") return json(response, 200, config(state));
    if (pathname === "/dev/theme") return json(response, 200, { theme: (await state.store("GET", "/v1/store")).branding.theme });
    if (pathname === "/dev/head") return json(response, 200, await state.chain.head());
    if (pathname === "/dev/webhooks") return stream(state, request, response);
    if (pathname.startsWith("/dev/invoices/")) return invoice(state, pathname.slice("/dev/invoices/".length), response);
  }
  return json(response, 404, { error: "nothing here" });
}

async function webhook(state, request, response) {
  const status = await state.webhooks.receive(request.headers, await readBody(request));
  response.writeHead(status).end();
}

/** Makes the shop fail on purpose, to see retries: {"status": 500, "count": 3}. */
async function mode(state, request, response) {
  const { status, count } = JSON.parse(await readBody(request));
  if (!Number.isInteger(status) || status < 200 || status > 599 || !Number.isInteger(count) || count < 0) {
    throw new BadRequest("status is 200 to 599, count is 0 or more");
  }
  state.webhooks.mode = { status, count };
  json(response, 200, state.webhooks.mode);
}

async function act(state, run, request, response) {
  // The play money is for this shop's own pages and for scripts, not for whatever else is open in the browser.
  const { origin } = request.headers;
  if (origin && !state.origins.includes(origin)) return json(response, 403, { error: "not from there" });
  return json(response, 200, await run(state, JSON.parse(await readBody(request))));
}

/** What the theme page's choices come to: the store's own answer, also where it refuses. */
async function setTheme(state, theme) {
  try {
    const { branding } = await state.store("PATCH", "/v1/store", { branding: { theme } });
    return { theme: branding.theme };
  } catch (error) {
    if (!error.problem) throw error;
    return { problem: error.problem };
  }
}

async function page(state, path, response) {
  const template = await readFile(join(HERE, PAGES[path]), "utf8");
  const values = { edge: state.edge, pk: state.pk };
  for (const { slug, id, price } of state.products) {
    values[slug] = id;
    values[`${slug}_price`] = price.currency === "EUR" ? `€${price.amount}` : `$${price.amount}`;
  }
  const headers = path === "/strict.html" ? strictHeaders(state.edge) : pageHeaders(state.edge);
  // The hostile page styles itself by every means there is.
  if (path === "/hostile.html") delete headers["content-security-policy"];
  response.writeHead(200, headers);
  response.end(fill(template, values));
}

/** What was bought with an invoice, once a verified webhook said so: the page's own word is not enough. */
function order(state, id, response) {
  const paid = state.webhooks.paid(id);
  if (!paid) return json(response, 202, { paid: false });
  const product = state.products.find(({ id }) => id === paid.product?.id);
  json(response, 200, { paid: true, name: product?.name ?? "Tip", download: product ? `/downloads/${product.download}` : null });
}

async function download(state, secret, response) {
  const product = state.products.find(({ download }) => download === secret);
  if (!product) return json(response, 404, { error: "nothing here" });
  const { name, type, art } = CATALOGUE.find(({ slug }) => slug === product.slug).file;
  const bytes = art ? await readFile(join(HERE, "static/art", art)) : seaSound();
  response.writeHead(200, { "content-type": type, "content-disposition": `attachment; filename="${name}"`, "cache-control": "no-store" });
  response.end(bytes);
}

/** What the developer tools in the page need to know. No key but the public one. */
function config({ shop, edge, pk, chain, chainId, chainName, assets, products }) {
  const { accounts } = chain;
  return {
    shop, edge, pk, chainName, chainId, assets, products: products.map(({ slug, id, name }) => ({ slug, id, name })),
    wallet: accounts.slice(0, ROLES.wallet), seller: accounts[ROLES.seller],
  };
}

/** The public view of an invoice, read from the edge without any key. */
async function invoice(state, id, response) {
  if (!/^inv_\w+$/.test(id)) throw new BadRequest("that is no invoice id");
  json(response, 200, await edgeClient(state.edge)("GET", `/v1/invoices/${id}`));
}

function stream(state, request, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": webhooks as they arrive\n\n");
  const stop = state.webhooks.follow((entry) => response.write(`data: ${JSON.stringify(entry)}\n\n`));
  request.on("close", stop);
}

function failed(error, response) {
  const status = error instanceof BadRequest || error instanceof SyntaxError ? 400 : error instanceof TooLarge ? 413 : (error.status ?? 500);
  if (status === 500) console.error(error);
  if (response.headersSent) return response.destroy();
  json(response, status, { error: error.problem?.detail ?? error.message });
}

/** Listens on `port`, or on another if that one is taken. */
async function listen(server, port) {
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    console.error(`port ${port} is taken; taking another`);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return server.address().port;
}

/** Steps: (1) flags and addresses; (2) the chain; (3) a port, as the edge must be told; (4) the store; (5) serve. */
async function main() {
  // (1)
  const { values } = parseArgs({ options: Object.fromEntries(FLAGS.map((flag) => [flag, { type: "string" }])) });
  const missing = FLAGS.filter((flag) => values[flag] === undefined);
  if (missing.length) throw new Error(`missing --${missing.join(", --")}`);
  const edge = new URL(values.edge).origin;
  const out = resolve(values.out);
  const { chain: chainName, chainId, assets, exchangePayer } = assetsOf(await readJson(values.addresses));

  // (2)
  const chain = new Chain(values.rpc, exchangePayer);
  await chain.open();

  // (3)
  const state = { edge, chain, chainName, chainId, assets, webhooks: new Webhooks() };
  let ready;
  const set = new Promise((resolve) => { ready = resolve; });
  const server = createServer(async (request, response) => {
    try {
      await set;
      await handle(state, request, response);
    } catch (error) {
      failed(error, response);
    }
  });
  const port = await listen(server, Number(values.port));
  state.shop = `http://127.0.0.1:${port}`;
  state.origins = [state.shop, `http://localhost:${port}`];

  // (4)
  const { pk, sk, products, assets: accepted, webhook_endpoint, webhook_log, fresh } = await setUp({
    out, edge, assets, shop: state.shop, rpc: values.rpc, chain: chainName, payout: chain.seller,
    operatorToken: values["operator-token"], webhookLog: out.replace(/(\.json)?$/, "-webhooks.jsonl"),
  });
  Object.assign(state, { pk, products, assets: accepted, store: edgeClient(edge, sk) });
  chain.know(accepted);
  await state.webhooks.open(webhook_log, webhook_endpoint.secret, fresh);

  // (5)
  ready();
  console.log(JSON.stringify({ shop: state.shop }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
}

main().catch((error) => {
  console.error(`demo shop: ${error.cause?.code ?? ""} ${error.message}`);
  process.exit(1);
});
