// The pinned files are what the sources compile to, and the chain agrees with what ethers.js derives from them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { getAddress } from 'ethers';
import { goldenAddresses, inRepository, VECTORS_FILE } from '../lib/files.mjs';
import { compileGolden } from '../lib/golden.mjs';
import { startHarness } from '../lib/harness.mjs';

test('the sources compile to the golden files, byte for byte', () => {
  for (const [path, content] of compileGolden()) {
    assert.ok(readFileSync(inRepository(path), 'utf8') === content, `${path} differs: see contracts/README.md`);
  }
});

describe('on the chain', () => {
  let h;
  before(async () => {
    h = await startHarness();
  });
  after(() => h?.stop());

  test('the factory derives the test vectors', async () => {
    const { factory, deposits, checksums } = JSON.parse(readFileSync(inRepository(VECTORS_FILE), 'utf8'));
    assert.equal(factory, h.factory.target);
    assert.equal(deposits.length, 20);
    for (const { payout, salt, address } of deposits) {
      assert.equal(await h.factory.depositAddress(payout, salt), address);
    }
    assert.equal(checksums.length, 12);
    for (const { address, checksum } of checksums) {
      // getAddress refuses a mixed-case address whose checksum is wrong.
      assert.equal(getAddress(checksum).toLowerCase(), address);
    }
  });

  test('the tokens are what they are called', async () => {
    for (const [symbol, expected] of Object.entries(goldenAddresses().local_chain.tokens)) {
      const token = h.tokens[symbol];
      assert.equal(await token.symbol(), symbol);
      assert.equal(await token.name(), expected.name);
      assert.equal(Number(await token.decimals()), expected.decimals);
    }
  });
});
