// RainbowKit as its guide's minimal set-up says: default configuration, providers, its own button.
import "@rainbow-me/rainbowkit/styles.css";
import { ConnectButton, getDefaultConfig, RainbowKitProvider } from "@rainbow-me/rainbowkit";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { WagmiProvider } from "wagmi";
import { arbitrum, base, mainnet, optimism, polygon } from "wagmi/chains";
import { PROJECT } from "../sale.js";

const config = getDefaultConfig({ appName: "Shop", projectId: PROJECT, chains: [mainnet, polygon, optimism, arbitrum, base] });

createRoot(document.querySelector("#root")).render(
  <WagmiProvider config={config}>
    <QueryClientProvider client={new QueryClient()}>
      <RainbowKitProvider>
        <ConnectButton />
      </RainbowKitProvider>
    </QueryClientProvider>
  </WagmiProvider>,
);
