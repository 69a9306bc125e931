//! The exchanges' real answer shapes, with fixed prices, and what must be read out of them.

use groat_core::asset::ASSETS;
use groat_core::money::{Currency, Rate};

use super::*;

const COINBASE_USD: &str = include_str!("fixtures/coinbase_usd.json");
const COINBASE_EUR: &str = include_str!("fixtures/coinbase_eur.json");
const KRAKEN_USD: &str = include_str!("fixtures/kraken_usd.json");
const KRAKEN_EUR: &str = include_str!("fixtures/kraken_eur.json");
const KRAKEN_JPY: &str = include_str!("fixtures/kraken_jpy.json");
const COINGECKO_USD: &str = include_str!("fixtures/coingecko_usd.json");
const COINGECKO_PARTLY: &str = include_str!("fixtures/coingecko_partly.json");
const BITSTAMP: &str = include_str!("fixtures/bitstamp.json");

const SOURCES: [Source; 4] = [Source::Coinbase, Source::Kraken, Source::Coingecko, Source::Bitstamp];

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

#[test]
fn reads_real_shapes() {
    /// Symbol, price, and the exchange's time in seconds.
    type Expected = &'static [(&'static str, &'static str, Option<i64>)];
    #[rustfmt::skip]
    let table: &[(Source, &str, &str, Expected, &[&str])] = &[
        (Source::Coinbase, "USD", COINBASE_USD, &[
            ("ETH",  "3012.45",     None),
            ("USDC", "1",           None),
            ("USDT", "1.0003",      None),
            ("DAI",  "0.9998",      None),
            ("POL",  "0.4512",      None),
            ("BNB",  "655.2999345", None),
        ], &[]),
        (Source::Coinbase, "EUR", COINBASE_EUR, &[
            ("ETH",  "2774.917097",  None),
            ("USDC", "0.9211495947", None),
            ("USDT", "0.9214259396", None),
            ("DAI",  "0.9209653648", None),
            ("POL",  "0.4156227125", None),
            ("BNB",  "603.6295338",  None),
        ], &[]),
        (Source::Kraken, "USD", KRAKEN_USD, &[
            ("ETH",  "3010.485", None),
            ("USDC", "0.99985",  None),
            ("USDT", "1.000305", None),
            ("DAI",  "0.9998",   None),
            ("POL",  "0.4512",   None),
            ("BNB",  "655.32",   None),
        ], &[]),
        (Source::Kraken, "EUR", KRAKEN_EUR, &[
            ("ETH",  "2773.120855", None),
        ], &["USDT has offers too far apart to make a price", "DAI has no offers"]),
        (Source::Kraken, "JPY", KRAKEN_JPY, &[
            ("ETH",  "448500", None),
        ], &[]),
        (Source::Coingecko, "USD", COINGECKO_USD, &[
            ("ETH",  "3014.860019", Some(1_795_255_174)),
            ("USDC", "0.99991",     Some(1_795_255_172)),
            ("USDT", "1.000288164", Some(1_795_255_170)),
            ("DAI",  "0.999803",    Some(1_795_255_168)),
            ("POL",  "0.4512",      Some(1_795_255_169)),
            ("BNB",  "655.8311203", Some(1_795_255_171)),
        ], &[]),
        (Source::Coingecko, "USD", COINGECKO_PARTLY, &[
            ("ETH",  "3014.86", Some(1_795_255_174)),
        ], &[
            "USDC rate has the unexpected character 'n' at position 1; use digits and one point",
            "USDT rate is out of range",
            "DAI is text where a number belongs",
            "POL has no time",
        ]),
        (Source::Bitstamp, "USD", BITSTAMP, &[
            ("ETH",  "3009.5",  Some(1_795_255_178)),
            ("USDC", "0.9999",  Some(1_795_255_177)),
            ("USDT", "1.00031", Some(1_795_255_178)),
            ("POL",  "0.4512",  Some(1_795_255_101)),
        ], &["DAI rate is out of range"]),
        (Source::Bitstamp, "EUR", BITSTAMP, &[
            ("ETH",  "2772.199705",  Some(1_795_255_170)),
            ("USDC", "0.9210574797", Some(1_795_255_170)),
            ("USDT", "0.9214351511", Some(1_795_255_170)),
            ("POL",  "0.4156226971", Some(1_795_255_101)),
        ], &["DAI rate is out of range"]),
    ];
    for (source, code, body, expected, problems) in table {
        let read = source.read(body, currency(code)).unwrap();
        let quotes: Vec<_> = read.quotes.iter().map(|(symbol, rate, at_ms)| (*symbol, rate.print(), *at_ms)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(symbol, rate, at)| (*symbol, (*rate).to_owned(), at.map(|at| at * 1_000))).collect();
        assert_eq!(quotes, expected, "{source:?} {code}");
        assert_eq!(read.problems, *problems, "{source:?} {code}");
    }
}

#[test]
fn refuses_what_is_no_answer() {
    #[rustfmt::skip]
    let table: &[(Source, &str, &str, &str)] = &[
        (Source::Coinbase,  "USD", "<html>maintenance</html>",                     "can't be read"),
        (Source::Coinbase,  "USD", r#"{"errors":[{"id":"invalid_request"}]}"#,     "can't be read: missing field `data`"),
        (Source::Coinbase,  "USD", COINBASE_EUR,                                   "asked for USD and got EUR"),
        (Source::Kraken,    "USD", r#"{"error":["EQuery:Unknown asset pair"]}"#,   "refused: EQuery:Unknown asset pair"),
        (Source::Kraken,    "USD", r#"{"error":[]}"#,                              "there is no result"),
        (Source::Kraken,    "EUR", KRAKEN_USD,                                     "EURUSD is missing"),
        (Source::Kraken,    "USD", "[]",                                           "can't be read"),
        (Source::Coingecko, "USD", r#"{"status":{"error_code":429}, "ethereum":7}"#, "can't be read"),
        (Source::Coingecko, "USD", "",                                             "can't be read"),
        (Source::Bitstamp,  "USD", r#"{"code":"API0005","status":"error"}"#,       "can't be read"),
        (Source::Bitstamp,  "EUR", "[]",                                           "EUR/USD is missing"),
    ];
    for (source, code, body, expected) in table {
        let error = source.read(body, currency(code)).unwrap_err().to_string();
        assert!(error.contains(expected), "{source:?}: {error}");
    }
}

#[test]
fn asks_the_documented_addresses() {
    let urls = SourceUrls::default();
    #[rustfmt::skip]
    let table: &[(Source, &str, Option<&str>)] = &[
        (Source::Coinbase,  "USD", Some("https://api.coinbase.com/v2/exchange-rates?currency=USD")),
        (Source::Kraken,    "USD", Some("https://api.kraken.com/0/public/Ticker?pair=ETHUSD,USDCUSD,USDTUSD,DAIUSD,POLUSD,BNBUSD")),
        (Source::Kraken,    "EUR", Some("https://api.kraken.com/0/public/Ticker?pair=ETHUSD,USDCUSD,USDTUSD,DAIUSD,POLUSD,BNBUSD,EURUSD")),
        (Source::Kraken,    "BRL", None),
        (Source::Coingecko, "GBP", Some("https://api.coingecko.com/api/v3/simple/price?ids=ethereum,usd-coin,tether,dai,polygon-ecosystem-token,binancecoin&vs_currencies=gbp&include_last_updated_at=true&precision=full")),
        (Source::Coingecko, "AMD", None),
        (Source::Bitstamp,  "USD", Some("https://www.bitstamp.net/api/v2/ticker/")),
        (Source::Bitstamp,  "JPY", None),
    ];
    for (source, code, expected) in table {
        assert_eq!(source.address(&urls, currency(code)).as_deref(), *expected, "{source:?} {code}");
    }
}

#[test]
fn urls_can_be_set_one_by_one() {
    let urls: SourceUrls = serde_json::from_str(r#"{"kraken": "http://127.0.0.1:9"}"#).unwrap();
    assert_eq!(urls.kraken, "http://127.0.0.1:9");
    assert_eq!(urls.coinbase, SourceUrls::default().coinbase);
    assert!(serde_json::from_str::<SourceUrls>(r#"{"krakn": ""}"#).is_err(), "a misspelt source is refused");
}

/// A coin added to the registry must be given its markets here.
#[test]
fn every_asset_has_its_price_asked() {
    for asset in &ASSETS {
        assert!(rate_symbols().any(|symbol| symbol == asset.symbol), "{}", asset.symbol);
    }
    let dollars = currency("USD");
    let read = |source: Source, body| source.read(body, dollars).unwrap().quotes;
    for symbol in rate_symbols() {
        for quotes in [
            read(Source::Coinbase, COINBASE_USD),
            read(Source::Kraken, KRAKEN_USD),
            read(Source::Coingecko, COINGECKO_USD),
        ] {
            assert!(quotes.iter().any(|(quoted, ..)| *quoted == symbol), "{symbol}");
        }
    }
}

/// A text that differs from a real answer in a few places: deleted, doubled or changed bytes.
fn damaged() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let bodies = prop::sample::select(vec![COINBASE_USD, KRAKEN_EUR, COINGECKO_PARTLY, BITSTAMP]);
    let change = (any::<prop::sample::Index>(), 0usize..4, "[0-9eE.\"{}\\[\\],:a-z-]");
    (bodies, prop::collection::vec(change, 1..6)).prop_map(|(body, changes)| {
        let mut text = body.to_owned();
        for (at, cut, insert) in changes {
            let at = at.index(text.len());
            text.replace_range(at..(at + cut).min(text.len()), &insert);
        }
        text
    })
}

proptest::proptest! {
    /// Whatever an exchange sends, there is an answer or a refusal; and no price outside of what a rate can be.
    #[test]
    fn never_panics_on_damaged_answers(body in damaged()) {
        for source in SOURCES {
            for code in ["USD", "EUR", "JPY"] {
                if let Ok(read) = source.read(&body, currency(code)) {
                    for (_, rate, _) in read.quotes {
                        proptest::prop_assert_eq!(Rate::parse(&rate.print()), Ok(rate));
                    }
                }
            }
        }
    }

    #[test]
    fn never_panics_on_anything(body in ".{0,200}") {
        for source in SOURCES {
            let _ = source.read(&body, currency("EUR"));
        }
    }
}
