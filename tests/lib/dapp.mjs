// Our side of WalletConnect: the module that is shipped, in a page in headless Chromium, with a relay of the test's own.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { until } from "./wait.mjs";

const BUILT = fileURLToPath(new URL("../../target/walletconnect/", import.meta.url));
const FILES = { "/walletconnect.js": "text/javascript", "/walletconnect.wasm": "application/wasm" };
const PAGE = `<!doctype html><meta charset="utf-8"><title>Shop</title><script type="module">
import { walletConnect } from "/walletconnect.js";
window.heard = [];
window.open = async (options) => {
  window.connection = await walletConnect("/walletconnect.wasm", options, (event) => window.heard.push({ ...event, at: Date.now() }));
};
window.ready = true;
</script>`;

/** Serves the page under the policy that the checkout would have: scripts of its own, and one relay. */
export async function startDapp(relay) {
  for (const name of Object.keys(FILES)) if (!existsSync(BUILT + name)) throw new Error("build it first: cargo xtask build walletconnect");
  const policy = `default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self' ${relay}`;
  const server = createServer((request, response) => {
    const type = FILES[request.url];
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-type", type ?? "text/html").end(type ? readFileSync(BUILT + request.url) : PAGE);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => (server.closeAllConnections(), server.close()) };
}

/** One tab with the module open. */
export async function openTab(context, dapp, options) {
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(`${error}`));
  const start = async () => {
    await page.waitForFunction(() => window.ready);
    await page.evaluate((options) => window.open(options), options);
  };
  await page.goto(dapp.url);
  await start();
  const heard = () => page.evaluate(() => window.heard);
  return {
    page, heard,
    call: (name, ...words) => page.evaluate(([name, words]) => window.connection[name](...words), [name, words]),
    async reload() {
      await page.reload();
      await start();
    },
    /** The first event of this kind from the `after`th event on. */
    event: (kind, after = 0) => until(`the event ${kind}`, async () => (await heard()).slice(after).find((event) => event.kind === kind), 20_000, 20)
      .catch(async (error) => { throw new Error(`${error.message}; heard ${JSON.stringify(await heard())} ${page.troubles}`); }),
    /** As when a phone shows the page again. */
    wake: () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))),
  };
}
