//! Nodes that fail, lag and lie.

use super::*;
use crate::chain::double::{DAI, Fault};

const FIRST: &str = "http://node-1";
const SECOND: &str = "http://node-2";

/// Every way to fail, from the first question on and in the midst of it.
fn all_faults() -> Vec<Fault> {
    vec![
        Fault::Timeout,
        Fault::Status(429),
        Fault::Status(503),
        Fault::Text("<html>busy</html>"),
        Fault::Text(""),
        Fault::Text("[]"),
        Fault::Text("null"),
        Fault::Text(r#"{"jsonrpc":"2.0","id":0,"result":null}"#),
        Fault::Text(r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"limit"}}"#),
        Fault::Text(
            r#"{"jsonrpc":"2.0","id":0,"result":{"number":"0x00b","hash":"0x","parentHash":"0x","timestamp":"0x1"}}"#,
        ),
        Fault::OtherChain,
        Fault::Lags(4),
        Fault::LogsLag(2),
        Fault::MaxRange(0),
        Fault::DropsAnswer,
        Fault::WrongIds,
        Fault::ForgesLog(address(99)),
        Fault::MovesLogs,
        Fault::Refuses("eth_getLogs"),
        Fault::Refuses("eth_call"),
        Fault::Refuses("eth_getBlockByNumber"),
    ]
}

#[test]
fn another_node_takes_over() {
    for fault in all_faults() {
        let scene = scene_with_nodes(&[FIRST, SECOND]);
        scene.watch([1]);
        scene.settle();
        scene.fault(FIRST, Some(fault.clone()));
        scene.block(&[]);
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(1, 50)]);
        scene.pass(BLOCK_MS);
        scene.settle();
        assert_eq!(scene.standing(1), [(49, 1), (50, 1)], "{fault:?}");
        assert!(scene.health().available, "{fault:?}");
    }
}

#[test]
fn with_one_node_that_fails_nothing_is_lost() {
    for fault in all_faults() {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        scene.fault(FIRST, Some(fault.clone()));
        let paid = [scene.pays_token(1, 49), scene.pays_coin(1, 50)];
        scene.block(&paid);
        for _ in 0..10 {
            scene.block(&[]);
        }
        let told_early = scene.told(1);
        let is_whole = |told: &Observation| told.payments.len() == 2;
        assert!(told_early.iter().all(is_whole), "{fault:?}: half of the truth is none: {told_early:?}");
        assert!(scene.next_due_ms().is_some(), "{fault:?}: the alarm lives");
        scene.fault(FIRST, None);
        scene.pass(60_000);
        scene.settle();
        let heights: Vec<_> = scene.told(1).last().unwrap().payments.iter().map(|paid| paid.height).collect();
        assert_eq!(heights, [11, 11], "{fault:?}");
        assert_eq!(scene.health().error, None, "{fault:?}");
    }
}

/// Each of these answers 200, and none may be believed.
#[test]
fn what_lies_is_named() {
    #[rustfmt::skip]
    let table: &[(Fault, &str)] = &[
        (Fault::Lags(4),                  "the node is behind: it has block 8, block 10 was seen before"),
        (Fault::DropsAnswer,              "the node gave a malformed answer: calls and answers differ in number"),
        (Fault::WrongIds,                 "the node gave a malformed answer: an answer to a call that was not made"),
        (Fault::ForgesLog(address(99)),   "the node gave a malformed answer: a log of another address"),
        (Fault::MovesLogs,                "the node's answers contradict each other: a log's block is not the canonical one"),
        (Fault::Text("nonsense"),         "the node gave a malformed answer: not JSON-RPC"),
        (Fault::Status(503),              "the node answered HTTP 503"),
        (Fault::Refuses("eth_getLogs"),   "the node refused eth_getLogs: method is not for you (-32000)"),
    ];
    for (fault, expected) in table {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        // Two blocks, so that logs are asked for by range.
        scene.pass(BLOCK_MS);
        scene.chain.mine(scene.now(), &[scene.pays_token(1, 49)]);
        scene.chain.mine(scene.now(), &[]);
        scene.fault(FIRST, Some(fault.clone()));
        // A node shows its chain after it has failed.
        for _ in 0..6 {
            scene.pass(40_000);
            scene.settle();
        }
        let health = scene.health();
        assert_eq!((health.available, health.error.as_deref()), (false, Some(*expected)), "{fault:?}");
        assert_eq!(scene.told(1), [], "{fault:?}");
    }
}

#[test]
fn a_node_of_another_chain_is_not_listened_to() {
    let scene = scene();
    scene.fault(FIRST, Some(Fault::OtherChain));
    scene.watch([1]);
    scene.pass(BLOCK_MS);
    scene.chain.mine(scene.now(), &[scene.pays_token(1, 49)]);
    scene.settle();
    assert_eq!(scene.chain.take_calls(), ["eth_chainId"], "not one question more");
    let health = scene.health();
    assert_eq!(health.error.as_deref(), Some("the node follows chain 1, not 8453"));
    assert_eq!((health.available, scene.told(1).len()), (false, 0));
}

#[test]
fn a_node_that_takes_few_blocks_at_once_is_asked_for_few() {
    for most in [1, 3, 10, 500] {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        scene.fault(FIRST, Some(Fault::MaxRange(most)));
        scene.pass(BLOCK_MS);
        scene.chain.mine(scene.now(), &[scene.pays_token(1, 49)]);
        scene.blocks_unseen(60);
        for _ in 0..200 {
            scene.pass(2_000);
            scene.settle();
        }
        assert_eq!(scene.standing(1), [(49, 61)], "{most} blocks at once");
        assert!(scene.health().available);
    }
}

#[test]
fn old_states_that_are_gone_make_coins_young_not_lost() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.fault(FIRST, Some(Fault::NoOldState(20)));
    scene.pass(BLOCK_MS);
    scene.chain.mine(scene.now(), &[scene.pays_coin(1, 49)]);
    scene.blocks_unseen(60);
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 1)], "as young as the head: final later, never earlier");
    scene.blocks(3);
    assert_eq!(scene.standing(1), [(49, 3)]);
}

#[test]
fn a_node_that_fails_is_asked_less_and_less_but_comes_back() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.fault(FIRST, Some(Fault::Status(503)));
    scene.chain.take_calls();
    for _ in 0..300 {
        scene.pass(1_000);
        scene.settle();
    }
    let calls = scene.chain.take_calls().len();
    assert!((10..=20).contains(&calls), "{calls} calls in five minutes");
    scene.fault(FIRST, None);
    scene.chain.mine(scene.now(), &[scene.pays_token(1, 49)]);
    scene.pass(30_000);
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 1)]);
}

#[test]
fn health_that_finds_the_node_back_ends_the_pause() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.fault(FIRST, Some(Fault::Status(503)));
    for _ in 0..120 {
        scene.pass(1_000);
        scene.settle();
    }
    assert!(!scene.health().available);
    scene.fault(FIRST, None);
    scene.pass(10_000);
    assert!(scene.health().available, "asked again after ten seconds");
    assert!(scene.next_due_ms().unwrap() <= scene.now(), "and the watcher does not wait any longer");
}

#[test]
fn a_token_with_other_decimals_does_not_count_until_it_does() {
    let scene = scene();
    scene.chain.decimals.borrow_mut().insert(USDC, 18);
    scene.watch([1]);
    scene.settle();
    let dai = scene.chain.transaction(&[Act::Token { token: DAI, to: address(1), amount: 7 }]);
    scene.block(&[scene.pays_token(1, 49), dai]);
    assert_eq!(scene.standing(1), [(7, 1)]);
    let error = scene.health().error.unwrap();
    assert!(error.ends_with(&format!("{USDC:#x}")) && error.starts_with("not counted"), "{error}");
    scene.chain.decimals.borrow_mut().insert(USDC, 6);
    scene.blocks(40);
    let amounts: Vec<_> = scene.standing(1).iter().map(|(amount, _)| *amount).collect();
    assert_eq!(amounts, [49, 7], "and what came meanwhile is found");
    assert_eq!(scene.health().error, None);
}
