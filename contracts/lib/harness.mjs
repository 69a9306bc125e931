// A local chain with everything deployed, and the few verbs that the tests speak. For tests only.

import { Contract, ContractFactory, getCreate2Address, id, keccak256, Wallet, ZeroAddress } from 'ethers';
import { startAnvil } from './anvil.mjs';
import { compileAll, compileTestContracts } from './compile.mjs';
import { deployLocal } from './deploy.mjs';
import { forwarderInitCode } from './deployments.mjs';
import { goldenCode } from './files.mjs';

export const COIN = ZeroAddress;

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
  const abis = compileAll();
  const testContracts = compileTestContracts();
  // Signers of the node; 0 is the seller's sweeper, 1 a buyer, 2 a stranger.
  const [sweeper, buyer, stranger] = await Promise.all([0, 1, 2].map((index) => provider.getSigner(index)));
  const contractAt = (name, address) => new Contract(address, abis.get(name).abi, sweeper);
  const factory = contractAt('ForwarderFactory', addresses.forwarder_factory.address);
  const tokens = Object.fromEntries(
    Object.entries(addresses.local_chain.tokens).map(([symbol, token]) => [symbol, contractAt(token.contract, token.address)]),
  );

  const forwarderCode = goldenCode('Forwarder');
  let seed = 0;
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
    payer: contractAt('ExchangePayer', addresses.local_chain.exchange_payer),

    /** An address that nobody has used. */
    newPayout: () => new Wallet(id(`payout ${(seed += 1)}`)).address,
    /** `count` deposits for a payout: [{ salt, address }], derived by ethers.js alone. */
    newDeposits: (payout, count = 1) =>
      Array.from({ length: count }, () => {
        const salt = id(`salt ${(seed += 1)}`);
        return { salt, address: depositAddress(payout, salt) };
      }),
    depositAddress,

    /** Sends `amount` of `token` (COIN: native) to an address from the buyer's own account, and waits. */
    async fund(token, to, amount) {
      const transaction =
        token === COIN
          ? await buyer.sendTransaction({ to, value: amount })
          : await token.connect(buyer).transfer(to, amount);
      await transaction.wait();
    },
    /** Sends each deposit its amount in one transaction. */
    async fundMany(token, deposits, amounts) {
      const to = deposits.map((deposit) => deposit.address);
      const tokenAddress = token === COIN ? COIN : await token.getAddress();
      await (await harness.payer.payMany(tokenAddress, to, amounts)).wait();
    },
    /** Sweeps and returns the receipt. */
    async sweep(payout, token, deposits, { by = sweeper, ...overrides } = {}) {
      const tokenAddress = token === COIN ? COIN : await token.getAddress();
      const salts = deposits.map((deposit) => deposit.salt);
      return (await factory.connect(by).sweep(payout, tokenAddress, salts, overrides)).wait();
    },
    balance: (token, address) => (token === COIN ? provider.getBalance(address) : token.balanceOf(address)),
    /** Deploys one of test/contracts. */
    async deployTestContract(name) {
      const { abi, code } = testContracts.get(name);
      const contract = await new ContractFactory(abi, code, sweeper).deploy();
      return contract.waitForDeployment();
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
