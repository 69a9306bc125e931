//! How values are printed for people: as the digits that came, never through a float, never rounded here. Prices and times
//! are for whoever shows the parts ([`crate::view::Column`]): a browser has `Intl` for them, the edge has not.

use crate::wire::Payment;

/// Decimals that are shown even when they are zero: money looks wrong with one.
const DECIMALS_SHOWN: usize = 2;

/// Half of the world reads a point with three digits behind it as thousands: a zero more leaves no doubt.
const DECIMALS_OF_THOUSANDS: usize = 3;

/// An asset's amount without idle zeros: `49.010000` becomes `49.01`. Exact: only zeros at the end come or go.
pub fn amount(decimal: &str) -> String {
    let Some((whole, fraction)) = decimal.split_once('.') else { return decimal.to_owned() };
    let kept = fraction.trim_end_matches('0').len().max(DECIMALS_SHOWN.min(fraction.len()));
    let doubt = if kept == DECIMALS_OF_THOUSANDS { "0" } else { "" };
    [whole, ".", fraction.get(..kept).unwrap_or(fraction), doubt].concat()
}

/// An amount with its symbol.
pub fn amount_of(decimal: &str, symbol: &str) -> String {
    crate::text::Text::AmountOf.with(&[&amount(decimal), symbol])
}

/// What counts towards the price, each payment as it came: nothing is added up here.
pub fn received(payments: &[Payment]) -> String {
    let credited = payments.iter().filter(|payment| payment.credited);
    let amounts: Vec<String> = credited.map(|payment| amount_of(&payment.amount, &payment.symbol)).collect();
    listed(amounts.iter().map(String::as_str), " + ")
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

/// Texts with something between them. The standard library's `join` is one function for texts and lists of all kinds, and
/// weighs accordingly.
pub fn listed<'a>(texts: impl Iterator<Item = &'a str>, between: &str) -> String {
    let mut listed = String::new();
    for text in texts {
        if !listed.is_empty() {
            listed.push_str(between);
        }
        listed.push_str(text);
    }
    listed
}

/// Percent-encoded, as one value of a query.
pub fn percent_encoded(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
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
            ("49.005",               "49.0050"),
            ("49.005000",            "49.0050"),
        ];
        for (decimal, expected) in table {
            assert_eq!(&amount(decimal), expected);
        }
    }

    #[test]
    fn lists() {
        assert_eq!(listed(["1 USDC", "2 USDT", "3 DAI"].into_iter(), " + "), "1 USDC + 2 USDT + 3 DAI");
        assert_eq!(listed(["1 USDC"].into_iter(), " + "), "1 USDC");
        assert_eq!(listed([].into_iter(), " + "), "");
    }

    #[test]
    fn a_code_travels_whole_in_a_link() {
        let uri = "wc:ab12@2?relay-protocol=irn&symKey=0f&expiryTimestamp=17";
        assert_eq!(percent_encoded(uri), "wc%3Aab12%402%3Frelay-protocol%3Dirn%26symKey%3D0f%26expiryTimestamp%3D17");
        assert_eq!(percent_encoded("é"), "%C3%A9");
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
