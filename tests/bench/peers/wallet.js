// A browser wallet as extensions put it into a page: announced by EIP-6963, and as `window.ethereum` for whoever still looks
// there. It notes when it is first asked for an account, and never answers: what is measured is how soon it is asked.
(() => {
  const provider = {
    isMetaMask: true,
    request({ method }) {
      if (method === "eth_requestAccounts" || method === "wallet_requestPermissions") {
        window.walletAsked ??= Date.now();
        return new Promise(() => {});
      }
      if (method === "eth_chainId") return Promise.resolve("0x2105");
      if (method === "net_version") return Promise.resolve("8453");
      if (method === "eth_accounts") return Promise.resolve([]);
      return Promise.reject(Object.assign(new Error("not supported"), { code: 4200 }));
    },
    on: () => provider,
    removeListener: () => provider,
  };
  if (window !== window.top) return;
  const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><rect width='1' height='1'/></svg>";
  const info = Object.freeze({ uuid: "3d0f7a2e-4c1b-4f6e-9a55-6f6d1a7be0ff", name: "MetaMask", icon, rdns: "io.metamask" });
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.ethereum = provider;
  addEventListener("eip6963:requestProvider", announce);
  announce();
})();
