//! Rates with their sources and age.

use serde::{Deserialize, Serialize};

/// One exchange's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateSourceView {
    /// The exchange.
    pub source: String,
    /// What it asks for one whole coin.
    pub rate: String,
    /// Seconds since it answered.
    pub age_seconds: u64,
    /// True if it counted; false if too far from the others or stale.
    pub used: bool,
}

/// The rate of one asset symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateView {
    /// The symbol, such as `ETH`.
    pub symbol: String,
    /// The median of the sources that agree; null where fewer than two do.
    pub rate: Option<String>,
    /// Each source.
    pub sources: Vec<RateSourceView>,
}

/// Answer of `GET /v1/rates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RatesView {
    /// ISO 4217 code.
    pub currency: String,
    /// When the exchanges were asked.
    pub fetched_at: String,
    /// Seconds since then.
    pub age_seconds: u64,
    /// How often this isolate has answered from its cache.
    pub cache_hits: u64,
    /// How often it has asked the exchanges.
    pub cache_misses: u64,
    /// One entry a symbol.
    pub rates: Vec<RateView>,
    /// Sources that did not answer, with the reason.
    pub failed_sources: Vec<String>,
}
