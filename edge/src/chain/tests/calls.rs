//! What polls cost.

use super::*;
use crate::sql::Sql;

/// Point 5 of the issue: one poll of 1,000 open invoices takes at most six calls.
#[test]
fn a_thousand_addresses_cost_three_calls_a_block() {
    let scene = scene();
    scene.watch(1..=1_000);
    scene.settle();
    let first = scene.chain.take_calls();
    assert_eq!(first.len(), 9, "the chain, three tokens, and where to begin are asked once: {first:?}");

    scene.pass(BLOCK_MS);
    scene.settle();
    assert_eq!(scene.chain.take_calls(), ["eth_getBlockByNumber"], "no new block");

    scene.block(&[scene.pays_token(17, 5), scene.pays_coin(900, 6), scene.pays_token(1_000, 7)]);
    let calls = scene.chain.take_calls();
    assert_eq!(calls, ["eth_getBlockByNumber", "eth_getLogs", "eth_call"]);
    assert!(calls.len() <= 6);
    for (number, amount) in [(17, 5), (900, 6), (1_000, 7)] {
        assert_eq!(scene.standing(number), [(amount, 1)]);
    }
    println!("1,000 addresses, one new block with three payments: {} JSON-RPC calls", calls.len());

    // Blocks faster than polls: the last known block, the new end, and the blocks that hold logs come on top.
    scene.pass(BLOCK_MS);
    for _ in 0..4 {
        scene.chain.mine(scene.now(), &[]);
    }
    scene.chain.mine(scene.now(), &[scene.pays_token(3, 1)]);
    scene.settle();
    let calls = scene.chain.take_calls();
    assert_eq!(scene.standing(3), [(1, 1)]);
    assert!(calls.len() <= 6, "{calls:?}");
    assert_eq!(scene.health().watches, 1_000);
}

/// Written rows are what the platform bills most, and bounds on its free plan.
#[test]
fn a_block_without_payments_costs_two_rows() {
    let scene = scene();
    scene.watch(1..=300);
    scene.settle();
    let written = || {
        let row = scene.sql.clone().run_one("SELECT total_changes()", &[]).unwrap().unwrap();
        row.integer(0).unwrap()
    };
    let before = written();
    scene.blocks(10);
    assert_eq!(written() - before, 10 * 2);
    let before = written();
    scene.pass(BLOCK_MS);
    scene.settle();
    assert_eq!(written() - before, 1, "no new block");
}

#[test]
fn more_addresses_cost_a_call_more_for_each_thousand() {
    let scene = scene();
    scene.watch(1..=3_500);
    scene.settle();
    scene.chain.take_calls();
    scene.block(&[scene.pays_token(3_500, 5)]);
    assert_eq!(scene.standing(3_500), [(5, 1)]);
    let calls = scene.chain.take_calls();
    assert_eq!(calls.len(), 1 + 4 + 3, "{calls:?}");
}

#[test]
fn nothing_to_watch_costs_nothing() {
    let scene = scene();
    scene.tick();
    assert_eq!(scene.next_due_ms(), None);
    assert_eq!(scene.chain.take_calls(), [""; 0]);
    scene.watch([1]);
    scene.settle();
    assert!(scene.next_due_ms().is_some());
    // A month and a quarter of an hour later the address is forgotten, and the watcher sleeps again.
    scene.pass(WINDOW_MS + 30 * DAY_MS);
    scene.settle();
    scene.chain.take_calls();
    assert_eq!(scene.next_due_ms(), None);
    scene.tick();
    scene.open(|watcher| watcher.look(scene.now()).unwrap());
    assert_eq!((scene.next_due_ms(), scene.chain.take_calls().len()), (None, 0));
}

#[test]
fn health_with_nothing_to_watch_costs_one_call_in_a_while() {
    let scene = scene();
    let health = scene.health();
    assert!(health.available && health.error.is_none());
    assert_eq!((health.watches, health.head, health.rpc_calls, health.age_ms), (0, None, 1, Some(0)));
    for _ in 0..100 {
        scene.pass(90);
        assert!(scene.health().available);
    }
    assert_eq!(scene.chain.take_calls(), ["eth_chainId"]);
    scene.pass(1_000);
    assert_eq!(scene.health().rpc_calls, 2);
}
