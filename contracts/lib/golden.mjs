// What the golden files must hold: bytecode for core and for deploy.mjs, the addresses that follow from it, and test
// vectors for whoever derives the same addresses in another language. Money is sent to addresses derived from these
// bytes, so they never change once a store has used them.

import { getAddress, getCreate2Address, id, keccak256 } from 'ethers';
import { compileAll } from './compile.mjs';
import { forwarderInitCode, LOCAL_TOKENS, PROXY, proxyAddress, SALT, tokenInitCode } from './deployments.mjs';
import { ADDRESSES_FILE, BYTECODE_FILES, VECTORS_FILE } from './files.mjs';

const DEPOSIT_VECTORS = 20;
const CHECKSUM_VECTORS = 12;
// From EIP-55: all capitals, all lower case, and mixed.
const EIP55_EXAMPLES = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];

/** Compiles, and returns path in the repository -> content, for every golden file. */
export function compileGolden() {
  const compiled = compileAll();
  const code = (name) => `0x${compiled.get(name).code}`;
  const factory = {
    address: proxyAddress(code('ForwarderFactory')),
    runtime_code_hash: keccak256(`0x${compiled.get('ForwarderFactory').runtime}`),
  };
  return new Map([
    ...Object.entries(BYTECODE_FILES).map(([name, path]) => [path, compiled.get(name).code]),
    [ADDRESSES_FILE, json(addresses(code, factory))],
    [VECTORS_FILE, json(vectors(code('Forwarder'), factory.address))],
  ]);
}

function addresses(code, factory) {
  return {
    deployment_proxy: PROXY,
    deployment_salt: SALT,
    forwarder_factory: factory,
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

function vectors(forwarderCode, factory) {
  const deposits = numbered(DEPOSIT_VECTORS, 'deposit').map((seed, index) => {
    const payout = edgePayout(index) ?? someAddress(`payout ${seed}`);
    const salt = edgeSalt(index) ?? id(`salt ${seed}`);
    const address = getCreate2Address(factory, salt, keccak256(forwarderInitCode(forwarderCode, payout)));
    return { payout, salt, address };
  });
  const others = numbered(CHECKSUM_VECTORS - EIP55_EXAMPLES.length, 'checksum').map(someAddress);
  const checksums = [...EIP55_EXAMPLES, ...others].map((checksum) => ({
    address: checksum.toLowerCase(),
    checksum: getAddress(checksum.toLowerCase()),
  }));
  return { factory, deposits, checksums };
}

// The first rows are the ones that a slip in padding or byte order would show in.
function edgePayout(index) {
  return ['0x0000000000000000000000000000000000000001', '0xffffffffffffffffffffffffffffffffffffffff']
    .map(getAddress)[index];
}

function edgeSalt(index) {
  return [`0x${'00'.repeat(32)}`, `0x${'ff'.repeat(32)}`, `0x${'00'.repeat(31)}01`][index];
}

function numbered(count, name) {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}

function someAddress(seed) {
  return getAddress(`0x${id(seed).slice(-40)}`);
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
