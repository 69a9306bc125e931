// The ways to pay, each as a buyer takes it: from an exchange, in a wallet's app, with a wallet that lacks the money; what
// is remembered of them on the device, what the checkout does with a press made before it was there, and the receipt.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import { FIVE, newStore, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { balance, provider, send } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { decode } from "../lib/qr.mjs";
import { until } from "../lib/wait.mjs";

/** Runs before the page's own scripts: a wallet that answers what `window.walletSays` says, and keeps what it was asked. */
function announce() {
  window.asked = [];
  const request = async ({ method, params }) => {
    window.asked.push(method);
    return window.walletSays(method, params);
  };
  const info = { uuid: "poor", name: "Poor Purse", icon: "", rdns: "example.poor" };
  const tell = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider: { request, on() {} } }) }));
  addEventListener("eip6963:requestProvider", tell);
  tell();
}

/** Holds the Wasm back until the answered function is called. */
async function hold(page) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

describe("ways to pay", { concurrency: 3 }, () => {
  let browser, store, product;
  before(async () => {
    browser = await launch();
    store = await newStore({ name: "Paper Boat Studio" });
    product = await store.sell(FIVE, { name: "Tideline, a field guide" });
  });
  after(() => browser.close());

  const bill = (more = {}) => store.bill({ product: product.id, asset: asset("USDC"), ...more });

  for (const scripts of [true, false]) {
    const look = scripts ? "" : ", without scripts";
    /** Presses a control, and waits for the page that comes of it where a form is all there is. */
    const press = (page, control) => (scripts ? control.click() : Promise.all([page.waitForEvent("load"), control.click()]));

    test(`from an exchange: all that its form asks for, and no more${look}`, async () => {
      const page = await visit(browser, { phone: true, scripts });
      const checkout = new CheckoutPage(page);
      const { id, quote } = await bill();
      await page.goto(`${demo.edge}/i/${id}`);
      if (scripts) await checkout.ready();
      await checkout.shoot("ways");
      assert.doesNotMatch(await checkout.text(), /fee comes on top/, "the first view is calm");
      await press(page, checkout.row("Sending from an exchange\\?"));
      await checkout.reaches("exchange");
      await checkout.shoot("exchange");
      assert.deepEqual(await checkout.inside.locator(".large").allInnerTexts(), ["USDC", "Local chain"]);
      const large = await checkout.inside.locator(".large").first().evaluate((line) => parseFloat(getComputedStyle(line).fontSize));
      assert.ok(large >= 20, `${large}px`);
      assert.deepEqual(await checkout.quoted(), { amount: quote.amount_due, symbol: "USDC", address: quote.address });
      const text = await checkout.text();
      assert.ok(text.replaceAll("\u00a0", " ").includes(`comes on top: make sure that ${quote.amount_due} USDC arrives.`), text);
      assert.ok(text.includes("If less arrives it is not lost"), text);
      assert.ok(text.includes("Choose Local chain and no other network, even if it is cheaper: not Ethereum (ERC-20), Solana, Base."), text);
      await page.locator("svg.qr").scrollIntoViewIfNeeded();
      assert.equal(await until("the code", async () => decode(await page.screenshot())), quote.address);
      await press(page, checkout.button("Back"));
      await checkout.reaches("paying");
      await press(page, checkout.row("Sending from an exchange\\?"));
      await press(page, checkout.button("I have paid"));
      await checkout.reaches("looking");
      // The exchange kept a fee: the rest is asked for.
      await send(quote.asset, quote.address, BigInt(quote.base_units) - 1_000_000n);
      await until("the part is seen", async () => /USDC has arrived\. Please send the rest/.test(await checkout.text()));
      // The page itself can't know for which part "I have paid" was said.
      if (!scripts) await press(page, checkout.button("Show amount and address"));
      await checkout.inside.getByRole("heading", { name: "A part has arrived" }).waitFor();
      assert.equal((await checkout.quoted()).amount, "1");
      await page.context().close();
    });

    test(`in a wallet's app on a phone: links that open this payment there${look}`, async () => {
      const page = await visit(browser, { phone: true, scripts });
      const checkout = new CheckoutPage(page);
      const { id } = await bill();
      await page.goto(`${demo.edge}/i/${id}?theme=dark`);
      if (scripts) await checkout.ready();
      await press(page, checkout.button("Pay with a wallet"));
      await checkout.reaches("wallets");
      await checkout.shoot("wallet-apps");
      const links = page.getByRole("link");
      const host = new URL(demo.edge).host;
      const encoded = encodeURIComponent(`${demo.edge}/i/${id}`);
      assert.deepEqual(await links.evaluateAll((links) => links.map((link) => [link.innerText, link.getAttribute("href"), link.target, link.rel])), [
        ["MetaMask", `https://link.metamask.io/dapp/${host}/i/${id}`, "_blank", "noopener noreferrer"],
        ["Trust Wallet", `https://link.trustwallet.com/open_url?coin_id=60&url=${encoded}`, "_blank", "noopener noreferrer"],
        ["Coinbase Wallet", `https://go.cb-w.com/dapp?cb_url=${encoded}`, "_blank", "noopener noreferrer"],
      ]);
      for (const link of await links.all()) assert.ok((await link.boundingBox()).height >= 44);
      assert.doesNotMatch(await checkout.text(), /browser extension/);
      await page.context().close();

      // A desk has extensions and no apps.
      const desk = await visit(browser, { scripts });
      await desk.goto(`${demo.edge}/i/${id}?do=wallets`);
      const there = new CheckoutPage(desk);
      await there.reaches("wallets");
      assert.equal(await desk.getByRole("link").count(), 0);
      assert.match(await there.text(), /browser extension/);
      await desk.context().close();
    });
  }

  test("who has a wallet in the phone's browser is led to no app", async () => {
    const page = await visit(browser, { phone: true });
    await page.addInitScript(announce);
    await page.goto(`${demo.edge}/i/${(await bill()).id}?do=wallets`);
    const checkout = new CheckoutPage(page);
    await checkout.ready();
    await checkout.row("Poor Purse").waitFor();
    assert.equal(await page.getByRole("link").count(), 0);
    await page.context().close();
  });

  test("a purse with too little, with nothing for the fee, or that says nothing", async () => {
    const account = Wallet.createRandom().address;
    const page = await visit(browser);
    let silent = false;
    await page.exposeFunction("walletSays", (method, params) => {
      if (method === "eth_requestAccounts") return [account];
      if (method === "eth_sendTransaction" || silent) return new Promise(() => {});
      return provider.send(method, params);
    });
    await page.addInitScript(announce);
    const { id, quote } = await bill();
    await page.goto(`${demo.edge}/i/${id}`);
    const checkout = new CheckoutPage(page);
    await checkout.ready();
    /** Gives the account that much, and waits until it has it. */
    const fund = async (symbol, units) => {
      const expected = (await balance(asset(symbol), account)) + units;
      await send(asset(symbol), account, units);
      await until(`the account has ${expected}`, async () => (await balance(asset(symbol), account)) === expected);
    };
    const says = (text) => checkout.inside.getByText(text).waitFor({ timeout: 15_000 }).catch(async (error) => assert.fail(`${error.message}; shown: ${await checkout.text()}`));
    const asked = () => page.evaluate(() => window.asked.splice(0));
    await checkout.button("Pay with Poor Purse").click();
    await says(`This account has 0.00 USDC, and ${quote.amount_due} USDC is needed.`);
    assert.deepEqual(await asked(), ["eth_requestAccounts", "eth_chainId", "eth_call"]);

    await fund("USDC", 3_200_000n);
    await checkout.button("Try again").click();
    await says(`This account has 3.20 USDC, and ${quote.amount_due} USDC is needed.`);
    await checkout.shoot("wallet-short");
    await fund("USDC", BigInt(quote.base_units));
    await checkout.button("Try again").click();
    await says("This account lacks the ETH for the network fee.");
    assert.ok(!(await asked()).includes("eth_sendTransaction"));
    // A wallet may have another purse behind it: it can be asked all the same.
    await checkout.button("Ask Poor Purse all the same").click();
    await checkout.inside.getByRole("heading", { name: "Confirm in Poor Purse" }).waitFor();
    await until("it was asked", async () => (await asked()).includes("eth_sendTransaction"));

    await checkout.button("Other ways to pay").click();
    await fund("ETH", 10n ** 16n);
    await checkout.button("Pay with Poor Purse").click();
    await until("it was asked to pay", async () => (await asked()).includes("eth_sendTransaction"));

    // Silence holds up nothing: here the chain's number comes from the test, and nothing else does.
    await checkout.button("Other ways to pay").click();
    silent = true;
    await page.evaluate(() => {
      const before = window.walletSays;
      window.walletSays = (method, params) => (method === "eth_chainId" ? "0x7a69" : before(method, params));
    });
    await checkout.button("Pay with Poor Purse").click();
    const since = Date.now();
    await until("it was asked to pay all the same", async () => (await asked()).includes("eth_sendTransaction"));
    assert.ok(Date.now() - since < 8_000);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });

  test("the coin and the way taken last are marked, and kept on the device alone", async () => {
    const page = await visit(browser);
    const sent = [];
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""} ${JSON.stringify(request.headers())}`));
    const checkout = new CheckoutPage(page);
    await page.goto(`${demo.edge}/pay/${product.id}`);
    await checkout.ready();
    assert.equal(await checkout.inside.getByText("Last used").count(), 0);
    const rows = await checkout.inside.locator(".options .name").allInnerTexts();
    await checkout.choose("DAI");
    await checkout.row("Sending from an exchange\\?").click();
    await checkout.reaches("exchange");

    const other = await store.sell(FIVE, { name: "Halyard" });
    await page.goto(`${demo.edge}/pay/${other.id}`);
    await checkout.ready();
    // Nothing moves, and nothing is chosen.
    await checkout.reaches("choosing");
    assert.deepEqual(await checkout.inside.locator(".options .name").allInnerTexts(), rows);
    assert.match(await checkout.row("DAI").innerText(), /Last used/);
    assert.equal(await checkout.inside.getByText("Last used").count(), 1);
    await checkout.shoot("choosing-last");
    await checkout.choose("USDC");
    assert.match(await checkout.row("Sending from an exchange\\?").innerText(), /Last used/);
    const kept = await page.evaluate(() => Object.fromEntries(Object.entries(localStorage)));
    assert.deepEqual(kept, { "groat-asset": asset("USDC"), "groat-way": "exchange" });
    assert.deepEqual(await page.context().cookies(), []);
    assert.ok(!sent.some((request) => /exchange|groat-/.test(request)), "what is remembered was sent");

    // Where nothing may be kept, nothing is missed.
    const strict = await visit(browser);
    await strict.addInitScript(() => Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } }));
    await strict.goto(`${demo.edge}/pay/${product.id}`);
    const there = new CheckoutPage(strict);
    await there.choose("USDC");
    await there.row("Sending from an exchange\\?").click();
    await there.reaches("exchange");
    assert.deepEqual(strict.troubles, []);
    await strict.context().close();
    await page.context().close();
  });

  test("whoever walks by keyboard goes on where they were when the Wasm came", async () => {
    const page = await visit(browser);
    const release = await hold(page);
    await page.goto(`${demo.edge}/pay/${product.id}`, { waitUntil: "domcontentloaded" });
    const checkout = new CheckoutPage(page);
    await checkout.reaches("choosing");
    const wanted = `choose:${asset("DAI")}`;
    const focused = () => page.evaluate(() => document.activeElement.value);
    for (let presses = 0; (await focused()) !== wanted; presses++) {
      assert.ok(presses < 10, "never came to the row");
      await page.keyboard.press("Tab");
    }
    release();
    await checkout.ready();
    assert.equal(await focused(), wanted);
    await page.keyboard.press("Enter");
    await checkout.reaches("paying");
    assert.equal((await checkout.quoted()).symbol, "DAI");
    await page.context().close();
  });

  test("the one coin there is, pressed just as the Wasm comes, makes one invoice", async () => {
    const single = await newStore({ name: "One Coin", assets: [asset("USDC")] });
    const { id } = await single.sell(FIVE);
    const page = await visit(browser);
    const release = await hold(page);
    await page.goto(`${demo.edge}/pay/${id}?reference=K%C3%A4se+%22%26%5C7`, { waitUntil: "domcontentloaded" });
    const checkout = new CheckoutPage(page);
    await checkout.reaches("choosing");
    const key = await page.locator("[name=key]").getAttribute("value");
    // The form as the browser sends it, whose answer is still on its way when the checkout starts.
    const body = new URLSearchParams({ key, do: `choose:${asset("USDC")}` });
    const sent = await fetch(page.url(), { method: "POST", body, redirect: "manual" });
    assert.equal(sent.status, 303);
    release();
    await checkout.reaches("paying");
    assert.ok(sent.headers.get("location").startsWith(new URL(page.url()).pathname), `${sent.headers.get("location")}, ${page.url()}`);
    const { data } = await ok(single.call("GET", "/v1/invoices"));
    assert.deepEqual(data.map(({ reference }) => reference), ["Käse \"&\\7"]);
    await page.context().close();
  });

  for (const theme of ["light", "dark"]) {
    test(`a receipt on paper is white, has every id whole and nothing to press, ${theme}`, async () => {
      const page = await visit(browser, { theme, phone: theme === "dark" });
      const { id, quote } = await bill({ redirect_url: "https://shop.example/thanks" });
      await send(quote.asset, quote.address, quote.base_units);
      await page.goto(`${demo.edge}/i/${id}?theme=${theme}`);
      const checkout = new CheckoutPage(page);
      await checkout.reaches("paid");
      await checkout.ready();
      // The way back is the main thing to press.
      const [main, ...more] = await page.locator(".main").all();
      assert.deepEqual([await main.innerText(), await main.getAttribute("href"), await main.getAttribute("target"), more.length], ["Return to Paper Boat Studio", "https://shop.example/thanks", "_top", 0]);
      const { payments } = (await store.read(id));
      await page.emulateMedia({ media: "print", colorScheme: theme });
      await checkout.shoot("receipt-print");
      const text = await checkout.text();
      for (const whole of [id, quote.address, payments[0].transaction]) assert.ok(text.includes(whole), `${whole} is not in ${text}`);
      assert.deepEqual(await page.locator("button:visible, a:visible").count(), 0);
      const grounds = await page.evaluate(() => ["html", "body", ".card", ".facts", "dd"].map((name) => {
        const { backgroundColor, color } = getComputedStyle(document.querySelector(name));
        return [backgroundColor, color];
      }));
      for (const ground of grounds) assert.deepEqual(ground, ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
      await page.context().close();
    });
  }
});
