// The pages that the browser tests run on: a shop, an edge that speaks the frame protocol and nothing else, a stranger.
// Three origins on loopback. Holds no assertions.
import { once } from "node:events";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { buildLoader } from "../build.mjs";

const page = (head, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title>${head}</head><body>${body}</body></html>`;

/** Announces one wallet whose every call is recorded in `window.calls`, and whose answers a test may set. */
const walletScript = (uuid, name) => `
(() => {
  const { dispatchEvent, CustomEvent } = window;
  window.calls ??= [];
  const listeners = {};
  const provider = {
    request: async ({ method, params }) => {
      calls.push({ uuid: "${uuid}", method, params });
      if (window.answer) return window.answer(method, params);
      return method === "eth_chainId" ? "0x7a69" : ["0xabc"];
    },
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    emit: (event, data) => (listeners[event] ?? []).forEach((listener) => listener(data)),
  };
  (window.wallets ??= {})["${uuid}"] = provider;
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", {
    detail: Object.freeze({ info: { uuid: "${uuid}", name: "${name}", icon: "data:image/svg+xml,<svg/>", rdns: "test.${uuid}" }, provider }),
  }));
  addEventListener("eip6963:requestProvider", announce);
  announce();
})();`;

const log = `
window.seen = [];
for (const name of ["open", "status", "paid", "close"])
  addEventListener("groat:" + name, (event) => seen.push({ name, from: event.target.id || event.target.localName, ...event.detail }));`;

const buttons = `
<button id="before">before</button>
<button id="buy" data-groat-product="prod_one" data-groat-reference="order-7" data-groat-theme="dark">Buy</button>
<a id="link" data-groat-product="prod_one" href="/elsewhere">Buy</a>
<button id="tip" data-groat-amount="5.00" data-groat-currency="EUR" data-groat-locale="de">Tip</button>
<button id="pay" data-groat-invoice="inv_abc123">Pay</button>
<button id="silent" data-groat-product="prod_silent">Silent</button>
<button id="down" data-groat-product="prod_down">Down</button>
<button id="shown" data-groat-product="prod_shown">Shown</button>
<button id="broken" data-groat-product="../../evil">Broken</button>
<button id="after">after</button>
<div style="height:3000px"></div>`;

const hostileCss = `
body, body *, html > div, dialog, iframe { display: none !important; width: 1px !important; height: 1px !important; opacity: 0 !important;
  visibility: hidden !important; pointer-events: none !important; transform: scale(.01) !important; position: static !important;
  z-index: -1 !important; transition: all 99s !important; animation: none !important; clip-path: inset(50%) !important; }
body, #buy, #cover { display: block !important; visibility: visible !important; pointer-events: auto !important; opacity: 1 !important; }
body { width: 800px !important; height: 800px !important; transform: rotate(1deg) !important; clip-path: none !important; filter: blur(1px) }
#buy { width: 100px !important; height: 40px !important; transform: none !important; clip-path: none !important }
#cover { position: fixed !important; inset: 60px 0 0 0; width: auto !important; height: auto !important; z-index: 2147483647 !important;
  background: red; transform: none !important; clip-path: none !important }`;

/** The frame: says `shown` and `ready`, keeps what it hears, and speaks when a test makes it. */
const framePage = (mode) => page(`<style>body{margin:0;font:16px system-ui}</style>`, `
<h1>frame</h1><button id="first">first</button><button id="last">last</button>
<script>
const origin = new URLSearchParams(location.search).get("origin");
window.heard = [];
window.say = (message, to = origin) => parent.postMessage(message, to);
window.ready = () => say({ groat: 1, type: "ready" });
window.send = (message) => port.postMessage(message);
// A little later, as the test driver waits for an answer from a frame that must still be there.
window.leave = () => { setTimeout(send, 50, { type: "close" }); };
addEventListener("message", (event) => {
  if (event.origin !== origin || event.source !== parent || event.data?.groat !== 1) return;
  window.handshakes = (window.handshakes ?? 0) + 1;
  window.port = event.ports[0];
  port.onmessage = ({ data }) => heard.push(data);
});
addEventListener("keyup", (event) => { if (event.key === "Escape") leave(); });
${mode === "silent" ? "" : 'say({ groat: 1, type: "shown" });'}
${mode === "silent" || mode === "shown" ? "" : "ready();"}
</script>`);

async function serve(host, answer) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, origin: `http://${host}:${server.address().port}` };
}

/** Starts it all. `stop()` ends it. */
export async function start() {
  const folder = await mkdtemp(join(tmpdir(), "groat-embed-"));
  const size = await buildLoader(folder);
  const loader = await readFile(join(folder, "groat.js"));
  const state = { down: true, asked: [] };

  const edge = await serve("localhost", (request, response) => {
    const { pathname } = new URL(request.url, "http://edge");
    state.asked.push(request.url);
    if (pathname === "/groat.js") return response.setHeader("content-type", "text/javascript").end(loader);
    const mode = /prod_(silent|shown|down)/.exec(pathname)?.[1];
    if (mode === "down" && state.down) return request.socket.destroy();
    response.setHeader("content-type", "text/html").end(framePage(mode));
  });

  const tag = `<script async src="${edge.origin}/groat.js" data-key="pk_test_1"></script>`;
  const own = (name) => `<script src="/${name}.js"></script>`;
  const pages = {
    // The wallets are there before the loader may start, which is loaded beside the page: they are heard in this order.
    "/": page(own("log") + own("one") + own("two") + tag, buttons),
    "/plain": page(own("log") + tag, buttons),
    "/below": page(own("log") + tag, `<div style="height:3000px"></div><button data-groat-product="prod_one">Buy</button>`),
    "/twice": page(own("log") + tag + tag, `<button id="buy" data-groat-product="prod_one">Buy</button>${tag}`),
    "/inline": page(own("log") + tag, `<groat-checkout id="inline" product="prod_one" reference="r"></groat-checkout>`),
    "/strict": page(own("log") + tag + own("one"), buttons.replace(/ style="[^"]*"/, "") + `<groat-checkout id="inline" product="prod_two"></groat-checkout>`),
    "/hostile": page(own("log") + `<style>${hostileCss}</style>` + tag + own("one"), buttons + `<div id="cover">mine</div>`),
    // The loader runs while <head> is still being read: there is no body yet.
    "/early": page(own("log") + tag.replace("async ", "") + own("early"), buttons),
    "/stranger": page("", "stranger"),
    "/elsewhere": page("", "elsewhere"),
  };
  const scripts = {
    "/log.js": log,
    "/one.js": walletScript("one", "Wallet One"),
    "/two.js": walletScript("two", "Wallet Two"),
    "/early.js": "window.early = { body: !!document.body, api: typeof Groat.open }; Groat.open({ product: 'prod_one' });",
  };
  const answer = (request, response) => {
    const { pathname } = new URL(request.url, "http://shop");
    if (scripts[pathname]) return response.setHeader("content-type", "text/javascript").end(scripts[pathname]);
    if (!pages[pathname]) return response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
    if (pathname === "/strict") {
      response.setHeader("content-security-policy", `default-src 'self'; script-src 'self' ${edge.origin}; frame-src ${edge.origin}`);
    }
    response.setHeader("content-type", "text/html").end(pages[pathname]);
  };
  const shop = await serve("127.0.0.1", answer);
  const stranger = await serve("127.0.0.1", answer);

  const browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  return {
    size, loader, state, browser, folder,
    edge: edge.origin, shop: shop.origin, stranger: stranger.origin,
    /** A page of the shop in a fresh profile, with errors kept in `page.problems`. */
    async visit(path, { clock, ...options } = {}) {
      const context = await browser.newContext(options);
      const visited = await context.newPage();
      visited.problems = [];
      visited.on("pageerror", (error) => visited.problems.push(error.message));
      visited.on("console", (message) => message.type() === "error" && visited.problems.push(message.text()));
      if (clock) await visited.clock.install();
      await visited.goto(shop.origin + path);
      await visited.waitForFunction(() => window.Groat);
      return visited;
    },
    async stop() {
      await browser.close();
      for (const { server } of [edge, shop, stranger]) server.close(), server.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  };
}

/** The checkout's own page inside `page`, once it has a channel. */
export async function checkout(page) {
  const handle = await page.locator("iframe[title]:visible").first().elementHandle();
  const frame = await handle.contentFrame();
  await frame.waitForFunction(() => window.heard?.length);
  return frame;
}
