//! Numbers as exchanges write them, as plain decimal text. Nothing passes through a float.

use groat_core::money::{Rate, print_decimal};
use serde_json::value::RawValue;

/// Prices lie well within 10^±30; a larger exponent would only make work.
const MAX_EXPONENT: i32 = 30;
const SIGNIFICANT_DIGITS: u32 = 10;
/// The decimals of [`Rate::mantissa`].
const RATE_DECIMALS: u8 = 18;
/// More digits than any exchange sends.
const MAX_CHARS: usize = 64;

/// Reads a JSON number such as `3012.45` or `2.5e-05`.
pub fn json_number(raw: &RawValue) -> Result<Rate, String> {
    let text = raw.get();
    if text.starts_with('"') {
        return Err("is text where a number belongs".to_owned());
    }
    rate(text)
}

/// Reads a JSON string that holds a number.
pub fn json_string(raw: &RawValue) -> Result<Rate, String> {
    rate(&string(raw)?)
}

/// Reads a JSON string.
pub fn string(raw: &RawValue) -> Result<String, String> {
    serde_json::from_str(raw.get()).map_err(|_| "is not the text it should be".to_owned())
}

/// Reads seconds since 1970, sent as a JSON number or string, as milliseconds.
pub fn seconds_as_ms(raw: &RawValue) -> Result<i64, String> {
    let text = raw.get();
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let seconds: Option<i64> = digits.parse().ok();
    seconds.and_then(|seconds| seconds.checked_mul(1_000)).ok_or_else(|| "has a time that is no time".to_owned())
}

/// A rate from decimal text, with or without an exponent.
pub fn rate(text: &str) -> Result<Rate, String> {
    Rate::parse(&plain(text)?).map_err(|error| error.to_string())
}

/// A rate of ten significant digits, more than exchanges know: dividing makes eighteen, of which the rest is noise that a
/// seller would have to read.
pub fn readable(rate: Rate) -> Rate {
    let mantissa = rate.mantissa();
    let step = 10u128.pow(mantissa.ilog10().saturating_sub(SIGNIFICANT_DIGITS - 1));
    let rounded = (mantissa + step / 2) / step * step;
    // Rounding up past the largest rate is the only way to fail.
    Rate::parse(&print_decimal(rounded, RATE_DECIMALS, 0)).unwrap_or(rate)
}

/// Decimal text without an exponent.
pub fn plain(text: &str) -> Result<String, String> {
    if text.len() > MAX_CHARS {
        return Err("has more digits than a price can have".to_owned());
    }
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Ok(text.to_owned()) };
    let exponent: i32 = exponent.parse().map_err(|_| "has an exponent that is no number".to_owned())?;
    if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) {
        return Err("has an exponent out of range".to_owned());
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is not a number".to_owned());
    }
    Ok(shift(&digits, whole.len(), exponent))
}

/// Puts the point `exponent` digits behind `point`, filling up with zeros.
fn shift(digits: &str, point: usize, exponent: i32) -> String {
    let distance = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
    let (digits, point) = if exponent < 0 {
        let zeros = distance.saturating_sub(point) + 1;
        (["0".repeat(zeros).as_str(), digits].concat(), point + zeros - distance)
    } else {
        let zeros = (point + distance).saturating_sub(digits.len());
        ([digits, "0".repeat(zeros).as_str()].concat(), point + distance)
    };
    let (whole, fraction) = digits.split_at(point);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_exponents() {
        #[rustfmt::skip]
        let table: &[(&str, Result<&str, ()>)] = &[
            ("3012.45",     Ok("3012.45")),
            ("2.5e-05",     Ok("0.000025")),
            ("2.5E-5",      Ok("0.000025")),
            ("25e-1",       Ok("2.5")),
            ("1e3",         Ok("1000")),
            ("1.2345e2",    Ok("123.45")),
            ("1.2345e+4",   Ok("12345")),
            ("1.2e4",       Ok("12000")),
            ("12.5e0",      Ok("12.5")),
            ("0.5e1",       Ok("5")),
            ("0e5",         Ok("0")),
            ("123e-30",     Ok("0.000000000000000000000000000123")),
            ("1e31",        Err(())),
            ("1e-31",       Err(())),
            ("1e",          Err(())),
            ("e5",          Err(())),
            (".5e1",        Err(())),
            ("-1e5",        Err(())),
            ("1e5e5",       Err(())),
            ("1.2.3e1",     Err(())),
            ("NaNe1",       Err(())),
            ("1e99999999999", Err(())),
        ];
        for (text, expected) in table {
            assert_eq!(plain(text).as_deref().map_err(|_| ()), *expected, "{text}");
        }
        assert!(plain(&"1".repeat(65)).is_err());
    }

    #[test]
    fn keeps_ten_significant_digits() {
        #[rustfmt::skip]
        let table: &[(&str, &str)] = &[
            ("3012.450000000071520081", "3012.45"),
            ("2774.91710005",           "2774.9171"),
            ("2774.917150",             "2774.91715"),
            ("0.000000012345678905",    "0.00000001234567891"),
            ("0.01234567890512",        "0.01234567891"),
            ("0.000000000000000001",    "0.000000000000000001"),
            ("999999999999.9",          "1000000000000"),
            ("1000000000000",           "1000000000000"),
        ];
        for (text, expected) in table {
            assert_eq!(&readable(Rate::parse(text).unwrap()).print(), expected);
        }
    }

    #[test]
    fn reads_times() {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        assert_eq!(seconds_as_ms(&raw("1795255200")), Ok(1_795_255_200_000));
        assert_eq!(seconds_as_ms(&raw("\"1795255200\"")), Ok(1_795_255_200_000));
        for text in ["null", "1.5", "\"\"", "9223372036854775807", "[1]", "\"now\""] {
            assert!(seconds_as_ms(&raw(text)).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        /// Against arithmetic on the integer: mantissa × 10^exponent in units of 10^-30.
        #[test]
        fn keeps_the_value(mantissa in 0u64..10_000_000, exponent in -20i32..=3) {
            let text = plain(&format!("{mantissa}e{exponent}")).unwrap();
            let expected = u128::from(mantissa) * 10u128.pow(u32::try_from(20 + exponent).unwrap());
            let read = groat_core::money::parse_decimal(&text, 20).unwrap();
            proptest::prop_assert_eq!(read, expected);
        }

        #[test]
        fn never_panics(text in "[0-9.eE+-]{0,40}|.{0,40}") {
            let _ = rate(&text);
        }
    }
}
