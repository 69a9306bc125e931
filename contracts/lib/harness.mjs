// A local chain with everything deployed, and the few verbs that the tests speak. For tests only.

import { Contract, ContractFactory, getCreate2Address, id, keccak256, Wallet, ZeroAddress } from 'ethers';
import { startAnvil } from './anvil.mjs';
import { deployLocal } from './deploy.mjs';
import { forwarderInitCode } from './deployments.mjs';
import { goldenCode } from './files.mjs';
import { mined, receiptOf } from './mined.mjs';

export const COIN = ZeroAddress;

// By hand and not from the compiler: it takes seconds to load, and this is the interface as others know it.
const FACTORY_ABI = [
  'function sweep(address payout, address token, bytes32[] salts)',
  'function sweeping() view returns (address)',
  'function report(uint256 amount)',
  'function depositAddress(address payout, bytes32 salt) view returns (address)',
  'event Swept(address indexed token, address indexed deposit, uint256 amount)',
  'error TransferFailed(address token, address deposit)',
  'error Reentered()',
  'error NotSwept(bytes32 salt)',
];
const TOKEN_ABI = [
  'function name() view returns (string)',
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function balanceOf(address account) view returns (uint256)',
  'function transfer(address to, uint256 amount)',
  'function mint(address to, uint256 amount)',
];
const PAYER_ABI = [
  'function pay(address token, address to, uint256 amount) payable',
  'function payMany(address token, address[] to, uint256[] amounts) payable',
];

/** Starts a chain and returns what the tests work with; the caller calls `stop`. */
export async function startHarness() {
  const chain = await startAnvil();
  try {
    return await prepare(chain);
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

async function prepare({ url, provider, stop }) {
  const addresses = await deployLocal(url);
  // Signers of the node; 0 is the seller's sweeper, 1 a buyer, 2 a stranger.
  const [sweeper, buyer, stranger] = await Promise.all([0, 1, 2].map((index) => provider.getSigner(index)));
  const factory = new Contract(addresses.forwarder_factory.address, FACTORY_ABI, sweeper);
  const tokens = Object.fromEntries(
    Object.entries(addresses.local_chain.tokens).map(([symbol, { address }]) => [
      symbol,
      new Contract(address, TOKEN_ABI, sweeper),
    ]),
  );

  const forwarderCode = goldenCode('Forwarder');
  let seed = 0;
  let testContracts;
  const harness = {
    url,
    provider,
    stop,
    addresses,
    sweeper,
    buyer,
    stranger,
    factory,
    tokens,
    payer: new Contract(addresses.local_chain.exchange_payer, PAYER_ABI, sweeper),

    /** An address that nobody has used. */
    newPayout: () => new Wallet(id(`payout ${(seed += 1)}`)).address,
    /** `count` deposits for a payout: [{ salt, address }], derived by ethers.js alone. */
    newDeposits: (payout, count = 1) =>
      Array.from({ length: count }, () => {
        const salt = id(`salt ${(seed += 1)}`);
        return { salt, address: depositAddress(payout, salt) };
      }),
    depositAddress,

    mined: (transaction) => mined(provider, transaction),
    receiptOf: (transaction) => receiptOf(provider, transaction),

    /** Sends `amount` of `token` (COIN: native) to an address from the buyer's own account, and waits. */
    async fund(token, to, amount) {
      await harness.mined(
        token === COIN
          ? buyer.sendTransaction({ to, value: amount })
          : token.connect(buyer).transfer(to, amount),
      );
    },
    /** Sends each deposit its amount in one transaction. */
    async fundMany(token, deposits, amounts) {
      const to = deposits.map((deposit) => deposit.address);
      const tokenAddress = token === COIN ? COIN : await token.getAddress();
      await harness.mined(harness.payer.payMany(tokenAddress, to, amounts));
    },
    /** Sweeps and returns the receipt. */
    async sweep(payout, token, deposits, { by = sweeper } = {}) {
      const tokenAddress = token === COIN ? COIN : await token.getAddress();
      const salts = deposits.map((deposit) => deposit.salt);
      return harness.mined(factory.connect(by).sweep(payout, tokenAddress, salts));
    },
    balance: (token, address) => (token === COIN ? provider.getBalance(address) : token.balanceOf(address)),
    /** Deploys one of test/contracts. */
    async deployTestContract(name) {
      const { compileTestContracts } = await import('./compile.mjs');
      testContracts ??= compileTestContracts();
      const { abi, code } = testContracts.get(name);
      const contract = await new ContractFactory(abi, code, sweeper).deploy();
      await harness.mined(contract.deploymentTransaction());
      return contract;
    },
  };
  return harness;

  function depositAddress(payout, salt) {
    return getCreate2Address(addresses.forwarder_factory.address, salt, keccak256(forwarderInitCode(forwarderCode, payout)));
  }
}

/** The name and arguments of the custom error that a promise is refused with; fails if it isn't refused. */
export async function refusal(contract, promise) {
  try {
    await promise;
  } catch (error) {
    const data = error.data ?? error.info?.error?.data;
    if (typeof data !== 'string') throw error;
    const parsed = contract.interface.parseError(data);
    return parsed === null ? { name: data, args: [] } : { name: parsed.name, args: [...parsed.args] };
  }
  throw new Error('was not refused');
}
