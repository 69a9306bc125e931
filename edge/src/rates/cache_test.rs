//! The cache and the four sources together, against exchanges that answer as told.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use groat_core::money::{Currency, Rate};

use super::*;
use crate::outbound::{Answer, Http, HttpError, Request};

const NOW_MS: i64 = 1_795_255_180_000;
const SECOND_MS: i64 = 1_000;

/// The price of ether at each exchange, in the real shapes; a missing one is down.
#[derive(Default)]
struct Exchange {
    prices: RefCell<BTreeMap<&'static str, String>>,
    /// Bitstamp's and CoinGecko's own time.
    at_s: Cell<i64>,
    asked: RefCell<Vec<String>>,
    /// Answers only when asked again, as a network does.
    slow: Cell<bool>,
}

impl Exchange {
    fn at(now_ms: i64, prices: &[(&'static str, &str)]) -> Self {
        let exchange = Self::default();
        exchange.set(now_ms, prices);
        exchange
    }

    fn set(&self, now_ms: i64, prices: &[(&'static str, &str)]) {
        self.at_s.set(now_ms / 1_000);
        *self.prices.borrow_mut() = prices.iter().map(|(name, price)| (*name, (*price).to_owned())).collect();
    }

    fn times_asked(&self) -> usize {
        self.asked.borrow().len()
    }
}

impl Http for Exchange {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        assert_eq!(request.timeout_ms, SOURCE_TIMEOUT_MS);
        self.asked.borrow_mut().push(request.url.clone());
        if self.slow.get() {
            let mut waited = false;
            std::future::poll_fn(|context| {
                if std::mem::replace(&mut waited, true) {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
        let (at_s, prices) = (self.at_s.get(), self.prices.borrow());
        let host = ["coinbase", "kraken", "coingecko", "bitstamp"].into_iter().find(|name| request.url.contains(name));
        let name = host.expect("one of the four is asked");
        let price = prices.get(name).ok_or(HttpError::Timeout(request.timeout_ms))?;
        let body = match name {
            "coinbase" => format!(r#"{{"data":{{"currency":"USD","rates":{{"ETH":"{price}"}}}}}}"#),
            "kraken" => format!(r#"{{"error":[],"result":{{"XETHZUSD":{{"a":["{price}"],"b":["{price}"]}}}}}}"#),
            "coingecko" => format!(r#"{{"ethereum":{{"usd":{price},"last_updated_at":{at_s}}}}}"#),
            _ => format!(r#"[{{"pair":"ETH/USD","ask":"{price}","bid":"{price}","timestamp":"{at_s}"}}]"#),
        };
        let status = if price == "429" { 429 } else { 200 };
        Ok(Answer { status, retry_after_s: None, body })
    }
}

/// A cache that several isolates share, on a clock that the test sets.
#[derive(Default)]
struct Shared {
    entries: RefCell<BTreeMap<String, (String, i64)>>,
    now_ms: Cell<i64>,
}

impl SharedCache for Shared {
    async fn load(&self, key: &str) -> Option<String> {
        let entries = self.entries.borrow();
        entries.get(key).filter(|(_, until_ms)| self.now_ms.get() < *until_ms).map(|(text, _)| text.clone())
    }

    async fn store(&self, key: &str, text: String, keep_ms: i64) {
        self.entries.borrow_mut().insert(key.to_owned(), (text, self.now_ms.get() + keep_ms));
    }
}

fn dollars() -> Currency {
    Currency::parse("USD").unwrap()
}

fn ask_with(http: &Exchange, shared: &impl SharedCache, cache: &RateCache, now_ms: i64) -> RateTable {
    let urls = SourceUrls::default();
    pollster::block_on(rates_for(&Exchanges { http, shared, urls: &urls }, cache, dollars(), now_ms))
}

fn ask(http: &Exchange, cache: &RateCache, now_ms: i64) -> RateTable {
    ask_with(http, &NoSharedCache, cache, now_ms)
}

fn ether(table: &RateTable) -> Option<String> {
    table.rate("ETH").map(Rate::print)
}

const GOOD: &[(&str, &str)] =
    &[("coinbase", "0.00033"), ("kraken", "3030"), ("coingecko", "3031"), ("bitstamp", "3032")];

#[test]
fn asks_four_exchanges_once_and_then_serves_from_memory() {
    let (http, cache) = (Exchange::at(NOW_MS, GOOD), RateCache::default());
    #[rustfmt::skip]
    let table: &[(i64, usize, u64, u64)] = &[
        // seconds later, exchanges asked, hits, misses
        (0,   4, 0, 1),
        (1,   4, 1, 1),
        (29,  4, 2, 1),
        (30,  8, 2, 2),
        (31,  8, 3, 2),
        (600, 12, 3, 3),
    ];
    for (later_s, asked, hits, misses) in table {
        let now_ms = NOW_MS + later_s * SECOND_MS;
        http.at_s.set(now_ms / 1_000 - later_s % 30);
        let rates = ask(&http, &cache, now_ms);
        // 3030, 3030.30, 3031, 3032: halfway between the middle two.
        assert_eq!(ether(&rates).as_deref(), Some("3030.651515"), "after {later_s} s");
        assert_eq!(http.times_asked(), *asked, "after {later_s} s");
        let view = rates.to_view();
        assert_eq!((view.cache_hits, view.cache_misses), (*hits, *misses), "after {later_s} s");
    }
}

#[test]
fn shows_sources_ages_and_failures() {
    let http =
        Exchange::at(NOW_MS - 20 * SECOND_MS, &[("coinbase", "0.00033"), ("kraken", "30300"), ("bitstamp", "3032")]);
    let cache = RateCache::default();
    ask(&http, &cache, NOW_MS);
    let view = ask(&http, &cache, NOW_MS + 5 * SECOND_MS).to_view();
    assert_eq!(
        (view.currency.as_str(), view.fetched_at.as_str(), view.age_seconds),
        ("USD", "2026-11-21T09:59:40Z", 5)
    );
    assert_eq!(view.failed_sources, ["coingecko did not answer within 3000 ms"]);
    let entry = view.rates.iter().find(|entry| entry.symbol == "ETH").unwrap();
    let sources: Vec<_> =
        entry.sources.iter().map(|it| (it.source.as_str(), it.rate.as_str(), it.age_seconds, it.used)).collect();
    #[rustfmt::skip]
    assert_eq!(sources, [
        ("coinbase", "3030.30303", 5,  true),
        ("kraken",   "30300",      5,  false),
        ("bitstamp", "3032",       25, true),
    ]);
    assert_eq!(entry.rate.as_deref(), Some("3031.151515"));
    let dai = view.rates.iter().find(|entry| entry.symbol == "DAI").unwrap();
    assert_eq!((dai.rate.as_ref(), dai.sources.len()), (None, 0), "a coin nobody quotes is listed without a rate");
}

/// A source that answers once and then fails still counts until its price is a minute old.
#[test]
fn keeps_the_last_price_of_a_source_until_it_is_stale() {
    let (http, cache) = (Exchange::at(NOW_MS, &[("coinbase", "0.00033"), ("kraken", "3030")]), RateCache::default());
    assert!(ask(&http, &cache, NOW_MS).rate("ETH").is_some());
    http.set(NOW_MS, &[("kraken", "3040")]);
    let later = ask(&http, &cache, NOW_MS + 40 * SECOND_MS);
    assert_eq!(ether(&later).as_deref(), Some("3035.151515"), "coinbase of 40 s ago, kraken of now");
    assert!(later.to_view().failed_sources.iter().any(|failure| failure.starts_with("coinbase")));
    let too_late = ask(&http, &cache, NOW_MS + 75 * SECOND_MS);
    assert_eq!(ether(&too_late), None, "kraken alone is no quorum");
}

/// Without any rate the exchanges are asked again soon, and not at every request.
#[test]
fn asks_again_soon_where_there_is_no_rate() {
    let (http, cache) = (Exchange::at(NOW_MS, &[("coinbase", "429")]), RateCache::default());
    let rates = ask(&http, &cache, NOW_MS);
    assert_eq!(ether(&rates), None);
    assert!(rates.to_view().failed_sources.contains(&"coinbase answered with HTTP status 429".to_owned()));
    ask(&http, &cache, NOW_MS + RETRY_MS - 1);
    assert_eq!(http.times_asked(), 4);
    http.set(NOW_MS, GOOD);
    assert!(ask(&http, &cache, NOW_MS + RETRY_MS).rate("ETH").is_some());
    assert_eq!(http.times_asked(), 8);
}

/// A price that was fresh when it was asked turns stale while it is kept: it is judged at each use.
#[test]
fn judges_age_at_each_use() {
    let http = Exchange::at(NOW_MS - 50 * SECOND_MS, &[("coingecko", "3031"), ("bitstamp", "3032")]);
    let cache = RateCache::default();
    assert!(ask(&http, &cache, NOW_MS).rate("ETH").is_some());
    assert!(ask(&http, &cache, NOW_MS + 10 * SECOND_MS).rate("ETH").is_some());
    assert_eq!(ether(&ask(&http, &cache, NOW_MS + 11 * SECOND_MS)), None);
    assert_eq!(http.times_asked(), 4, "all from memory");
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn others_are_served_while_one_asks() {
    let (http, cache, urls) = (Exchange::at(NOW_MS, GOOD), RateCache::default(), SourceUrls::default());
    ask(&http, &cache, NOW_MS);
    http.slow.set(true);
    let exchanges = Exchanges { http: &http, shared: &NoSharedCache, urls: &urls };
    let later_ms = NOW_MS + 31 * SECOND_MS;
    let mut first = pin!(rates_for(&exchanges, &cache, dollars(), later_ms));
    assert!(poll(first.as_mut()).is_pending());
    assert_eq!(http.times_asked(), 8);
    let mut second = pin!(rates_for(&exchanges, &cache, dollars(), later_ms));
    let Poll::Ready(served) = poll(second.as_mut()) else { panic!("the second request waits for the first") };
    assert!(served.rate("ETH").is_some());
    assert_eq!(http.times_asked(), 8, "the second asked nobody");
    let Poll::Ready(asked) = poll(first.as_mut()) else { panic!("the first is not answered") };
    assert_eq!(asked.to_view().age_seconds, 0);
}

/// A request that was cancelled while it asked must not keep later ones from asking.
#[test]
fn a_cancelled_request_is_forgotten() {
    let (http, cache, urls) = (Exchange::at(NOW_MS, GOOD), RateCache::default(), SourceUrls::default());
    ask(&http, &cache, NOW_MS);
    http.slow.set(true);
    let exchanges = Exchanges { http: &http, shared: &NoSharedCache, urls: &urls };
    {
        let mut cancelled = pin!(rates_for(&exchanges, &cache, dollars(), NOW_MS + 31 * SECOND_MS));
        assert!(poll(cancelled.as_mut()).is_pending());
    }
    http.slow.set(false);
    let asked = http.times_asked();
    ask(&http, &cache, NOW_MS + 38 * SECOND_MS);
    assert_eq!(http.times_asked(), asked + 4);
}

/// An answer that comes back late does not replace a newer one.
#[test]
fn a_late_answer_replaces_nothing_newer() {
    let (http, cache, urls) = (Exchange::at(NOW_MS, GOOD), RateCache::default(), SourceUrls::default());
    http.slow.set(true);
    let exchanges = Exchanges { http: &http, shared: &NoSharedCache, urls: &urls };
    let mut slow = pin!(rates_for(&exchanges, &cache, dollars(), NOW_MS));
    assert!(poll(slow.as_mut()).is_pending());
    http.slow.set(false);
    let newer_ms = NOW_MS + 10 * SECOND_MS;
    ask(&http, &cache, newer_ms);
    assert!(poll(slow.as_mut()).is_ready());
    assert_eq!(ask(&http, &cache, newer_ms).to_view().age_seconds, 0);
}

#[test]
fn a_new_isolate_takes_the_shared_table() {
    let (http, shared) = (Exchange::at(NOW_MS, GOOD), Shared::default());
    shared.now_ms.set(NOW_MS);
    let first = ask_with(&http, &shared, &RateCache::default(), NOW_MS);
    shared.now_ms.set(NOW_MS + 10 * SECOND_MS);
    let cache = RateCache::default();
    let second = ask_with(&http, &shared, &cache, NOW_MS + 10 * SECOND_MS);
    assert_eq!(http.times_asked(), 4);
    assert_eq!(second.rate("ETH"), first.rate("ETH"));
    assert_eq!((cache.counts().hits, cache.counts().misses, second.to_view().age_seconds), (1, 0, 10));
    // Its age counts from when the exchanges were asked, not from when this isolate took it over.
    ask_with(&http, &shared, &cache, NOW_MS + 30 * SECOND_MS);
    assert_eq!(http.times_asked(), 8);
}

/// What a shared cache gives is input: whatever it is, the exchanges are asked instead.
#[test]
fn what_is_shared_is_not_trusted() {
    let old = Exchange::at(NOW_MS, GOOD);
    let shared = Shared::default();
    ask_with(&old, &shared, &RateCache::default(), NOW_MS);
    let (key, (good, _)) =
        shared.entries.borrow().iter().next().map(|(key, value)| (key.clone(), value.clone())).unwrap();
    assert!(good.len() < 4_000, "{} bytes", good.len());
    let huge = format!("{good}{}", " ".repeat(20_000));
    let zero = good.replace("3030", "0");
    assert_ne!(zero, good);
    let future = good.replace(&NOW_MS.to_string(), &(NOW_MS + 86_400_000).to_string());
    assert_ne!(future, good);
    let texts = [("", 1), ("{}", 1), ("null", 1), (&huge, 1), (&zero, 1), (&future, 1), (&good, 31)];
    for (text, later_s) in texts {
        let http = Exchange::at(NOW_MS, GOOD);
        shared.entries.borrow_mut().insert(key.clone(), (text.to_owned(), i64::MAX));
        let rates = ask_with(&http, &shared, &RateCache::default(), NOW_MS + later_s * SECOND_MS);
        assert_eq!(http.times_asked(), 4, "{text:.40}");
        assert!(rates.rate("ETH").is_some());
    }
}

/// Whoever tries all currencies costs at most one round for each that can have a rate.
#[test]
fn nobody_is_asked_for_a_currency_without_a_quorum() {
    let (http, cache, urls) = (Exchange::at(NOW_MS, GOOD), RateCache::default(), SourceUrls::default());
    let exchanges = Exchanges { http: &http, shared: &NoSharedCache, urls: &urls };
    let rates = |code: &str| {
        let currency = Currency::parse(code).unwrap();
        pollster::block_on(rates_for(&exchanges, &cache, currency, NOW_MS))
    };
    let view = rates("AMD").to_view();
    assert_eq!((http.times_asked(), view.cache_misses), (0, 0));
    let expected = ["kraken has no market in AMD", "coingecko has no market in AMD", "bitstamp has no market in AMD"];
    assert_eq!(view.failed_sources, expected);
    assert!(view.rates.iter().all(|entry| entry.rate.is_none()));
    // Two of the four know reais: they are asked.
    rates("BRL");
    assert_eq!(http.times_asked(), 2);
}
