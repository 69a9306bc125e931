//! The exchanges: what each is asked and how its answer is read.
//!
//! Prices are read as the digits that were sent, never through a float. Unknown fields are passed over, what is used is
//! checked; a coin whose price can't be read is left out and named, the others stay.

mod bitstamp;
mod coinbase;
mod coingecko;
mod fiat;
#[cfg(test)]
mod golden_test;
mod kraken;
mod number;

use futures_util::future::join4;
use groat_core::money::{Currency, Rate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cache::Prices;
use super::quorum::Observation;
use super::{AGREE_BASIS_POINTS, SOURCE_TIMEOUT_MS};
use crate::outbound::{Answer, Http, HttpError, Method, Request};

/// The coins whose price is asked, by the symbols of the registry's assets.
const SYMBOLS: [&str; 6] = ["ETH", "USDC", "USDT", "DAI", "POL", "BNB"];

/// The largest of the real answers, Bitstamp's whole list, is about 120 kB.
const MAX_ANSWER_BYTES: usize = 512 * 1024;

/// Failures are shown to callers: long enough to tell what is wrong.
const MAX_FAILURE_CHARS: usize = 160;

/// The coins whose price is asked.
pub fn rate_symbols() -> impl Iterator<Item = &'static str> {
    SYMBOLS.into_iter()
}

/// Where the exchanges are: each can be set to a stand-in or a proxy, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceUrls {
    /// Coinbase.
    pub coinbase: String,
    /// Kraken.
    pub kraken: String,
    /// CoinGecko.
    pub coingecko: String,
    /// Bitstamp.
    pub bitstamp: String,
}

impl Default for SourceUrls {
    fn default() -> Self {
        Self {
            coinbase: "https://api.coinbase.com".to_owned(),
            kraken: "https://api.kraken.com".to_owned(),
            coingecko: "https://api.coingecko.com".to_owned(),
            bitstamp: "https://www.bitstamp.net".to_owned(),
        }
    }
}

/// A source of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Coinbase.
    Coinbase,
    /// Kraken.
    Kraken,
    /// CoinGecko, itself an average over exchanges.
    Coingecko,
    /// Bitstamp.
    Bitstamp,
}

/// Why a source gives no prices, as callers may read it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum SourceError {
    #[error("has no market in {0}")]
    NoMarket(String),
    #[error("could not be reached")]
    Unreachable,
    #[error(transparent)]
    Http(HttpError),
    #[error("answered with HTTP status {0}")]
    Status(u16),
    #[error("refused: {0}")]
    Refused(String),
    #[error("gave an answer that can't be read: {0}")]
    Shape(String),
}

impl From<HttpError> for SourceError {
    fn from(error: HttpError) -> Self {
        match error {
            // The text is the runtime's own and may name hosts.
            HttpError::Unreachable(_) => Self::Unreachable,
            HttpError::Timeout(_) | HttpError::TooLarge(_) => Self::Http(error),
        }
    }
}

impl From<serde_json::Error> for SourceError {
    fn from(error: serde_json::Error) -> Self {
        Self::Shape(error.to_string())
    }
}

/// What was read from one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Quotes {
    /// Symbol, price, and the exchange's own time in milliseconds where it gives one.
    pub quotes: Vec<(&'static str, Rate, Option<i64>)>,
    /// What could not be read, by symbol.
    pub problems: Vec<String>,
}

impl Quotes {
    /// Adds one coin's price, or what is wrong with it.
    fn add(&mut self, symbol: &'static str, rate: Result<Rate, String>, at_ms: Option<i64>) {
        match rate {
            Ok(rate) => self.quotes.push((symbol, number::readable(rate), at_ms)),
            Err(problem) => self.problems.push(format!("{symbol} {problem}")),
        }
    }
}

impl Source {
    /// The name as answers show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coinbase => "coinbase",
            Self::Kraken => "kraken",
            Self::Coingecko => "coingecko",
            Self::Bitstamp => "bitstamp",
        }
    }

    /// The address to ask, where the source has a market in `currency`.
    fn address(self, urls: &SourceUrls, currency: Currency) -> Option<String> {
        match self {
            Self::Coinbase => Some(coinbase::address(&urls.coinbase, currency)),
            Self::Kraken => kraken::address(&urls.kraken, currency),
            Self::Coingecko => coingecko::address(&urls.coingecko, currency),
            Self::Bitstamp => bitstamp::address(&urls.bitstamp, currency),
        }
    }

    /// Reads an answer's body.
    fn read(self, body: &str, currency: Currency) -> Result<Quotes, SourceError> {
        match self {
            Self::Coinbase => coinbase::read(body, currency),
            Self::Kraken => kraken::read(body, currency),
            Self::Coingecko => coingecko::read(body, currency),
            Self::Bitstamp => bitstamp::read(body, currency),
        }
    }
}

/// Names the sources that have no market in `currency`, if so many lack it that two can never agree. Then nobody is asked:
/// a stranger who tries one currency after the other must not make us wear out the exchanges' patience.
pub(super) fn without_quorum(urls: &SourceUrls, currency: Currency) -> Option<Vec<String>> {
    const ALL: [Source; 4] = [Source::Coinbase, Source::Kraken, Source::Coingecko, Source::Bitstamp];
    let lacking = ALL.iter().filter(|source| source.address(urls, currency).is_none());
    let no_market = SourceError::NoMarket(currency.code().to_owned());
    let lacking: Vec<String> = lacking.map(|source| format!("{} {no_market}", source.name())).collect();
    (lacking.len() + 2 > ALL.len()).then_some(lacking)
}

/// Asks all sources at once, each with its own time limit. A source that fails is named, the others count.
pub(super) async fn ask_all(http: &impl Http, urls: &SourceUrls, currency: Currency, now_ms: i64) -> Prices {
    let one = |source: Source| async move { (source, ask(http, source, urls, currency).await) };
    let (a, b, c, d) =
        join4(one(Source::Coinbase), one(Source::Kraken), one(Source::Coingecko), one(Source::Bitstamp)).await;
    let mut prices = Prices { fetched_at_ms: now_ms, ..Prices::default() };
    for (source, result) in [a, b, c, d] {
        let mut fail = |text: &dyn std::fmt::Display| {
            let failure: String = format!("{} {text}", source.name()).chars().take(MAX_FAILURE_CHARS).collect();
            prices.failures.push(failure);
        };
        match result {
            Err(error) => fail(&error),
            Ok(answer) => {
                for problem in answer.problems {
                    fail(&problem);
                }
                for (symbol, rate, at_ms) in answer.quotes {
                    // An exchange whose clock runs ahead makes nothing younger than our own asking.
                    let observed_at_ms = at_ms.unwrap_or(now_ms).min(now_ms);
                    let observation = Observation { source, rate, observed_at_ms };
                    prices.observations.entry(symbol.to_owned()).or_default().push(observation);
                }
            }
        }
    }
    prices
}

async fn ask(http: &impl Http, source: Source, urls: &SourceUrls, currency: Currency) -> Result<Quotes, SourceError> {
    let no_market = || SourceError::NoMarket(currency.code().to_owned());
    let request = Request {
        method: Method::Get,
        url: source.address(urls, currency).ok_or_else(no_market)?,
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            // Some of them refuse requests that don't say who asks.
            ("user-agent".to_owned(), concat!("groat/", env!("CARGO_PKG_VERSION")).to_owned()),
        ],
        body: None,
        timeout_ms: SOURCE_TIMEOUT_MS,
        max_answer_bytes: Some(MAX_ANSWER_BYTES),
    };
    match http.send(request).await? {
        Answer { status: 200, body, .. } => source.read(&body, currency),
        Answer { status, .. } => Err(SourceError::Status(status)),
    }
}

/// The price between the best offers to buy and to sell. The last trade may be hours old where a market is thin; these are
/// what the exchange stands by now.
fn between(bid: Rate, ask: Rate) -> Result<Rate, String> {
    if bid > ask || !bid.agrees_with(ask, AGREE_BASIS_POINTS) {
        return Err("has offers too far apart to make a price".to_owned());
    }
    Ok(bid.midpoint(ask))
}
