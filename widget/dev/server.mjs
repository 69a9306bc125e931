// A development server: serves the checkout's own build with each state's data, an edge that answers as the state says,
// and wallets to match. Not part of the product; nothing here is shipped.
//
//   cargo xtask build widget
//   node widget/dev/server.mjs [--assets target/site/assets] [--port 0]
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { RIGHT_TO_LEFT } from "./looks.mjs";
import { NOW, states, invoice } from "./states.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const STYLE = join(HERE, "../style");

/** A font that is the same on every machine, for whoever asks for `?font=fixed`. Its file has far more than Latin letters. */
const FONT = fileURLToPath(new URL("../../node_modules/@fontsource/dejavu-sans/files/dejavu-sans-latin-{}-normal.woff2", import.meta.url));
const FONT_STYLE = `${[400, 700].map((weight) => `@font-face { font-family: Fixed; font-weight: ${weight}; src: url(/dev/font-${weight}.woff2) }`).join("\n")}
:root:root { --font: Fixed; --mono: Fixed }`;

const TYPES = { js: "text/javascript", wasm: "application/wasm", css: "text/css", txt: "text/plain; charset=utf-8" };
/** The policy of the edge's pages, and the fixed font: a state that breaks it must be seen here. */
const policy = (style) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'${hashOf(style)}; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'`;
const hashOf = (style) => (style ? ` 'sha256-${createHash("sha256").update(style).digest("base64")}'` : "");

/** Every look by name and by `theme`, as the edge prints it: tests/tests/theme.rs writes the file. */
export const BRANDS = JSON.parse(readFileSync(join(HERE, "brands.json"), "utf8"));
/** A logo for whoever shows a brand: round, in two colours that stand on any ground. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="19" fill="#d5336c"/><path d="M9 23h22l-5 7H14zM19 9v12h-8zM21 12v9h7z" fill="#fff"/></svg>`;

const escape = (json) => JSON.stringify(json).replaceAll("<", "\\u003c");

function html(name, state, query, files) {
  const page = { ...state.page };
  if (query.get("embed")) page.embed = query.get("embed");
  if (query.get("origin")) page.origin = query.get("origin");
  if (query.get("theme")) page.theme = query.get("theme");
  const locale = query.get("locale") ?? "en";
  const texts = files.texts.find((name) => name.startsWith(`text.${locale}.`));
  if (!texts) throw new Error(`no texts in ${locale}: build the checkout, or write the language`);
  const brand = BRANDS[query.get("brand")];
  const style = brand?.[page.theme ?? "auto"] ?? brand?.auto ?? "";
  // What a store with a brand has beside its colours.
  if (brand) page.brand = { logo: "/logo/dev.svg", ...page.brand };
  if (state.remote) page.walletconnect = { project_id: "dev", relay_url: "wss://relay.example", script: `${REMOTE}?state=${name}`, wasm: "/assets/none.wasm" };
  const kept = state.kept ? `<script src="/dev/kept.js?state=${name}"></script>` : "";
  const scripts = [state.wallet && `wallet.js?state=${name}`, state.handheld && "handheld.js"].filter(Boolean);
  const script = scripts.map((path) => `<script src="/dev/${path}"></script>`).join("\n");
  const text = `<!doctype html>
<html lang="${locale}" dir="${RIGHT_TO_LEFT.includes(locale) ? "rtl" : "ltr"}" data-theme="${page.theme ?? "auto"}" data-embed="${page.embed ?? "link"}">
<head>
<meta charset="utf-8">
<title>${name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dev/checkout.css">
${style ? `<style>${style}</style>` : ""}
${query.get("font") === "fixed" ? '<link rel="stylesheet" href="/dev/font.css">' : ""}
<link id="groat-text" rel="preload" as="fetch" crossorigin href="/assets/${texts}">
<link id="groat-wasm" rel="preload" as="fetch" crossorigin href="/assets/${files.wasm}">
</head>
<body>
<main id="groat"></main>
<script type="application/json" id="groat-page">${escape(page)}</script>
${kept}${script}
<script type="module" src="/assets/${files.js}"></script>
</body>
</html>`;
  return { text, style };
}

/** Runs in the page: announces the state's wallets, whose methods answer as the state says. */
function walletScript({ names, methods }) {
  const icon = (hue) =>
    `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="9" fill="hsl(${hue} 70% 45%)"/><circle cx="20" cy="20" r="9" fill="none" stroke="white" stroke-width="4"/></svg>`)}`;
  const request = ({ method, params }) => {
    (globalThis.asked ??= []).push({ method, params });
    const answer = methods[method];
    if (answer === undefined) return new Promise(() => {});
    return answer?.error ? Promise.reject(answer.error) : Promise.resolve(answer);
  };
  const announce = () => {
    names.forEach((name, at) => {
      const info = { uuid: `wallet-${at}`, name, icon: icon(at * 130 + 220), rdns: "dev" };
      const detail = Object.freeze({ info, provider: { request, on() {} } });
      dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
    });
  };
  addEventListener("eip6963:requestProvider", announce);
  announce();
}

/** In WalletConnect's place: tells what the state says as soon as it is asked to connect. */
const remoteFile = (events) => `export const walletConnect = (wasm, options, listener) => ({
  connect: () => ${JSON.stringify(events)}.forEach((event) => listener(event)),
  resume() {}, sendTransaction() {}, disconnect() {}, stop() {},
});`;
const REMOTE = "/assets/remote.js";

/** Runs in the page, before the checkout: a device that is held in the hand. */
const HANDHELD = `const real = matchMedia.bind(window);
window.matchMedia = (query) => (query.includes("pointer: coarse") ? { matches: true } : real(query));`;

/** JSON has no `undefined`: a method that never answers is left out. */
const walletFile = (wallet) => `(${walletScript})(${JSON.stringify(wallet)})`;

function answer(response, given, fallback) {
  if (given === "never") return;
  if (given === "broken") return response.destroy();
  const { status = 200, body = fallback } = given ?? {};
  response.writeHead(status, { "content-type": "application/json", etag: `"${body.version ?? 0}"` });
  response.end(JSON.stringify(body));
}

/** Starts the server; gives its address and a way to stop it. */
export async function serve({ assets, port = 0 }) {
  const names = readdirSync(assets);
  const files = {
    js: names.find((name) => /^checkout.*\.js$/.test(name)),
    wasm: names.find((name) => /^checkout.*_bg\.wasm$/.test(name)),
    texts: names.filter((name) => name.startsWith("text.")),
  };
  if (!files.js || !files.wasm) throw new Error(`${assets} holds no checkout: build it first`);

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const send = (type, body, headers = {}) => {
      response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...headers });
      response.end(body);
    };
    // Which state a call to the API belongs to is in the address of the page that makes it.
    const from = new URL(request.headers.referer ?? "http://localhost/").searchParams.get("state");
    const state = states[url.searchParams.get("state") ?? from];
    const page = state?.page;
    const current = page?.invoice ?? invoice("open");
    const { pathname } = url;

    if (pathname === "/") {
      const looks = (name) => Object.keys(BRANDS).map((brand) => `<a href="/show?state=${name}&brand=${brand}">${brand}</a>`);
      const links = Object.keys(states).map((name) => `<li><a href="/show?state=${name}">${name}</a> (${looks(name).join(" ")})</li>`);
      return send("text/html", `<!doctype html><title>States</title><ul>${links.join("")}</ul>`);
    }
    if (pathname === "/dev/checkout.css") {
      const sheets = readdirSync(STYLE).filter((name) => name.endsWith(".css")).sort();
      return send("text/css", sheets.map((name) => readFileSync(join(STYLE, name), "utf8")).join("\n"));
    }
    if (pathname === "/logo/dev.svg") return send("image/svg+xml", LOGO);
    if (pathname === "/dev/font.css") return send("text/css", FONT_STYLE);
    const weight = /^\/dev\/font-(400|700)\.woff2$/.exec(pathname)?.[1];
    if (weight) return send("font/woff2", readFileSync(FONT.replace("{}", weight)), { "cache-control": "max-age=31536000" });
    if (pathname === "/dev/kept.js" && state?.kept) return send("text/javascript", `Object.assign(localStorage, ${JSON.stringify(state.kept)})`);
    if (pathname === "/dev/wallet.js" && state?.wallet) return send("text/javascript", walletFile(state.wallet));
    if (pathname === "/dev/handheld.js") return send("text/javascript", HANDHELD);
    if (pathname === REMOTE && state?.remote) return send("text/javascript", remoteFile(state.remote));
    if (pathname.startsWith("/assets/")) {
      const name = names.find((name) => name === pathname.slice("/assets/".length));
      const kept = { "cache-control": "max-age=31536000, immutable" };
      if (name) return send(TYPES[name.split(".").pop()] ?? "application/octet-stream", readFileSync(join(assets, name)), kept);
    }
    const shown = url.searchParams.get("state") ?? "";
    if (page && /^\/(show$|i\/|pay\/)/.test(pathname)) {
      const { text, style } = html(shown, state, url.searchParams, files);
      return send("text/html; charset=utf-8", text, { "content-security-policy": policy(style) });
    }
    if (pathname === "/v1/invoices") return answer(response, state?.answers?.create, current);
    if (pathname.endsWith("/quotes")) return answer(response, state?.answers?.quote, { ...current, version: current.version + 1 });
    if (pathname.endsWith("/transactions")) return answer(response, state?.answers?.hint, { accepted: true });
    if (/^\/v1\/invoices\/[^/]+$/.test(pathname)) {
      if (request.headers["if-none-match"] === `"${current.version}"`) return response.writeHead(304).end();
      return answer(response, state?.answers?.get, { ...current, server_time: new Date(NOW).toISOString() });
    }
    response.writeHead(404, { "content-type": "text/plain" }).end("not here");
  });
  // A socket stays open and says nothing. Chromium holds back whoever fails too often: only those fail that must.
  const sockets = new WebSocketServer({ noServer: true });
  const down = Object.values(states).filter(({ answers }) => answers?.get === "broken").map(({ page }) => page.invoice.id);
  server.on("upgrade", (request, socket, head) => {
    if (down.some((id) => request.url.includes(id))) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, () => {});
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The value of `--name` on the command line. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await serve({ assets: option("assets", "target/site/assets"), port: Number(option("port", "0")) });
  console.log(origin);
}
