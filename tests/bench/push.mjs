// How soon a page hears: from a block's arrival at the chain's node to the push on the WebSocket, as a share of the time
// between blocks.
import { WebSocket } from "ws";
import { startAnvil } from "../../contracts/lib/anvil.mjs";
import { deployLocal } from "../../contracts/lib/deploy.mjs";
import { FIVE, newStore } from "../lib/api.mjs";
import { payerOn } from "../lib/chain.mjs";
import { asset, demo } from "../lib/demo.mjs";
import { follow } from "../lib/socket.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { workerdInstance } from "../lib/workerd_instance.mjs";
import { ms, percentile } from "./figures.mjs";

const BLOCK_S = 2;
const PAYMENTS = 60;
/** Buyers do not wait for each other; and no payment shall always fall on the same moment of a block. */
const PAUSE_MS = 470;

/** Prints the figures, once for each pace of the watcher. */
export async function push() {
  console.log(`\nFrom a block's arrival at the node to the push on the page, ${PAYMENTS} payments, a block every ${BLOCK_S} s`);
  console.log("  the watcher looks every     median ms   p99 ms   median of the block time   p99");
  for (const poll_ms of [BLOCK_S * 1_000, (BLOCK_S * 1_000) / 4]) {
    const latencies = await measure(poll_ms);
    const share = (percent) => `${((percentile(latencies, percent) / (BLOCK_S * 1_000)) * 100).toFixed(0)} %`;
    const [median, worst] = [50, 99].map((percent) => ms(percentile(latencies, percent)));
    console.log(`  ${`${poll_ms} ms`.padEnd(26)} ${median.padStart(9)} ${worst.padStart(8)} ${share(50).padStart(20)} ${share(99).padStart(10)}`);
  }
  return true;
}

async function measure(poll_ms) {
  const chain = await startAnvil();
  let edge;
  try {
    await deployLocal(chain.url);
    await chain.provider.send("evm_setIntervalMining", [BLOCK_S]);
    edge = await workerdInstance(({ CHAINS }) => ({
      CHAINS: JSON.stringify({ [demo.chain]: { ...JSON.parse(CHAINS)[demo.chain], rpc: [chain.url], poll_ms } }),
    }));
    await edge.start();
    const store = await newStore({ edge: edge.url, operator: edge.operator });
    const arrivals = await watchBlocks(chain.url);
    const { send } = payerOn(chain.provider);
    const buyers = [];
    for (let index = 0; index < PAYMENTS; index += 1) {
      const made = await store.bill({ price: FIVE, asset: asset(index % 2 ? "USDC" : "ETH") });
      const following = await follow(made.id, edge.url);
      const buyer = { hash: await send(made.quote.asset, made.quote.address, made.quote.base_units) };
      following.socket.on("message", (data) => {
        if (buyer.heard_ms === undefined && JSON.parse(data.toString()).payments.length > 0) buyer.heard_ms = performance.now();
      });
      buyers.push(buyer);
      await sleep(PAUSE_MS);
    }
    await until("every page has heard", () => buyers.every(({ heard_ms }) => heard_ms !== undefined));
    const latencies = [];
    for (const { hash, heard_ms } of buyers) {
      const { blockNumber } = await chain.provider.getTransactionReceipt(hash);
      latencies.push(heard_ms - arrivals.get(blockNumber));
    }
    arrivals.stop();
    return latencies;
  } finally {
    await edge?.remove();
    await chain.stop();
  }
}

/** When each block came, as the node itself tells its subscribers. */
async function watchBlocks(url) {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const blocks = new Map();
  socket.on("message", (data) => {
    const { params } = JSON.parse(data.toString());
    if (params) blocks.set(Number(params.result.number), performance.now());
  });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] }));
  return { get: (number) => blocks.get(number), stop: () => socket.terminate() };
}
