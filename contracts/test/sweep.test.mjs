// Sweeping as the seller sees it: what arrives, where, and what is left behind.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { id, parseEther, zeroPadValue } from 'ethers';
import { COIN, refusal, startHarness } from '../lib/harness.mjs';

const TRANSFER = id('Transfer(address,address,uint256)');
const SWEPT = id('Swept(address,address,uint256)');
const PLAIN_SEND_GAS = 21_000n;

describe('sweep', () => {
  let h;
  before(async () => {
    h = await startHarness();
  });
  after(() => h?.stop());

  test('ethers.js, the factory and the chain agree on the deposit address', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);

    assert.equal(await h.factory.depositAddress(payout, deposit.salt), deposit.address);
    await h.fund(COIN, deposit.address, 5n);
    await h.sweep(payout, COIN, [deposit]);

    assert.equal(await h.balance(COIN, payout), 5n);
  });

  for (const symbol of ['coin', 'USDC', 'USDT', 'DAI']) {
    test(`moves all ${symbol} to the payout and leaves a fresh address`, async () => {
      const token = tokenOf(symbol);
      const payout = h.newPayout();
      const [deposit] = h.newDeposits(payout);
      await h.fund(token, deposit.address, 1234n);

      await h.sweep(payout, token, [deposit]);

      assert.equal(await h.balance(token, payout), 1234n);
      assert.equal(await h.balance(token, deposit.address), 0n);
      await assertFresh(deposit.address);
    });

    test(`moves ${symbol} from a hundred deposits in one call`, async () => {
      const token = tokenOf(symbol);
      const payout = h.newPayout();
      const deposits = h.newDeposits(payout, 100);
      await h.fundMany(token, deposits, deposits.map((_, index) => index + 1));

      await h.sweep(payout, token, deposits);

      assert.equal(await h.balance(token, payout), 5050n);
      for (const deposit of deposits) assert.equal(await h.balance(token, deposit.address), 0n);
    });

    test(`takes ${symbol} at the same address again and again`, async () => {
      const token = tokenOf(symbol);
      const payout = h.newPayout();
      const [deposit] = h.newDeposits(payout);
      for (const round of [1n, 2n, 3n]) {
        await h.fund(token, deposit.address, 10n);
        await h.sweep(payout, token, [deposit]);
        assert.equal(await h.balance(token, payout), 10n * round);
        await assertFresh(deposit.address);
      }
    });

    test(`an empty deposit doesn't break a batch of ${symbol}`, async () => {
      const token = tokenOf(symbol);
      const payout = h.newPayout();
      const deposits = h.newDeposits(payout, 3);
      await h.fundMany(token, deposits, [7n, 0n, 7n]);

      await h.sweep(payout, token, deposits);
      assert.equal(await h.balance(token, payout), 14n);

      const receipt = await h.sweep(payout, token, deposits);
      assert.deepEqual(receipt.logs, [], 'nothing to move, nothing to say');
    });
  }

  test('the address takes plain 21,000-gas sends before, between and after sweeps', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    for (const round of [1n, 2n]) {
      await plainSend(deposit.address, 3n);
      await plainSend(deposit.address, 4n);
      await h.sweep(payout, COIN, [deposit]);
      assert.equal(await h.balance(COIN, payout), 7n * round);
    }
    await plainSend(deposit.address, 5n);
    assert.equal(await h.balance(COIN, deposit.address), 5n);
  });

  test('takes what an exchange sends by internal calls', async () => {
    const payout = h.newPayout();
    const deposits = h.newDeposits(payout, 2);
    const to = deposits.map((deposit) => deposit.address);
    const usdt = await h.tokens.USDT.getAddress();
    await h.mined(h.payer.pay(COIN, to[0], 11n, { value: 11n }));
    await h.mined(h.payer.payMany(COIN, to, [1n, 2n]));
    await h.mined(h.payer.pay(usdt, to[0], 30n));
    await h.mined(h.payer.payMany(usdt, to, [5n, 6n]));

    await h.sweep(payout, h.tokens.USDT, deposits);

    assert.equal(await h.balance(h.tokens.USDT, payout), 41n);
    assert.equal(await h.balance(COIN, payout), 14n);
  });

  test('coin at the address goes along with a token, and is logged', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    await h.fund(h.tokens.USDC, deposit.address, 9n);
    await h.fund(COIN, deposit.address, 8n);

    const receipt = await h.sweep(payout, h.tokens.USDC, [deposit]);

    assert.equal(await h.balance(h.tokens.USDC, payout), 9n);
    assert.equal(await h.balance(COIN, payout), 8n);
    assert.deepEqual(sweptOf(receipt), [[COIN, deposit.address, 8n]]);
  });

  test('dust of several tokens at one address leaves one sweep at a time', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    const { USDC, USDT, DAI } = h.tokens;
    for (const token of [USDC, USDT, DAI]) await h.fund(token, deposit.address, 2n);

    await h.sweep(payout, USDT, [deposit]);
    assert.deepEqual(await balances(deposit.address), [2n, 0n, 2n]);
    await h.sweep(payout, DAI, [deposit]);
    await h.sweep(payout, USDC, [deposit]);
    assert.deepEqual(await balances(payout), [2n, 2n, 2n]);

    function balances(address) {
      return Promise.all([USDC, USDT, DAI].map((token) => h.balance(token, address)));
    }
  });

  test('one salt with two payouts is two addresses', async () => {
    const [one, other] = [h.newPayout(), h.newPayout()];
    const [deposit] = h.newDeposits(one);
    const twin = { salt: deposit.salt, address: h.depositAddress(other, deposit.salt) };
    assert.notEqual(deposit.address, twin.address);
    await h.fundMany(COIN, [deposit, twin], [6n, 6n]);

    await h.sweep(other, COIN, [twin]);

    assert.equal(await h.balance(COIN, other), 6n);
    assert.equal(await h.balance(COIN, one), 0n);
    assert.equal(await h.balance(COIN, deposit.address), 6n);
  });

  test('one log filter finds tokens that arrive and coin that leaves', async () => {
    const payout = h.newPayout();
    const deposits = h.newDeposits(payout, 3);
    const fromBlock = (await h.provider.getBlockNumber()) + 1;
    await h.fund(h.tokens.USDT, deposits[0].address, 20n);
    await h.fund(COIN, deposits[1].address, 30n);
    await h.sweep(payout, COIN, deposits);
    await h.fund(COIN, deposits[1].address, 4n);

    const logs = await h.provider.getLogs({
      fromBlock,
      topics: [[TRANSFER, SWEPT], null, deposits.map((deposit) => zeroPadValue(deposit.address, 32))],
    });

    const found = logs.map((log) => [log.address, log.topics[0], BigInt(log.data)]);
    assert.deepEqual(found, [
      [await h.tokens.USDT.getAddress(), TRANSFER, 20n],
      [await h.factory.getAddress(), SWEPT, 30n],
    ]);
    // The watcher's sum: what was swept and what is there.
    assert.equal(30n + (await h.balance(COIN, deposits[1].address)), 34n);
  });

  test('a payout that refuses coin loses none of it', async () => {
    const refusing = await h.deployTestContract('RefusingPayout');
    const payout = await refusing.getAddress();
    const [deposit] = h.newDeposits(payout);
    await assert.rejects(h.buyer.sendTransaction({ to: payout, value: 1n }), 'it does refuse');
    await h.fund(COIN, deposit.address, 12n);

    await h.sweep(payout, COIN, [deposit]);

    assert.equal(await h.balance(COIN, payout), 12n);
  });

  test('two payouts can be swept in one transaction by a contract', async () => {
    const caller = await h.deployTestContract('Caller');
    const payouts = [h.newPayout(), h.newPayout()];
    const deposits = payouts.map((payout) => h.newDeposits(payout)[0]);
    await h.fund(h.tokens.USDC, deposits[0].address, 2n);
    await h.fund(COIN, deposits[1].address, 3n);
    const usdc = await h.tokens.USDC.getAddress();

    await h.mined(caller.run([sweepCall(payouts[0], usdc, deposits[0]), sweepCall(payouts[1], COIN, deposits[1])]));

    assert.equal(await h.balance(h.tokens.USDC, payouts[0]), 2n);
    assert.equal(await h.balance(COIN, payouts[1]), 3n);
    assert.equal(await h.factory.sweeping(), COIN, 'nothing is left running');
  });

  test('an address can be swept once a transaction', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    await h.fund(COIN, deposit.address, 5n);

    const twice = h.factory.sweep.staticCall(payout, COIN, [deposit.salt, deposit.salt]);

    assert.deepEqual(await refusal(h.factory, twice), { name: 'NotSwept', args: [deposit.salt] });
    assert.equal(await h.balance(COIN, deposit.address), 5n);
  });

  // A limit of the protocol, kept here so that a change in it is seen: README, "Known limits".
  test('coin that comes later in the transaction of a sweep is destroyed', async () => {
    const caller = await h.deployTestContract('Caller');
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    const pay = { target: deposit.address, value: 5n, data: '0x' };

    await h.mined(caller.run([sweepCall(payout, COIN, deposit), pay], { value: 5n }));
    assert.equal(await h.balance(COIN, deposit.address), 0n);
    assert.equal(await h.balance(COIN, payout), 0n);

    await h.mined(caller.run([pay, sweepCall(payout, COIN, deposit)], { value: 5n }));
    assert.equal(await h.balance(COIN, payout), 5n, 'earlier in the transaction is fine');
  });

  test('with any amount of gas a sweep moves coin and logs it, or does neither', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    const amount = parseEther('1');
    await h.fund(COIN, deposit.address, amount);
    const [outcomes, atLeast] = [{ done: 0, refused: 0 }, 10];

    for (let gasLimit = 25_000; gasLimit < 120_000; gasLimit += 1_000) {
      const held = await h.balance(COIN, payout);
      const receipt = await h.receiptOf(h.factory.sweep(payout, COIN, [deposit.salt], { gasLimit }));
      const moved = (await h.balance(COIN, payout)) - held;
      assert.deepEqual(sweptOf(receipt), moved === 0n ? [] : [[COIN, deposit.address, amount]], `gas ${gasLimit}`);
      assert.equal(receipt.status === 1, moved === amount, `gas ${gasLimit}`);
      outcomes[moved === 0n ? 'refused' : 'done'] += 1;
      if (moved !== 0n) await h.fund(COIN, deposit.address, amount);
    }
    assert.ok(outcomes.done > atLeast && outcomes.refused > atLeast, JSON.stringify(outcomes));
  });

  function tokenOf(symbol) {
    return symbol === 'coin' ? COIN : h.tokens[symbol];
  }

  function sweepCall(payout, token, deposit) {
    const data = h.factory.interface.encodeFunctionData('sweep', [payout, token, [deposit.salt]]);
    return { target: h.factory.target, value: 0n, data };
  }

  async function plainSend(to, value) {
    const receipt = await h.mined(h.buyer.sendTransaction({ to, value, gasLimit: PLAIN_SEND_GAS }));
    assert.equal(receipt.gasUsed, PLAIN_SEND_GAS);
  }

  async function assertFresh(address) {
    assert.equal(await h.provider.getCode(address), '0x');
    assert.equal(await h.provider.getTransactionCount(address), 0);
    assert.equal(await h.balance(COIN, address), 0n);
  }

  function sweptOf(receipt) {
    return receipt.logs
      .filter((log) => log.topics[0] === SWEPT && log.address === h.factory.target)
      .map((log) => [...h.factory.interface.parseLog(log).args]);
  }
});
