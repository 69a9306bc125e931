//! Which addresses are looked at how often.

use super::*;
use crate::chain::limits::LATE_POLL_MS;

/// Past its window, with its watch still on.
fn scene_with_late_address() -> Scene {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.pass(WINDOW_MS);
    scene.blocks(2);
    scene
}

#[test]
fn after_the_window_the_pace_is_slow() {
    let scene = scene_with_late_address();
    scene.chain.take_calls();
    let before_ms = scene.now();
    while scene.now() < before_ms + 10 * LATE_POLL_MS {
        scene.block(&[]);
    }
    let polls = scene.chain.take_calls().iter().filter(|call| *call == "eth_getLogs").count();
    // Each look asks for a range and for the head's own logs.
    let polls = polls / 2;
    assert!((9..=11).contains(&polls), "{polls} looks in ten minutes");
}

#[test]
fn late_money_is_found_and_then_followed_at_the_quick_pace() {
    let scene = scene_with_late_address();
    scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1, 50)]);
    let paid_ms = scene.now();
    while scene.told(1).is_empty() {
        scene.block(&[]);
        assert!(scene.now() - paid_ms <= LATE_POLL_MS + 2 * BLOCK_MS);
    }
    let told = scene.told(1);
    let times: Vec<_> = told[0].payments.iter().map(|paid| paid.block_time_ms).collect();
    assert_eq!(times, [paid_ms, paid_ms], "known by their own blocks, coins too");
    // A second one is seen with its block only if the first is not final yet; either way it is seen.
    scene.block(&[scene.pays_token(1, 51)]);
    while scene.standing(1).len() < 3 {
        scene.block(&[]);
    }
    scene.blocks(60);
    assert!(scene.standing(1).iter().all(|(_, depth)| *depth >= u64::from(CONFIRMATIONS)));
    scene.chain.take_calls();
    scene.blocks(20);
    assert!(scene.chain.take_calls().len() <= 8, "slow again");
}

#[test]
fn late_addresses_do_not_slow_the_open_ones() {
    let scene = scene();
    scene.watch(1..=2_500);
    scene.settle();
    scene.pass(WINDOW_MS);
    scene.blocks(2);
    scene.watch([5_000]);
    scene.pass(BLOCK_MS);
    scene.settle();
    scene.chain.take_calls();
    scene.blocks(30);
    let calls = scene.chain.take_calls().len();
    assert!(
        calls <= 30 * 3 + 12 + 6,
        "{calls} calls for thirty blocks, a look at the late ones and all tokens among them"
    );
    scene.block(&[scene.pays_token(5_000, 5), scene.pays_coin(2_500, 6)]);
    assert_eq!(scene.standing(5_000), [(5, 1)]);
    scene.blocks(31);
    assert_eq!(scene.standing(2_500)[0].0, 6);
}

#[test]
fn a_hint_brings_late_money_at_once_and_cannot_be_used_to_flood() {
    let scene = scene_with_late_address();
    scene.blocks(3);
    scene.chain.mine(scene.now(), &[scene.pays_token(1, 49)]);
    scene.open(|watcher| watcher.look(scene.now()).unwrap());
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 1)]);
    scene.blocks(40);
    scene.chain.take_calls();
    for _ in 0..1_000 {
        scene.pass(5);
        scene.open(|watcher| watcher.look(scene.now()).unwrap());
        scene.settle();
    }
    let calls = scene.chain.take_calls().len();
    assert!(calls <= 12, "{calls} calls for a thousand hints in five seconds");
}

#[test]
fn a_new_invoice_does_not_wait_for_the_slow_pace() {
    let scene = scene_with_late_address();
    scene.blocks(2);
    scene.watch([2]);
    let wait_ms = scene.next_due_ms().unwrap() - scene.now();
    assert!(wait_ms <= i64::from(scene.config.poll_ms), "{wait_ms}");
    scene.block(&[scene.pays_token(2, 49)]);
    assert_eq!(scene.standing(2), [(49, 1)]);
}

#[test]
fn a_store_can_end_the_quick_pace_early_and_start_it_again() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    let slow = Watch { active_until_ms: scene.now(), ..watch_since(1, START_MS) };
    scene.open(|watcher| watcher.watch(std::slice::from_ref(&slow), scene.now()).unwrap());
    scene.blocks(2);
    scene.chain.take_calls();
    scene.blocks(20);
    assert!(scene.chain.take_calls().len() <= 4);
    let quick = Watch { active_until_ms: scene.now() + WINDOW_MS, ..slow };
    scene.open(|watcher| watcher.watch(&[quick], scene.now()).unwrap());
    scene.block(&[]);
    scene.chain.take_calls();
    scene.blocks(5);
    let calls = scene.chain.take_calls();
    assert_eq!(calls.iter().filter(|call| *call == "eth_getLogs").count(), 5, "{calls:?}");
}
