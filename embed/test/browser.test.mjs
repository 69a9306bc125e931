// groat.js in a real browser, against a frame that speaks the protocol. What a purchase needs is in tests/browser/.
import assert from "node:assert/strict";
import { after, before, test as nodeTest } from "node:test";
import { checkout, start } from "./support.mjs";

let world;
before(async () => { world = await start(); }, { timeout: 60_000 });
after(() => world?.stop());

/** A test that hangs is a test that failed. */
const test = (name, body) => nodeTest(name, { timeout: 60_000 }, body);

/** Runs `body` on a page of the shop, and closes it. */
const on = (path, body, options) => async () => {
  const page = await world.visit(path, options);
  try {
    await body(page);
  } finally {
    await page.context().close();
  }
};

const seen = (page, name) => page.evaluate((name) => window.seen.filter((event) => event.name === name), name);
const heard = (frame, type) => frame.evaluate((type) => window.heard.filter((message) => message.type === type), type);

/** The frame asks its wallet, and waits for the answer. */
const ask = (frame, request) =>
  frame.evaluate(async (request) => {
    send({ type: "request", ...request });
    for (;;) {
      const answer = heard.find((message) => message.id === request.id);
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }, request);

/** Frames come and go a moment after what brings or removes them. */
async function assertEventually(check) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await check();
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** The checkout that nobody sees yet. */
async function loaded(page) {
  const there = () => page.frames().find((frame) => frame.url().includes("/pay/prod_one?"));
  await assertEventually(async () => assert.ok(there()));
  await there().waitForLoadState();
  return there();
}

/** Nothing more than time can show that a message was ignored. */
const pause = (page) => page.waitForTimeout(150);

test("opens the address the element asks for", on("/", async (page) => {
  const address = async (id) => {
    await page.click("#" + id);
    const url = new URL((await checkout(page)).url());
    await page.keyboard.press("Escape");
    await page.waitForSelector("iframe[title]:visible", { state: "detached" });
    return url.origin + url.pathname + " " + [...url.searchParams].sort().map((pair) => pair.join("=")).join("&");
  };
  const { edge, shop } = world;
  assert.equal(await address("buy"), `${edge}/pay/prod_one embed=modal&origin=${shop}&reference=order-7&theme=dark`);
  assert.equal(await address("link"), `${edge}/pay/prod_one embed=modal&origin=${shop}`);
  assert.equal(await address("tip"), `${edge}/pay/pk_test_1 amount=5.00&currency=EUR&embed=modal&locale=de&origin=${shop}`);
  assert.equal(await address("pay"), `${edge}/i/inv_abc123 embed=modal&origin=${shop}`);
  assert.equal(page.url(), shop + "/");
}));

test("an element that is added later opens too, from inside a shadow root, under a card that stops clicks", on("/", async (page) => {
  await page.evaluate(() => {
    const card = document.body.appendChild(document.createElement("div"));
    card.addEventListener("click", (event) => event.stopPropagation());
    const root = card.attachShadow({ mode: "open" });
    const button = root.appendChild(document.createElement("button"));
    button.dataset.groatProduct = "prod_late";
    button.append(document.createElement("b"));
    button.firstChild.textContent = "late";
  });
  await page.click("text=late");
  assert.match((await checkout(page)).url(), /prod_late/);
  assert.equal((await seen(page, "open")).length, 1);
}));

test("refuses what would lead elsewhere on the edge, or is not enough", on("/", async (page) => {
  await page.click("#broken");
  await pause(page);
  assert.equal(await page.locator("iframe[title]:visible").count(), 0);
  const refused = (options) => page.evaluate((options) => Groat.open(options).then(() => "opened", (error) => error.name + ": " + error.message), options);
  const message = "TypeError: Groat: needs product, invoice, or amount and currency";
  for (const options of [undefined, {}, { amount: "5" }, { currency: "EUR" }, { product: "x?y" }, { product: "a_/../b" }, { invoice: "inv_a#b" }]) {
    assert.equal(await refused(options), message, JSON.stringify(options));
  }
}));

test("modifier keys leave a link its own life", on("/", async (page) => {
  const [popup] = await Promise.all([page.context().waitForEvent("page"), page.click("#link", { modifiers: ["Control"] })]);
  assert.match(popup.url(), /elsewhere/);
  assert.equal(await page.locator("iframe[title]:visible").count(), 0);
}));

test("one handshake makes one channel; a frame that reloads gets a new one, the old is closed", on("/", async (page) => {
  await page.click("#buy");
  let frame = await checkout(page);
  assert.equal(await frame.evaluate(() => handshakes), 1);
  await frame.evaluate(() => { window.old = port; ready(); });
  await frame.waitForFunction(() => handshakes === 2);
  await frame.evaluate(() => old.postMessage({ type: "close" }));
  await pause(page);
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
  await frame.evaluate(() => leave());
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
}));

test("`ready` from another origin or another window opens no channel", on("/", async (page) => {
  await page.click("#silent");
  const handle = await page.locator("iframe[title]:visible").elementHandle();
  const frame = await handle.contentFrame();
  await frame.waitForFunction(() => window.say);
  // From the shop's own window: right message, wrong source and origin.
  await page.evaluate(() => postMessage({ groat: 1, type: "ready" }, "*"));
  // From another frame of the edge's origin: right origin, wrong source.
  await page.evaluate((src) => {
    const other = document.body.appendChild(document.createElement("iframe"));
    other.src = src + "/pay/prod_other?origin=" + origin;
    return new Promise((resolve) => { other.onload = resolve; });
  }, world.edge);
  // From this very frame, after it went to a stranger's page: right source, wrong origin.
  await frame.evaluate(() => say({ type: "ready" }));
  await frame.evaluate(() => say({ groat: 2, type: "ready" }));
  await frame.evaluate(() => say("ready"));
  await frame.evaluate(() => say(null));
  await pause(page);
  assert.equal(await frame.evaluate(() => window.handshakes), undefined);
  assert.equal(await page.locator("output").isVisible(), true);
  await handle.evaluate((iframe, src) => new Promise((resolve) => { iframe.onload = resolve; iframe.src = src; }), world.stranger + "/stranger");
  const strangers = await (await handle.contentFrame()).evaluate((shop) => new Promise((resolve) => {
    addEventListener("message", ({ data }) => resolve(data));
    parent.postMessage({ groat: 1, type: "ready" }, shop);
    setTimeout(resolve, 200, "nothing");
  }), world.shop);
  assert.equal(strangers, "nothing");
  assert.equal(await page.locator("output").isVisible(), true);
}));

test("unknown and malformed messages on the channel do nothing", on("/", async (page) => {
  await page.click("#buy");
  const frame = await checkout(page);
  await frame.evaluate(() => {
    for (const message of [
      null, 7, "close", [], {}, { type: "open" }, { type: "toString" }, { type: ["close"] },
      { type: "status" }, { type: "status", invoice: 7, status: "paid", reference: null },
      { type: "status", invoice: "inv_1", status: "won", reference: null }, { type: "status", invoice: "inv_1", status: ["paid"], reference: null },
      { type: "status", invoice: "inv_1", status: "paid", reference: {} },
      { type: "request", id: "1", uuid: "one", method: "eth_accounts" }, { type: "request", id: 1, uuid: {}, method: "eth_accounts" },
      { type: "request", id: 1, uuid: "one", method: ["eth_accounts"] },
      { type: "resize", height: 99 },
    ]) send(message);
  });
  await pause(page);
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
  assert.deepEqual((await page.evaluate(() => window.seen)).map(({ name }) => name), ["open"]);
  assert.deepEqual(await page.evaluate(() => window.calls), []);
  assert.equal((await frame.evaluate(() => heard)).length, 1);
  assert.equal(await page.locator("iframe[title]:visible").evaluate((iframe) => iframe.style.height), "");
  assert.deepEqual(page.problems, []);
}));

test("two announced wallets are listed once each; a later one is added; window.ethereum stays out", on("/", async (page) => {
  await page.evaluate(() => {
    window.ethereum = wallets.one;
    dispatchEvent(new Event("eip6963:requestProvider"));
    const announce = (info, provider) => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } }));
    announce({ uuid: "one", name: "Impostor", icon: "", rdns: "" }, { request: () => "impostor" });
    announce({ uuid: "", name: "Nameless" }, wallets.one);
    announce({ uuid: "dead", name: "No provider" }, {});
    announce(undefined);
    dispatchEvent(new Event("eip6963:announceProvider"));
  });
  await page.click("#buy");
  const frame = await checkout(page);
  const icon = "data:image/svg+xml,<svg/>";
  const two = [{ uuid: "one", name: "Wallet One", icon, rdns: "test.one" }, { uuid: "two", name: "Wallet Two", icon, rdns: "test.two" }];
  assert.deepEqual(await heard(frame, "wallets"), [{ type: "wallets", wallets: two }]);
  await page.evaluate(() => dispatchEvent(new CustomEvent("eip6963:announceProvider", {
    detail: { info: { uuid: "late", name: "Late", icon: "https://tracker.example/x.png", rdns: "l" }, provider: wallets.one },
  })));
  await frame.waitForFunction(() => heard.length === 2);
  assert.deepEqual((await heard(frame, "wallets"))[1].wallets, [...two, { uuid: "late", name: "Late", icon: "", rdns: "l" }]);
  assert.equal((await ask(frame, { id: 1, uuid: "one", method: "eth_chainId" })).result, "0x7a69");
}));

test("window.ethereum is the wallet only if nothing announced itself", on("/plain", async (page) => {
  await page.evaluate(() => { window.ethereum = { request: async () => "0x1" }; });
  await page.click("#buy");
  const frame = await checkout(page);
  assert.deepEqual(await heard(frame, "wallets"), [{ type: "wallets", wallets: [{ uuid: "injected", name: "Browser wallet", icon: "", rdns: "" }] }]);
  assert.equal((await ask(frame, { id: 1, uuid: "injected", method: "eth_chainId" })).result, "0x1");
}));

test("no wallet at all: an empty list", on("/plain", async (page) => {
  await page.click("#buy");
  assert.deepEqual(await heard(await checkout(page), "wallets"), [{ type: "wallets", wallets: [] }]);
}));

test("the eight methods reach the wallet that was asked, nothing else does", on("/", async (page) => {
  await page.click("#buy");
  const frame = await checkout(page);
  const allowed = ["eth_requestAccounts", "eth_accounts", "eth_chainId", "eth_getBalance", "eth_call", "wallet_switchEthereumChain", "wallet_addEthereumChain", "eth_sendTransaction"];
  let id = 0;
  for (const method of allowed) assert.equal((await ask(frame, { id: ++id, uuid: "two", method, params: [{ x: id }] })).type, "result");
  assert.deepEqual(await page.evaluate(() => calls), allowed.map((method, at) => ({ uuid: "two", method, params: [{ x: at + 1 }] })));
  for (const method of ["personal_sign", "eth_sign", "eth_signTypedData_v4", "wallet_sendCalls", "eth_callx", "eth_getCode", "xeth_accounts", "eth_accountsx", ""]) {
    const { type, code } = await ask(frame, { id: ++id, uuid: "two", method, params: [] });
    assert.deepEqual([method, type, code], [method, "error", 4200]);
  }
  assert.equal((await ask(frame, { id: ++id, uuid: "three", method: "eth_accounts" })).code, 4900);
  assert.equal((await page.evaluate(() => calls)).length, allowed.length);
}));

test("what a wallet throws comes back as number and text", on("/", async (page) => {
  await page.click("#buy");
  const frame = await checkout(page);
  let id = 0;
  const thrown = async (body) => {
    await page.evaluate((body) => { window.answer = new Function(body); }, body);
    const { type, code, message, data } = await ask(frame, { id: ++id, uuid: "one", method: "eth_sendTransaction", params: [] });
    return [type, code, message, data.originalErrorCode];
  };
  assert.deepEqual(await thrown("throw { code: 4001, message: 'no' }"), ["error", 4001, "no", undefined]);
  assert.deepEqual(
    await thrown("throw { code: -32603, message: 'unknown chain', data: { originalError: { code: 4902 }, f() {} } }"),
    ["error", -32603, "unknown chain", 4902],
  );
  assert.deepEqual(await thrown("throw { code: 'x', message: () => 1 }").then(([type, code]) => [type, code]), ["error", -32603]);
  assert.deepEqual(await thrown("throw undefined").then(([type, code]) => [type, code]), ["error", -32603]);
  assert.deepEqual(await thrown("return () => 1").then(([type]) => type), "error");
}));

test("a used wallet's events reach the frame, an unused one's don't", on("/", async (page) => {
  await page.click("#buy");
  const frame = await checkout(page);
  await ask(frame, { id: 1, uuid: "one", method: "eth_requestAccounts" });
  await ask(frame, { id: 2, uuid: "one", method: "eth_accounts" });
  await page.evaluate(() => {
    wallets.one.emit("accountsChanged", ["0xdef"]);
    wallets.one.emit("chainChanged", "0x1");
    wallets.one.emit("disconnect", Object.assign(new Error("gone"), { f() {} }));
    wallets.one.emit("message", {});
    wallets.two.emit("chainChanged", "0x2");
  });
  await frame.waitForFunction(() => heard.filter(({ type }) => type === "wallet_event").length === 3);
  await pause(page);
  assert.deepEqual(await heard(frame, "wallet_event"), [
    { type: "wallet_event", uuid: "one", event: "accountsChanged", data: ["0xdef"] },
    { type: "wallet_event", uuid: "one", event: "chainChanged", data: "0x1" },
    { type: "wallet_event", uuid: "one", event: "disconnect", data: null },
  ]);
}));

test("events bubble from the opener; paid once; the promise gives the last status", on("/", async (page) => {
  await page.click("#buy");
  const frame = await checkout(page);
  await frame.evaluate(() => {
    for (const status of ["open", "confirming", "paid", "confirming", "paid"]) send({ type: "status", invoice: "inv_1", status, reference: "order-7" });
    leave();
  });
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  const event = (name, status) => ({ name, from: "buy", invoice: status && "inv_1", status, reference: "order-7" });
  assert.deepEqual(await page.evaluate(() => window.seen), [
    event("open", null), event("status", "open"), event("status", "confirming"), event("status", "paid"), event("paid", "paid"),
    event("status", "confirming"), event("status", "paid"), event("close", "paid"),
  ]);
}));

test("Groat.open: events from <html>, a promise resolved on close, a second one replaces the first", on("/", async (page) => {
  await page.evaluate(() => { window.first = Groat.open({ invoice: "inv_abc123", reference: "r1" }); });
  await checkout(page);
  await page.evaluate(() => { window.second = Groat.open({ amount: 5, currency: "EUR" }); });
  assert.deepEqual(await page.evaluate(() => first), { invoice: "inv_abc123", status: null });
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
  const frame = await checkout(page);
  await frame.evaluate(() => { send({ type: "status", invoice: "inv_2", status: "expired", reference: null }); leave(); });
  assert.deepEqual(await page.evaluate(() => second), { invoice: "inv_2", status: "expired" });
  assert.deepEqual((await page.evaluate(() => window.seen)).map(({ name, from }) => name + " " + from), ["open html", "close html", "open html", "status html", "close html"]);
}));

test("an opener that left the page does not swallow the payment", on("/", async (page) => {
  await page.click("#buy");
  const frame = await checkout(page);
  await page.evaluate(() => document.querySelector("#buy").remove());
  await frame.evaluate(() => send({ type: "status", invoice: "inv_1", status: "paid", reference: null }));
  await page.waitForFunction(() => window.seen.some(({ name }) => name === "paid"));
  assert.equal((await seen(page, "paid"))[0].from, "html");
}));

test("focus goes in, stays in, and comes back; Escape closes from both documents", on("/", async (page) => {
  const active = () => page.evaluate(() => document.activeElement.id || document.activeElement.localName);
  await page.focus("#buy");
  await page.keyboard.press("Enter");
  const frame = await checkout(page);
  await frame.waitForFunction(() => document.hasFocus());
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press(presses % 5 === 4 ? "Shift+Tab" : "Tab");
    assert.match(await active(), /^(div|body)$/, "the page's own controls are out of reach");
  }
  // The page can't take it either.
  await page.evaluate(() => document.querySelector("#after").focus());
  assert.notEqual(await active(), "after");
  await frame.focus("#first");
  await page.keyboard.press("Escape");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  assert.equal(await active(), "buy");

  await page.click("#silent");
  await page.waitForSelector("output >> text=Close");
  await page.keyboard.press("Escape");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  assert.equal(await active(), "silent");
  await assertEventually(async () => assert.equal((await seen(page, "close")).length, 2));
}));

test("focus comes back to an opener that a click did not focus, as in Safari", on("/", async (page) => {
  await page.evaluate(() => document.querySelector("#tip").addEventListener("mousedown", (event) => event.preventDefault()));
  await page.click("#tip");
  const frame = await checkout(page);
  await frame.evaluate(() => leave());
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "tip");
}));

test("the dialog is named and modal; the page behind does not scroll, and gets its own style back", on("/", async (page) => {
  const overflow = () => page.evaluate(() => getComputedStyle(document.documentElement).overflow);
  await page.addStyleTag({ content: "html { overflow: scroll !important }" });
  await page.evaluate(() => { document.documentElement.style.overflow = "scroll"; scrollTo(0, 300); });
  await page.click("#buy");
  await checkout(page);
  assert.equal(await overflow(), "hidden");
  const { name, top } = await page.locator("dialog").evaluate((dialog) => ({ name: dialog.title, top: dialog.matches(":modal") }));
  assert.deepEqual([name, top], ["Checkout", true]);
  const before = await page.evaluate(() => scrollY);
  await page.mouse.move(20, 20);
  await page.mouse.wheel(0, 500);
  await pause(page);
  assert.equal(await page.evaluate(() => scrollY), before);
  assert.equal(await page.locator("iframe[title]:visible").getAttribute("allow"), "clipboard-write");
  const host = await page.evaluateHandle(() => [...document.documentElement.children].find((child) => child.shadowRoot?.querySelector("dialog[open]")));
  await page.keyboard.press("Escape");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  assert.equal(await overflow(), "scroll");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  // Its own place is gone; the next one may have been loaded ahead by now, unseen.
  assert.equal(await host.evaluate((host) => host.isConnected), false);
  assert.ok(await page.evaluate(() => document.documentElement.querySelectorAll(":scope > div").length) <= 1);
}));

test("loading is shown until the frame shows itself; `shown` alone is enough to see it", on("/", async (page) => {
  await page.click("#shown");
  const handle = await page.locator("iframe[title]:visible").elementHandle();
  const frame = await handle.contentFrame();
  await page.waitForSelector("output", { state: "hidden" });
  assert.equal(await frame.evaluate(() => window.handshakes), undefined);
  await frame.evaluate(() => ready());
  await frame.waitForFunction(() => window.handshakes === 1);
  await frame.waitForFunction(() => document.hasFocus());
}));

test("a frame that shows itself and then stays dumb can be closed: by Escape, and after a while by a button", on("/", async (page) => {
  await page.click("#shown");
  await page.waitForSelector("output", { state: "hidden" });
  await page.clock.runFor(6000);
  assert.equal(await page.isVisible("output >> text=Close"), false);
  await page.clock.runFor(3000);
  const button = await page.locator("output >> text=Close").boundingBox();
  const dialog = await page.locator("dialog").boundingBox();
  assert.ok(button.x > dialog.x + dialog.width / 2 && button.y < dialog.y + 40, "in the corner");
  assert.equal(await page.isVisible("text=Try again"), false);
  // The page under it can still be used.
  await page.locator("iframe[title]:visible").contentFrame().locator("#first").click();
  await page.click("output >> text=Close");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });

  await page.click("#shown");
  await page.waitForSelector("output", { state: "hidden" });
  await page.keyboard.press("Escape");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });

  await page.click("#shown");
  await page.waitForSelector("output", { state: "hidden" });
  await page.clock.runFor(9000);
  await page.waitForSelector("output >> text=Close");
  await page.locator("iframe[title]:visible").contentFrame().locator("body").evaluate(() => ready());
  await page.waitForSelector("output", { state: "hidden" });
}, { clock: true }));

test("a checkout that can't be reached says so; trying again works; so does closing", on("/", async (page) => {
  world.state.down = true;
  await page.click("#down");
  assert.equal(await page.locator("output").innerText().then((text) => text.split("\n")[0]), "Opening the checkout…");
  assert.equal(await page.isVisible("text=Try again"), false);
  await page.clock.runFor(6000);
  assert.equal(await page.isVisible("text=Try again"), false);
  await page.clock.runFor(2100);
  assert.equal(await page.isVisible("text=The checkout could not be reached."), true);
  world.state.down = false;
  await page.click("text=Try again");
  await checkout(page);
  await page.waitForSelector("output", { state: "hidden" });
  await page.clock.runFor(20000);
  assert.equal(await page.locator("output").isVisible(), false);
  world.state.down = true;
  await page.keyboard.press("Escape");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  await page.click("#down");
  await page.clock.runFor(8100);
  await page.click("text=Close");
  await page.waitForSelector("iframe[title]:visible", { state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "down");
}, { clock: true }));

test("loaded twice and thrice: one API, one frame, one set of events", on("/twice", async (page) => {
  await page.evaluate(() => { window.api = Groat; });
  await page.evaluate((src) => new Promise((resolve) => {
    const script = document.head.appendChild(document.createElement("script"));
    script.onload = resolve;
    script.dataset.key = "pk_other_2";
    script.src = src;
  }), world.edge + "/groat.js?again");
  assert.equal(await page.evaluate(() => api === Groat), true);
  await page.click("#buy");
  await checkout(page);
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
  assert.equal((await seen(page, "open")).length, 1);
  assert.deepEqual(page.problems, []);
}));

test("runs before the body exists", on("/early", async (page) => {
  assert.deepEqual(await page.evaluate(() => early), { body: false, api: "function" });
  await checkout(page);
  assert.equal(await page.locator("iframe[title]:visible").isVisible(), true);
}));

test("changes nothing that can be seen in a page that did not ask", on("/plain", async (page) => {
  assert.equal(await page.locator("iframe:visible, dialog[open], link, style").count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(window).filter((key) => /groat/i.test(key))), []);
  assert.equal(await page.evaluate(() => document.documentElement.getAttribute("style")), null);
}));

test("a checkout is loaded ahead, unseen: that of the first button a second after it came into view, that of another where a pointer or focus is on it", on("/", async (page) => {
  const { edge, state } = world;
  const frames = () => page.frames().slice(1).map((frame) => frame.url());
  const eventually = (expected) => assertEventually(async () => assert.deepEqual(frames(), expected));
  const first = `${edge}/pay/prod_one?embed=modal&origin=${encodeURIComponent(world.shop)}&reference=order-7&theme=dark`;
  const asked = () => state.asked.map((path) => path.split("?")[0]);
  state.asked.length = 0;
  await page.clock.runFor(500);
  assert.deepEqual(frames(), [], "whoever leaves at once asks for nothing");
  await page.clock.runFor(600);
  await eventually([first]);
  const steps = await page.evaluate(() => history.length);

  await page.hover("#buy");
  await page.hover("#before");
  await page.focus("#tip");
  await assertEventually(async () => assert.match(frames().join(), /^[^,]*pk_test_1\?[^,]*amount=5\.00[^,]*$/));
  await page.waitForTimeout(100);
  assert.deepEqual(asked(), ["/pay/prod_one", "/pay/pk_test_1"], "each once");
  assert.equal(await page.evaluate(() => history.length), steps, "going back leads where it led");
  assert.deepEqual(await page.evaluate(() => seen), [], "the page hears nothing of it");
  assert.equal(await page.locator("iframe:visible").count(), 0);

  // Another one than was expected.
  await page.click("#buy");
  assert.equal((await checkout(page)).url(), first);
  assert.equal((await seen(page, "open")).length, 1);
}, { clock: true }));

test("a button that nobody has come to is not loaded ahead, until it comes into view", on("/below", async (page) => {
  const { state } = world;
  state.asked.length = 0;
  await page.waitForTimeout(1_500);
  assert.deepEqual(state.asked, []);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForTimeout(1_000);
  await loaded(page);
  assert.deepEqual(await page.evaluate(() => seen), []);
  assert.equal(await page.locator("iframe:visible").count(), 0);
}));

test("a checkout that is there already is shown, not loaded again, and only then has a channel", on("/", async (page) => {
  const { state } = world;
  state.asked.length = 0;
  await page.hover("#buy");
  const frame = await loaded(page);
  await page.waitForTimeout(200);
  assert.equal(await frame.evaluate(() => typeof port), "undefined", "nobody looks at it yet");
  assert.deepEqual(await page.evaluate(() => seen), []);
  await page.click("#buy");
  await frame.waitForFunction(() => typeof port === "object");
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
  assert.deepEqual(state.asked.map((path) => path.split("?")[0]), ["/pay/prod_one"]);
  assert.equal((await seen(page, "open")).length, 1);
  await page.keyboard.press("Escape");
}));

test("a checkout that nobody opened is gone after two minutes, and is loaded anew", on("/", async (page) => {
  await page.hover("#buy");
  await loaded(page);
  await page.clock.runFor(119_000);
  assert.equal(page.frames().length, 2);
  await page.clock.runFor(3_000);
  await assertEventually(async () => assert.equal(page.frames().length, 1));
  await page.click("#buy");
  await checkout(page);
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
}, { clock: true }));

test("a page without a button fetches nothing ahead", on("/inline", async (page) => {
  await checkout(page);
  assert.equal(await page.evaluate(() => document.readyState), "complete");
  assert.equal(await page.locator("html > :not(head, body)").count(), 0);
}));

test("nobody sees what is loaded ahead, whatever the page's styles say", on("/hostile", async (page) => {
  await page.addStyleTag({ content: "html > * , iframe, dialog { display: block !important; position: fixed !important; inset: 0; visibility: visible !important; opacity: 1 !important }" });
  await page.hover("#buy", { force: true, position: { x: 5, y: 5 } });
  const frame = page.locator("iframe[title]");
  await frame.first().waitFor({ state: "attached" });
  assert.equal(await page.locator("iframe:visible").count(), 0);
}));

test("a strict Content-Security-Policy: modal and inline, styled, nothing reported", on("/strict", async (page) => {
  await page.click("#buy");
  const frame = await (await page.locator("dialog iframe").elementHandle()).contentFrame();
  await frame.waitForFunction(() => window.heard?.length);
  const box = await page.locator("dialog").boundingBox();
  assert.equal(Math.round(box.width), 440);
  await page.keyboard.press("Escape");
  const inline = await (await page.locator("#inline iframe").elementHandle()).contentFrame();
  await inline.waitForFunction(() => window.heard?.length);
  await inline.evaluate(() => send({ type: "resize", height: 333 }));
  await page.waitForFunction(() => document.querySelector("#inline").offsetHeight === 333);
  assert.deepEqual(page.problems, []);
}));

test("hostile styles can't hide, shrink, cover or move it", on("/hostile", async (page) => {
  await page.evaluate(() => {
    for (const patched of ["fetch", "setTimeout", "MessageChannel", "CustomEvent", "dispatchEvent"]) window[patched] = () => { throw new Error("patched " + patched); };
    JSON.parse = () => { throw new Error("patched JSON"); };
  });
  await page.evaluate(() => document.querySelector("#buy").click());
  const frame = await checkout(page);
  const dialog = await page.locator("dialog").boundingBox();
  const { width, height } = await page.locator("iframe[title]:visible").boundingBox();
  assert.deepEqual([Math.round(dialog.width), Math.round(width)], [440, 440]);
  assert.ok(height > 600, String(height));
  assert.ok(Math.abs(dialog.x + dialog.width / 2 - 640) < 10, "in the middle");
  // What the buyer's mouse meets there is the frame.
  await frame.evaluate(() => { window.clicked = 0; document.querySelector("#first").onclick = () => clicked++; });
  await page.locator("iframe[title]:visible").contentFrame().locator("#first").click();
  assert.equal(await frame.evaluate(() => clicked), 1);
  assert.equal((await ask(frame, { id: 1, uuid: "one", method: "eth_chainId" })).result, "0x7a69");
  await frame.evaluate(() => send({ type: "status", invoice: "inv_1", status: "paid", reference: null }));
  await page.waitForFunction(() => window.seen.some(({ name }) => name === "paid"));
}));

test("inline: in the flow, resized within bounds, moved and changed without doubling; `close` only tells", on("/inline", async (page) => {
  let frame = await checkout(page);
  assert.match(frame.url(), /pay\/prod_one\?embed=inline&/);
  const height = () => page.locator("#inline").evaluate((element) => element.offsetHeight);
  assert.equal(await height(), 520, "room before the frame has said how tall it is");
  await frame.evaluate(() => send({ type: "resize", height: 700 }));
  await page.waitForFunction(() => document.querySelector("#inline").offsetHeight === 700);
  await frame.evaluate(() => { for (const height of [0, -5, 1e9, NaN, "9px", null]) send({ type: "resize", height }); });
  await frame.evaluate(() => { send({ type: "status", invoice: "inv_1", status: "paid", reference: "r" }); send({ type: "close" }); });
  await page.waitForFunction(() => window.seen.some(({ name }) => name === "close"));
  assert.equal(await height(), 700);
  assert.deepEqual((await page.evaluate(() => window.seen)).map(({ name, from }) => name + " " + from), ["open inline", "status inline", "paid inline", "close inline"]);
  assert.equal(await page.locator("#inline >> text=Close").count(), 0);

  await page.evaluate(() => {
    const inline = document.querySelector("#inline");
    inline.setAttribute("product", "prod_two");
    inline.setAttribute("theme", "dark");
    document.body.append(document.createElement("main"));
    document.querySelector("main").append(inline);
  });
  await page.waitForFunction(() => window.seen.filter(({ name }) => name === "open").length === 2);
  frame = await checkout(page);
  assert.match(frame.url(), /prod_two.*theme=dark/);
  assert.equal(await page.locator("iframe[title]:visible").count(), 1);
  assert.equal((await seen(page, "open")).length, 2);
  await page.evaluate(() => document.querySelector("#inline").remove());
  await pause(page);
  assert.equal(await page.locator("iframe[title]:visible").count(), 0);
}));

test("a phone gets the whole screen", on("/", async (page) => {
  await page.click("#buy");
  await checkout(page);
  assert.deepEqual(await page.locator("iframe[title]:visible").boundingBox(), { x: 0, y: 0, width: 390, height: 844 });
}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }));

test("reduced motion: nothing moves", on("/", async (page) => {
  await page.click("#silent");
  const moving = await page.evaluate(() => document.documentElement.lastElementChild.shadowRoot.getAnimations().length);
  assert.equal(moving, 0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.notEqual(await page.evaluate(() => document.documentElement.lastElementChild.shadowRoot.getAnimations().length), 0);
}, { reducedMotion: "reduce" }));

test("the theme that was asked for, else the buyer's own", on("/", async (page) => {
  const scheme = async (theme) => {
    await page.evaluate((theme) => { Groat.open({ product: "prod_silent", theme }); }, theme);
    return page.locator("output").evaluate((cover) => getComputedStyle(cover).backgroundColor);
  };
  const dark = await scheme("dark");
  assert.notEqual(await scheme("light"), dark);
  for (const theme of [undefined, "auto", "nonsense"]) assert.equal(await scheme(theme), dark, theme);
}, { colorScheme: "dark" }));
