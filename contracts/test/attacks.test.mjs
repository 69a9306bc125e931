// Strangers and hostile tokens: the most that they reach is to pay for gas, or to keep their own token from moving.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { id, parseEther, parseUnits } from 'ethers';
import { COIN, refusal, startHarness } from '../lib/harness.mjs';

const SWEPT = id('Swept(address,address,uint256)');
// HostileToken.Answer
const ANSWERS = { True: 0, Nothing: 1, False: 2, Two: 3, OneByte: 4, HugeTrue: 5, Revert: 6, BurnGas: 7 };

let h;
before(async () => {
  h = await startHarness();
});
after(() => h?.stop());

describe('a stranger', () => {
  test('who gets in front of a sweep only pays its gas', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    const amount = parseEther('2');
    await h.fund(COIN, deposit.address, amount);
    const strangerAddress = await h.stranger.getAddress();
    const heldBefore = await h.balance(COIN, strangerAddress);

    // Both in one block, the stranger first because he pays more.
    let ours, theirs;
    await h.provider.send('evm_setAutomine', [false]);
    try {
      ours = await h.factory.sweep(payout, COIN, [deposit.salt], price('5'));
      theirs = await h.factory.connect(h.stranger).sweep(payout, COIN, [deposit.salt], price('50'));
      await h.provider.send('evm_mine', []);
    } finally {
      await h.provider.send('evm_setAutomine', [true]);
    }
    const [oursMined, theirsMined] = [await h.mined(ours), await h.mined(theirs)];

    assert.equal(oursMined.blockNumber, theirsMined.blockNumber);
    assert.ok(theirsMined.index < oursMined.index, 'the stranger was first');
    assert.equal(theirsMined.logs.length, 1);
    assert.equal(oursMined.logs.length, 0, 'ours found nothing and broke nothing');
    assert.equal(await h.balance(COIN, payout), amount);
    assert.equal(await h.balance(COIN, strangerAddress), heldBefore - theirsMined.fee);
  });

  test('who names his own payout sweeps other addresses', async () => {
    const payout = h.newPayout();
    const [deposit] = h.newDeposits(payout);
    await h.fund(h.tokens.USDC, deposit.address, 50n);
    const strangerAddress = await h.stranger.getAddress();
    const heldBefore = await h.balance(h.tokens.USDC, strangerAddress);

    await h.sweep(strangerAddress, h.tokens.USDC, [deposit], { by: h.stranger });

    assert.equal(await h.balance(h.tokens.USDC, strangerAddress), heldBefore);
    assert.equal(await h.balance(h.tokens.USDC, deposit.address), 50n);
  });

  test('who reports a sweep by hand can name only himself', async () => {
    const receipt = await h.mined(h.factory.connect(h.stranger).report(parseEther('1000')));

    const [{ args }] = receipt.logs.map((log) => h.factory.interface.parseLog(log));
    assert.equal(args.deposit, await h.stranger.getAddress());
  });
});

describe('a token', () => {
  let token;
  let payout;
  let deposits;
  beforeEach(async () => {
    token = await h.deployTestContract('HostileToken');
    payout = h.newPayout();
    deposits = h.newDeposits(payout, 3);
    for (const deposit of deposits) await h.mined(token.mint(deposit.address, 100n));
  });

  test('that re-enters changes neither what is swept nor where', async () => {
    // Deposits of the same and of another payout that the token tries to drag in, and a payout of its own.
    const other = h.newPayout();
    const [bystander] = h.newDeposits(other);
    await h.fund(h.tokens.USDC, bystander.address, 40n);
    await h.fund(h.tokens.USDC, deposits[2].address, 40n);
    const usdc = await h.tokens.USDC.getAddress();
    const attempts = [
      [other, usdc, [bystander.salt]],
      [payout, usdc, [deposits[2].salt]],
      [payout, COIN, [deposits[0].salt, deposits[1].salt, deposits[2].salt]],
      [await token.getAddress(), await token.getAddress(), deposits.map((deposit) => deposit.salt)],
    ];

    for (const [round, attempt] of attempts.entries()) {
      await h.mined(token.setCall(h.factory.target, h.factory.interface.encodeFunctionData('sweep', attempt), 0));
      const receipt = await h.sweep(payout, token, deposits);

      const calledBack = eventsOf(receipt, token, 'CalledBack');
      assert.equal(calledBack.length, deposits.length, 'it did re-enter');
      for (const { succeeded, answer } of calledBack) {
        assert.equal(succeeded, false);
        assert.equal(h.factory.interface.parseError(answer).name, 'Reentered');
      }
      assert.equal(await token.balanceOf(payout), 300n * BigInt(round + 1), 'all of it went where it was asked to');
      assert.equal(await h.balance(h.tokens.USDC, bystander.address), 40n);
      assert.equal(await h.balance(h.tokens.USDC, deposits[2].address), 40n);
      for (const deposit of deposits) await h.mined(token.mint(deposit.address, 100n));
    }
  });

  test('that sends coin to the deposit meanwhile has it moved and logged', async () => {
    await h.fund(COIN, await token.getAddress(), 50n);
    await h.fund(COIN, deposits[0].address, 1n);
    await h.mined(token.setCall(deposits[0].address, '0x', 50n));

    const receipt = await h.sweep(payout, token, [deposits[0]]);

    assert.equal(await h.balance(COIN, payout), 51n);
    const swept = receipt.logs.filter((log) => log.topics[0] === SWEPT).map((log) => BigInt(log.data));
    assert.deepEqual(swept, [51n]);
  });

  test('that logs a sweep of its own names only itself', async () => {
    const forged = h.factory.interface.encodeFunctionData('report', [parseEther('7')]);
    await h.mined(token.setCall(h.factory.target, forged, 0));

    const receipt = await h.sweep(payout, token, [deposits[0]]);

    const swept = eventsOf(receipt, h.factory, 'Swept').map((args) => args.deposit);
    assert.deepEqual(swept, [await token.getAddress()]);
  });

  for (const [answer, expected] of Object.entries({
    True: 'moved',
    Nothing: 'moved',
    HugeTrue: 'moved',
    False: 'refused',
    Two: 'refused',
    OneByte: 'refused',
    Revert: 'refused',
    BurnGas: 'refused',
  })) {
    test(`that answers ${answer} is ${expected}`, async () => {
      await h.mined(token.setAnswer(ANSWERS[answer]));
      await h.fund(COIN, deposits[0].address, 5n);

      if (expected === 'moved') {
        await h.sweep(payout, token, deposits);
        assert.equal(await token.balanceOf(payout), 300n);
        assert.equal(await h.balance(COIN, payout), 5n);
        return;
      }
      const call = h.factory.sweep.staticCall(payout, token, deposits.map((deposit) => deposit.salt), { gasLimit: 1_000_000 });
      assert.deepEqual(await refusal(h.factory, call), {
        name: 'TransferFailed',
        args: [await token.getAddress(), deposits[0].address],
      });
      const receipt = await sendAnyway(deposits);
      assert.equal(receipt.status, 0);
      assert.equal(await token.balanceOf(payout), 0n);
      assert.equal(await h.balance(COIN, payout), 0n);

      // Its refusal holds up nothing else at the address.
      await h.sweep(payout, COIN, deposits);
      assert.equal(await h.balance(COIN, payout), 5n);
    });
  }

  test('that does not tell its balance is refused', async () => {
    await h.mined(token.setBalanceReverts(true));

    const call = h.factory.sweep.staticCall(payout, token, [deposits[1].salt]);

    assert.deepEqual(await refusal(h.factory, call), {
      name: 'TransferFailed',
      args: [await token.getAddress(), deposits[1].address],
    });
  });

  test('that is no contract, or no token, is refused', async () => {
    for (const address of [h.newPayout(), h.factory.target, h.payer.target, '0x0000000000000000000000000000000000000004']) {
      const call = h.factory.sweep.staticCall(payout, address, [deposits[0].salt]);
      assert.deepEqual(await refusal(h.factory, call), {
        name: 'TransferFailed',
        args: [address, deposits[0].address],
      });
    }
  });

  async function sendAnyway(which) {
    const salts = which.map((deposit) => deposit.salt);
    return h.receiptOf(h.factory.sweep(payout, token, salts, { gasLimit: 1_000_000 }));
  }
});

function price(gwei) {
  const each = parseUnits(gwei, 'gwei');
  return { maxFeePerGas: each, maxPriorityFeePerGas: each, gasLimit: 200_000 };
}

function eventsOf(receipt, contract, name) {
  return receipt.logs
    .filter((log) => log.address === contract.target)
    .map((log) => contract.interface.parseLog(log))
    .filter((event) => event?.name === name)
    .map((event) => event.args);
}
