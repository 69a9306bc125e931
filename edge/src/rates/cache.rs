//! Prices kept in the isolate's memory, and beside it in a cache that isolates share.
//!
//! Refreshes are not queued behind one another: on the Workers runtime a request must not wait for another request's
//! fetch, which ends with that request. Instead, while one request asks, others are served what is still usable; only
//! where nothing is usable do several ask at once, which costs requests and harms nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use groat_core::money::Currency;
use serde::{Deserialize, Serialize};

use super::quorum::{Observation, judge};
use super::sources::{Source, SourceUrls, ask_all, rate_symbols, without_quorum};
use super::table::{CacheCounts, RateTable};
use super::{FRESH_MS, RETRY_MS, SOURCE_TIMEOUT_MS, STALE_MS};
use crate::outbound::Http;

/// The most a shared cache may hand us: four sources, six coins, and the failures.
const MAX_SHARED_BYTES: usize = 16 * 1024;

/// What the exchanges said of one currency, kept for [`STALE_MS`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prices {
    /// When they were asked last.
    pub fetched_at_ms: i64,
    /// By symbol.
    pub observations: BTreeMap<String, Vec<Observation>>,
    /// Sources that did not answer that time, or answered with less than they were asked for.
    pub failures: Vec<String>,
}

impl Prices {
    /// What is known of one coin.
    pub fn of(&self, symbol: &str) -> impl Iterator<Item = Observation> {
        self.observations.get(symbol).into_iter().flatten().copied()
    }

    /// Takes over what an earlier round knew of sources that said nothing this time, until it is stale.
    fn keep_from(&mut self, earlier: &Self, now_ms: i64) {
        for symbol in rate_symbols() {
            let known: Vec<Source> = self.of(symbol).map(|it| it.source).collect();
            let kept = earlier.of(symbol).filter(|it| !known.contains(&it.source) && it.age_ms(now_ms) <= STALE_MS);
            let kept: Vec<Observation> = kept.collect();
            if !kept.is_empty() {
                let observations = self.observations.entry(symbol.to_owned()).or_default();
                observations.extend(kept);
                observations.sort_by_key(|it| it.source);
            }
        }
    }

    fn age_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.fetched_at_ms).max(0)
    }

    /// How long nobody need ask again. Where no coin has a rate, a buyer is waiting: ask again soon.
    fn fresh_for_ms(&self) -> i64 {
        let has_rate = |symbol: &str| judge(&self.of(symbol).collect::<Vec<_>>(), self.fetched_at_ms).rate.is_some();
        if rate_symbols().any(has_rate) { FRESH_MS } else { RETRY_MS }
    }

    fn is_fresh(&self, now_ms: i64) -> bool {
        self.age_ms(now_ms) < self.fresh_for_ms()
    }
}

#[derive(Debug, Default)]
struct Kept {
    prices: Option<Rc<Prices>>,
    asking_since_ms: Option<i64>,
}

#[derive(Debug, Default)]
struct Memory {
    kept: BTreeMap<Currency, Kept>,
    counts: CacheCounts,
}

/// The isolate's memory of prices: at most one entry an ISO 4217 currency. A clone is the same memory.
#[derive(Debug, Clone, Default)]
pub struct RateCache(Rc<RefCell<Memory>>);

impl RateCache {
    /// How often it has answered.
    pub fn counts(&self) -> CacheCounts {
        self.0.borrow().counts
    }

    fn known(&self, currency: Currency) -> Option<Rc<Prices>> {
        self.0.borrow().kept.get(&currency)?.prices.clone()
    }

    /// True if another request has set out to ask, and may still come back.
    fn is_asking(&self, currency: Currency, now_ms: i64) -> bool {
        let since = self.0.borrow().kept.get(&currency).and_then(|kept| kept.asking_since_ms);
        since.is_some_and(|since| (0..=2 * i64::from(SOURCE_TIMEOUT_MS)).contains(&(now_ms - since)))
    }

    fn hit(&self) {
        self.0.borrow_mut().counts.hits += 1;
    }

    fn set_out(&self, currency: Currency, now_ms: i64) {
        self.0.borrow_mut().kept.entry(currency).or_default().asking_since_ms = Some(now_ms);
    }

    /// Keeps `prices` unless a request that set out later has already come back.
    fn keep(&self, currency: Currency, prices: Prices) -> Rc<Prices> {
        let mut memory = self.0.borrow_mut();
        let kept = memory.kept.entry(currency).or_default();
        kept.asking_since_ms = None;
        let newer = kept.prices.as_ref().filter(|known| known.fetched_at_ms > prices.fetched_at_ms).cloned();
        let result = newer.unwrap_or_else(|| Rc::new(prices));
        kept.prices = Some(Rc::clone(&result));
        result
    }
}

/// A cache that isolates share, such as the Cache API. What it gives is input: read and bounded.
#[expect(async_fn_in_trait, reason = "the runtime has one thread, so no Send bound is wanted")]
pub trait SharedCache {
    /// What was stored under `key`, unless it is older than it was stored for.
    async fn load(&self, key: &str) -> Option<String>;
    /// Stores `text` for `keep_ms`. A failure to store costs only time.
    async fn store(&self, key: &str, text: String, keep_ms: i64);
}

/// No shared cache: each isolate asks for itself.
#[derive(Debug, Clone, Copy)]
pub struct NoSharedCache;

impl SharedCache for NoSharedCache {
    async fn load(&self, _key: &str) -> Option<String> {
        None
    }

    async fn store(&self, _key: &str, _text: String, _keep_ms: i64) {}
}

/// How the exchanges are reached.
#[derive(Debug)]
pub struct Exchanges<'a, H, S> {
    /// The network.
    pub http: &'a H,
    /// The cache that isolates share.
    pub shared: &'a S,
    /// Where the exchanges are.
    pub urls: &'a SourceUrls,
}

/// The rates of one currency now.
///
/// (1) None where fewer than two exchanges have a market; (2) from memory while fresh, or while usable if another request is
/// already asking; (3) from the shared cache while fresh; (4) from the exchanges.
pub async fn rates_for<H: Http, S: SharedCache>(
    exchanges: &Exchanges<'_, H, S>,
    cache: &RateCache,
    currency: Currency,
    now_ms: i64,
) -> RateTable {
    if let Some(failures) = without_quorum(exchanges.urls, currency) {
        let prices = Prices { fetched_at_ms: now_ms, failures, ..Prices::default() }; // (1)
        return RateTable::judged(currency, &prices, cache.counts(), now_ms);
    }
    let known = cache.known(currency);
    let is_asking = cache.is_asking(currency, now_ms);
    let serves = |prices: &&Rc<Prices>| prices.is_fresh(now_ms) || (is_asking && prices.age_ms(now_ms) < STALE_MS);
    if let Some(prices) = known.as_ref().filter(serves) {
        cache.hit(); // (2)
        return RateTable::judged(currency, prices, cache.counts(), now_ms);
    }
    cache.set_out(currency, now_ms);
    let key = format!("rates/1/{}", currency.code());
    if let Some(prices) = from_shared(exchanges.shared, &key, now_ms).await {
        cache.hit(); // (3)
        let prices = cache.keep(currency, prices);
        return RateTable::judged(currency, &prices, cache.counts(), now_ms);
    }
    cache.0.borrow_mut().counts.misses += 1; // (4)
    let mut prices = ask_all(exchanges.http, exchanges.urls, currency, now_ms).await;
    if let Some(earlier) = &known {
        prices.keep_from(earlier, now_ms);
    }
    if let Ok(text) = serde_json::to_string(&prices) {
        exchanges.shared.store(&key, text, prices.fresh_for_ms()).await;
    }
    let prices = cache.keep(currency, prices);
    RateTable::judged(currency, &prices, cache.counts(), now_ms)
}

async fn from_shared(shared: &impl SharedCache, key: &str, now_ms: i64) -> Option<Prices> {
    let text = shared.load(key).await.filter(|text| text.len() <= MAX_SHARED_BYTES)?;
    let prices: Prices = serde_json::from_str(&text).ok()?;
    // Nothing from the future: it would stay fresh until then.
    let is_past = prices.fetched_at_ms <= now_ms
        && prices.observations.values().flatten().all(|it| it.observed_at_ms <= prices.fetched_at_ms);
    (is_past && prices.is_fresh(now_ms)).then_some(prices)
}
