//! The rates of one currency at one moment: for quotes, and as `GET /v1/rates` shows them.

use groat_core::money::{Currency, Rate};
use groat_core::time::print_rfc3339;
use groat_core::wire::{RateSourceView, RateView, RatesView};

use super::cache::Prices;
use super::quorum::{Observation, Verdict, judge};
use super::sources::rate_symbols;

/// How often the isolate's cache has answered, and how often the exchanges were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheCounts {
    /// Answered without asking an exchange.
    pub hits: u64,
    /// Asked the exchanges.
    pub misses: u64,
}

/// The rate of one coin with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    symbol: &'static str,
    observations: Vec<Observation>,
    verdict: Verdict,
}

/// The rates of all known coins in one currency, judged at one moment. Short-lived: ask again for the next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateTable {
    currency: Currency,
    judged_at_ms: i64,
    fetched_at_ms: i64,
    entries: Vec<Entry>,
    failures: Vec<String>,
    counts: CacheCounts,
}

impl RateTable {
    /// Judges `prices` as of `now_ms`.
    pub(super) fn judged(currency: Currency, prices: &Prices, counts: CacheCounts, now_ms: i64) -> Self {
        let entry = |symbol: &'static str| {
            let observations: Vec<Observation> = prices.of(symbol).collect();
            let verdict = judge(&observations, now_ms);
            Entry { symbol, observations, verdict }
        };
        Self {
            currency,
            judged_at_ms: now_ms,
            fetched_at_ms: prices.fetched_at_ms,
            entries: rate_symbols().map(entry).collect(),
            failures: prices.failures.clone(),
            counts,
        }
    }

    /// The price of one whole coin, by its symbol; none where fewer than two sources agree on it.
    pub fn rate(&self, symbol: &str) -> Option<Rate> {
        self.entries.iter().find(|entry| entry.symbol == symbol)?.verdict.rate
    }

    /// The currency of the rates.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// As `GET /v1/rates` answers.
    pub fn to_view(&self) -> RatesView {
        RatesView {
            currency: self.currency.code().to_owned(),
            fetched_at: print_rfc3339(self.fetched_at_ms),
            age_seconds: seconds(self.judged_at_ms - self.fetched_at_ms),
            cache_hits: self.counts.hits,
            cache_misses: self.counts.misses,
            rates: self.entries.iter().map(|entry| self.entry_view(entry)).collect(),
            failed_sources: self.failures.clone(),
        }
    }

    fn entry_view(&self, entry: &Entry) -> RateView {
        let source = |(observation, used): (&Observation, &bool)| RateSourceView {
            source: observation.source.name().to_owned(),
            rate: observation.rate.print(),
            age_seconds: seconds(observation.age_ms(self.judged_at_ms)),
            used: *used,
        };
        RateView {
            symbol: entry.symbol.to_owned(),
            rate: entry.verdict.rate.map(Rate::print),
            sources: entry.observations.iter().zip(&entry.verdict.used).map(source).collect(),
        }
    }
}

fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1_000).unwrap_or_default()
}
