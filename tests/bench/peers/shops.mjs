// How a buyer goes through each checkout: what to press, and what tells that it is open, that there is a price, a code, a wallet.
// `page` is Playwright's. What a checkout has not is left out, and stands as a dash in the table.
import { CheckoutPage } from "../../lib/checkout_page.mjs";

const frame = (page) => page.frameLocator('dialog iframe[title="Checkout"]');
const walletconnect = /^(wc:|https?:.*wc\?uri=|.*wc%3A)/;
const byText = (page, text) => page.getByText(text, { exact: true }).first();

/** Pressed as soon as it is seen: before the Wasm has come it is a form, after that a button. */
async function chooseCoin(page) {
  const checkout = CheckoutPage.in(page);
  await checkout.row("USDC").click();
  return checkout;
}

export const GROAT = {
  name: "groat",
  does: "price, address, amount, plain-address QR, wallets of the page",
  button: (page) => page.locator("#buy"),
  /** The button is in the page from the start; it does nothing before the loader runs. */
  ready: (page) => page.waitForFunction(() => window.Groat),
  open: (visitor, page) => frame(page).locator(".card").first().waitFor(),
  price: (visitor, page) => frame(page).getByText("49.00").first().waitFor(),
  qr: async (visitor, page) => {
    await chooseCoin(page);
    await visitor.scans("qr", /^(0x[0-9a-fA-F]{40}|ethereum:)/);
  },
  wallet: async (visitor, page) => {
    await CheckoutPage.in(page).row("Pay with MetaMask").click();
    await visitor.connects("wallet");
  },
};

export const PEERS = [
  {
    name: "depay",
    packages: ["@depay/widgets"],
    does: "price after a wallet has connected; WalletConnect QR for a wallet that is picked first",
    button: (page) => page.locator("#buy"),
    open: (visitor, page) => byText(page, "Select a wallet").waitFor(),
    qr: async (visitor, page) => {
      await byText(page, "Trust").click();
      await visitor.scans("qr", walletconnect);
    },
    wallet: async (visitor, page) => {
      await byText(page, "MetaMask").click();
      await visitor.connects("wallet");
    },
  },
  {
    name: "rainbowkit",
    packages: ["@rainbow-me/rainbowkit", "wagmi"],
    does: "connects a wallet only: no price, no payment",
    button: (page) => page.getByRole("button", { name: "Connect Wallet" }),
    open: (visitor, page) => byText(page, "Connect a Wallet").waitFor(),
    qr: async (visitor, page) => {
      await page.getByRole("button", { name: "WalletConnect" }).click();
      await visitor.scans("qr", walletconnect);
    },
    wallet: async (visitor, page) => {
      await page.getByRole("button", { name: "MetaMask" }).first().click();
      await visitor.connects("wallet");
    },
  },
  {
    name: "appkit",
    packages: ["@reown/appkit", "@reown/appkit-pay"],
    does: "price in the token, then WalletConnect QR or a wallet; exchanges by its own service",
    button: (page) => page.locator("#buy"),
    open: (visitor, page) => byText(page, "Pay with wallet").waitFor(),
    price: (visitor, page) => byText(page, "49").waitFor(),
    qr: async (visitor, page) => {
      await byText(page, "Pay with wallet").click();
      await byText(page, "WalletConnect").click();
      await visitor.scans("qr", walletconnect);
    },
    wallet: async (visitor, page) => {
      await byText(page, "Pay with wallet").click();
      await byText(page, "MetaMask").click();
      await visitor.connects("wallet");
    },
  },
  {
    name: "thirdweb",
    packages: ["thirdweb"],
    does: "price, then a wallet or a card; WalletConnect QR for a wallet that is picked first",
    button: (page) => page.locator("#buy"),
    open: (visitor, page) => byText(page, "Buy Now").waitFor(),
    price: (visitor, page) => byText(page, "49 USDC").waitFor(),
    qr: async (visitor, page) => {
      await byText(page, "Buy Now").click();
      await byText(page, "Connect a Wallet").click();
      await byText(page, "Rainbow").click();
      await visitor.scans("qr", walletconnect);
    },
    wallet: async (visitor, page) => {
      await byText(page, "Buy Now").click();
      await byText(page, "Connect a Wallet").click();
      await byText(page, "MetaMask").click();
      await visitor.connects("wallet");
    },
  },
  {
    name: "onchainkit",
    packages: ["@coinbase/onchainkit"],
    does: "opens Coinbase's own wallet page in a window; price and payment are there, not here; asks no other wallet",
    button: (page) => page.getByRole("button", { name: "Pay" }),
    open: (visitor, page, opened) => opened,
  },
];
