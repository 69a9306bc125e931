// The local chain from outside: pays as a person or an exchange would, and reads balances. Knows nothing of the edge.
import { Contract, Interface, JsonRpcProvider, ZeroAddress, toQuantity } from "ethers";
import { demo, exchangePayer } from "./demo.mjs";

/** The account of the node that pays here; the shop and its wallet use others. */
const PAYER = 6;
/** Stated, because a node that mines by the clock would estimate against a block that is a second old. */
const GAS = 300_000;
/** What one more recipient costs at most: a balance that was empty. */
const GAS_OF_ONE = 70_000;

const ERC20 = new Interface(["function transfer(address to, uint256 amount)", "function balanceOf(address) view returns (uint256)"]);
const EXCHANGE = new Interface([
  "function pay(address token, address to, uint256 amount) payable",
  "function payMany(address token, address[] to, uint256[] amounts) payable",
]);

// Without the cache two reads within 250 ms give the same answer, whatever was mined between them.
export const provider = new JsonRpcProvider(demo.rpc, undefined, { staticNetwork: true, cacheTimeout: -1 });
provider.pollingInterval = 200;

/** The token's contract of a CAIP-19 id; null for the chain's own coin. */
const contractOf = (asset) => /\/erc20:(0x[0-9a-fA-F]{40})$/.exec(asset)?.[1] ?? null;

/** Payments on the chain of `node`, a provider like the one above. */
export function payerOn(node) {
  /** The node signs and numbers, so that several may pay at once. Answers the hash, before any block. */
  const transact = async ({ to, value = 0n, data = "0x", gas = GAS }) => {
    const { address: from } = await node.getSigner(PAYER);
    return node.send("eth_sendTransaction", [{ from, to, data, value: toQuantity(value), gas: toQuantity(gas) }]);
  };
  return {
    /** Sends from an ordinary account, outside of any page. */
    send(asset, to, units) {
      const token = contractOf(asset);
      return transact(token ? { to: token, data: ERC20.encodeFunctionData("transfer", [to, units]) } : { to, value: BigInt(units) });
    },
    /** Sends out of a contract's balance, by an internal call, as exchanges do. */
    sendFromContract(asset, to, units) {
      const token = contractOf(asset);
      const data = EXCHANGE.encodeFunctionData("pay", [token ?? ZeroAddress, to, units]);
      return transact({ to: exchangePayer, data, value: token ? 0n : BigInt(units) });
    },
    /** The same to many in one transaction, in the order given. */
    sendToMany(asset, payments) {
      const token = contractOf(asset);
      const sum = payments.reduce((sum, { units }) => sum + BigInt(units), 0n);
      const data = EXCHANGE.encodeFunctionData("payMany", [token ?? ZeroAddress, payments.map(({ to }) => to), payments.map(({ units }) => units)]);
      return transact({ to: exchangePayer, data, value: token ? 0n : sum, gas: GAS + GAS_OF_ONE * payments.length });
    },
  };
}

export const { send, sendFromContract, sendToMany } = payerOn(provider);

/** The account that pays here. */
export const payer = async () => (await provider.getSigner(PAYER)).address;
/** What a wallet of that account does with a transaction that it is asked for: answers the hash. */
export const signAndSend = (transaction) => provider.send("eth_sendTransaction", [{ ...transaction, gas: toQuantity(GAS) }]);

/** What `address` holds of `asset`, in base units. */
export function balance(asset, address) {
  const token = contractOf(asset);
  return token ? new Contract(token, ERC20, provider).balanceOf(address) : provider.getBalance(address);
}
