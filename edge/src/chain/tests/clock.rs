//! A clock that is wrong, or was and is set right.

use super::*;

const HOUR_MS: i64 = 60 * 60_000;

/// The clock is ahead of the chain's by hours, and the watcher hears of an address only after it was paid.
#[test]
fn ahead_of_the_chain_what_was_paid_before_the_watch_came_is_found() {
    for ahead_ms in [0, 3 * HOUR_MS] {
        let scene = scene();
        scene.watch([1]);
        scene.blocks(5);
        let made_ms = scene.now() + ahead_ms;
        scene.pass(BLOCK_MS);
        scene.chain.mine(scene.now(), &[scene.pays_token(2, 49), scene.pays_coin(2, 50)]);
        // The watcher goes on for some blocks, by the clock that is ahead, while the request is on its way.
        scene.pass(ahead_ms);
        for _ in 0..3 {
            scene.pass(BLOCK_MS);
            scene.chain.mine(scene.now() - ahead_ms, &[]);
            scene.settle();
        }
        scene.open(|watcher| watcher.watch(&[watch_since(2, made_ms)], scene.now()).unwrap());
        scene.pass(BLOCK_MS);
        scene.settle();
        assert_eq!(scene.standing(2), [(49, 4), (50, 4)], "ahead by {ahead_ms} ms");
    }
}

#[test]
fn set_back_it_makes_nothing_wait() {
    for back_ms in [10_000, 5 * 60_000, 3 * HOUR_MS] {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        scene.pass(back_ms);
        scene.block(&[]);
        scene.pass(-back_ms);
        // A page that is open asks first.
        assert!(scene.health().available);
        let payment = scene.pays_token(1, 49);
        scene.chain.mine(scene.now(), &[payment]);
        scene.settle();
        assert_eq!(scene.standing(1), [(49, 1)], "back by {back_ms} ms");
        assert!(scene.health().available);
    }
}

/// What waits after a failure waits no longer than it would have.
#[test]
fn set_back_it_does_not_keep_stores_and_nodes_resting() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.pass(3 * HOUR_MS);
    scene.fault("http://node-1", Some(crate::chain::double::Fault::Timeout));
    scene.block(&[]);
    scene.fault("http://node-1", None);
    scene.pass(-3 * HOUR_MS);
    scene.chain.mine(scene.now(), &[scene.pays_token(1, 49)]);
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 1)]);
}
