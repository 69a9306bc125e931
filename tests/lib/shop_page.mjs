// The demo shop as a visitor uses it: its buttons, its test wallet, and the events that its own scripts hear.
import { CheckoutPage } from "./checkout_page.mjs";
import { demo } from "./demo.mjs";
import { until } from "./wait.mjs";

/** Runs before the page's own scripts: keeps every `groat:` event that bubbles to the document. */
function listen() {
  window.groatEvents = [];
  for (const name of ["open", "status", "paid", "close"]) {
    document.addEventListener(`groat:${name}`, ({ target, detail }) => {
      // By hand, as a hostile page may have patched everything else.
      window.groatEvents[window.groatEvents.length] = { name, from: target.tagName, invoice: detail.invoice, status: detail.status, reference: detail.reference };
    });
  }
}

export class ShopPage {
  constructor(page) {
    this.page = page;
    this.wallet = new TestWallet(page);
  }

  static async open(page, path = "/") {
    await page.addInitScript(listen);
    await page.goto(demo.shop + path);
    await page.waitForFunction(() => window.Groat);
    return new ShopPage(page);
  }

  /** Presses what opens a checkout; answers the checkout. */
  async press(selector) {
    await this.page.locator(selector).click();
    return CheckoutPage.in(this.page);
  }

  product(slug) {
    const { id } = demo.products.find((product) => product.slug === slug);
    return this.press(`button[data-groat-product="${id}"]`);
  }

  events() {
    return this.page.evaluate(() => window.groatEvents);
  }

  /** The first `groat:` event of that name, once it has come. */
  hears(name) {
    return until(`groat:${name}`, async () => (await this.events()).find((event) => event.name === name));
  }
}

/** The window of the shop's test wallet. */
class TestWallet {
  constructor(page) {
    this.window = page.locator("groat-test-wallet");
  }

  async answers(button, title) {
    await this.window.getByRole("heading", { name: title }).waitFor();
    await this.window.locator(button).click();
  }

  approve(title) {
    return this.answers("#approve", title);
  }

  reject(title) {
    return this.answers("#reject", title);
  }

  /** What the owner is shown before the money goes. */
  async shown() {
    await this.window.getByRole("heading", { name: "Send" }).waitFor();
    return this.window.locator("dialog").innerText();
  }
}

/** Connects the test wallet, looks at what it shows, and pays. Answers what it showed. */
export async function payWithTestWallet(shop, checkout, name = "Groat Test Wallet") {
  // Straight to the only one; of several, out of the list.
  const straight = checkout.button(`Pay with ${name}`);
  await straight.or(checkout.button("Pay with a wallet")).waitFor();
  if (await straight.isVisible()) {
    await straight.click();
  } else {
    await checkout.openWallets();
    await checkout.row(name).click();
  }
  await shop.wallet.approve("Connect to this site");
  const shown = await shop.wallet.shown();
  await shop.wallet.approve("Send");
  return shown;
}
