// A real local chain for one test file or one measurement: anvil on a free port, stopped when its owner says so or ends.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { JsonRpcProvider } from 'ethers';

const START_TIMEOUT_MS = 15_000;

/** Starts anvil, one block a transaction, and returns { url, provider, stop }. */
export async function startAnvil({ chainId = 31337, extraArgs = [] } = {}) {
  const port = await freePort();
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId), '--silent', ...extraArgs];
  const child = spawn(anvilBinary(), args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  // Not even a test run that is broken off leaves a chain behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    provider?.destroy();
    process.off('exit', kill);
    child.kill('SIGTERM');
    await ended;
  };

  let provider;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`anvil did not start on port ${port}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Without the cache two reads within 250 ms would give the same answer, whatever was mined between them.
  provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1 });
  return { url, provider, stop };
}

async function answers(url) {
  try {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return response.ok;
  } catch {
    return false;
  }
}

// The npm package keeps one binary per platform in an optional dependency.
function anvilBinary() {
  const require = createRequire(import.meta.url);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return require.resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/bin/anvil${suffix}`);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
