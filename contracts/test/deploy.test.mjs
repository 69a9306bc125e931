// deploy.mjs as the demo calls it: a process of its own, any number of times.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { afterEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { concat, keccak256, parseUnits, zeroPadValue } from 'ethers';
import { startAnvil } from '../lib/anvil.mjs';
import { PROXY } from '../lib/deployments.mjs';
import { goldenAddresses, goldenCode } from '../lib/files.mjs';
import { mined } from '../lib/mined.mjs';

const run = promisify(execFile);
const deployScript = fileURLToPath(new URL('../deploy.mjs', import.meta.url));
const NEWCOMER = '0x52908400098527886E0F7030069857D2E4169EE7';
const ANVIL_ACCOUNTS = 10;

describe('deploy.mjs', () => {
  let chain;
  afterEach(() => chain?.stop());

  test('makes a bare chain ready, and changes nothing when run again', async () => {
    const { url, provider } = await startChain({ extraArgs: ['--disable-default-create2-deployer'] });
    assert.equal(await provider.getCode(PROXY), '0x', 'not even the proxy is there');

    const first = await deploy(url, '--mint', NEWCOMER);
    const height = await provider.getBlockNumber();
    const second = await deploy(url, '--mint', NEWCOMER);

    assert.equal(await provider.getBlockNumber(), height);
    assert.deepEqual(second, first);
    const { funded, ...addresses } = first;
    assert.deepEqual(addresses, goldenAddresses());
    assert.equal(funded.length, ANVIL_ACCOUNTS + 1);
    for (const { address, decimals } of Object.values(addresses.local_chain.tokens)) {
      for (const holder of [...funded, addresses.local_chain.exchange_payer]) {
        const data = concat(['0x70a08231', zeroPadValue(holder, 32)]);
        assert.equal(BigInt(await provider.call({ to: address, data })), parseUnits('1000000', decimals));
      }
    }
  });

  test('a stranger who deploys first deploys the same factory', async () => {
    const { url, provider } = await startChain();
    const stranger = await provider.getSigner(7);
    const data = concat([goldenAddresses().deployment_salt, goldenCode('ForwarderFactory')]);
    await mined(provider, stranger.sendTransaction({ to: PROXY, data }));
    const code = await provider.getCode(goldenAddresses().forwarder_factory.address);
    assert.equal(keccak256(code), goldenAddresses().forwarder_factory.runtime_code_hash);

    await deploy(url);
  });

  test('refuses a chain that is not local', async () => {
    const { url } = await startChain({ chainId: 8453 });
    await assert.rejects(deploy(url), /chain 8453 is not the local chain/);
  });

  test('refuses an address with a wrong checksum, and a call without --rpc', async () => {
    const wrong = NEWCOMER.replace('5290', '5291');
    await assert.rejects(deploy('http://127.0.0.1:1', '--mint', wrong.replace('E', 'e')), /bad address checksum/);
    await assert.rejects(run(process.execPath, [deployScript]), /usage:/);
  });

  async function startChain(options) {
    chain = await startAnvil(options);
    return chain;
  }
});

async function deploy(url, ...args) {
  const { stdout } = await run(process.execPath, [deployScript, '--rpc', url, ...args]);
  return JSON.parse(stdout);
}
