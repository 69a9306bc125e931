//! Blocks that are taken back.

use super::*;
use crate::chain::limits::REORG_WINDOW_BLOCKS;

fn reorg(scene: &Scene, depth: usize, blocks: &[&[Transaction]]) {
    scene.chain.take_back(depth);
    scene.pass(BLOCK_MS);
    for transactions in blocks {
        scene.chain.mine(scene.now(), transactions);
    }
    scene.settle();
}

#[test]
fn a_payment_that_moves_to_another_block_stays_the_same() {
    let scene = scene();
    scene.watch([1, 2]);
    scene.settle();
    let (token, coin) = (scene.pays_token(1, 49), scene.pays_coin(2, 50));
    scene.block(&[token.clone(), coin.clone()]);
    let before = [1, 2].map(|number| scene.told(number).last().unwrap().clone());
    reorg(&scene, 1, &[&[], &[token], &[coin], &[]]);
    for (number, height, before) in [(1, 12, &before[0]), (2, 13, &before[1])] {
        let told = scene.told(number);
        let after = told.last().unwrap();
        assert_eq!(after.payments[0].id, before.payments[0].id, "the payment keeps its name");
        assert_eq!((before.payments[0].height, after.payments[0].height), (11, height));
        assert!(told.iter().all(|told| told.payments.len() == 1), "it was never told as lost");
        assert!(after.sequence > before.sequence);
    }
}

#[test]
fn a_payment_that_is_gone_is_told_as_gone() {
    for depth in [1, 2, 5, 40] {
        let scene = scene();
        scene.watch([1, 2, 3]);
        scene.settle();
        scene.block(&[scene.pays_token(3, 3)]);
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(2, 50)]);
        scene.blocks(depth - 1);
        let blocks: Vec<&[Transaction]> = vec![&[]; depth + 1];
        reorg(&scene, depth, &blocks);
        assert_eq!((scene.standing(1), scene.standing(2)), (vec![], vec![]), "{depth} blocks deep");
        assert_eq!(scene.standing(3)[0].0, 3, "what lies below the fork stands");
        assert_eq!(scene.told(1).last().unwrap().head, scene.chain.head());
    }
}

#[test]
fn a_shorter_chain_that_differs_is_a_reorg_too() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.blocks(3);
    scene.block(&[scene.pays_token(1, 49)]);
    reorg(&scene, 3, &[&[], &[]]);
    assert_eq!(scene.standing(1), [], "the head is lower than before");
}

#[test]
fn a_sweep_that_is_taken_back_is_no_second_payment() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_coin(1, 700)]);
    let sweep = scene.chain.transaction(&[Act::Sweep { deposit: address(1) }]);
    scene.block(std::slice::from_ref(&sweep));
    reorg(&scene, 1, &[&[], &[]]);
    assert_eq!(scene.standing(1), [(700, 3)]);
    scene.block(&[sweep]);
    assert_eq!(scene.standing(1).iter().map(|(amount, _)| amount).sum::<u128>(), 700);
}

#[test]
fn deeper_than_the_window_everything_is_looked_at_again() {
    let scene = scene();
    scene.watch([1, 2]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 49)]);
    scene.block(&[scene.pays_coin(2, 50)]);
    let depth = usize::try_from(REORG_WINDOW_BLOCKS).unwrap() + 20;
    scene.blocks(depth);
    assert!(scene.standing(1)[0].1 >= 3);
    scene.chain.take_back(depth + 5);
    let coin = scene.pays_coin(2, 60);
    scene.chain.mine(scene.now(), &[coin]);
    for _ in 0..depth + 10 {
        scene.chain.mine(scene.now(), &[]);
    }
    scene.pass(BLOCK_MS);
    scene.settle();
    assert_eq!(scene.standing(1), [], "its block is gone");
    assert_eq!(scene.standing(2).iter().map(|(amount, _)| *amount).collect::<Vec<_>>(), [60]);
}

#[test]
fn while_a_reorg_is_half_known_nothing_is_told() {
    let scene = scene();
    scene.watch([1, 2]);
    scene.settle();
    // A report that the store has not taken yet must not be told with what is half known either.
    scene.stores.refuses.set(true);
    let payment = scene.pays_token(1, 49);
    scene.block(&[scene.pays_token(2, 50)]);
    scene.block(std::slice::from_ref(&payment));
    // The fork is found, and then the node fails: the payment must not be told as lost.
    scene.chain.take_back(1);
    scene.pass(BLOCK_MS);
    scene.chain.mine(scene.now(), &[]);
    scene.chain.mine(scene.now(), &[payment]);
    scene.fault("http://node-1", Some(crate::chain::double::Fault::Refuses("eth_getLogs")));
    scene.settle();
    scene.stores.refuses.set(false);
    scene.chain.take_calls();
    for _ in 0..5 {
        scene.pass(60_000);
        scene.settle();
    }
    assert!(scene.chain.take_calls().len() > 5);
    assert_eq!(scene.told(1), []);
    assert_eq!(scene.standing(2), [(50, 2)], "what the reorg did not touch is told meanwhile");
    scene.fault("http://node-1", None);
    scene.pass(60_000);
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 1)]);
}

#[test]
fn the_local_chain_started_anew_is_another_chain() {
    let mut scene = scene();
    scene.config.id = groat_core::asset::LOCAL_CHAIN;
    scene.chain.number.set(31_337);
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_coin(1, 49)]);
    assert_eq!(scene.standing(1), [(49, 1)]);
    scene.fault("http://node-1", Some(crate::chain::double::Fault::Timeout));
    scene.pass(BLOCK_MS);
    scene.settle();
    // A chain that is shorter and shares nothing, as anvil after a restart.
    let (number, time_ms) = (31_337, scene.now());
    scene.chain = Rc::new(ChainDouble::new(time_ms));
    scene.chain.number.set(number);
    scene.chain.mine(time_ms, &[]);
    scene.chain.mine(time_ms, &[scene.pays_coin(1, 5)]);
    scene.pass(60_000);
    scene.settle();
    assert_eq!(scene.standing(1), [(5, 1)]);
    assert_eq!(scene.health().head, Some(2));
}
