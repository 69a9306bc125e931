//! Nodes that lie, beside others that do not.

use super::*;
use crate::chain::double::Fault;

const A: &str = "http://node-1";
const B: &str = "http://node-2";
const C: &str = "http://node-3";

/// Whether the store may count a payment as final, as `core` does.
fn is_final(told: &Observation) -> bool {
    let is_deep = |height: u64| told.head + 1 >= height + u64::from(CONFIRMATIONS);
    !told.payments.is_empty() && told.payments.iter().all(|paid| !paid.unproven && is_deep(paid.height))
}

fn was_ever_final(scene: &Scene, number: u64) -> bool {
    scene.told(number).iter().any(is_final)
}

#[test]
fn two_nodes_prove_a_payment_with_its_last_confirmation() {
    let scene = scene_with_nodes(&[A, B]);
    scene.watch([1, 2]);
    scene.settle();
    scene.chain.take_calls();
    scene.block(&[scene.pays_token(1, 49), scene.pays_coin(2, 50)]);
    let seen = scene.chain.take_calls();
    assert_eq!(seen, ["eth_getBlockByNumber", "eth_getLogs", "eth_call"], "two nodes cannot expose a forgery");
    scene.blocks(1);
    assert_eq!(scene.chain.take_calls().len(), 3, "nobody else is asked while nothing is about to be final");
    for number in [1, 2] {
        assert!(scene.told(number).last().unwrap().payments[0].unproven);
    }
    scene.blocks(1);
    let asked = scene.chain.take_calls();
    assert_eq!(asked.len(), 3 + 2 * 3, "one block, its logs, one list of balances for both, of two nodes: {asked:?}");
    assert!(is_final(scene.told(1).last().unwrap()) && is_final(scene.told(2).last().unwrap()));
    assert_eq!(scene.told(1).len(), 3, "no report more than there are confirmations");
    scene.blocks(1);
    assert_eq!(scene.chain.take_calls().len(), 3, "proven is proven");
}

#[test]
fn a_single_node_is_believed() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(2);
    assert!(is_final(scene.told(1).last().unwrap()));
}

#[test]
fn with_the_second_node_dead_a_payment_waits_and_health_says_so() {
    for fault in [Fault::Timeout, Fault::Status(429), Fault::Lags(100), Fault::OtherChain, Fault::Text("nonsense")] {
        let scene = scene_with_nodes(&[A, B]);
        scene.watch([1, 2]);
        scene.settle();
        // A node that says it follows another chain and shows this one's blocks has still shown them.
        let is_dead = !matches!(fault, Fault::OtherChain);
        scene.fault(B, Some(fault.clone()));
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(2, 50)]);
        scene.blocks(60);
        for number in [1, 2] {
            assert_eq!(was_ever_final(&scene, number), !is_dead, "{fault:?}");
            assert_eq!(scene.told(number).last().unwrap().payments.len(), 1, "it is shown all the same");
        }
        let health = scene.health();
        assert_eq!((health.available, health.unproven), (true, if is_dead { 2 } else { 0 }), "{fault:?}");
        scene.fault(B, None);
        scene.blocks(20);
        assert!(is_final(scene.told(1).last().unwrap()) && is_final(scene.told(2).last().unwrap()), "{fault:?}");
        assert_eq!(scene.health().unproven, 0);
    }
}

#[test]
fn when_the_only_other_node_is_taken_out_of_the_list_the_payment_counts() {
    let mut scene = scene_with_nodes(&[A, B]);
    scene.watch([1]);
    scene.settle();
    scene.fault(B, Some(Fault::Timeout));
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(10);
    assert!(!was_ever_final(&scene, 1));
    scene.config.rpc.pop();
    scene.blocks(1);
    assert!(is_final(scene.told(1).last().unwrap()));
}

/// Every way to make up money at an address from the next block on.
fn forgeries(scene: &Scene, number: u64) -> Vec<Fault> {
    let (to, height) = (address(number), scene.chain.head() + 1);
    vec![
        Fault::ForgesToken { to, amount: 49, height },
        Fault::ForgesCoin { to, amount: 49, height },
        Fault::ForgesSweep { deposit: to, amount: 49, height },
    ]
}

#[test]
fn a_forged_payment_is_never_final_wherever_the_liar_stands() {
    for (nodes, liar) in [(&[A, B][..], A), (&[A, B], B), (&[A, B, C], A), (&[A, B, C], B), (&[A, B, C], C)] {
        for kind in 0..3 {
            let scene = scene_with_nodes(nodes);
            scene.watch([1, 2]);
            scene.settle();
            let forgery = forgeries(&scene, 1).remove(kind);
            scene.fault(liar, Some(forgery.clone()));
            scene.block(&[scene.pays_token(2, 7)]);
            // The liar may come to speak at any time.
            for round in 0..30 {
                let honest = nodes.iter().find(|url| **url != liar).unwrap();
                scene.fault(honest, (round % 5 == 4).then_some(Fault::Status(503)));
                scene.block(&[]);
            }
            scene.chain.faults.borrow_mut().retain(|url, _| *url == liar);
            scene.blocks(40);
            let case = format!("{forgery:?} by {liar} of {}", nodes.len());
            assert!(!was_ever_final(&scene, 1), "{case}: {:?}", scene.told(1).last());
            assert!(is_final(scene.told(2).last().unwrap()), "{case}: what is true is found true");
        }
    }
}

#[test]
fn of_three_nodes_two_expose_a_forgery_before_anybody_is_told() {
    for kind in 0..3 {
        let scene = scene_with_nodes(&[A, B, C]);
        scene.watch([1, 2]);
        scene.settle();
        let forgery = forgeries(&scene, 1).remove(kind);
        scene.fault(A, Some(forgery.clone()));
        scene.block(&[scene.pays_token(2, 7)]);
        let health = scene.health();
        assert!(health.available);
        let error = health.nodes[0].error.as_deref();
        assert_eq!(error, Some("other nodes contradict the node: two others do not show a payment that it shows"));
        scene.blocks(30);
        assert_eq!(scene.told(1), [], "{forgery:?}: so it need not be taken back either");
        assert!(is_final(scene.told(2).last().unwrap()));
    }
}

#[test]
fn a_forgery_that_was_told_while_the_others_were_away_is_taken_back() {
    let scene = scene_with_nodes(&[A, B, C]);
    scene.watch([1, 2]);
    scene.settle();
    scene.fault(A, Some(forgeries(&scene, 1).remove(0)));
    scene.fault(B, Some(Fault::Timeout));
    scene.fault(C, Some(Fault::Timeout));
    scene.block(&[scene.pays_token(2, 7)]);
    scene.blocks(10);
    assert_eq!((scene.standing(1).len(), was_ever_final(&scene, 1)), (1, false));
    scene.fault(B, None);
    scene.fault(C, None);
    scene.pass(60_000);
    scene.blocks(30);
    assert_eq!(scene.standing(1), []);
    assert!(!was_ever_final(&scene, 1) && is_final(scene.told(2).last().unwrap()));
}

/// A node goes its own way, which is longer, and the money is not on it.
#[test]
fn a_false_fork_takes_nothing_back_while_another_node_stays() {
    for nodes in [&[A, B][..], &[A, B, C]] {
        let scene = scene_with_nodes(nodes);
        scene.watch([1]);
        scene.settle();
        let fork = scene.chain.copy(1_000);
        scene.block(&[scene.pays_token(1, 49)]);
        scene.blocks(5);
        assert!(is_final(scene.told(1).last().unwrap()));
        for _ in 0..20 {
            fork.mine(scene.now(), &[]);
        }
        scene.fault(A, Some(Fault::Serves(Rc::new(fork))));
        scene.blocks(30);
        assert!(scene.told(1).iter().all(|told| told.payments.len() == 1), "never told as lost");
        assert_eq!(scene.health().head, Some(scene.chain.head()), "and the chain is followed on");
    }
}

#[test]
fn nobody_is_held_back_by_a_node_that_stands_still_on_what_was_reorganised_away() {
    let scene = scene_with_nodes(&[A, B]);
    scene.watch([1]);
    scene.settle();
    scene.block(&[]);
    scene.block(&[scene.pays_token(1, 49)]);
    let frozen = Rc::new(scene.chain.copy(1_000));
    scene.fault(B, Some(Fault::Serves(frozen)));
    scene.chain.take_back(1);
    for _ in 0..180 {
        scene.block(&[]);
    }
    assert_eq!(scene.standing(1), []);
    assert_eq!(scene.health().head, Some(scene.chain.head()));
}

#[test]
fn a_node_that_was_moved_to_another_chain_takes_nothing_back() {
    for nodes in [&[A][..], &[A, B]] {
        let scene = scene_with_nodes(nodes);
        scene.watch([1]);
        scene.settle();
        scene.block(&[scene.pays_token(1, 49)]);
        scene.blocks(5);
        let other = ChainDouble::new(scene.now() - 400_000);
        other.number.set(1);
        for block in 0..200 {
            other.mine(scene.now() - 400_000 + block * 2_000, &[]);
        }
        scene.fault(A, Some(Fault::Serves(Rc::new(other))));
        scene.blocks(30);
        assert!(scene.told(1).iter().all(|told| told.payments.len() == 1), "never told as lost");
        scene.fault(A, None);
        scene.pass(60_000);
        scene.block(&[scene.pays_coin(1, 5)]);
        assert_eq!(scene.standing(1).len(), 2);
        assert!(scene.health().available);
    }
}

#[test]
fn a_token_log_that_a_node_leaves_out_is_found() {
    for nodes in [&[A, B][..], &[A, B, C]] {
        for with_sweep in [false, true] {
            let scene = scene_with_nodes(nodes);
            scene.watch([1, 2]);
            scene.settle();
            if with_sweep {
                scene.block(&[scene.pays_token(1, 500)]);
                let sweep = Act::SweepToken { token: USDC, deposit: address(1) };
                scene.block(&[scene.chain.transaction(&[sweep])]);
                scene.blocks(4);
            }
            scene.fault(A, Some(Fault::OmitsLogs));
            scene.block(&[scene.pays_token(1, 49), scene.pays_coin(2, 50)]);
            scene.blocks(2);
            assert!(!scene.standing(1).iter().any(|(amount, _)| *amount == 49), "this node does not say");
            scene.blocks(40);
            assert!(scene.standing(1).iter().any(|(amount, _)| *amount == 49), "{} nodes", nodes.len());
            // With two nodes that contradict each other there is nobody to say who is right.
            assert_eq!(is_final(scene.told(1).last().unwrap()), nodes.len() == 3);
            assert!(is_final(scene.told(2).last().unwrap()), "coins need no logs");
            scene.fault(A, None);
            scene.blocks(40);
            assert!(is_final(scene.told(1).last().unwrap()), "{} nodes, swept: {with_sweep}", nodes.len());
        }
    }
}

#[test]
fn a_log_that_the_only_node_left_out_for_a_while_is_found() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.fault(A, Some(Fault::OmitsLogs));
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(40);
    assert_eq!(scene.told(1), [], "a balance is no evidence");
    assert!(scene.health().error.is_some_and(|error| error.starts_with("tokens stand at an address")));
    scene.fault(A, None);
    scene.blocks(120);
    assert_eq!(scene.standing(1)[0].0, 49);
    scene.blocks(600);
    assert_eq!(scene.health().error, None);
}

#[test]
fn balances_that_nothing_explains_cost_little() {
    let scene = scene_with_nodes(&[A, B]);
    scene.watch([1, 2]);
    scene.settle();
    scene.fault(B, Some(Fault::HugeAmounts));
    scene.blocks(30);
    scene.fault(B, Some(Fault::ForgesToken { to: address(1), amount: 49, height: 0 }));
    scene.chain.take_calls();
    scene.blocks(420);
    let calls = scene.chain.take_calls().len();
    assert!(calls < 420 * 4, "{calls} calls for 420 blocks");
    assert_eq!(scene.told(1), []);
}
