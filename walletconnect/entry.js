// WalletConnect for the checkout's script: loads the Wasm when it is first needed, and gives events as objects.
import init, { Connection } from "groat-glue";

let loading;

/**
 * A connection to a wallet. `wasm` is the module's address; `options` are relay_url, project_id, chains (CAIP-2) and
 * metadata {name, description, url, icon}. `listener` hears:
 * `{kind: "uri", uri}`, `{kind: "connected", accounts, wallet, link, is_asked}`, `{kind: "sent", hash, reference}`,
 * `{kind: "alive"}`, `{kind: "restored"}`, `{kind: "ended" | "failed", code, words}`.
 * What an earlier page of this tab left off goes on with `resume()`.
 */
export async function walletConnect(wasm, options, listener) {
  await (loading ??= init({ module_or_path: wasm }));
  const connection = new Connection(JSON.stringify(options), (event) => listener(JSON.parse(event)));
  return {
    resume: () => connection.resume(),
    connect: () => connection.connect(),
    sendTransaction: (chain, { to, value, data }, reference = "") => connection.send(chain, to, value, data, reference),
    ping: () => connection.ping(),
    disconnect: () => connection.disconnect(),
    stop: () => connection.stop(),
  };
}
