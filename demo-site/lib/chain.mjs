// The local chain, for the developer tools: relays a closed list of calls for the test wallet, pays like an exchange,
// mines and moves the clock. Signs nothing: the node's own unlocked accounts do.
import { Interface, getAddress, parseUnits, toQuantity } from "ethers";

/** What a wallet needs of a node. Everything else (anvil's own commands above all) is refused. */
const RELAYED = new Set([
  "eth_accounts", "eth_blockNumber", "eth_call", "eth_chainId", "eth_estimateGas", "eth_gasPrice", "eth_getBalance",
  "eth_getTransactionReceipt", "eth_sendTransaction",
]);

const BLOCKS_MAX = 1000;
const SECONDS_MAX = 30 * 24 * 3600;

const TOKEN = new Interface(["function transfer(address to, uint256 amount)"]);
const PAYER = new Interface(["function pay(address token, address to, uint256 amount) payable"]);
const NO_TOKEN = `0x${"0".repeat(40)}`;

/** Which of the node's accounts plays whom; the first five are the test wallet's. */
export const ROLES = { wallet: 5, plain: 7, exchange: 8, seller: 9 };

/** A mistake in what was asked for; its message is for the page. */
export class BadRequest extends Error {}

export class Chain {
  #url;
  #assets = [];
  #payer;
  accounts = [];

  constructor(url, payer) {
    this.#url = url;
    this.#payer = payer;
  }

  /** What can be paid with. */
  know(assets) {
    this.#assets = assets;
  }

  async open() {
    this.accounts = await this.call("eth_accounts");
    if (this.accounts.length <= ROLES.seller) throw new Error("the chain has too few unlocked accounts");
  }

  get seller() {
    return getAddress(this.accounts[ROLES.seller]);
  }

  /** What the node answers, whole. */
  async #ask(method, params) {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(15_000),
    });
    return response.json();
  }

  async call(method, params = []) {
    const { result, error } = await this.#ask(method, params);
    if (error) throw new BadRequest(error.message);
    return result;
  }

  /** Result or error of a call that the test wallet may make. */
  async relay({ method, params }) {
    if (!RELAYED.has(method)) return { error: { code: -32601, message: `${method} is not relayed` } };
    const { result, error } = await this.#ask(method, params ?? []);
    return error ? { error } : { result };
  }

  /** Sends `amount` of `asset` to `address`: out of a contract as exchanges do, or from an ordinary account. */
  async pay({ asset: id, address, amount, from }) {
    const asset = this.#assets.find(({ asset }) => asset === id);
    if (!asset) throw new BadRequest("no such asset on this chain");
    const to = wellFormed(() => getAddress(String(address).trim()), "that is no address, or its checksum is wrong");
    const units = wellFormed(() => parseUnits(String(amount).trim(), asset.decimals), `an amount has at most ${asset.decimals} decimals`);
    if (units <= 0n) throw new BadRequest("the amount must be more than zero");
    const account = this.accounts[from === "contract" ? ROLES.exchange : ROLES.plain];
    const value = asset.address ? "0x0" : toQuantity(units);
    const transaction =
      from === "contract"
        ? { from: account, to: this.#payer, value, data: PAYER.encodeFunctionData("pay", [asset.address ?? NO_TOKEN, to, units]) }
        : asset.address
          ? { from: account, to: asset.address, data: TOKEN.encodeFunctionData("transfer", [to, units]) }
          : { from: account, to, value };
    return { hash: await this.call("eth_sendTransaction", [transaction]) };
  }

  async mine({ blocks }) {
    await this.call("anvil_mine", [toQuantity(whole(blocks, BLOCKS_MAX))]);
    return this.head();
  }

  /** Moves the clock of the chain's blocks, and mines one so that it shows. */
  async jump({ seconds }) {
    await this.call("evm_increaseTime", [whole(seconds, SECONDS_MAX)]);
    await this.call("evm_mine");
    return this.head();
  }

  async head() {
    const { number, timestamp } = await this.call("eth_getBlockByNumber", ["latest", false]);
    return { height: Number(number), time: new Date(Number(timestamp) * 1000).toISOString() };
  }
}

function wellFormed(parse, problem) {
  try {
    return parse();
  } catch {
    throw new BadRequest(problem);
  }
}

function whole(value, most) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > most) throw new BadRequest(`give a whole number from 1 to ${most}`);
  return number;
}
