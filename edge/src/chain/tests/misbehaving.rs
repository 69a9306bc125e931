//! Chains and nodes that misbehave, one after the other down the list: nothing is told that is not so, nothing hangs, and
//! once it is over everything is found.

use super::*;
use crate::chain::double::Fault;
use crate::chain::limits::{HEAD_LEAP_BLOCKS, POLL_MOST_MS, RPC_TIMEOUT_MS, SHRUNK_AFTER_MS};

const A: &str = "http://node-1";
const B: &str = "http://node-2";

impl Scene {
    /// Everything that stands: amounts and heights.
    fn heights(&self, number: u64) -> Vec<(u128, u64)> {
        let told = self.told(number);
        let payments = told.last().map(|told| told.payments.clone()).unwrap_or_default();
        payments.iter().map(|paid| (paid.amount.to_base_units(), paid.height)).collect()
    }

    fn is_final(&self, number: u64) -> bool {
        self.told(number).last().is_some_and(|told| {
            let is_deep = |height: u64| told.head + 1 >= height + u64::from(CONFIRMATIONS);
            !told.payments.is_empty() && told.payments.iter().all(|paid| !paid.unproven && is_deep(paid.height))
        })
    }
}

/// All depths, with the payment not final yet (on top) and long final (at the bottom of what is taken back), gone for good
/// and mined again elsewhere, the one with one node and the other with two, in turns.
#[test]
fn reorgs_of_every_depth_before_and_after_final() {
    for depth in 1..=64_usize {
        for comes_back in [false, true] {
            let nodes = if comes_back == (depth % 2 == 0) { &[A][..] } else { &[A, B] };
            let scene = scene_with_nodes(nodes);
            scene.watch([1, 2, 3, 4]);
            scene.settle();
            let case = format!("{depth} deep, {} nodes, back: {comes_back}", nodes.len());
            scene.block(&[scene.pays_token(3, 3)]);
            let old = [scene.pays_token(1, 49), scene.pays_coin(2, 50)];
            scene.block(&old);
            for _ in 0..(depth - 1) / 8 {
                scene.blocks_unseen(7);
                scene.block(&[]);
            }
            scene.blocks((depth - 1) % 8);
            let young = scene.pays_token(4, 51);
            // In the same block as the others where only one is taken back.
            if depth > 1 {
                scene.chain.take_back(1);
                scene.pass(BLOCK_MS);
                scene.chain.mine(scene.now(), std::slice::from_ref(&young));
                scene.settle();
                assert_eq!(scene.standing(4), [(51, 1)], "{case}");
            }
            assert_eq!(scene.is_final(1), depth as u64 >= u64::from(CONFIRMATIONS), "{case}");
            scene.chain.take_back(depth);
            let at = scene.chain.head() + 2;
            for block in 0..=depth {
                scene.pass(BLOCK_MS);
                let mined: &[Transaction] = if comes_back && block == 1 { &old } else { &[] };
                scene.chain.mine(scene.now(), mined);
            }
            scene.settle();
            let expected = |amount| if comes_back { vec![(amount, at)] } else { vec![] };
            assert_eq!((scene.heights(1), scene.heights(2)), (expected(49), expected(50)), "{case}");
            assert_eq!(scene.heights(4), [], "{case}");
            assert_eq!(scene.heights(3), [(3, 11)], "{case}: below the fork");
            scene.blocks(CONFIRMATIONS as usize);
            assert_eq!((scene.is_final(1), scene.is_final(2)), (comes_back, comes_back), "{case}");
            let ids: std::collections::BTreeSet<_> =
                scene.told(1).iter().flat_map(|told| &told.payments).map(|paid| paid.id.clone()).collect();
            assert_eq!(ids.len(), 1, "{case}: one payment, one name");
        }
    }
}

#[test]
fn a_head_that_moves_back_twenty_blocks_takes_nothing_back() {
    for nodes in [&[A][..], &[A, B]] {
        let scene = scene_with_nodes(nodes);
        scene.watch([1]);
        scene.settle();
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1, 50)]);
        scene.blocks(10);
        for url in nodes {
            scene.fault(url, Some(Fault::Lags(20)));
        }
        scene.pass(2_000);
        scene.settle();
        assert!(scene.health().error.is_some_and(|error| error.starts_with("the node is behind")));
        for _ in 0..40 {
            scene.block(&[]);
        }
        assert!(scene.told(1).iter().all(|told| told.payments.len() == 2), "never told as lost");
        for url in nodes {
            scene.fault(url, None);
        }
        scene.pass(60_000);
        scene.block(&[scene.pays_token(1, 51)]);
        assert_eq!(scene.standing(1).len(), 3);
    }
}

#[test]
fn ten_minutes_of_429_are_sat_out_politely() {
    for (fault, most_calls, back_within_ms) in [
        (Fault::Status(429), 40, 30_000),
        (Fault::RateLimited(0), 40, 30_000),
        (Fault::RateLimited(120), 12, 120_000),
        // Whatever it asks for, no buyer waits longer than five minutes for it.
        (Fault::RateLimited(u32::MAX), 6, 300_000),
    ] {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        scene.fault(A, Some(fault.clone()));
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1, 50)]);
        scene.chain.take_calls();
        for _ in 0..300 {
            scene.block(&[]);
        }
        let calls = scene.chain.take_calls().len();
        assert!(calls <= most_calls, "{fault:?}: {calls} calls");
        let health = scene.health();
        assert_eq!((health.available, health.delayed), (false, true));
        assert_eq!(health.error.as_deref(), Some("the node answered HTTP 429"));
        scene.fault(A, None);
        let ended_ms = scene.now();
        while scene.told(1).is_empty() {
            scene.block(&[]);
            assert!(scene.now() - ended_ms <= back_within_ms + 2 * BLOCK_MS, "{fault:?}");
        }
        assert_eq!(scene.heights(1), [(49, 11), (50, 11)], "{fault:?}");
    }
}

/// However slowly nodes answer, a poll has an end, and the next one comes.
#[test]
fn no_poll_takes_long() {
    for fault in [Fault::Timeout, Fault::Slow(9_900), Fault::Slow(3_000), Fault::Slow(u32::MAX)] {
        let scene = scene_with_nodes(&[A, B]);
        scene.watch(1..=3);
        scene.settle();
        for url in [A, B] {
            scene.fault(url, Some(fault.clone()));
        }
        // A deep reorg and coins to search for are what costs most answers.
        scene.blocks_unseen(200);
        scene.chain.take_back(190);
        for _ in 0..200 {
            scene.pass(BLOCK_MS);
            scene.chain.mine(scene.now(), &[scene.pays_coin(1, 1)]);
        }
        let end_ms = scene.now() + 30 * 60_000;
        while scene.now() < end_ms {
            let before_ms = scene.now();
            scene.tick();
            let took_ms = scene.now() - before_ms;
            let most_ms = 2 * (POLL_MOST_MS + i64::from(RPC_TIMEOUT_MS)) + 20_000;
            assert!(took_ms <= most_ms, "{fault:?}: a poll took {took_ms} ms");
            let due_ms = scene.next_due_ms().expect("the alarm lives");
            assert!(due_ms - scene.now() <= 60_000, "{fault:?}");
            scene.pass((due_ms - scene.now()).max(1_000));
        }
        scene.chain.faults.borrow_mut().clear();
        scene.pass(60_000);
        scene.settle();
        scene.blocks(10);
        let sum: u128 = scene.standing(1).iter().map(|(amount, _)| amount).sum();
        assert!(scene.health().available && sum >= 1, "{fault:?}: {sum}");
    }
}

#[test]
fn absurd_numbers_are_not_believed() {
    let faults = [
        Fault::HeadAt("0x10000000000000"),
        Fault::HeadAt("0xffffffffffffffff"),
        Fault::HeadAt("0xffffffffffffffffffffffffffffffffffffffff"),
        Fault::HeadAt("-0x1"),
        Fault::HeadAt("0x-1"),
        Fault::HeadAt("123"),
        Fault::HeadAt("0x"),
        Fault::HeadAt("0x00000b"),
        Fault::HeadAt("0xfffff"),
        Fault::Dates(100_000_000_000),
        Fault::Dates(i64::MAX / 4),
        Fault::Dates(86_400),
        Fault::Dates(-3_000_000_000),
        Fault::HugeAmounts,
    ];
    for fault in faults {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        scene.fault(A, Some(fault.clone()));
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1, 50)]);
        scene.blocks(20);
        assert_eq!(scene.told(1), [], "{fault:?}");
        assert!(scene.next_due_ms().is_some_and(|due_ms| due_ms <= scene.now() + 30_000), "{fault:?}: it goes on");
        scene.fault(A, None);
        scene.pass(60_000);
        // What was left out as absurd is looked for once balances show it.
        scene.blocks(70);
        // Coins whose balance could not be read meanwhile are as young as the first block after which it could.
        let coins_at = if matches!(fault, Fault::HugeAmounts) { 32 } else { 11 };
        assert_eq!(scene.heights(1), [(49, 11), (50, coins_at)], "{fault:?}");
        assert!(scene.health().available);
    }
}

/// The first answer of all is the one that nothing can be compared with.
#[test]
fn a_lie_told_first_does_not_last() {
    for fault in [Fault::HeadAt("0xffffff"), Fault::HeadAt("0x10000000000000"), Fault::Dates(3_000)] {
        let scene = scene();
        scene.fault(A, Some(fault.clone()));
        scene.watch([1]);
        scene.settle();
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1, 50)]);
        scene.fault(A, None);
        scene.pass(SHRUNK_AFTER_MS);
        scene.block(&[]);
        scene.pass(SHRUNK_AFTER_MS);
        scene.block(&[]);
        scene.pass(60_000);
        scene.blocks(30);
        assert_eq!(scene.heights(1), [(49, 11), (50, 11)], "{fault:?}");
    }
}

#[test]
fn a_chain_that_leaps_is_not_followed() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    let leap = scene.chain.copy(7);
    for _ in 0..HEAD_LEAP_BLOCKS + 100 {
        leap.mine(scene.now(), &[]);
    }
    scene.fault(A, Some(Fault::Serves(Rc::new(leap))));
    scene.block(&[scene.pays_token(1, 49)]);
    let health = scene.health();
    let expected = "the node gave a malformed answer: a head higher than the chain can have grown";
    assert_eq!((health.head, health.error.as_deref()), (Some(10), Some(expected)));
    scene.fault(A, None);
    scene.pass(60_000);
    scene.settle();
    assert_eq!(scene.heights(1), [(49, 11)]);
}

#[test]
fn a_long_silence_may_bring_many_blocks() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.fault(A, Some(Fault::Timeout));
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks_unseen(usize::try_from(HEAD_LEAP_BLOCKS).unwrap() + 2_000);
    scene.fault(A, None);
    scene.pass(60_000);
    scene.settle();
    assert_eq!(scene.heights(1), [(49, 11)], "{:?}", scene.health().error);
}

/// Confirmations are counted in blocks; nothing hangs on a node's word for finality. A quarter of an hour without any block
/// makes buyers wait, and they are told so.
#[test]
fn a_chain_that_stands_still_is_waited_for() {
    let scene = scene_with_nodes(&[A, B]);
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 49)]);
    scene.chain.take_calls();
    for _ in 0..450 {
        scene.pass(2_000);
        scene.settle();
    }
    assert_eq!(scene.standing(1), [(49, 1)]);
    let health = scene.health();
    assert_eq!((health.available, health.delayed), (true, true));
    scene.blocks(2);
    assert!(scene.is_final(1));
    assert!(!scene.health().delayed);
}

#[test]
fn a_chain_that_shrank_for_good_is_followed_after_a_while() {
    for nodes in [&[A][..], &[A, B]] {
        let scene = scene_with_nodes(nodes);
        scene.watch([1, 2]);
        scene.settle();
        scene.block(&[scene.pays_token(2, 50)]);
        scene.blocks(20);
        scene.block(&[scene.pays_token(1, 49)]);
        scene.blocks(10);
        scene.chain.take_back(20);
        let shrank_ms = scene.now();
        while scene.now() < shrank_ms + SHRUNK_AFTER_MS - 40_000 {
            scene.pass(2_000);
            scene.settle();
            assert_eq!(scene.standing(1).len(), 1, "a node that lags cannot be told from it yet");
        }
        for _ in 0..60 {
            scene.pass(2_000);
            scene.settle();
        }
        assert_eq!((scene.standing(1), scene.standing(2).len()), (vec![], 1));
        scene.block(&[scene.pays_token(1, 48)]);
        assert_eq!(scene.standing(1), [(48, 1)]);
        assert!(scene.health().available);
    }
}

/// A lower head that is younger than a block above it stands on another branch: no lagging node has one.
#[test]
fn a_chain_that_shrank_and_goes_on_is_followed_at_once() {
    for nodes in [&[A][..], &[A, B]] {
        let scene = scene_with_nodes(nodes);
        // So that no block that was seen is left below the head.
        scene.blocks(40);
        scene.watch([1]);
        scene.settle();
        scene.block(&[scene.pays_token(1, 49)]);
        scene.blocks(3);
        assert_eq!(scene.standing(1).len(), 1);
        scene.chain.take_back(30);
        scene.pass(20_000);
        scene.settle();
        assert_eq!(scene.standing(1).len(), 1, "its head is older: it may lag");
        let shrank_ms = scene.now();
        scene.block(&[scene.pays_token(1, 48)]);
        for _ in 0..30 {
            scene.pass(2_000);
            scene.settle();
        }
        assert!(scene.now() - shrank_ms < SHRUNK_AFTER_MS / 5);
        assert_eq!(scene.standing(1).iter().map(|(amount, _)| *amount).collect::<Vec<_>>(), [48]);
    }
}

#[test]
fn a_node_that_catches_up_from_far_behind_takes_nothing_back() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(300);
    // Restored from an old copy: hours behind, with its own old head.
    for lag in (1..=200).rev() {
        scene.fault(A, Some(Fault::Lags(lag + 80)));
        scene.pass(20_000);
        scene.settle();
        assert_eq!(scene.standing(1).len(), 1);
    }
    assert!(scene.told(1).iter().all(|told| told.payments.len() == 1), "never told as lost");
}

#[test]
fn a_node_that_takes_no_batches_is_asked_one_by_one() {
    for status in [200, 400, 405, 413] {
        let scene = scene();
        scene.fault(A, Some(Fault::NoBatches(status)));
        scene.watch(1..=1_200);
        scene.settle();
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1_200, 50)]);
        assert_eq!((scene.standing(1), scene.standing(1_200)), (vec![(49, 1)], vec![(50, 1)]), "HTTP {status}");
        scene.chain.take_calls();
        scene.block(&[]);
        let calls = scene.chain.take_calls();
        assert_eq!(calls.len(), 4, "HTTP {status}: it is not offered a batch each time: {calls:?}");
        scene.fault(A, None);
        scene.pass(crate::chain::limits::SINGLE_MS);
        scene.settle();
        let requests = scene.chain.requests.get();
        scene.block(&[]);
        assert_eq!(scene.chain.requests.get() - requests, 2, "the head and a batch: it is offered one again");
    }
}
