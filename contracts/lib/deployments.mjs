// What is deployed where: everything goes through the deterministic deployment proxy with salt zero, so an address
// follows from the creation code alone and is the same on every EVM chain. Reads nothing, asks no chain.

import { AbiCoder, concat, getCreate2Address, keccak256, ZeroHash } from 'ethers';

/** Runs CREATE2 with the first 32 bytes it is sent as salt and the rest as init code; the same on every EVM chain. */
export const PROXY = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
export const PROXY_CODE =
  '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3';
export const SALT = ZeroHash;

/** The tokens of the local chain, which stand in for the real ones. */
export const LOCAL_TOKENS = [
  { symbol: 'USDC', name: 'Test USD Coin', decimals: 6, contract: 'TestToken' },
  { symbol: 'USDT', name: 'Test Tether', decimals: 6, contract: 'NoReturnToken' },
  { symbol: 'DAI', name: 'Test Dai', decimals: 18, contract: 'TestToken' },
];

/** The address that the proxy gives to `initCode`. */
export function proxyAddress(initCode) {
  return getCreate2Address(PROXY, SALT, keccak256(initCode));
}

/** A local token's init code from the creation code of its contract. */
export function tokenInitCode(creationCode, { name, symbol, decimals }) {
  return concat([creationCode, AbiCoder.defaultAbiCoder().encode(['string', 'string', 'uint8'], [name, symbol, decimals])]);
}

/** A forwarder's init code: its creation code, then the payout as a 32-byte word. */
export function forwarderInitCode(creationCode, payout) {
  return concat([creationCode, AbiCoder.defaultAbiCoder().encode(['address'], [payout])]);
}
