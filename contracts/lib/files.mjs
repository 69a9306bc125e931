// Where the golden files lie, and reading them. Apart from golden.mjs so that whoever only reads doesn't load a compiler.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const CORE = 'core/src/evm/bytecode';

export const ADDRESSES_FILE = 'contracts/addresses.json';
export const VECTORS_FILE = 'contracts/test/vectors.json';
export const BYTECODE_FILES = {
  ForwarderFactory: `${CORE}/forwarder_factory.hex`,
  Forwarder: `${CORE}/forwarder.hex`,
  BalanceReader: `${CORE}/balance_reader.hex`,
  TestToken: 'contracts/bytecode/test_token.hex',
  NoReturnToken: 'contracts/bytecode/no_return_token.hex',
  ExchangePayer: 'contracts/bytecode/exchange_payer.hex',
};

/** The absolute path of a path in the repository. */
export function inRepository(path) {
  return repository + path;
}

/** The creation code of a contract, as 0x hex, from its golden file. */
export function goldenCode(name) {
  return `0x${readFileSync(inRepository(BYTECODE_FILES[name]), 'utf8')}`;
}

export function goldenAddresses() {
  return JSON.parse(readFileSync(inRepository(ADDRESSES_FILE), 'utf8'));
}
