// Reown AppKit with its ethers adapter, and AppKit Pay opened on a click, as its JavaScript guides say.
import { createAppKit } from "@reown/appkit";
import { EthersAdapter } from "@reown/appkit-adapter-ethers";
import { arbitrum, base, mainnet } from "@reown/appkit/networks";
import { baseUSDC, pay } from "@reown/appkit-pay";
import { button, PRICE, PROJECT, SELLER } from "../sale.js";

createAppKit({
  adapters: [new EthersAdapter()],
  networks: [mainnet, base, arbitrum],
  projectId: PROJECT,
  metadata: { name: "Shop", description: "A shop", url: location.origin, icons: [] },
  features: { analytics: true, pay: true },
});

button("Pay with AppKit", () => pay({ recipient: SELLER, amount: PRICE, paymentAsset: baseUSDC }));
