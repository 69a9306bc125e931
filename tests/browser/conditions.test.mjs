// Purchases that end in `paid` under conditions that buyers have and developers have not: several wallets at once, a wallet
// that is only in the shop's own page, a slow phone on a slow network, a tab that was away while the money came.
// No scripts: scriptless.test.mjs. A strict policy, hostile styles and patched globals: hostile.test.mjs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { caller, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { balance, provider, send } from "../lib/chain.mjs";
import { demo } from "../lib/demo.mjs";
import { ShopPage, payWithTestWallet } from "../lib/shop_page.mjs";
import { until } from "../lib/wait.mjs";

/** Chromium's own "Slow 3G": 400 kbit/s each way, two seconds a request. */
const SLOW_3G = { offline: false, latency: 2_000, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const CPU_SLOWDOWN = 4;
/** The line asks by itself every 30 s: what is shown sooner after the tab came back was asked because it came back. */
const AWAKE_WITHIN_MS = 20_000;

const read = (invoice) => ok(caller(demo.edge, demo.sk)("GET", `/v1/invoices/${invoice}`));

/** Checks that what the shop heard of is paid, to the base unit; answers the invoice. */
async function assertPaid(shop) {
  const { invoice } = await shop.hears("paid");
  const snapshot = await read(invoice);
  assert.deepEqual([snapshot.status, snapshot.exceptions], ["paid", []]);
  assert.equal(await balance(snapshot.quote.asset, snapshot.quote.address), BigInt(snapshot.quote.base_units));
  return snapshot;
}

/** A wallet of the old kind, in the top window alone, as some extensions do; what it is asked is kept in `window.asked`. */
function injectOnTop({ account, chain }) {
  if (window !== window.top) return;
  window.asked = [];
  const rpc = async (method, params) => {
    const response = await fetch("/dev/rpc", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ method, params }) });
    const { result, error } = await response.json();
    if (error) throw error;
    return result;
  };
  window.ethereum = {
    async request({ method, params }) {
      window.asked.push(method);
      if (method === "eth_requestAccounts") return [account];
      if (method === "eth_chainId") return chain;
      return rpc(method, params);
    },
  };
}

/** Runs in every frame: lets a test say whether the tab is looked at. */
function takeVisibility() {
  window.setHidden = (hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, value: hidden ? "hidden" : "visible" });
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

describe("a purchase is completed", { concurrency: 2 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("with two announced wallets and a third that took window.ethereum: the one chosen is asked, and no other", async () => {
    const page = await visit(browser);
    await page.addInitScript(injectOnTop, { account: "0x0000000000000000000000000000000000000001", chain: "0x1" });
    const shop = await ShopPage.open(page);
    await page.addScriptTag({ type: "module", url: `${demo.shop}/static/wallet/second.js` });
    const checkout = await shop.product("tideline");
    await checkout.choose("USDC");
    await checkout.openWallets();
    await checkout.row("Second Test Wallet").waitFor();
    const names = await checkout.inside.locator(".options .name").allInnerTexts();
    assert.deepEqual(names.filter((name) => /wallet/i.test(name)), ["Groat Test Wallet", "Second Test Wallet"]);

    await checkout.row("Second Test Wallet").click();
    for (const title of ["Connect to this site", "Send"]) {
      await shop.wallet.window.getByRole("heading", { name: title }).waitFor();
      assert.equal(await shop.wallet.window.count(), 1, "two wallets ask at once");
      assert.equal(await shop.wallet.window.getByRole("dialog").getAttribute("aria-label"), "Second Test Wallet");
      await shop.wallet.approve(title);
    }
    await checkout.reaches("paid");
    const { payments } = await assertPaid(shop);
    // The second wallet's first account is the chain's second.
    const { address } = await provider.getSigner(1);
    assert.equal((await provider.getTransaction(payments[0].transaction)).from, address);
    assert.deepEqual(await page.evaluate(() => window.asked), [], "the wallet that was not chosen was asked");
    assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem("wallet.first") ?? "{}").connected ?? false), false);
    assert.deepEqual(page.troubles, []);
  });

  test("with a wallet that is only in the shop's own page, and announces nothing", async () => {
    const page = await visit(browser);
    const { address } = await provider.getSigner(0);
    await page.addInitScript(injectOnTop, { account: address, chain: "0x7a69" });
    // The shop's test wallet would announce itself.
    await page.route("**/static/wallet/*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
    const shop = await ShopPage.open(page);
    const checkout = await shop.product("tideline");
    await checkout.choose("USDC");
    const frame = page.frames().find((frame) => /embed=modal/.test(frame.url()));
    assert.equal(await frame.evaluate(() => typeof window.ethereum), "undefined", "the frame has a wallet of its own");
    await checkout.button("Pay with Browser wallet").click();
    await checkout.reaches("paid");
    const { payments } = await assertPaid(shop);
    assert.equal((await provider.getTransaction(payments[0].transaction)).from, address);
    const asked = await page.evaluate(() => window.asked);
    assert.ok(asked.includes("eth_requestAccounts") && asked.includes("eth_sendTransaction"), asked.join());
    assert.deepEqual(page.troubles, []);
  });

  test("on a processor four times slower and a slow 3G network", { timeout: 300_000 }, async () => {
    const page = await visit(browser, { phone: true });
    page.setDefaultTimeout(150_000);
    const control = await page.context().newCDPSession(page);
    await control.send("Network.enable");
    await control.send("Network.emulateNetworkConditions", SLOW_3G);
    await control.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
    // A page without a checkout of its own: nothing has been fetched before.
    const shop = await ShopPage.open(page, "/strict.html");
    const started = Date.now();
    const checkout = await shop.press("#buy");
    await checkout.inside.locator("#groat[data-live]").first().waitFor();
    // The page and its script take two seconds each, whatever they weigh: less, and the network was not slow.
    assert.ok(Date.now() - started > 2 * SLOW_3G.latency, `open after ${Date.now() - started} ms: nothing was slow`);
    await checkout.choose("USDC");
    await payWithTestWallet(shop, checkout);
    await checkout.reaches("paid");
    await assertPaid(shop);
    assert.deepEqual(page.troubles, []);
  });

  test("while the tab is hidden and its line dead: shown again, it knows at once", async () => {
    const page = await visit(browser, { phone: true });
    await page.addInitScript(takeVisibility);
    // As on a phone that sleeps: the socket looks open, and nothing comes.
    let hidden = false;
    let withheld = 0;
    await page.routeWebSocket(/\/events$/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => (hidden ? (withheld += 1) : socket.send(message)));
      socket.onMessage((message) => server.send(message));
    });
    await page.context().route(/\/v1\/invoices\//, (route) => (hidden ? route.abort() : route.continue()));
    const setHidden = async (is) => {
      hidden = is;
      await Promise.all(page.frames().map((frame) => frame.evaluate((is) => window.setHidden?.(is), is)));
    };

    const shop = await ShopPage.open(page);
    const checkout = await shop.product("tideline");
    const { address } = await checkout.choose("USDC");
    const { invoice } = await shop.hears("status");
    const { quote } = await read(invoice);
    await setHidden(true);
    await send(quote.asset, address, quote.base_units);
    await until("paid", async () => (await read(invoice)).status === "paid");
    await until("news was withheld", () => withheld > 0);
    assert.equal(await checkout.reaches("paying", "confirming", "paid"), "paying", "a hidden page was told");

    const shown = Date.now();
    await setHidden(false);
    await checkout.reaches("paid");
    assert.ok(Date.now() - shown < AWAKE_WITHIN_MS, `only after ${Date.now() - shown} ms`);
    await assertPaid(shop);
    assert.deepEqual(page.troubles, []);
  });
});
