//! What is credited, and how.

use super::*;
use crate::chain::double::DAI;

#[test]
fn a_token_payment_is_told_with_each_block_until_it_is_final() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    assert_eq!(scene.told(1), [], "nothing has arrived, so there is nothing to tell");
    let payment = scene.pays_token(1, 49_010_000);
    scene.block(std::slice::from_ref(&payment));
    scene.blocks(6);
    let told = scene.told(1);
    let depths: Vec<_> = told.iter().map(|told| told.head + 1 - told.payments[0].height).collect();
    assert_eq!(depths, [1, 2, 3], "three confirmations, three reports");
    assert!(told.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    let first = &told[0];
    assert_eq!((first.chain, first.invoice_id.as_str()), (scene.config.id, watch_since(1, 0).invoice_id.as_str()));
    let seen = &first.payments[0];
    assert_eq!(seen.id, format!("eip155:8453/erc20:{USDC:#x}/{}/0", payment.hash));
    assert_eq!(seen.asset.to_string(), format!("eip155:8453/erc20:{USDC:#x}"));
    assert_eq!(seen.transaction, Some(payment.hash.to_string()));
    assert_eq!((seen.amount.to_base_units(), seen.height), (49_010_000, 11));
    assert_eq!(seen.block_time_ms, scene.chain.time_ms(11));
}

#[test]
fn more_confirmations_asked_later_make_it_young_again() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 5)]);
    scene.blocks(4);
    assert_eq!(scene.standing(1), [(5, 3)]);
    let more = Watch { confirmations: 7, ..watch_since(1, START_MS) };
    scene.open(|watcher| watcher.watch(&[more], scene.now()).unwrap());
    scene.blocks(4);
    assert_eq!(scene.standing(1), [(5, 7)]);
}

/// A store that quotes an asset after money in it has come wants it told anew, though it was final by then: the quote's
/// confirmations are not those that it was last counted by.
#[test]
fn what_is_watched_again_is_told_again() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 5)]);
    scene.blocks(4);
    let before = scene.told(1);
    assert_eq!(before.len(), 3, "final, so nothing more is told");
    scene.watch([1]);
    scene.blocks(2);
    let after = scene.told(1);
    assert_eq!(after.len(), 4, "told once more");
    assert!(after[3].sequence > before[2].sequence && after[3].payments == before[2].payments);
}

#[test]
fn coins_are_seen_by_balance_and_survive_sweeps() {
    let scene = scene();
    scene.watch([1, 2]);
    scene.settle();
    let sweep = |number| scene.chain.transaction(&[Act::Sweep { deposit: address(number) }]);
    // Nothing but the balance shows what a contract sent: the double writes no log for coins.
    scene.block(&[scene.pays_coin(1, 700)]);
    assert_eq!(scene.standing(1), [(700, 1)]);
    assert_eq!(scene.told(1)[0].payments[0].id, "eip155:8453/slip44:60/700");
    assert_eq!(scene.told(1)[0].payments[0].transaction, None);
    scene.blocks(3);
    // A second payment, a sweep with a payment before it and one after it in the same block, a sweep of nothing.
    scene.block(&[scene.pays_coin(1, 300)]);
    scene.block(&[scene.pays_coin(1, 5), sweep(1), scene.pays_coin(1, 7), sweep(2)]);
    scene.blocks(3);
    let told = scene.told(1);
    let last = told.last().unwrap();
    let ids: Vec<_> = last.payments.iter().map(|payment| payment.id.rsplit('/').next().unwrap()).collect();
    assert_eq!(ids, ["700", "1000", "1012"]);
    assert_eq!(scene.standing(1).iter().map(|(amount, _)| amount).sum::<u128>(), 1_012);
    assert_eq!(scene.told(2), []);
    assert_eq!(scene.health().error, None);
}

#[test]
fn several_transfers_of_one_transaction_are_several_payments() {
    let scene = scene();
    scene.watch([1, 2]);
    scene.settle();
    let token = |token, to, amount| Act::Token { token, to: address(to), amount };
    let transaction =
        scene.chain.transaction(&[token(USDC, 1, 1), token(DAI, 1, 2), token(USDC, 2, 3), token(USDC, 1, 4)]);
    scene.block(&[transaction]);
    let amounts = |number| scene.standing(number).iter().map(|(amount, _)| *amount).collect::<Vec<_>>();
    assert_eq!((amounts(1), amounts(2)), (vec![1, 2, 4], vec![3]));
    let told = scene.told(1);
    let ends: Vec<_> = told[0].payments.iter().map(|payment| &payment.id[payment.id.len() - 2..]).collect();
    assert_eq!(ends, ["/0", "/0", "/1"], "counted by token");
}

#[test]
fn what_is_no_money_is_not_told() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    let unlisted = Address::repeat_byte(0x66);
    #[rustfmt::skip]
    let table: &[(&str, Act)] = &[
        ("zero value, as address poisoning sends", Act::Token { token: USDC,     to: address(1), amount: 0 }),
        ("a token that nobody listed",             Act::Token { token: unlisted, to: address(1), amount: 5_000_000 }),
        ("more than there can be",                 Act::Token { token: USDC,     to: address(1), amount: u128::MAX }),
        ("an address that nobody watches",         Act::Token { token: USDC,     to: address(9), amount: 5_000_000 }),
        ("coins for somebody else",                Act::Coin  {                  to: address(9), amount: 5_000_000 }),
    ];
    for (why, act) in table {
        scene.block(&[scene.chain.transaction(std::slice::from_ref(act))]);
        assert_eq!(scene.stores.told.borrow().len(), 0, "{why}");
    }
    assert!(scene.health().available);
}

/// Row f of the issue: the money came between the quote and the watch, or while everything was down.
#[test]
fn money_from_before_the_watch_arrived_is_found() {
    for blocks_late in [0, 1, 7, 40, 3_000] {
        let scene = scene();
        let made_ms = scene.now();
        // Another address keeps the watcher awake in every second case.
        if blocks_late % 2 == 0 {
            scene.watch([5]);
            scene.settle();
        }
        scene.pass(BLOCK_MS);
        scene.chain.mine(scene.now(), &[scene.pays_token(1, 49_000_000), scene.pays_coin(2, 77)]);
        scene.blocks_unseen(blocks_late);
        let late = [watch_since(1, made_ms), watch_since(2, made_ms)];
        scene.open(|watcher| watcher.watch(&late, scene.now()).unwrap());
        scene.pass(scene.config.poll_ms.into());
        scene.settle();
        for (number, amount) in [(1, 49_000_000), (2, 77)] {
            assert_eq!(scene.standing(number), [(amount, blocks_late as u64 + 1)], "{blocks_late} blocks late");
            let payment = scene.told(number).last().unwrap().payments[0].clone();
            assert_eq!(payment.block_time_ms, made_ms + BLOCK_MS, "its own block's time decides whether it is late");
        }
    }
}

#[test]
fn coins_of_several_blocks_that_were_missed_are_told_apart() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    let heights = [13, 14, 500, 1_999];
    for _ in 11..=2_100_u64 {
        scene.pass(BLOCK_MS);
        let next = scene.chain.head() + 1;
        let paid: Vec<_> = heights.contains(&next).then(|| scene.pays_coin(1, u128::from(next))).into_iter().collect();
        scene.chain.mine(scene.now(), &paid);
    }
    scene.settle();
    let told = scene.told(1);
    let seen: Vec<_> =
        told.last().unwrap().payments.iter().map(|paid| (paid.height, paid.amount.to_base_units())).collect();
    assert_eq!(seen, heights.map(|height| (height, u128::from(height))));
}

#[test]
fn dust_cannot_bury_a_payment() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    let dust: Vec<_> = (0..80).map(|_| scene.pays_token(1, 1)).collect();
    scene.block(&dust);
    scene.block(&[scene.pays_token(1, 49_000_000), scene.pays_coin(1, 1)]);
    let standing = scene.standing(1);
    assert_eq!(standing.len(), crate::chain::limits::PAYMENTS_PER_ASSET + 1);
    assert!(standing.contains(&(49_000_000, 1)));
    scene.blocks(4);
    let ids = |told: &Observation| told.payments.iter().map(|paid| paid.id.clone()).collect::<Vec<_>>();
    let told = scene.told(1);
    assert_eq!(ids(&told[1]), ids(told.last().unwrap()), "the choice does not change from report to report");
}
