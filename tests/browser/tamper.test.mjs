// A page that tries to pay less, or to send the money elsewhere: in the script tag, in messages to the frame, in requests.
// Each gets a clear error or has no effect; never a cheaper invoice. (The API's own refusals: tests/edge/refusals.test.mjs)
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { caller, newStore, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { balance } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { ShopPage, payWithTestWallet } from "../lib/shop_page.mjs";
import { sleep, until } from "../lib/wait.mjs";

const read = (invoice) => ok(caller()("GET", `/v1/invoices/${invoice}`));
const productOf = (slug) => demo.products.find((product) => product.slug === slug);
const EVIL = "0x00000000000000000000000000000000deadbeef";

/** Makes an opener with these attributes beside the shop's own and presses it. */
async function pressNew(page, attributes) {
  await page.evaluate((attributes) => {
    const button = document.querySelector("main").appendChild(document.createElement("button"));
    button.id = "tampered";
    button.textContent = "Buy";
    for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
  }, attributes);
  await page.locator("#tampered").click();
  return CheckoutPage.in(page);
}

/** Chooses a coin as the buyer would; answers the invoice that came of it. */
async function billed(shop, checkout, symbol = "USDC") {
  await checkout.choose(symbol);
  return read((await shop.hears("status")).invoice);
}

describe("a page that edits", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("the tag: an amount, a price or an asset beside a product changes nothing", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const { id, price } = productOf("halyard");
    const checkout = await pressNew(page, {
      "data-groat-product": id, "data-groat-amount": "0.01", "data-groat-currency": "JPY", "data-groat-price": "0.01",
      "data-groat-asset": "eip155:1/slip44:60", "data-groat-address": EVIL, "data-groat-quantity": "0", "data-groat-reference": "<b>mine</b>",
    });
    await checkout.reaches("choosing");
    assert.match(await checkout.text(), /\$49\.00/);
    const invoice = await billed(shop, checkout);
    assert.deepEqual([invoice.price, invoice.product.id, invoice.reference], [price, id, "<b>mine</b>"]);
    assert.equal(BigInt(invoice.quote.base_units) / 1_000_000n, 49n);
    assert.notEqual(invoice.quote.address.toLowerCase(), EVIL);
  });

  test("the tag: a product that is not the store's, or none, is refused in words", async () => {
    const other = await newStore({ name: "Another store" });
    const foreign = await other.sell({ amount: "0.01", currency: "USD" });
    const page = await visit(browser);
    await ShopPage.open(page);
    // The product's own store sells it, at its own price, to its own payout address: nothing of this shop is touched.
    const checkout = await pressNew(page, { "data-groat-product": foreign.id });
    await checkout.reaches("choosing");
    assert.match(await checkout.text(), /Another store/);
    await page.reload();
    const missing = await pressNew(page, { "data-groat-product": `${productOf("halyard").id.slice(0, -1)}x` });
    await missing.reaches("missing");
    await missing.shoot("missing");
    assert.match(await missing.text(), /There is nothing to pay here/);
  });

  test("the tag: a tip below the least, in another currency or with too many decimals is refused in words", async () => {
    const page = await visit(browser);
    for (const [amount, currency, words] of [["0.10", "EUR", /at least 1\.00 EUR/], ["5.00", "USD", /EUR only/], ["5.005", "EUR", /decimals/], ["-5", "EUR", /./]]) {
      await ShopPage.open(page);
      const checkout = await pressNew(page, { "data-groat-amount": amount, "data-groat-currency": currency });
      await checkout.reaches("missing");
      assert.match(await checkout.text(), words, amount);
    }
  });

  test("the key: another store's key gives that store's checkout, never this shop's products cheaper", async () => {
    const other = await newStore({ name: "Another store", open_amounts: { enabled: true } });
    const answer = await other.page("POST", "/v1/invoices", { product: productOf("halyard").id, asset: asset("USDC") });
    assert.equal(answer.body.code, "not_found");
    const tip = await ok(other.page("POST", "/v1/invoices", { price: { amount: "0.01", currency: "USD" }, asset: asset("USDC") }));
    assert.equal(tip.product, null);
    assert.equal((await ok(caller(demo.edge, demo.sk)("GET", "/v1/invoices?limit=100"))).data.filter(({ id }) => id === tip.id).length, 0);
  });

  test("messages: what the shop's page or a stranger's frame sends into the checkout is not heard", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    const checkout = await shop.product("halyard");
    const { address, amount } = await checkout.choose("USDC");
    const { invoice } = await shop.hears("status");
    const version = (await read(invoice)).version;

    const forge = async ({ evil, invoice }) => {
      const snapshot = { id: invoice, version: 999, status: "paid", exceptions: [], quote: { amount_due: "0.01", address: evil } };
      const messages = [
        snapshot, { type: "snapshot", invoice: snapshot }, { groat: 1, type: "snapshot", snapshot }, { groat: 1, type: "status", invoice, status: "paid" },
        { type: "quote", quote: snapshot.quote }, { groat: 1, type: "quote", address: evil, amount: "0.01" }, { groat: 1, type: "port" },
      ];
      const frames = [];
      const find = (root) => root.querySelectorAll("*").forEach((node) => {
        if (node.localName === "iframe") frames.push(node.contentWindow);
        if (node.shadowRoot) find(node.shadowRoot);
      });
      find(document);
      for (const frame of frames) {
        for (const message of messages) {
          frame.postMessage(message, "*");
          // A channel of the page's own, with the same words in it.
          const { port1, port2 } = new MessageChannel();
          frame.postMessage(message, "*", [port2]);
          for (const inner of messages) port1.postMessage(inner);
          port1.postMessage({ type: "result", id: 1, result: ["0x00"] });
        }
      }
      return frames.length;
    };
    assert.ok((await page.evaluate(forge, { evil: EVIL, invoice })) > 0);
    // The same from a frame of another origin in the shop's page, and the loader's own window as a target.
    await page.evaluate(({ invoice }) => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      frame.srcdoc = `<script>
        for (const type of ["ready", "shown", "status", "close"]) parent.postMessage({ groat: 1, type, invoice: "${invoice}", status: "paid", reference: null }, "*");
        for (let at = 0; at < parent.length; at++) parent[at].postMessage({ groat: 1, type: "port" }, "*");
      </scr` + `ipt>`;
      frame.sandbox = "allow-scripts";
      for (const type of ["ready", "status", "close"]) window.postMessage({ groat: 1, type, invoice, status: "paid", reference: null }, "*");
    }, { invoice });
    await sleep(1_500);

    assert.deepEqual(await checkout.quoted(), { address, amount, symbol: "USDC" });
    assert.equal(await checkout.reaches("paying", "paid", "confirming"), "paying");
    assert.equal((await read(invoice)).version, version);
    assert.ok(!(await shop.events()).some(({ name }) => name === "paid" || name === "close"), JSON.stringify(await shop.events()));
    assert.equal(await page.locator("dialog").count(), 1);
    // And it still works.
    await payWithTestWallet(shop, checkout);
    await checkout.reaches("paid");
    const { quote } = await read(invoice);
    assert.equal(await balance(quote.asset, address), BigInt(quote.base_units));
  });

  test("messages: a frame held by a stranger's page speaks to nobody there", async () => {
    const page = await visit(browser);
    // The address says that the shop holds it; in truth another origin does.
    await page.goto(demo.edge.replace("127.0.0.1", "localhost") + "/openapi.json");
    await page.evaluate(({ edge, shop, product }) => {
      document.documentElement.innerHTML = "<body></body>";
      window.heard = [];
      addEventListener("message", ({ data }) => window.heard.push(data));
      const frame = document.body.appendChild(document.createElement("iframe"));
      frame.src = `${edge}/pay/${product}?embed=modal&origin=${encodeURIComponent(shop)}`;
    }, { edge: demo.edge, shop: demo.shop, product: productOf("halyard").id });
    await sleep(3_000);
    assert.deepEqual(await page.evaluate(() => window.heard), []);
    const shown = await page.frames()[1].locator("body").innerText().catch(() => "");
    assert.ok(!shown.includes("Halyard"), `a page that the store did not allow holds its checkout: ${shown}`);
  });

  test("requests: a checkout whose own calls are rewritten on the way gets the server's price or an error", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    await page.route(`${demo.edge}/v1/invoices`, async (route) => {
      const body = JSON.parse(route.request().postData());
      await route.continue({ postData: JSON.stringify({ ...body, price: { amount: "0.01", currency: "USD" } }) });
    });
    const checkout = await shop.product("halyard");
    await checkout.reaches("choosing");
    await checkout.ready();
    await checkout.row("USDC").click();
    await checkout.reaches("failed");
    await checkout.shoot("failed");
    assert.match(await checkout.text(), /field_invalid/);
    await page.unroute(`${demo.edge}/v1/invoices`);
    await checkout.button("Try again").click();
    await checkout.reaches("paying");
    const { price } = await read((await shop.hears("status")).invoice);
    assert.deepEqual(price, productOf("halyard").price);
  });

  test("answers: a payment of a cent that the wallet was talked into pays a cent, not the goods", async () => {
    const page = await visit(browser);
    const shop = await ShopPage.open(page);
    // A page can always lie to its own wallet; what arrives is what counts.
    await page.evaluate(() => {
      addEventListener("eip6963:announceProvider", ({ detail: { provider } }) => {
        const { request } = provider;
        provider.request = (call) => {
          if (call.method === "eth_sendTransaction") call.params[0].data = call.params[0].data.slice(0, -64) + (10_000).toString(16).padStart(64, "0");
          return request.call(provider, call);
        };
      });
      dispatchEvent(new Event("eip6963:requestProvider"));
    });
    const checkout = await shop.product("halyard");
    const invoice = await billed(shop, checkout);
    await payWithTestWallet(shop, checkout);
    const part = await until("the cent is seen", async () => {
      const snapshot = await read(invoice.id);
      return snapshot.quote.base_units_received === "10000" && snapshot;
    });
    assert.equal(part.status, "open");
    assert.ok(!(await shop.events()).some(({ name }) => name === "paid"));
    assert.notEqual((await fetch(`${demo.shop}/orders/${invoice.id}`)).status, 200);
  });

  test("nothing of it made an invoice of a product cheaper", async () => {
    const { data } = await ok(caller(demo.edge, demo.sk)("GET", "/v1/invoices?limit=100"));
    for (const { product, price } of data.filter(({ product }) => product)) {
      assert.deepEqual(price, demo.products.find(({ id }) => id === product.id).price, product.name);
    }
  });
});
