//! Stories told by dice, each replayed from its seed: blocks, reorgs, payments, sweeps, faults, watches that come
//! late, stores that refuse, one node among several that lies. Whatever happened, once it is quiet the stores know exactly
//! what stands on the chain.

use std::collections::BTreeMap;

use super::*;
use crate::chain::double::Fault;

/// `GROAT_STORIES` tells more of them.
const STORIES: u64 = 30;
const STEPS: usize = 60;
const INVOICES: u64 = 6;

struct Dice(u64);

impl Dice {
    /// splitmix64.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// What really stands on the chain: each block's transactions.
struct Truth(Vec<Vec<Transaction>>);

impl Truth {
    fn tokens(&self, number: u64) -> Vec<(u64, u128)> {
        let mut found = Vec::new();
        for (height, transactions) in self.0.iter().enumerate() {
            for act in transactions.iter().flat_map(|transaction| &transaction.acts) {
                if let Act::Token { to, amount, .. } = act
                    && *to == address(number)
                {
                    found.push((height as u64, *amount));
                }
            }
        }
        found
    }

    fn coins(&self, number: u64) -> u128 {
        let acts = self.0.iter().flatten().flat_map(|transaction| &transaction.acts);
        acts.map(|act| match act {
            Act::Coin { to, amount } if *to == address(number) => *amount,
            _ => 0,
        })
        .sum()
    }
}

#[test]
fn whatever_happens_the_truth_is_told_in_the_end() {
    let mut payments = 0;
    let stories = std::env::var("GROAT_STORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(STORIES);
    for seed in 0..stories {
        let story = std::panic::catch_unwind(|| tell(seed));
        payments += story.unwrap_or_else(|_| panic!("seed {seed}"));
    }
    assert!(payments as u64 > stories * 5, "the stories are worth telling: {payments} payments");
}

fn tell(seed: u64) -> usize {
    let mut dice = Dice(seed);
    let urls = ["http://node-1", "http://node-2", "http://node-3"];
    let nodes = 1 + usize::try_from(dice.roll(3)).unwrap();
    // One of several makes things up; the others merely fail.
    let liar = urls[usize::try_from(dice.roll(nodes as u64)).unwrap()];
    let scene = scene_with_nodes(&urls[..nodes]);
    let mut truth = Truth(vec![Vec::new(); 11]);
    let mut made: BTreeMap<u64, i64> = BTreeMap::new();
    let mut watched = 0;
    for _ in 0..STEPS {
        match dice.roll(12) {
            0 | 1 if (made.len() as u64) < INVOICES => {
                made.insert(made.len() as u64, scene.now());
            }
            // Watches are sent some time after their invoice was made, in order.
            2 | 3 if watched < made.len() as u64 => {
                let watch = watch_since(watched, made[&watched]);
                scene.open(|watcher| watcher.watch(&[watch], scene.now()).unwrap());
                watched += 1;
            }
            4 => {
                let depth = 1 + usize::try_from(dice.roll(6)).unwrap();
                // Nothing is taken back that is older than the first invoice.
                let depth = depth.min(truth.0.len() - 11);
                if depth > 0 {
                    scene.chain.take_back(depth);
                    let gone = truth.0.split_off(truth.0.len() - depth);
                    // Some transactions come back, in other blocks; a sweep only moves what is there.
                    let kept: Vec<Transaction> = gone.into_iter().flatten().filter(|_| dice.roll(3) > 0).collect();
                    mine(&scene, &mut truth, kept);
                    for _ in 0..dice.roll(1 + depth as u64 * 2) {
                        mine(&scene, &mut truth, Vec::new());
                    }
                }
            }
            5 => {
                let url = urls[usize::try_from(dice.roll(nodes as u64)).unwrap()];
                let fault = match dice.roll(15) {
                    0 => Some(Fault::Timeout),
                    1 => Some(Fault::Status(429)),
                    2 => Some(Fault::LogsLag(1 + usize::try_from(dice.roll(4)).unwrap())),
                    3 => Some(Fault::Lags(1 + usize::try_from(dice.roll(4)).unwrap())),
                    4 => Some(Fault::MaxRange(1 + dice.roll(5))),
                    5 => Some(Fault::MovesLogs),
                    6 => Some(Fault::DropsAnswer),
                    7 => Some(Fault::Refuses("eth_call")),
                    8 => Some(Fault::OtherChain),
                    9 => Some(Fault::OmitsLogs),
                    10 => Some(Fault::NoBatches(400)),
                    _ => None,
                };
                scene.fault(url, fault);
            }
            6 if nodes > 1 && dice.roll(2) == 0 => {
                let lie = lie(&mut dice, &scene);
                scene.fault(liar, Some(lie));
            }
            6 => scene.stores.refuses.set(dice.roll(3) == 0),
            7 => scene.open(|watcher| watcher.look(scene.now()).unwrap()),
            8 => scene.pass(i64::try_from(dice.roll(40_000)).unwrap()),
            _ => {
                let mut transactions = Vec::new();
                for _ in 0..dice.roll(4) {
                    if made.is_empty() {
                        continue;
                    }
                    let number = dice.roll(made.len() as u64);
                    let amount = 1 + u128::from(dice.roll(1_000));
                    transactions.push(match dice.roll(5) {
                        0 | 1 => scene.pays_token(number, amount),
                        2 | 3 => scene.pays_coin(number, amount),
                        _ => scene.chain.transaction(&[Act::Sweep { deposit: address(number) }]),
                    });
                }
                scene.pass(BLOCK_MS);
                mine(&scene, &mut truth, transactions);
            }
        }
        // Sometimes nobody is there: killed, or between two alarms.
        if dice.roll(3) > 0 {
            scene.settle();
        }
    }
    // It becomes quiet.
    for url in urls {
        scene.fault(url, None);
    }
    scene.stores.refuses.set(false);
    for number in watched..made.len() as u64 {
        scene.open(|watcher| watcher.watch(&[watch_since(number, made[&number])], scene.now()).unwrap());
    }
    for pause_ms in [10_000; 30].into_iter().chain([60_000; 20]) {
        scene.pass(pause_ms);
        mine(&scene, &mut truth, Vec::new());
        scene.settle();
    }
    check(&scene, &truth, &made)
}

/// More than any real payment of a story, and than all of them together.
const MADE_UP: u128 = 1_000_000;

/// What no failing node shows by itself.
fn lie(dice: &mut Dice, scene: &Scene) -> Fault {
    let (to, amount, height) =
        (address(dice.roll(INVOICES)), MADE_UP + u128::from(dice.roll(9)), scene.chain.head() + dice.roll(3));
    match dice.roll(7) {
        0 | 1 => Fault::ForgesToken { to, amount, height },
        2 => Fault::ForgesCoin { to, amount, height },
        3 => Fault::ForgesSweep { deposit: to, amount, height },
        4 => Fault::HeadAt("0xfffffff"),
        5 => Fault::Dates(7_200),
        _ => {
            let fork = scene.chain.copy(1_000 + dice.roll(1_000));
            fork.take_back(usize::try_from(dice.roll(4)).unwrap().min(usize::try_from(fork.head() - 10).unwrap()));
            for _ in 0..=dice.roll(8) {
                fork.mine(scene.now(), &[]);
            }
            Fault::Serves(Rc::new(fork))
        }
    }
}

fn mine(scene: &Scene, truth: &mut Truth, transactions: Vec<Transaction>) {
    scene.chain.mine(scene.now(), &transactions);
    truth.0.push(transactions);
}

fn check(scene: &Scene, truth: &Truth, made: &BTreeMap<u64, i64>) -> usize {
    let mut count = 0;
    for number in made.keys() {
        let told = scene.told(*number);
        assert!(told.windows(2).all(|pair| pair[0].sequence < pair[1].sequence), "in order");
        let proven = told.iter().flat_map(|told| &told.payments).filter(|paid| !paid.unproven);
        assert!(
            proven.into_iter().all(|paid| paid.amount.to_base_units() < MADE_UP),
            "what was made up is never proven"
        );
        let payments = told.last().map(|told| told.payments.clone()).unwrap_or_default();
        let (tokens, coins): (Vec<_>, Vec<_>) = payments.into_iter().partition(|paid| paid.transaction.is_some());
        let tokens: Vec<_> = tokens.iter().map(|paid| (paid.height, paid.amount.to_base_units())).collect();
        assert_eq!(tokens, truth.tokens(*number), "tokens of {number}");
        let sum: u128 = coins.iter().map(|paid| paid.amount.to_base_units()).sum();
        assert_eq!(sum, truth.coins(*number), "coins of {number}");
        if let Some(told) = told.last() {
            assert!(told.payments.iter().all(|paid| !paid.unproven), "proven in the end");
            let youngest = told.payments.iter().map(|paid| paid.height).max().unwrap_or_default();
            assert!(told.payments.is_empty() || told.head + 1 - youngest >= u64::from(CONFIRMATIONS), "told as final");
        }
        count += tokens.len() + coins.len();
    }
    count
}
