// The files that pin what the contracts compile to: bytecode for core and for deploy.mjs, and the addresses that follow
// from it. Money is sent to addresses derived from these bytes, so they never change once a store has used them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keccak256 } from 'ethers';
import { compileAll } from './compile.mjs';
import { LOCAL_TOKENS, PROXY, proxyAddress, SALT, tokenInitCode } from './deployments.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const CORE = 'core/src/evm/bytecode';

const BYTECODE_FILES = {
  ForwarderFactory: `${CORE}/forwarder_factory.hex`,
  Forwarder: `${CORE}/forwarder.hex`,
  BalanceReader: `${CORE}/balance_reader.hex`,
  TestToken: 'contracts/bytecode/test_token.hex',
  NoReturnToken: 'contracts/bytecode/no_return_token.hex',
  ExchangePayer: 'contracts/bytecode/exchange_payer.hex',
};

/** Compiles, and returns path in the repository -> content, for every golden file. */
export function compileGolden() {
  const compiled = compileAll();
  const files = Object.entries(BYTECODE_FILES).map(([name, path]) => [path, compiled.get(name).code]);
  files.push(['contracts/addresses.json', `${JSON.stringify(addresses(compiled), null, 2)}\n`]);
  return new Map(files);
}

/** The creation code of a contract, as 0x hex, from its golden file. */
export function goldenCode(name) {
  return `0x${readFileSync(goldenPath(BYTECODE_FILES[name]), 'utf8')}`;
}

export function goldenPath(path) {
  return repository + path;
}

function addresses(compiled) {
  const code = (name) => `0x${compiled.get(name).code}`;
  return {
    deployment_proxy: PROXY,
    deployment_salt: SALT,
    forwarder_factory: {
      address: proxyAddress(code('ForwarderFactory')),
      runtime_code_hash: keccak256(`0x${compiled.get('ForwarderFactory').runtime}`),
    },
    forwarder: {
      creation_code_hash: keccak256(code('Forwarder')),
      init_code: 'creation code ++ 12 zero bytes ++ 20 bytes of payout address',
      deposit_address: 'last 20 bytes of keccak256(0xff ++ factory ++ salt ++ keccak256(init code))',
    },
    local_chain: {
      chain_id: 31337,
      tokens: Object.fromEntries(
        LOCAL_TOKENS.map((token) => [
          token.symbol,
          { address: proxyAddress(tokenInitCode(code(token.contract), token)), ...token },
        ]),
      ),
      exchange_payer: proxyAddress(code('ExchangePayer')),
    },
  };
}
