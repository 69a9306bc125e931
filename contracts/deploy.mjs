// Makes a local chain ready for a demo or a test: factory, test tokens, payer, and money to spend.
//
//   node contracts/deploy.mjs --rpc URL [--mint ADDRESS …]
//
// Prints the addresses as JSON. Can be run again at any time.

import { parseArgs } from 'node:util';
import { getAddress } from 'ethers';
import { deployLocal } from './lib/deploy.mjs';

const { values, positionals } = parseArgs({
  options: { rpc: { type: 'string' }, mint: { type: 'string', multiple: true } },
  allowPositionals: true,
});
if (values.rpc === undefined || (positionals.length > 0 && values.mint === undefined)) {
  console.error('usage: node contracts/deploy.mjs --rpc URL [--mint ADDRESS …]');
  process.exit(2);
}

try {
  // `--mint A B` and `--mint A --mint B` are the same; a wrong checksum is refused here.
  const mintTo = [...(values.mint ?? []), ...positionals].map((address) => getAddress(address));
  console.log(JSON.stringify(await deployLocal(values.rpc, mintTo), null, 2));
} catch (error) {
  console.error(`deploy: ${error.shortMessage ?? error.message}`);
  process.exit(1);
}
