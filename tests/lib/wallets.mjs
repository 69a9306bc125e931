// Real wallets: the official SDKs, in their last openly licensed versions, signing with ethers on the local chain.
// Never bump them: @walletconnect/* from 2.21.9 and @reown/walletkit from 1.2.11 are under a licence of their owner's.
import { WalletKit } from "@reown/walletkit";
import { Core } from "@walletconnect/core";
import { SignClient } from "@walletconnect/sign-client";

const METADATA = { name: "Official Wallet", description: "A wallet of the tests", url: "https://wallet.example", icons: [], redirect: { native: "officialwallet://" } };

// Otherwise all wallets of a process would be one.
process.env.DISABLE_GLOBAL_CORE = "true";
let count = 0;

// The SDKs ask their owner's servers who the dapp is; tests ask nobody outside.
const outside = globalThis.fetch;
globalThis.fetch = (address, options) =>
  new URL(`${address?.url ?? address}`).hostname === "127.0.0.1" ? outside(address, options) : Promise.reject(new Error("outside of this machine"));

/** Asks, and waits for the other side's answer. The SDK's own `acknowledged` never comes where the answer was there before. */
async function answered(client, method, ask) {
  const answer = new Promise((resolve) => {
    client.core.history.on("history_updated", (record) => record.request.method === method && record.response && resolve());
  });
  await ask();
  await answer;
}

/** What both SDKs can be told, under one set of names. Events are kept in `heard`, newest last. */
function wallet(client, core, { approve, reject, update, extend, ping, disconnect, respond, sessions }) {
  const heard = [];
  for (const name of ["session_proposal", "session_request", "session_delete", "session_ping", "proposal_expire"]) {
    client.on(name, (event) => heard.push({ name, ...event }));
  }
  return {
    client, core, heard, approve, reject, update, extend, ping, disconnect, respond,
    pair: (uri) => core.pairing.pair({ uri }),
    sessions: () => Object.values(sessions()),
    async stop() {
      core.heartbeat.stop();
      await core.relayer.transportClose().catch(() => {});
    },
  };
}

const options = (relayUrl, projectId) => ({
  customStoragePrefix: `wallet-${++count}`, relayUrl, projectId, metadata: METADATA, logger: "silent", telemetryEnabled: false,
});

/** A wallet on @walletconnect/sign-client. */
export async function signClientWallet(relayUrl, projectId = "wallet") {
  const client = await SignClient.init(options(relayUrl, projectId));
  const all = () => Object.fromEntries(client.session.getAll().map((session) => [session.topic, session]));
  return wallet(client, client.core, {
    approve: (id, namespaces) => client.approve({ id, namespaces }),
    reject: (id) => client.reject({ id, reason: { code: 5000, message: "User rejected." } }),
    update: (topic, namespaces) => answered(client, "wc_sessionUpdate", () => client.update({ topic, namespaces })),
    extend: (topic) => answered(client, "wc_sessionExtend", () => client.extend({ topic })),
    ping: (topic) => client.ping({ topic }),
    disconnect: (topic) => client.disconnect({ topic, reason: { code: 6000, message: "User disconnected." } }),
    respond: (topic, response) => client.respond({ topic, response }),
    sessions: all,
  });
}

/** A wallet on @reown/walletkit. */
export async function walletKitWallet(relayUrl, projectId = "wallet") {
  const core = new Core(options(relayUrl, projectId));
  const kit = await WalletKit.init({ core, metadata: METADATA });
  // Its own events leave out pings.
  return wallet(kit.engine.signClient, core, {
    approve: (id, namespaces) => kit.approveSession({ id, namespaces }),
    reject: (id) => kit.rejectSession({ id, reason: { code: 5000, message: "User rejected." } }),
    update: (topic, namespaces) => answered(kit.engine.signClient, "wc_sessionUpdate", () => kit.updateSession({ topic, namespaces })),
    extend: (topic) => answered(kit.engine.signClient, "wc_sessionExtend", () => kit.extendSession({ topic })),
    ping: (topic) => kit.engine.signClient.ping({ topic }),
    disconnect: (topic) => kit.disconnectSession({ topic, reason: { code: 6000, message: "User disconnected." } }),
    respond: (topic, response) => kit.respondSessionRequest({ topic, response }),
    sessions: () => kit.getActiveSessions(),
  });
}

/** What a wallet with one account on these chains agrees to. */
export const namespaces = (address, chains, methods = ["eth_sendTransaction"]) => ({
  eip155: { chains, accounts: chains.map((chain) => `${chain}:${address}`), methods, events: ["chainChanged", "accountsChanged"] },
});
