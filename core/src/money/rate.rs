//! What one whole coin costs in a currency, as an exact decimal.

use thiserror::Error;

use super::decimal::{DecimalError, parse_decimal, print_decimal};

/// Decimals kept of a rate. Exchanges send up to 16; a coin worth 10^-12 dollars still has six significant digits.
const RATE_DECIMALS: u8 = 18;
/// The largest rate: 10^12 per coin. Above it the answer is broken.
const MAX_MANTISSA: u128 = 1_000_000_000_000 * SCALE;
const SCALE: u128 = 1_000_000_000_000_000_000;

/// Why a text is not a rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RateError {
    /// Not a decimal number.
    #[error("rate {0}")]
    Decimal(#[from] DecimalError),
    /// Zero, or too small or too large to be true.
    #[error("rate is out of range")]
    OutOfRange,
}

/// A positive price of one whole coin in major units of a currency, with 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u128);

impl Rate {
    /// Reads a decimal such as `3012.44`. Decimals beyond the eighteenth are cut: they are below any exchange's precision.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let kept = match text.split_once('.') {
            Some((whole, fraction)) if fraction.len() > usize::from(RATE_DECIMALS) => {
                if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(RateError::Decimal(DecimalError::BarePoint));
                }
                &text[..whole.len() + 1 + usize::from(RATE_DECIMALS)]
            }
            _ => text,
        };
        Self::from_mantissa(parse_decimal(kept, RATE_DECIMALS)?)
    }

    /// The inverse of a decimal: reads `0.00033` coins per dollar as dollars per coin.
    pub fn parse_inverse(text: &str) -> Result<Self, RateError> {
        let Self(mantissa) = Self::parse(text)?;
        Self::from_mantissa((SCALE * SCALE) / mantissa)
    }

    fn from_mantissa(mantissa: u128) -> Result<Self, RateError> {
        if mantissa == 0 || mantissa > MAX_MANTISSA { Err(RateError::OutOfRange) } else { Ok(Self(mantissa)) }
    }

    /// The rate × 10^18.
    pub const fn mantissa(self) -> u128 {
        self.0
    }

    /// 10^18, by which [`Self::mantissa`] is scaled.
    pub const fn scale() -> u128 {
        SCALE
    }

    /// The rate halfway between two.
    #[must_use]
    pub const fn midpoint(self, other: Self) -> Self {
        Self(u128::midpoint(self.0, other.0))
    }

    /// True if the two differ by at most `basis_points` (1/100 of a per cent) of the smaller.
    pub fn agrees_with(self, other: Self, basis_points: u32) -> bool {
        let (low, high) = if self <= other { (self.0, other.0) } else { (other.0, self.0) };
        // MAX_MANTISSA is 10^30, so the products stay below 10^35.
        (high - low) * 10_000 <= low * u128::from(basis_points)
    }

    /// The decimal text, without trailing zeros.
    pub fn print(self) -> String {
        print_decimal(self.0, RATE_DECIMALS, 0)
    }
}

impl serde::Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.print())
    }
}

impl<'de> serde::Deserialize<'de> for Rate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prints_and_compares() {
        let rate = |text| Rate::parse(text).unwrap();
        assert_eq!(rate("3012.44").print(), "3012.44");
        assert_eq!(rate("0.99980000").print(), "0.9998");
        assert_eq!(rate("1.0000000000000000009").print(), "1", "the 19th decimal is cut");
        assert_eq!(rate("1.1234567890123456789").print(), "1.123456789012345678", "and none before it");
        assert_eq!(rate("31.1234567890123456789").print(), "31.123456789012345678");
        assert_eq!(Rate::parse_inverse("0.0004").unwrap().print(), "2500");
        assert_eq!(rate("1").midpoint(rate("2")), rate("1.5"));
        assert!(rate("100").agrees_with(rate("102"), 200));
        assert!(!rate("100").agrees_with(rate("102.01"), 200));
        for text in ["0", "", "-1", "1e5", "NaN", "1000000000001", "0.0000000000000000001", "1.123456789012345678x"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
        assert_eq!(rate("1000000000000").print(), "1000000000000", "the largest");
        let long = Rate::parse("1.12345678901234567x");
        assert!(matches!(long, Err(RateError::Decimal(DecimalError::Character { position: 20, .. }))), "{long:?}");
        assert!(Rate::parse_inverse("0").is_err());
    }
}
