// What a screen reader is told through a whole purchase: names and roles in the accessibility tree, and every change said
// once, by the heading that gets focus or by the live region, and never by both.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { caller, ok } from "../lib/api.mjs";
import { launch, visit } from "../lib/browser.mjs";
import { send } from "../lib/chain.mjs";
import { CheckoutPage } from "../lib/checkout_page.mjs";
import { demo } from "../lib/demo.mjs";
import { listenToSpeech, nameless, tree } from "../lib/screen_reader.mjs";
import { ShopPage } from "../lib/shop_page.mjs";
import { sleep, until } from "../lib/wait.mjs";

/** Long enough for a countdown that is announced to be heard several times, in milliseconds. */
const LISTENS_MS = 4_000;

/** What every screen must be in the tree: one heading, a region named by it, one polite live region, names for all. */
async function assertScreen(page, url, title) {
  const nodes = await tree(page, url);
  const of = (...roles) => nodes.filter(({ role }) => roles.includes(role));
  assert.deepEqual(nameless(nodes), [], title);
  const headings = of("heading");
  assert.deepEqual(headings.map(({ level }) => level), [1], title);
  if (title instanceof RegExp) assert.match(headings[0].name, title);
  else assert.equal(headings[0].name, title);
  assert.ok(of("region").some(({ name }) => name === headings[0].name), `no region is named “${headings[0].name}”`);
  const live = nodes.filter(({ live, role, root }) => live && live !== "off" && role === "status" && (root?.length ?? 1));
  assert.deepEqual(live.map(({ live }) => live), ["polite"], "one live region, which waits its turn");
  for (const timer of of("timer")) assert.ok(!timer.live || timer.live === "off", "the time left is said each second");
  return { nodes, of };
}

/** In their order: all that was said in a frame, and how. */
const spoken = (frame) => frame.evaluate(() => window.spoken);
const checkoutFrame = (page) => page.frames().findLast((frame) => /embed=modal/.test(frame.url()));

/** Each change is told once, whichever way; what is said twice in a row is said twice too often. */
function assertSaidOnce(said, titles) {
  const texts = said.filter(({ how, isHeading }) => how === "live" || isHeading).map(({ text }) => text);
  texts.forEach((text, at) => assert.notEqual(text, texts[at - 1], `“${text}” was said twice: ${texts.join(" | ")}`));
  for (const title of titles) {
    const times = texts.filter((text) => (title instanceof RegExp ? title.test(text) : text === title)).length;
    assert.equal(times, 1, `“${title}” was said ${times} times: ${texts.join(" | ")}`);
  }
  return texts;
}

describe("a screen reader is told", { concurrency: 2 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("of a purchase by wallet, each step once, by focus or by the live region", async () => {
    const page = await visit(browser);
    await page.addInitScript(listenToSpeech);
    const shop = await ShopPage.open(page);
    const checkout = await shop.product("tideline");
    await checkout.reaches("choosing");
    await checkout.ready();
    const frame = checkoutFrame(page);
    const url = () => frame.url();
    // With more than one wallet there is a list of them.
    await page.addScriptTag({ type: "module", url: `${demo.shop}/static/wallet/second.js` });
    // The dialog, and the frame in it, are named for whoever comes into them.
    const outside = await tree(page);
    assert.ok(outside.some(({ role, name, modal }) => role === "dialog" && name === "Checkout" && modal), "the dialog has no name, or is not modal");
    assert.ok(outside.some(({ role, name }) => role === "Iframe" && name === "Checkout"), "the frame has no name");

    const choosing = await assertScreen(page, url(), "How would you like to pay?");
    assert.ok(choosing.of("list").length >= 1 && choosing.of("listitem").length >= 3, "coins are no list");
    assert.match(choosing.of("RootWebArea")[0].name, /Tideline.*Paper Boat Studio/);

    await checkout.choose("USDC");
    const paying = await assertScreen(page, url(), /^Pay USDC on/);
    assert.match(paying.of("image", "img").map(({ name }) => name).join(), /QR/);
    assert.equal(paying.of("timer").length, 1);
    assert.match(paying.of("timer")[0].name, /left/i);
    const buttons = paying.of("button").map(({ name }) => name);
    for (const name of ["Copy the amount", "Copy the address"]) assert.ok(buttons.includes(name), `${name} is not among ${buttons.join(", ")}`);
    assert.equal(paying.of("switch")[0].checked, "false");

    // The countdown goes on, and nobody is told.
    const timer = checkout.inside.getByRole("timer");
    const [shownBefore, saidBefore] = [await timer.innerText(), (await spoken(frame)).length];
    await until("the countdown has moved", async () => (await timer.innerText()) !== shownBefore);
    await sleep(LISTENS_MS);
    assert.deepEqual((await spoken(frame)).slice(saidBefore), [], "something was said while nothing happened");

    await checkout.openWallets();
    await assertScreen(page, url(), "Choose your wallet");
    await checkout.row("Groat Test Wallet").click();
    // While the test wallet asks, all of the page behind its window is inert, and is no part of the tree.
    await shop.wallet.approve("Connect to this site");
    await shop.wallet.approve("Send");
    await checkout.reaches("paid");
    const paid = await assertScreen(page, url(), "Paid");
    assert.equal(paid.of("timer").length, 0);
    await sleep(1_000);

    const texts = assertSaidOnce(await spoken(frame), [/^Pay USDC on/, "Choose your wallet", "Connect Groat Test Wallet", "Confirm in Groat Test Wallet", "Paid"]);
    const order = [/^Pay USDC on/, /^Choose your wallet/, /^Connect /, /^Confirm in/, /^Paid$/].map((title) => texts.findIndex((text) => title.test(text)));
    assert.deepEqual(order, [...order].sort((one, other) => one - other), texts.join(" | "));
    assert.deepEqual(page.troubles, []);
  });

  test("of money that comes from elsewhere: seen, each confirmation, paid", async () => {
    const page = await visit(browser);
    await page.addInitScript(listenToSpeech);
    await page.goto(`${demo.edge}/pay/${demo.products.find(({ slug }) => slug === "tideline").id}`);
    const checkout = new CheckoutPage(page);
    await checkout.choose("USDC");
    await checkout.button("Copy the address").click();
    await until("that it was copied is said", async () => (await spoken(page)).some(({ text }) => text === "Address copied"));
    const invoice = await until("the address of the invoice", () => /\/i\/(inv_\w+)/.exec(page.url())?.[1]);
    const { quote } = await ok(caller()("GET", `/v1/invoices/${invoice}`));

    await checkout.button("I have paid").click();
    await checkout.reaches("looking");
    await assertScreen(page, page.url(), "Looking for your payment");
    await send(quote.asset, quote.address, quote.base_units);
    await checkout.reaches("confirming");
    const confirming = await tree(page);
    // Fast blocks may have made it paid by now; where it is still counted, the count has a name and a value.
    for (const { name, value } of confirming.filter(({ role }) => role === "progressbar")) assert.ok(name && value !== undefined, "the progress says nothing");
    await checkout.reaches("paid");
    await assertScreen(page, page.url(), "Paid");
    await sleep(1_000);
    const texts = assertSaidOnce(await spoken(page), ["Looking for your payment", /^(Payment seen|Confirming)/, "Paid"]);
    // Counting upwards, no number twice.
    const counts = texts.flatMap((text) => /^(\d+) of \d+/.exec(text)?.[1] ?? []).map(Number);
    assert.deepEqual(counts, [...new Set(counts)].sort((one, other) => one - other), texts.join(" | "));
    assert.deepEqual(page.troubles, []);
  });
});
