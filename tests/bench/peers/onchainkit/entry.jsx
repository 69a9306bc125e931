// Coinbase OnchainKit's Checkout as its guide says: the provider with its own defaults, the button, the status.
import "@coinbase/onchainkit/styles.css";
import { OnchainKitProvider } from "@coinbase/onchainkit";
import { Checkout, CheckoutButton, CheckoutStatus } from "@coinbase/onchainkit/checkout";
import { createRoot } from "react-dom/client";
import { base } from "viem/chains";
import { PROJECT } from "../sale.js";

createRoot(document.querySelector("#root")).render(
  <OnchainKitProvider apiKey={PROJECT} chain={base}>
    <Checkout productId="0f1e2d3c-0000-4000-8000-000000000000">
      <CheckoutButton coinbaseBranded />
      <CheckoutStatus />
    </Checkout>
  </OnchainKitProvider>,
);
