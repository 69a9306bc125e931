//! Many seeds on all cores, each as if it were alone.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use groat_core::planted::Bug;

use crate::monitor::Violation;
use crate::plan::Plan;
use crate::pool::Pool;
use crate::run::{Outcome, run};

/// What came of a campaign.
#[derive(Debug, Default)]
pub struct Summary {
    /// Seeds that were tried.
    pub runs: u64,
    /// Checks that were made.
    pub checks: u64,
    /// Seeds that failed, in order.
    pub failures: Vec<(u64, Violation)>,
}

/// Runs seeds `from..from + runs`, with a bug planted or none; stops early after `enough` failures.
pub fn campaign(from: u64, runs: u64, bug: Option<Bug>, enough: usize) -> Summary {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (next, is_enough, summary) = (AtomicU64::new(from), AtomicBool::new(false), Mutex::new(Summary::default()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                plant(bug);
                let mut databases = Pool::default();
                while !is_enough.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + runs {
                        break;
                    }
                    let Outcome { violation, checks, .. } = run(&Plan::of(seed), &mut databases, false);
                    let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
                    summary.runs += 1;
                    summary.checks += checks;
                    summary.failures.extend(violation.map(|violation| (seed, violation)));
                    is_enough.store(summary.failures.len() >= enough, Ordering::Relaxed);
                }
            });
        }
    });
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.failures.sort_by_key(|(seed, _)| *seed);
    summary
}

/// Plants a bug in this thread.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    groat_core::planted::plant(bug);
}

/// Without the feature there is nothing to plant.
#[cfg(not(feature = "planted"))]
pub fn plant(bug: Option<Bug>) {
    assert!(bug.is_none(), "built without the feature `planted`");
}
