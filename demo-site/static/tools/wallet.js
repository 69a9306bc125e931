// Shows and changes the test wallet's memory; the wallet in the shop's page hears of it through the browser's storage.
import { balanceOf } from "../wallet/amounts.js";
import { MAINNET, settingsOf, watch } from "../wallet/settings.js";
import { post } from "./http.js";

async function rpc(method, params) {
  const { result, error } = await post("/dev/rpc", { method, params });
  if (error) throw new Error(error.message);
  return result;
}

export function showWallet({ wallet: addresses, assets, chainId }) {
  const local = `0x${chainId.toString(16)}`;
  const settings = settingsOf("first", addresses[0], local, "Local chain");
  const account = document.getElementById("wallet-account");
  const network = document.getElementById("wallet-network");
  const state = document.getElementById("wallet-state");

  const options = addresses.map((address, at) => {
    const label = `${at + 1}: ${address.slice(0, 6)}…${address.slice(-4)}`;
    const option = account.appendChild(new Option(label, address));
    return async () => { option.textContent = `${label}, ${await balanceOf(address, assets, rpc)}`; };
  });
  const showBalances = () => Promise.all(options.map((show) => show())).catch(() => {});

  const show = () => {
    account.value = settings.account;
    network.value = settings.chain === local ? "local" : settings.chains[local] ? "other" : "unknown";
    state.textContent = settings.connected ? "Connected to this shop" : "Not connected";
    document.getElementById("wallet-disconnect").hidden = !settings.connected;
  };

  account.addEventListener("change", () => { settings.account = account.value; show(); });
  network.addEventListener("change", () => {
    const { [local]: _, ...others } = settings.chains;
    settings.chains = network.value === "unknown" ? others : { ...others, [local]: "Local chain" };
    settings.chain = network.value === "local" ? local : MAINNET;
    show();
  });
  document.getElementById("wallet-disconnect").addEventListener("click", () => { settings.connected = false; show(); });
  watch("first", show);
  account.addEventListener("focus", showBalances);
  show();
  showBalances();
}
