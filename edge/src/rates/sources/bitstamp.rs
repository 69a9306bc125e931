//! Bitstamp: `GET /api/v2/ticker/`, the whole list of markets with the time of each.

use groat_core::money::{Currency, Rate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fiat::{Side, convert};
use super::number::{json_string, seconds_as_ms};
use super::{Quotes, SourceError, between, rate_symbols};

/// The currencies that trade against the dollar there.
const CURRENCIES: [&str; 2] = ["EUR", "GBP"];

/// One market. Other markets than ours may hold anything, so nothing is read before it is known to be wanted.
#[derive(Deserialize)]
struct Market<'a> {
    #[serde(default)]
    pair: String,
    #[serde(borrow)]
    bid: Option<&'a RawValue>,
    #[serde(borrow)]
    ask: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
}

pub fn address(base: &str, currency: Currency) -> Option<String> {
    let has_market = currency.code() == "USD" || CURRENCIES.contains(&currency.code());
    has_market.then(|| format!("{base}/api/v2/ticker/"))
}

pub fn read(body: &str, currency: Currency) -> Result<Quotes, SourceError> {
    let markets: Vec<Market<'_>> = serde_json::from_str(body)?;
    let find = |base: &str| markets.iter().find(|market| market.pair.strip_suffix("/USD") == Some(base));
    let fiat = match currency.code() {
        "USD" => None,
        code => {
            let market = find(code).ok_or_else(|| SourceError::Shape(format!("{code}/USD is missing")))?;
            Some(price(market).map_err(|problem| SourceError::Shape(format!("{code}/USD {problem}")))?)
        }
    };
    let mut quotes = Quotes::default();
    for symbol in rate_symbols() {
        let Some(market) = find(symbol) else { continue };
        match (price(market), fiat) {
            (Err(problem), _) => quotes.add(symbol, Err(problem), None),
            (Ok((rate, at_ms)), None) => quotes.add(symbol, Ok(rate), Some(at_ms)),
            (Ok((rate, at_ms)), Some((fiat, fiat_at_ms))) => {
                // As old as the older of the two that it is made of.
                quotes.add(symbol, convert(rate, fiat, Side::DollarsPerUnit), Some(at_ms.min(fiat_at_ms)));
            }
        }
    }
    Ok(quotes)
}

fn price(market: &Market<'_>) -> Result<(Rate, i64), String> {
    let (Some(bid), Some(ask), Some(timestamp)) = (market.bid, market.ask, market.timestamp) else {
        return Err("lacks its offers or its time".to_owned());
    };
    Ok((between(json_string(bid)?, json_string(ask)?)?, seconds_as_ms(timestamp)?))
}
