// DePay's payment widget as its README says: imported, and opened on a click with what is accepted.
import DePayWidgets from "@depay/widgets";
import { BASE_USDC, button, PRICE, SELLER } from "../sale.js";

button("Pay with DePay", () => {
  DePayWidgets.Payment({ accept: [{ blockchain: "base", token: BASE_USDC, amount: PRICE, receiver: SELLER }] });
});
