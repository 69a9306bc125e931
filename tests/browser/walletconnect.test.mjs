// Purchases by WalletConnect, as a buyer makes them with a wallet on another device or in another app: the real checkout, an
// official SDK as the wallet, the real local chain. The relay between them is a stand-in.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIVE, newStore } from "../lib/api.mjs";
import { copied, launch, visit } from "../lib/browser.mjs";
import { payer, signAndSend } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { control } from "../lib/relay.mjs";
import { until } from "../lib/wait.mjs";
import { namespaces, walletKitWallet } from "../lib/wallets.mjs";

const CHAIN = demo.chain;
const NO = { code: 4001, message: "User rejected the request." };

describe("a buyer with WalletConnect", { concurrency: 3 }, () => {
  let browser, account;
  const stops = [];
  before(async () => {
    [browser, account] = await Promise.all([launch(), payer()]);
  });
  after(async () => {
    for (const stop of stops) await stop();
    await browser.close();
  });

  /** A shop with a project of its own at the relay, its page at the wallets, and a wallet. */
  async function begin(look = {}) {
    const project = `shop-${Math.random().toString(36).slice(2)}`;
    const store = await newStore({ name: "Paper Boat Studio", walletconnect: { project_id: project, relay_url: demo.relay } });
    const product = await store.sell(FIVE, { name: "Field guide" });
    const page = await visit(browser, look);
    page.requested = [];
    page.on("request", (request) => page.requested.push(request.url()));
    page.relays = [];
    page.on("websocket", (socket) => socket.url().startsWith(demo.relay) && page.relays.push(socket.url()));
    await page.goto(`${demo.edge}/pay/${product.id}`);
    const checkout = new CheckoutPage(page);
    await checkout.choose("USDC");
    await checkout.openWallets();
    const wallet = await walletKitWallet(demo.relay);
    stops.push(() => wallet.stop());
    return { project, store, page, checkout, wallet };
  }

  const fetched = (page) => page.requested.filter((url) => url.includes("/assets/walletconnect."));
  const invoiceOf = (page) => /\/i\/(inv_\w+)/.exec(page.url())[1];

  /** The code on the screen, as the "copy" button gives it. */
  const link = ({ page, checkout }) =>
    copied(page, async () => {
      await checkout.inside.getByRole("button", { name: "Copy the link for a wallet" }).click();
      await checkout.inside.getByRole("button", { name: "Link copied" }).waitFor();
    });

  const heard = (wallet, name, count = 1) =>
    until(`the wallet to hear of ${name}`, () => wallet.heard.filter((event) => event.name === name)[count - 1], 30_000, 50);

  /** The wallet takes the code and agrees. */
  async function connect(wallet, uri, count = 1) {
    await wallet.pair(uri);
    const { id } = await heard(wallet, "session_proposal", count);
    return wallet.approve(id, namespaces(account, [CHAIN]));
  }

  /** The owner of the wallet confirms what it is asked for. */
  async function confirm(wallet, { topic, id, params }) {
    const hash = await signAndSend(params.request.params[0]);
    await wallet.respond(topic, { id, jsonrpc: "2.0", result: hash });
    return hash;
  }

  const says = (checkout, heading) => checkout.inside.getByRole("heading", { name: heading }).waitFor();

  test("scans the code with a wallet on another device, confirms there, and has paid", async () => {
    const buyer = await begin();
    const { store, page, checkout, wallet } = buyer;
    assert.deepEqual([fetched(page), page.relays], [[], []], "fetched before anybody picked it");
    await checkout.row("WalletConnect").click();
    await says(checkout, "Scan with your wallet");
    await checkout.shoot("walletconnect-code");
    const uri = await link(buyer);
    assert.match(uri, /^wc:[0-9a-f]{64}@2\?/);
    assert.equal(await checkout.scan(), uri, "what a camera reads");
    assert.equal(fetched(page).length, 2, "its script and its Wasm");
    await connect(wallet, uri);

    await says(checkout, "Confirm in Official Wallet");
    await checkout.shoot("walletconnect-confirm");
    const asked = await heard(wallet, "session_request");
    const { quote } = await store.read(invoiceOf(page));
    const { from, to, value, data } = asked.params.request.params[0];
    assert.deepEqual([asked.params.chainId, asked.params.request.method, from], [CHAIN, "eth_sendTransaction", account]);
    assert.deepEqual([to, value, data], [quote.wallet_call.to, quote.wallet_call.value, quote.wallet_call.data], "what the edge made for this invoice");
    const hash = await confirm(wallet, asked);
    await checkout.reaches("paid");
    const { status, exceptions, payments } = await store.read(invoiceOf(page));
    assert.deepEqual([status, exceptions, payments.map(({ transaction }) => transaction)], ["paid", [], [hash]]);
    assert.deepEqual(page.troubles, []);
  });

  test("declines the connection, then the payment, and may think better of both", async () => {
    const buyer = await begin();
    const { store, page, checkout, wallet } = buyer;
    await checkout.row("WalletConnect").click();
    await wallet.pair(await link(buyer));
    await wallet.reject((await heard(wallet, "session_proposal")).id);
    await says(checkout, "Not connected");
    await checkout.inside.getByText("You declined the connection in your wallet. Nothing has been paid.").waitFor();
    await checkout.button("Try again").click();
    const { topic } = await connect(wallet, await link(buyer), 2);

    const first = await heard(wallet, "session_request");
    await wallet.respond(topic, { id: first.id, jsonrpc: "2.0", error: NO });
    await says(checkout, "Not paid");
    await checkout.inside.getByText("You declined the payment in Official Wallet. Nothing has been sent.").waitFor();
    assert.equal(wallet.heard.filter(({ name }) => name === "session_request").length, 1, "nothing is asked by itself");
    await checkout.button("Try again").click();
    const second = await heard(wallet, "session_request", 2);
    assert.deepEqual(second.params.request.params, first.params.request.params);
    await confirm(wallet, second);
    await checkout.reaches("paid");
    assert.deepEqual((await store.read(invoiceOf(page))).exceptions, []);
    assert.deepEqual(page.troubles, []);
  });

  test("on a phone opens the wallet by a link; the page is loaded again while the wallet asks", async () => {
    const { page, checkout, wallet } = await begin({ phone: true });
    await checkout.row("WalletConnect").click();
    await says(checkout, "Choose your wallet");
    await checkout.shoot("walletconnect-apps");
    const metamask = checkout.inside.getByRole("link", { name: "MetaMask", exact: true });
    const address = new URL(await metamask.getAttribute("href"));
    assert.deepEqual([address.origin, address.pathname], ["https://link.metamask.io", "/wc"]);
    const uri = address.searchParams.get("uri");
    assert.equal(await checkout.inside.getByRole("link", { name: "Another wallet app" }).getAttribute("href"), uri);
    await checkout.inside.getByRole("switch", { name: "Wallet on another device" }).click();
    assert.equal(await checkout.scan(), uri);

    // The code outlives a reload.
    await page.reload();
    await says(checkout, "Choose your wallet");
    await connect(wallet, uri);
    await says(checkout, "Confirm in Official Wallet");
    assert.equal(await checkout.inside.getByRole("link", { name: "Open Official Wallet" }).getAttribute("href"), "officialwallet://");
    const asked = await heard(wallet, "session_request");
    await page.reload();
    await says(checkout, "Confirm in Official Wallet");
    await confirm(wallet, asked);
    await checkout.reaches("paid");
    assert.equal(wallet.heard.filter(({ name }) => name === "session_request").length, 1, "asked once, however often the page is loaded");
    assert.deepEqual(page.troubles, []);
  });

  test("answers in the wallet while the page sleeps and its line to the relay is gone", async () => {
    const buyer = await begin();
    const { project, page, checkout, wallet } = buyer;
    await checkout.row("WalletConnect").click();
    const uri = await link(buyer);
    await control(demo.relay, { block: project });
    await connect(wallet, uri);
    const wake = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await checkout.inside.getByText("WalletConnect’s network can’t be reached.").waitFor();
    await checkout.shoot("walletconnect-cut-off");
    await control(demo.relay, { allow: project });
    await wake();
    await says(checkout, "Confirm in Official Wallet");
    const asked = await heard(wallet, "session_request");
    await control(demo.relay, { block: project });
    await confirm(wallet, asked);
    await control(demo.relay, { allow: project });
    await wake();
    await checkout.reaches("paid");
  });

  test("changes to another wallet, and the first one is told goodbye", async () => {
    const buyer = await begin();
    const { page, checkout, wallet } = buyer;
    await checkout.row("WalletConnect").click();
    await connect(wallet, await link(buyer));
    await heard(wallet, "session_request");
    await checkout.button("Choose another wallet").click();
    await says(checkout, "Scan with your wallet");
    await until("the first wallet to have no session", () => wallet.sessions().length === 0);
    const other = await walletKitWallet(demo.relay);
    stops.push(() => other.stop());
    await connect(other, await link(buyer));
    await confirm(other, await heard(other, "session_request"));
    await checkout.reaches("paid");
    assert.deepEqual(page.troubles, []);
  });

  test("is told when the relay does not admit the shop, and pays another way", async () => {
    const { project, page, checkout } = await begin();
    await control(demo.relay, { refuse: project });
    await checkout.row("WalletConnect").click();
    await checkout.inside.getByText("WalletConnect does not work in this shop right now.").waitFor();
    await checkout.button("Other ways to pay").click();
    await checkout.reaches("paying");
    assert.deepEqual(page.troubles, []);
  });

  test("finds nothing of it in a shop that has not set it up", async () => {
    const store = await newStore({ name: "Paper Boat Studio" });
    const { id } = await store.bill({ price: FIVE, asset: asset("USDC") });
    const page = await visit(browser);
    const answer = await page.goto(`${demo.edge}/i/${id}`);
    assert.ok(!(await answer.text()).includes("walletconnect"));
    assert.ok(!answer.headers()["content-security-policy"].includes(demo.relay));
    const checkout = new CheckoutPage(page);
    await checkout.ready();
    await checkout.openWallets();
    assert.match(await checkout.text(), /No wallet was found in this browser/);
    assert.ok(!(await checkout.text()).includes("WalletConnect"));
  });
});
