// BalanceReader: many balances by one eth_call without `to`, and how many fit.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { concat, dataLength, dataSlice, getAddress, id, Interface, toBeHex } from 'ethers';
import { goldenCode } from '../lib/files.mjs';
import { COIN, startHarness } from '../lib/harness.mjs';

const ERRORS = new Interface(['error BalanceUnreadable(address token, address account)']);
const U128_MAX = 2n ** 128n - 1n;
// Created code may have 24,576 bytes: one zero byte and 1,535 balances.
const MOST_ADDRESSES = 1_535;

describe('BalanceReader', () => {
  let h;
  before(async () => {
    h = await startHarness();
  });
  after(() => h?.stop());

  test('reads a thousand balances of a token', async () => {
    const accounts = someAddresses(1_000);
    const amounts = accounts.map((_, index) => (index % 3 === 0 ? 0n : BigInt(id(`amount ${index}`)) >> BigInt(index % 200)));
    for (const symbol of ['USDC', 'USDT']) {
      await setBalances(h.tokens[symbol], accounts, amounts);

      assert.deepEqual(await read(h.tokens[symbol].target, accounts), amounts.map(saturated));
    }
  });

  test('reads a thousand balances of native coin', async () => {
    const accounts = someAddresses(1_000);
    const amounts = accounts.map((_, index) => (index % 3 === 0 ? 0n : BigInt(index) * 10n ** 15n));
    await Promise.all(accounts.map((account, index) => setCoin(account, amounts[index])));

    assert.deepEqual(await read(COIN, accounts), amounts);
  });

  test('reads what is over 128 bits as 2^128 - 1', async () => {
    const accounts = someAddresses(4);
    const amounts = [U128_MAX - 1n, U128_MAX, U128_MAX + 1n, 2n ** 255n];
    await Promise.all(accounts.map((account, index) => setCoin(account, amounts[index])));
    await setBalances(h.tokens.DAI, accounts, amounts);

    const expected = [U128_MAX - 1n, U128_MAX, U128_MAX, U128_MAX];
    assert.deepEqual(await read(COIN, accounts), expected);
    assert.deepEqual(await read(h.tokens.DAI.target, accounts), expected);
  });

  test('reads a balance that begins with 0xEF, which created code must not', async () => {
    const [account] = someAddresses(1);
    await setCoin(account, 0xefn << 120n);

    assert.deepEqual(await read(COIN, [account]), [0xefn << 120n]);
  });

  test('reads no account, and the same account twice', async () => {
    assert.deepEqual(await read(COIN, []), []);
    const [account] = someAddresses(1);
    await setCoin(account, 3n);
    assert.deepEqual(await read(COIN, [account, account]), [3n, 3n]);
  });

  test('refuses as a whole when a token does not answer, and says which', async () => {
    const [account, other] = someAddresses(2);
    const hostile = await h.deployTestContract('HostileToken');
    await h.mined(hostile.setBalanceReverts(true));
    // A token that reverts, an address without code, a contract that is no token.
    for (const token of [hostile.target, other, h.payer.target]) {
      const { data } = await readRefusal(concat([goldenCode('BalanceReader'), token, account, other]));
      const { name, args } = ERRORS.parseError(data);
      assert.deepEqual([name, ...args], ['BalanceUnreadable', token, account]);
    }
  });

  test('refuses data that is no whole number of addresses', async () => {
    const [account] = someAddresses(1);
    const code = goldenCode('BalanceReader');
    for (const data of ['0x', dataSlice(COIN, 0, 19), concat([COIN, dataSlice(account, 0, 19)]), concat([COIN, account, '0x00'])]) {
      assert.equal((await readRefusal(concat([code, data]))).data, '0x');
    }
  });

  test(`takes ${MOST_ADDRESSES} addresses and no more`, async () => {
    const accounts = someAddresses(MOST_ADDRESSES + 1);
    const table = [];
    for (const [asset, token] of [['native coin', COIN], ['token', h.tokens.USDC.target]]) {
      for (const count of [100, 1_000, MOST_ADDRESSES]) {
        const data = concat([goldenCode('BalanceReader'), token, ...accounts.slice(0, count)]);
        assert.equal((await read(token, accounts.slice(0, count))).length, count);
        table.push({ asset, addresses: count, 'bytes sent': dataLength(data), gas: Number(await h.provider.estimateGas({ data })) });
      }
      const { message } = await readRefusal(concat([goldenCode('BalanceReader'), token, ...accounts]));
      assert.match(message, /CreateContractSizeLimit/);
    }
    console.table(table);
  });

  async function read(token, accounts) {
    const answer = await h.provider.call({ data: concat([goldenCode('BalanceReader'), token, ...accounts]) });
    const bytes = Buffer.from(answer.slice(2), 'hex');
    assert.equal(bytes.length, 1 + 16 * accounts.length);
    assert.equal(bytes[0], 0);
    return accounts.map((_, index) => BigInt(`0x${bytes.toString('hex', 1 + 16 * index, 17 + 16 * index)}`));
  }

  /** The node's { message, data } for a call that it refuses. */
  async function readRefusal(data) {
    try {
      await h.provider.call({ data });
    } catch (error) {
      // Only the node's own words: ethers.js repeats the whole call in its message.
      return error.info.error;
    }
    throw new Error('was not refused');
  }

  async function setCoin(account, amount) {
    await h.provider.send('anvil_setBalance', [account, toBeHex(amount)]);
  }

  // By cheat code: a thousand mints would take the test's time, and some amounts would overflow the total supply.
  async function setBalances(token, accounts, amounts) {
    await Promise.all(
      accounts.map((account, index) =>
        h.provider.send('anvil_dealERC20', [account, token.target, toBeHex(amounts[index])]),
      ),
    );
  }
});

let seed = 0;
function someAddresses(count) {
  return Array.from({ length: count }, () => getAddress(`0x${id(`account ${(seed += 1)}`).slice(-40)}`));
}

function saturated(amount) {
  return amount > U128_MAX ? U128_MAX : amount;
}
