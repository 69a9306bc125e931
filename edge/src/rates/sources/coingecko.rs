//! CoinGecko: `GET /api/v3/simple/price`, JSON numbers with the time of each.

use std::collections::BTreeMap;

use groat_core::money::Currency;
use serde_json::value::RawValue;

use super::number::{json_number, seconds_as_ms};
use super::{Quotes, SourceError};

/// Symbol and CoinGecko's id.
#[rustfmt::skip]
const COINS: [(&str, &str); 6] = [
    ("ETH",  "ethereum"),
    ("USDC", "usd-coin"),
    ("USDT", "tether"),
    ("DAI",  "dai"),
    ("POL",  "polygon-ecosystem-token"),
    ("BNB",  "binancecoin"),
];

/// The currencies that it prices in.
const CURRENCIES: &str = "USD AED ARS AUD BDT BHD BMD BRL CAD CHF CLP CNY CZK DKK EUR GBP GEL HKD HUF IDR ILS INR JPY KRW \
                          KWD LKR MMK MXN MYR NGN NOK NZD PHP PKR PLN RUB SAR SEK SGD THB TRY TWD UAH VND ZAR";

const UPDATED_AT: &str = "last_updated_at";

pub fn address(base: &str, currency: Currency) -> Option<String> {
    if !CURRENCIES.split(' ').any(|code| code == currency.code()) {
        return None;
    }
    let ids: Vec<&str> = COINS.iter().map(|(_, id)| *id).collect();
    Some(format!(
        "{base}/api/v3/simple/price?ids={}&vs_currencies={}&include_{UPDATED_AT}=true&precision=full",
        ids.join(","),
        currency.code().to_lowercase(),
    ))
}

pub fn read(body: &str, currency: Currency) -> Result<Quotes, SourceError> {
    let coins: BTreeMap<String, &RawValue> = serde_json::from_str(body)?;
    let wanted = currency.code().to_lowercase();
    let mut quotes = Quotes::default();
    for (symbol, id) in COINS {
        let Some(raw) = coins.get(id) else { continue };
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get())?;
        let Some(price) = fields.get(wanted.as_str()) else { continue };
        let at = fields.get(UPDATED_AT).ok_or_else(|| "has no time".to_owned()).and_then(|raw| seconds_as_ms(raw));
        match at {
            Ok(at_ms) => quotes.add(symbol, json_number(price), Some(at_ms)),
            Err(problem) => quotes.add(symbol, Err(problem), None),
        }
    }
    Ok(quotes)
}
