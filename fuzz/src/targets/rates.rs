//! What exchanges answer: a price that was sent, or none.

use groat_core::money::{Currency, Rate};
use groat_edge::outbound::{Answer, Http, HttpError, Request};
use groat_edge::rates::{Exchanges, NoSharedCache, RateCache, SharedCache, SourceUrls, rate_symbols, rates_for};
use pollster::block_on;

use super::choice_and_text;
use crate::seeds::texts;

const NOW_MS: i64 = 1_795_255_180_000;
const SOURCES: [&str; 4] = ["coinbase", "kraken", "coingecko", "bitstamp"];
/// One dollar an ether in each exchange's own shape, so that a second one can agree with what is fuzzed.
const SHAPES: [&str; 4] = [
    r#"{"data":{"currency":"USD","rates":{"ETH":"0.0004","USDC":"1.0","USDT":"1","DAI":"1","POL":"4","BNB":"0.002"}}}"#,
    r#"{"error":[],"result":{"XETHZUSD":{"a":["2500.1","1","1.0"],"b":["2499.9","1","1.0"]},"USDCUSD":{"a":["1.0001","1","1"],"b":["0.9999","1","1"]}}}"#,
    r#"{"ethereum":{"usd":2500.0,"last_updated_at":1795255179},"usd-coin":{"usd":1.0,"last_updated_at":1795255179}}"#,
    r#"[{"pair":"ETH/USD","bid":"2499.9","ask":"2500.1","timestamp":"1795255179"},{"pair":"USDC/USD","bid":"0.9999","ask":"1.0001","timestamp":"1795255179"}]"#,
];

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for (index, shape) in SHAPES.iter().enumerate() {
        seeds.push([&[u8::try_from(index).unwrap_or_default()], shape.as_bytes()].concat());
    }
    seeds.extend(texts(&["\x04{\"fetched_at_ms\":1795255170000,\"observations\":{},\"failures\":[]}"]));
    seeds
}

/// Exchanges of which one says what a stranger wants, and a shared cache that may do so too.
struct Stranger<'a> {
    which: usize,
    text: &'a str,
}

impl Http for Stranger<'_> {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let source = SOURCES.iter().position(|name| request.url.contains(name)).unwrap_or_default();
        let body = if source == self.which { self.text } else { SHAPES[source] };
        Ok(Answer { status: 200, retry_after_s: None, body: body.to_owned() })
    }
}

impl SharedCache for Stranger<'_> {
    async fn load(&self, _key: &str) -> Option<String> {
        (self.which == 4).then(|| self.text.to_owned())
    }

    async fn store(&self, _key: &str, _text: String, _keep_ms: i64) {}
}

pub fn run(data: &[u8]) {
    let Some((which, text)) = choice_and_text(data) else { return };
    let (stranger, urls, currency) =
        (Stranger { which: which % 5, text }, SourceUrls::default(), Currency::parse("USD").unwrap());
    let alone = Exchanges { http: &stranger, shared: &NoSharedCache, urls: &urls };
    let table = block_on(rates_for(&alone, &RateCache::default(), currency, NOW_MS));
    // Three honest exchanges outvote one, whatever it says.
    if let Some(rate) = table.rate("ETH") {
        let honest = Rate::parse("2400").unwrap()..Rate::parse("2600").unwrap();
        assert!(honest.contains(&rate), "{} from {text:?}", rate.print());
    }
    for shared in [&stranger] {
        let exchanges = Exchanges { http: &stranger, shared, urls: &urls };
        let table = block_on(rates_for(&exchanges, &RateCache::default(), currency, NOW_MS));
        for symbol in rate_symbols() {
            assert!(table.rate(symbol).is_none_or(|rate| rate.mantissa() > 0));
        }
        let view = table.to_view();
        assert!(view.failed_sources.iter().all(|failure| failure.chars().count() <= 200), "{:?}", view.failed_sources);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_honest_shapes_are_read() {
        let honest = Stranger { which: 9, text: "" };
        let (urls, currency) = (SourceUrls::default(), Currency::parse("USD").unwrap());
        let exchanges = Exchanges { http: &honest, shared: &NoSharedCache, urls: &urls };
        let table = block_on(rates_for(&exchanges, &RateCache::default(), currency, NOW_MS));
        let view = table.to_view();
        let ether = view.rates.iter().find(|rate| rate.symbol == "ETH").unwrap();
        assert_eq!(ether.sources.iter().filter(|source| source.used).count(), 4, "{view:?}");
    }
}
