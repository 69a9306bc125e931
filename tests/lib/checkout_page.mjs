// The checkout as a buyer sees it, in a frame or as a page of its own: what is shown, and what can be pressed.
// Holds no assertion about money.
import { PATIENCE_MS, shoot } from "./browser.mjs";
import { decode } from "./qr.mjs";
import { until } from "./wait.mjs";

export class CheckoutPage {
  /** `inside` is where it is looked for: the page itself, or a frame of it. */
  constructor(page, inside = page) {
    this.page = page;
    this.inside = inside;
  }

  /** The checkout in a frame of the shop's page: a modal, or inline. */
  static in(page, within = "dialog") {
    return new CheckoutPage(page, page.frameLocator(`${within} iframe[title="Checkout"]`));
  }

  button(name) {
    return this.inside.getByRole("button", { name, exact: true });
  }

  /** Waits for one of the named screens; answers which it is. Presses "Try again" once, where the loader offers it, and says so. */
  async reaches(...names) {
    const card = this.inside.locator(names.map((name) => `.card[data-screen="${name}"]`).join(", ")).first();
    // The loader's cover, in the shop's page.
    const again = this.page.locator("output.failed").getByRole("button", { name: "Try again", exact: true });
    const appears = card.waitFor({ timeout: PATIENCE_MS });
    const fails = again.waitFor({ timeout: PATIENCE_MS }).then(() => true, () => false);
    try {
      if (await Promise.race([appears.then(() => false), fails])) {
        console.error(`the checkout had to be loaded again:\n${await this.troubles()}`);
        await again.click();
      }
      await appears;
      return await card.getAttribute("data-screen");
    } catch (error) {
      throw new Error(`the checkout shows no ${names.join(" or ")}, but:\n${await this.troubles()}`, { cause: error });
    }
  }

  /** What can be told of a page that does not do what it should: its frames with their words, and what went wrong in it. */
  async troubles() {
    const frames = await Promise.all(this.page.frames().map(async (frame) => {
      const text = await frame.locator("body").innerText({ timeout: 5_000 }).catch((error) => `no answer: ${error.message.split("\n")[0]}`);
      return `${frame.url()}: ${text}`;
    }));
    return [...frames, ...this.page.troubles, ...this.page.failed, ...this.page.unanswered].join("\n");
  }

  /** Waits until the Wasm has taken over from what the edge rendered. */
  async ready() {
    await this.inside.locator("#groat[data-live]").first().waitFor();
  }

  text() {
    return this.inside.locator(".card").innerText();
  }

  /** The rows of a list: coins, networks, wallets. */
  row(name) {
    return this.inside.locator(".options .row").filter({ has: this.page.locator(".name", { hasText: new RegExp(`^${name}$`) }) });
  }

  async choose(symbol) {
    await this.ready();
    await this.row(symbol).click();
    await this.reaches("paying");
    return this.quoted();
  }

  /** What the buyer is told to send, and where to. */
  async quoted() {
    const read = (selector) => this.inside.locator(selector).innerText();
    const [amount, symbol, address] = await Promise.all([read(".figure .digits"), read(".figure .symbol"), this.inside.locator("code.grouped").textContent()]);
    return { amount, symbol, address };
  }

  /** What a camera reads off the screen. */
  async scan() {
    const code = this.inside.locator("svg.qr");
    await code.scrollIntoViewIfNeeded();
    return until("a QR code on the screen", async () => decode(await this.page.screenshot()), 15_000);
  }

  async openWallets() {
    await this.button("Pay with a wallet").click();
    await this.reaches("wallets");
  }

  shoot(state) {
    return shoot(this.page, state);
  }
}
