//! Coinbase: `GET /v2/exchange-rates?currency=USD` says how much of everything one dollar buys.

use std::collections::BTreeMap;

use groat_core::money::{Currency, Rate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::number::{plain, string};
use super::{Quotes, SourceError, rate_symbols};

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    currency: String,
    #[serde(borrow)]
    rates: BTreeMap<String, &'a RawValue>,
}

pub fn address(base: &str, currency: Currency) -> String {
    format!("{base}/v2/exchange-rates?currency={}", currency.code())
}

pub fn read(body: &str, currency: Currency) -> Result<Quotes, SourceError> {
    let Answer { data } = serde_json::from_str(body)?;
    if data.currency != currency.code() {
        return Err(SourceError::Shape(format!("asked for {} and got {}", currency.code(), data.currency)));
    }
    let mut quotes = Quotes::default();
    for symbol in rate_symbols() {
        if let Some(raw) = data.rates.get(symbol) {
            quotes.add(symbol, inverse(raw), None);
        }
    }
    Ok(quotes)
}

fn inverse(raw: &RawValue) -> Result<Rate, String> {
    let text = plain(&string(raw)?)?;
    Rate::parse_inverse(&text).map_err(|error| error.to_string())
}
