//! Kraken: `GET /0/public/Ticker?pair=ETHUSD,…`. Old markets answer under names with an X before coins and a Z before
//! currencies (`XETHZUSD`), newer ones under plain names. One unknown pair spoils the whole answer, so only pairs that
//! Kraken lists are asked. There is no time in the answer.

use std::collections::BTreeMap;

use groat_core::money::{Currency, Rate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fiat::{Side, convert};
use super::number::json_string;
use super::{Quotes, SourceError, between};

/// Symbol, the pair to ask for, and the old name it may answer under.
#[rustfmt::skip]
const COINS: [(&str, &str, &str); 6] = [
    ("ETH",  "ETHUSD",  "XETHZUSD"),
    ("USDC", "USDCUSD", "USDCUSD"),
    ("USDT", "USDTUSD", "USDTZUSD"),
    ("DAI",  "DAIUSD",  "DAIUSD"),
    ("POL",  "POLUSD",  "POLUSD"),
    ("BNB",  "BNBUSD",  "BNBUSD"),
];

/// The currencies that trade against the dollar there.
#[rustfmt::skip]
const CURRENCIES: [(&str, &str, &str, Side); 6] = [
    ("EUR", "EURUSD", "ZEURZUSD", Side::DollarsPerUnit),
    ("GBP", "GBPUSD", "ZGBPZUSD", Side::DollarsPerUnit),
    ("AUD", "AUDUSD", "ZAUDZUSD", Side::DollarsPerUnit),
    ("JPY", "USDJPY", "ZUSDZJPY", Side::UnitsPerDollar),
    ("CAD", "USDCAD", "ZUSDZCAD", Side::UnitsPerDollar),
    ("CHF", "USDCHF", "USDCHF",   Side::UnitsPerDollar),
];

#[derive(Deserialize)]
struct Answer<'a> {
    error: Vec<String>,
    #[serde(borrow)]
    result: Option<BTreeMap<String, Ticker<'a>>>,
}

/// Best offer to sell (`a`) and to buy (`b`): price, then volumes.
#[derive(Deserialize)]
struct Ticker<'a> {
    #[serde(borrow)]
    a: Vec<&'a RawValue>,
    #[serde(borrow)]
    b: Vec<&'a RawValue>,
}

/// The fiat market to ask along; none for dollars themselves.
fn fiat_market(currency: Currency) -> Option<&'static (&'static str, &'static str, &'static str, Side)> {
    CURRENCIES.iter().find(|(code, ..)| *code == currency.code())
}

pub fn address(base: &str, currency: Currency) -> Option<String> {
    let mut pairs: Vec<&str> = COINS.iter().map(|(_, pair, _)| *pair).collect();
    if currency.code() != "USD" {
        pairs.push(fiat_market(currency)?.1);
    }
    Some(format!("{base}/0/public/Ticker?pair={}", pairs.join(",")))
}

pub fn read(body: &str, currency: Currency) -> Result<Quotes, SourceError> {
    let Answer { error, result } = serde_json::from_str(body)?;
    // What starts with W is a warning beside a good answer.
    if let Some(error) = error.into_iter().find(|error| !error.starts_with('W')) {
        return Err(SourceError::Refused(error));
    }
    let tickers = result.ok_or_else(|| SourceError::Shape("there is no result".to_owned()))?;
    let find = |pair: &str, old: &str| tickers.get(old).or_else(|| tickers.get(pair));
    let fiat = match fiat_market(currency) {
        None => None,
        Some((_, pair, old, side)) => {
            let ticker = find(pair, old).ok_or_else(|| SourceError::Shape(format!("{pair} is missing")))?;
            Some((price(ticker).map_err(|problem| SourceError::Shape(format!("{pair} {problem}")))?, *side))
        }
    };
    let mut quotes = Quotes::default();
    for (symbol, pair, old) in COINS {
        let Some(ticker) = find(pair, old) else { continue };
        let dollars = price(ticker);
        let rate = match fiat {
            None => dollars,
            Some((fiat, side)) => dollars.and_then(|dollars| convert(dollars, fiat, side)),
        };
        quotes.add(symbol, rate, None);
    }
    Ok(quotes)
}

fn price(ticker: &Ticker<'_>) -> Result<Rate, String> {
    let first = |offers: &[&RawValue]| match offers.first() {
        Some(raw) => json_string(raw),
        None => Err("has no offers".to_owned()),
    };
    between(first(&ticker.b)?, first(&ticker.a)?)
}
