// Puts the factory, the test tokens and the payer on a local chain and hands out money. Runs as often as wanted: what
// stands already is left alone. Never for a real chain: it needs unlocked accounts, and mints.

import { Contract, JsonRpcProvider, keccak256, parseEther, parseUnits, toBeHex } from 'ethers';
import { LOCAL_TOKENS, PROXY, PROXY_CODE, SALT, proxyAddress, tokenInitCode } from './deployments.mjs';
import { goldenAddresses, goldenCode } from './files.mjs';
import { mined } from './mined.mjs';

const WHOLE_TOKENS_EACH = '1000000';
const EXCHANGE_COIN = parseEther('1000');
// Stated, because a node that mines by the clock would estimate against a block without the contract.
const DEPLOY_GAS = 3_000_000;
const MINT_GAS = 150_000;
const MINING_TIMEOUT_MS = 60_000;

/** Returns the content of addresses.json and `funded`, the addresses that hold test tokens. */
export async function deployLocal(url, mintTo = []) {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1 });
  try {
    const expected = goldenAddresses();
    const { chainId } = await provider.getNetwork();
    if (chainId !== BigInt(expected.local_chain.chain_id)) {
      throw new Error(`chain ${chainId} is not the local chain ${expected.local_chain.chain_id}; free tokens stay local`);
    }

    // (1) the proxy, (2) the contracts through it, (3) that they are what core expects
    await ensureProxy(provider);
    await deployThroughProxy(provider, [
      goldenCode('ForwarderFactory'),
      goldenCode('ExchangePayer'),
      ...LOCAL_TOKENS.map((token) => tokenInitCode(goldenCode(token.contract), token)),
    ]);
    await checkDeployed(provider, expected);

    // (4) money for the chain's own accounts, for whoever was named, and for the payer
    const funded = [...new Set([...(await provider.send('eth_accounts', [])), ...mintTo])];
    const payer = expected.local_chain.exchange_payer;
    await mintTokens(provider, Object.values(expected.local_chain.tokens), [...funded, payer]);
    if ((await provider.getBalance(payer)) < EXCHANGE_COIN) {
      await provider.send('anvil_setBalance', [payer, toBeHex(EXCHANGE_COIN)]);
    }
    return { ...expected, funded };
  } finally {
    provider.destroy();
  }
}

async function ensureProxy(provider) {
  const code = await provider.getCode(PROXY);
  if (code === PROXY_CODE) return;
  if (code !== '0x') throw new Error(`something else than the deployment proxy stands at ${PROXY}`);
  await provider.send('anvil_setCode', [PROXY, PROXY_CODE]);
}

async function deployThroughProxy(provider, initCodes) {
  const missing = [];
  for (const initCode of initCodes) {
    if ((await provider.getCode(proxyAddress(initCode))) === '0x') missing.push(initCode);
  }
  await sendAll(
    provider,
    missing.map((initCode) => ({ to: PROXY, data: SALT + initCode.slice(2), gas: DEPLOY_GAS })),
  );
}

async function checkDeployed(provider, { forwarder_factory: factory, local_chain: local }) {
  const code = await provider.getCode(factory.address);
  if (keccak256(code) !== factory.runtime_code_hash) throw new Error(`no factory at ${factory.address}`);
  const others = [local.exchange_payer, ...Object.values(local.tokens).map((token) => token.address)];
  for (const address of others) {
    if ((await provider.getCode(address)) === '0x') throw new Error(`nothing was deployed at ${address}`);
  }
}

async function mintTokens(provider, tokens, holders) {
  const mints = [];
  for (const { address, decimals } of tokens) {
    const token = new Contract(address, ['function balanceOf(address) view returns (uint256)', 'function mint(address, uint256)'], provider);
    const wanted = parseUnits(WHOLE_TOKENS_EACH, decimals);
    for (const holder of holders) {
      const lacking = wanted - (await token.balanceOf(holder));
      if (lacking > 0n) {
        mints.push({ to: address, data: token.interface.encodeFunctionData('mint', [holder, lacking]), gas: MINT_GAS });
      }
    }
  }
  await sendAll(provider, mints);
}

// Sends everything before it waits, so that a chain with a slow clock takes one block and not fifty.
async function sendAll(provider, transactions) {
  const [from] = await provider.send('eth_accounts', []);
  if (from === undefined) throw new Error('the node has no unlocked account to deploy from');
  const hashes = [];
  for (const { to, data, gas } of transactions) {
    hashes.push(await provider.send('eth_sendTransaction', [{ from, to, data, gas: toBeHex(gas) }]));
  }
  for (const hash of hashes) {
    await mined(provider, { hash }, MINING_TIMEOUT_MS);
  }
}
