// What a sweep costs, printed and held to what the README promises.
//
// Gas is the receipt's gasUsed over the number of deposits, so it holds the transaction's own 21,000, its call data and
// the refund for the storage that a token clears. The usual seller's payout holds the asset already; the first sweep
// of an asset to a fresh payout also pays for the payout's new storage or account, once, and stands beside it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { COIN, startHarness } from '../lib/harness.mjs';

// The last column is null where nothing is promised.
const TABLE = [
  // asset, payout, deposits, most gas for each
  ['USDC', 'used', 1, 77_000],
  ['USDC', 'used', 10, null],
  ['USDC', 'used', 100, 44_000],
  ['USDC', 'fresh', 1, null],
  ['USDC', 'fresh', 100, 44_000],
  ['USDT', 'used', 1, 77_000],
  ['USDT', 'used', 10, null],
  ['USDT', 'used', 100, 44_000],
  ['USDT', 'fresh', 1, null],
  ['coin', 'used', 1, 77_000],
  ['coin', 'used', 10, null],
  ['coin', 'used', 100, 44_000],
  ['coin', 'fresh', 1, null],
  ['coin', 'fresh', 100, 44_000],
];

let h;
before(async () => {
  h = await startHarness();
});
after(() => h?.stop());

test('gas of a sweep', async () => {
  const measured = [];
  for (const [asset, state, count, most] of TABLE) {
    measured.push({ asset, payout: state, deposits: count, 'gas each': await gasEach(asset, state, count), 'at most': most });
  }
  console.table(measured);

  for (const row of measured) {
    if (row['at most'] !== null) assert.ok(row['gas each'] <= row['at most'], JSON.stringify(row));
  }
});

async function gasEach(asset, state, count) {
  const token = asset === 'coin' ? COIN : h.tokens[asset];
  const payout = h.newPayout();
  if (state === 'used') {
    await h.fund(COIN, payout, 1n);
    await h.fund(h.tokens[asset] ?? h.tokens.USDC, payout, 1n);
  }
  const deposits = h.newDeposits(payout, count);
  await h.fundMany(token, deposits, deposits.map(() => 1_000_000n));
  const held = await h.balance(token, payout);

  const receipt = await h.sweep(payout, token, deposits);

  assert.equal((await h.balance(token, payout)) - held, 1_000_000n * BigInt(count), 'it did move');
  return Number(receipt.gasUsed / BigInt(count));
}
