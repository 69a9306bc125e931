//! How values are printed for people. Money and times go to the platform's `Intl`, as the digits that came: never
//! through a float, never rounded here.

use crate::wire::{Money, Payment};

/// The language of the texts: numbers and times follow it.
#[cfg(target_arch = "wasm32")]
const LOCALE: &str = "en";

/// Decimals that are shown even when they are zero: money looks wrong with one.
const DECIMALS_SHOWN: usize = 2;

/// An asset's amount without idle zeros: `49.010000` becomes `49.01`. Exact: only zeros at the end go.
pub fn amount(decimal: &str) -> String {
    let Some((whole, fraction)) = decimal.split_once('.') else { return decimal.to_owned() };
    let kept = fraction.trim_end_matches('0').len().max(DECIMALS_SHOWN.min(fraction.len()));
    [whole, ".", fraction.get(..kept).unwrap_or(fraction)].concat()
}

/// An amount with its symbol.
pub fn amount_of(decimal: &str, symbol: &str) -> String {
    crate::text::Text::AmountOf.with(&[&amount(decimal), symbol])
}

/// What counts towards the price, each payment as it came: nothing is added up here.
pub fn received(payments: &[Payment]) -> String {
    let credited = payments.iter().filter(|payment| payment.credited);
    let amounts: Vec<String> = credited.map(|payment| amount_of(&payment.amount, &payment.symbol)).collect();
    amounts.join(" + ")
}

/// Minutes and seconds, never less than zero: `14:05`.
pub fn countdown(left_ms: i64) -> String {
    let seconds = (left_ms.max(0) + 999) / 1_000;
    let (minutes, seconds) = ((seconds / 60).to_string(), (seconds % 60).to_string());
    [minutes.as_str(), if seconds.len() < 2 { ":0" } else { ":" }, &seconds].concat()
}

/// A long hash or address as its ends.
pub fn shortened(hash: &str) -> String {
    match (hash.get(..8), hash.len().checked_sub(6).and_then(|at| hash.get(at..))) {
        (Some(start), Some(end)) if hash.len() > 20 => [start, "…", end].concat(),
        _ => hash.to_owned(),
    }
}

/// A price. `Intl` takes the decimal string as it is, exactly.
#[cfg(target_arch = "wasm32")]
pub fn price(money: &Money) -> String {
    use wasm_bindgen::JsValue;
    // Its own rule would round some currencies (49.50 HUF): as many decimals as came are shown.
    let decimals = money.amount.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let decimals: JsValue = u32::try_from(decimals).unwrap_or_default().into();
    let options = crate::js::object(&[
        ("style", "currency".into()),
        ("currency", money.currency.as_str().into()),
        ("minimumFractionDigits", decimals.clone()),
        ("maximumFractionDigits", decimals),
    ]);
    let format = js_sys::Intl::NumberFormat::new(&js_sys::Array::of1(&LOCALE.into()), &options).format();
    let printed = format.call1(&JsValue::UNDEFINED, &money.amount.as_str().into());
    printed.ok().and_then(|text| text.as_string()).unwrap_or_else(|| plain(money))
}

/// A price, where there is no `Intl`.
#[cfg(not(target_arch = "wasm32"))]
pub fn price(money: &Money) -> String {
    plain(money)
}

fn plain(money: &Money) -> String {
    [&money.amount, " ", &money.currency].concat()
}

/// A time, in the buyer's time zone.
#[cfg(target_arch = "wasm32")]
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay far below 2^53")]
pub fn time(time_ms: i64) -> String {
    let options = crate::js::object(&[("dateStyle", "medium".into()), ("timeStyle", "short".into())]);
    js_sys::Date::new(&(time_ms as f64).into()).to_locale_string(LOCALE, &options).into()
}

/// A time, where there is no `Intl`.
#[cfg(not(target_arch = "wasm32"))]
pub fn time(time_ms: i64) -> String {
    groat_core::time::print_rfc3339(time_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_only_idle_zeros() {
        #[rustfmt::skip]
        let table: &[(&str, &str)] = &[
            ("49.010000",            "49.01"),
            ("49.000000",            "49.00"),
            ("0.016337000000000000", "0.016337"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("100",                  "100"),
            ("1.5",                  "1.5"),
            ("1.50",                 "1.50"),
            ("120.10",               "120.10"),
        ];
        for (decimal, expected) in table {
            assert_eq!(&amount(decimal), expected);
        }
    }

    #[test]
    fn counts_down() {
        #[rustfmt::skip]
        let table: &[(i64, &str)] = &[
            (900_000, "15:00"),
            (899_999, "15:00"),
            (65_000,  "1:05"),
            (59_001,  "1:00"),
            (1,       "0:01"),
            (0,       "0:00"),
            (-5_000,  "0:00"),
        ];
        for (left_ms, expected) in table {
            assert_eq!(&countdown(*left_ms), expected);
        }
    }

    #[test]
    fn shortens_only_what_is_long() {
        assert_eq!(shortened("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), "0x5aAeb6…1BeAed");
        assert_eq!(shortened("0x5aAeb6"), "0x5aAeb6");
        assert_eq!(shortened(""), "");
    }
}
