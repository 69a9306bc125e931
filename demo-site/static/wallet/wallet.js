// Puts one test wallet into the page and announces it by EIP-6963, as an extension would. It signs nothing itself: the local
// chain's node holds the accounts. Works in the shop's own pages; a payment link opens a page of the edge, where only real
// wallets are.
import { balanceOf, describe } from "./amounts.js";
import { askOwner } from "./dialog.js";
import { icon } from "./icon.js";
import { Provider, ProviderError } from "./provider.js";
import { settingsOf, watch } from "./settings.js";

// Taken before the page's own scripts may replace them, as an extension takes them.
const { fetch, CustomEvent, dispatchEvent, addEventListener } = window;
const { parse, stringify } = JSON;

async function get(path, body) {
  const response = await fetch(path, body && { method: "POST", headers: { "content-type": "application/json" }, body: stringify(body) });
  const answer = parse(await response.text());
  if (!response.ok) throw new ProviderError({ code: -32603, message: answer.error ?? "the chain does not answer" });
  return answer;
}

async function rpc(method, params) {
  const { result, error } = await get("/dev/rpc", { method, params });
  if (error) throw new ProviderError({ code: -32603, message: error.message, data: { originalError: { code: error.code, message: error.message } } });
  return result;
}

/** Announces the wallet called `name`; its first account is the chain's `first`-th. */
export async function announce({ id, name, uuid, first }) {
  const { wallet: addresses, chainId, assets } = await get("/dev/config");
  const local = `0x${chainId.toString(16)}`;
  const settings = settingsOf(id, addresses[first], local, "Local chain");

  const accounts = () =>
    Promise.all(
      addresses.map(async (address, at) => ({ address, label: `Account ${at + 1}`, balance: await balanceOf(address, assets, rpc) })),
    );
  const ask = (question) => askOwner(question, { name, accounts, describe: (transaction) => describe(transaction, assets) });
  const provider = new Provider({ ask, rpc, settings, local });

  watch(id, (before, { account, chain, connected }) => {
    // The storage has the new values already; the provider is told so that it can tell the page.
    if (connected !== before.connected || account !== before.account) provider.emit("accountsChanged", connected ? [account] : []);
    if (chain !== before.chain) provider.emit("chainChanged", chain);
  });

  const detail = Object.freeze({ info: Object.freeze({ uuid, name, icon: icon(name), rdns: `dev.groat.${id}` }), provider });
  const tell = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  addEventListener("eip6963:requestProvider", tell);
  tell();
}
