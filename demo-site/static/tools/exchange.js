// "Pay like an exchange": follows the last invoice that a checkout of this shop named, by the edge's public view of it, and
// sends coins to its deposit address from outside any wallet.
import { format } from "../wallet/amounts.js";
import { get, post, say } from "./http.js";

const EVERY_MS = 1500;
const LAST = "demo.invoice";
const $ = (id) => document.getElementById(id);

export function followInvoice({ assets, edge }) {
  for (const { asset, symbol } of assets) $("exchange-asset").add(new Option(symbol, asset));

  let quote;
  let shown;
  const fill = (units) => {
    const { decimals } = assets.find(({ asset }) => asset === quote.asset);
    $("exchange-amount").value = format(units, decimals).replaceAll(",", "");
  };

  async function look() {
    const id = localStorage.getItem(LAST);
    if (!id) return;
    const invoice = await get(`/dev/invoices/${id}`);
    const line = $("invoice-line");
    const link = Object.assign(document.createElement("a"), { href: `${edge}/i/${id}`, target: "_blank", rel: "noopener", textContent: "its page" });
    line.replaceChildren(`${invoice.product?.name ?? "Open amount"}, ${invoice.price.amount} ${invoice.price.currency}: ${invoice.status}${invoice.exceptions.map((text) => `, ${text}`).join("")} (`, link, ").");
    // Filled in once for each quote, so that what was typed since stays.
    if (!invoice.quote || invoice.quote.id === shown) return;
    if (!assets.some(({ asset }) => asset === invoice.quote.asset)) return;
    ({ quote } = invoice);
    shown = quote.id;
    $("exchange-address").value = quote.address;
    $("exchange-asset").value = quote.asset;
    fill(BigInt(quote.base_units_due));
  }

  new BroadcastChannel("demo").addEventListener("message", ({ data }) => {
    if (!data.invoice) return;
    localStorage.setItem(LAST, data.invoice);
    look().catch(() => {});
  });
  setInterval(() => document.hidden || look().catch(() => {}), EVERY_MS);
  look().catch(() => {});

  for (const chip of document.querySelectorAll("[data-part]")) {
    chip.addEventListener("click", () => {
      if (!quote) return;
      const due = BigInt(quote.base_units);
      fill(chip.dataset.part === "half" ? due / 2n : due * BigInt(chip.dataset.part));
    });
  }

  $("exchange").addEventListener("submit", (event) => {
    event.preventDefault();
    say($("exchange-result"), async () => {
      const { hash } = await post("/dev/pay", {
        asset: $("exchange-asset").value,
        address: $("exchange-address").value,
        amount: $("exchange-amount").value,
        from: $("exchange-from").value,
      });
      return `Sent: ${hash.slice(0, 18)}…`;
    });
  });
}
