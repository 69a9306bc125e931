// One relay, one page, one browser and a wallet for each test of tests/walletconnect: what they all start from.
import { after, before } from "node:test";
import { Wallet } from "ethers";
import { startAnvil } from "../../contracts/lib/anvil.mjs";
import { launch } from "./browser.mjs";
import { openTab, startDapp } from "./dapp.mjs";
import { startRelay } from "./relay.mjs";
import { namespaces, signClientWallet, walletKitWallet } from "./wallets.mjs";
import { until } from "./wait.mjs";

/** Both official SDKs, by name. */
export const WALLETS = { "sign-client": signClientWallet, walletkit: walletKitWallet };
export const CHAIN = "eip155:31337";
/** The chain's second account, which every anvil has. */
const KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/** Sets it all up for a test file, and takes it down. `chain` starts anvil too. */
export function walletWorld({ chain = false } = {}) {
  const world = { stops: [] };
  before(async () => {
    world.relay = await startRelay();
    world.dapp = await startDapp(world.relay.url);
    world.browser = await launch();
    if (chain) world.chain = await startAnvil();
    world.signer = new Wallet(KEY, world.chain?.provider);
  });
  after(async () => {
    for (const stop of world.stops) await stop();
    await world.browser?.close();
    world.dapp?.stop();
    world.relay?.stop();
    await world.chain?.stop();
  });

  /** A buyer's tab with the module open, as a project of its own at the relay. */
  world.tab = async (project = `dapp-${Math.random().toString(36).slice(2)}`) => {
    const context = await world.browser.newContext();
    const options = { relay_url: world.relay.url, project_id: project, chains: [CHAIN], metadata: { name: "Shop", description: "A shop", url: world.dapp.url, icon: "" } };
    return { project, ...(await openTab(context, world.dapp, options)) };
  };
  world.wallet = async (start) => {
    const wallet = await start(world.relay.url);
    world.stops.push(() => wallet.stop());
    return wallet;
  };
  world.accounts = (chains = [CHAIN], methods) => namespaces(world.signer.address, chains, methods);
  /** Shows a code, scans it, and answers what the wallet is asked. */
  world.pair = async (tab, wallet) => {
    await tab.call("connect");
    await wallet.pair((await tab.event("uri")).uri);
    return until("the proposal", () => wallet.heard.find(({ name }) => name === "session_proposal"), 20_000, 20);
  };
  /** All the way to a session; gives its topic. */
  world.connect = async (tab, wallet) => {
    const { id } = await world.pair(tab, wallet);
    const { topic } = await wallet.approve(id, world.accounts());
    await tab.event("connected");
    await world.settled(wallet);
    return topic;
  };
  /** Until the wallet knows that we have taken its settlement. */
  world.settled = (wallet) => until("the settlement's answer", () => wallet.sessions()[0]?.acknowledged, 20_000, 20);
  /** What the wallet is asked, once it is. */
  world.asked = (wallet) => until("the request", () => wallet.heard.find(({ name }) => name === "session_request"), 20_000, 20);
  return world;
}
