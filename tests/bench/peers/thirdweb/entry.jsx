// thirdweb's checkout widget as its guide for selling a product says, shown when the button is pressed.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { createThirdwebClient } from "thirdweb";
import { base } from "thirdweb/chains";
import { CheckoutWidget, ThirdwebProvider } from "thirdweb/react";
import { BASE_USDC, PRICE, PROJECT, SELLER } from "../sale.js";

const client = createThirdwebClient({ clientId: PROJECT });

function Shop() {
  const [open, setOpen] = useState(false);
  return open ? (
    <CheckoutWidget client={client} chain={base} tokenAddress={BASE_USDC} amount={`${PRICE}`} seller={SELLER} name="Low Water" />
  ) : (
    <button id="buy" onClick={() => setOpen(true)}>Pay with thirdweb</button>
  );
}

createRoot(document.querySelector("#root")).render(
  <ThirdwebProvider>
    <Shop />
  </ThirdwebProvider>,
);
