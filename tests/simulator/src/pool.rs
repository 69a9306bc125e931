//! Databases that runs reuse: each stands in a transaction that the end of a run takes back.

use groat_edge::chain::Watcher;
use groat_edge::sql::{NativeSql, Sql};
use groat_edge::store::migrate;

use crate::chain::SimChain;
use crate::home::NoHttp;

/// One run in so many begins with empty disks, so that objects make their tables themselves, and may die over it.
const EMPTY_ONE_IN: u64 = 8;

/// Databases with their tables, ready for the next run.
#[derive(Default)]
pub struct Pool {
    stores: Vec<NativeSql>,
    chains: Vec<NativeSql>,
}

impl Pool {
    /// Whether the runs of a seed begin with empty disks.
    pub const fn is_empty_for(seed: u64) -> bool {
        seed.is_multiple_of(EMPTY_ONE_IN)
    }

    /// A store's disk.
    pub fn store(&mut self, is_empty: bool) -> NativeSql {
        let reused = if is_empty { None } else { self.stores.pop() };
        reused.unwrap_or_else(|| {
            let mut native = database();
            if !is_empty {
                migrate(&mut native).unwrap_or_else(|error| panic!("{error}"));
            }
            begin(native)
        })
    }

    /// A chain's disk.
    pub fn chain(&mut self, is_empty: bool, chain: &SimChain) -> NativeSql {
        let reused = if is_empty { None } else { self.chains.pop() };
        reused.unwrap_or_else(|| {
            let mut native = database();
            if !is_empty {
                let opened = Watcher::open(&mut native, &NoHttp, &chain.config).map(|_| ());
                opened.unwrap_or_else(|error| panic!("{error}"));
            }
            begin(native)
        })
    }

    /// Takes disks back, as they were before the run.
    pub fn give_back(&mut self, disks: impl Iterator<Item = NativeSql>, stores: usize) {
        for (index, mut native) in disks.enumerate() {
            let undone = native.run("ROLLBACK", &[]);
            assert!(undone.is_ok(), "{undone:?}");
            let pool = if index < stores { &mut self.stores } else { &mut self.chains };
            pool.push(begin(native));
        }
    }
}

fn database() -> NativeSql {
    NativeSql::in_memory().unwrap_or_else(|error| panic!("{error}"))
}

fn begin(mut native: NativeSql) -> NativeSql {
    let begun = native.run("BEGIN", &[]);
    assert!(begun.is_ok(), "{begun:?}");
    native
}
