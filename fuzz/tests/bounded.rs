//! A bounded share of fuzzing: every seed, and so many mutants of them, the same on every machine.
//! `cargo xtask fuzz` looks longer, and where coverage says that it is worth it.

use std::time::{Duration, Instant};

use groat_fuzz::mutate::{Random, mutated};
use groat_fuzz::target;

/// What one target may take here; all together about half a minute on two cores.
const BUDGET: Duration = Duration::from_secs(4);
/// Mutants that run on however slow a machine.
const LEAST: usize = 20;
/// Enough for the quick ones.
const MOST: usize = 20_000;

fn bounded(name: &str) {
    let target = target(name).unwrap_or_else(|| panic!("no target {name}"));
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty());
    let mut random = Random::new(name.bytes().map(u64::from).sum());
    let started = Instant::now();
    let mutants = std::iter::repeat_with(|| mutated(&seeds, &mut random));
    let mut ran = 0;
    for input in seeds.iter().cloned().chain(mutants).take(MOST) {
        let ended = std::panic::catch_unwind(|| (target.run)(&input));
        assert!(ended.is_ok(), "{name} breaks on {:?}", String::from_utf8_lossy(&input));
        ran += 1;
        if started.elapsed() > BUDGET && ran >= seeds.len() + LEAST {
            break;
        }
    }
    println!("{name}: {ran} inputs");
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            bounded(stringify!($name));
        })*

        #[test]
        fn every_target_is_here() {
            let names: Vec<&str> = groat_fuzz::TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
            let manifest = include_str!("../Cargo.toml");
            assert!(names.iter().all(|name| manifest.contains(&format!("\"{name}\""))), "fuzz/Cargo.toml lists others");
        }
    };
}
targets!(money, ids, uri, invoice, stored, rpc, rates, api, rows, config, webhook_url);
