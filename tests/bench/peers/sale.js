// What every peer is asked to sell, as far as it takes a price: the same thing at the same price, for USDC on Base.
export const PRICE = 49;
export const BASE_USDC = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
export const SELLER = "0x4e260bB2b25EC6F3A59B478fCDe5eD5B8D783B02";
/** WalletConnect's and thirdweb's ids of a project are 32 hex digits; the stand-ins take any. */
export const PROJECT = "0123456789abcdef0123456789abcdef";

/** The shop's own button, for peers that bring none. It comes when the peer's script has run: earlier it would be dead. */
export function button(text, press) {
  const made = document.createElement("button");
  made.id = "buy";
  made.textContent = text;
  made.addEventListener("click", press);
  document.querySelector("#root").append(made);
}
