//! What coins cost: several exchanges asked at once, one median out of those that agree.
//!
//! Reads no clock and knows no runtime: the network, the shared cache and the time are passed in. Never falls back to a
//! guessed rate: where fewer than two exchanges agree there is none.

mod cache;
#[cfg(test)]
mod cache_test;
mod peg;
mod quorum;
mod sources;
mod table;

pub use cache::{Exchanges, NoSharedCache, RateCache, SharedCache, rates_for};
pub use peg::{PegError, check_peg, pair};
pub use quorum::{Observation, Verdict, judge};
pub use sources::{Source, SourceUrls, rate_symbols};
pub use table::{CacheCounts, RateTable};

/// Ask the exchanges again after this time: a quote made now rests on prices of the last half minute.
pub const FRESH_MS: i64 = 30_000;
/// Ask again after this time where the last round gave no rate at all.
pub const RETRY_MS: i64 = 5_000;
/// A price older than this counts no more, by the exchange's own time where it gives one, else since it was asked.
pub const STALE_MS: i64 = 60_000;
/// Sources must lie this near to the median, and two to each other, in 1/100 of a per cent.
pub const AGREE_BASIS_POINTS: u32 = 200;
/// An exchange that takes longer is left out of this round; a buyer waits for it.
pub const SOURCE_TIMEOUT_MS: u32 = 3_000;
