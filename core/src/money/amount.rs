//! An amount of one asset in its base units (wei, satoshi).

use alloy_primitives::U256;
use thiserror::Error;

use super::decimal::{DecimalError, parse_decimal, print_decimal};

/// The largest amount Groat works with: 10^36 base units, 10^18 whole coins of an 18-decimal asset. Chains carry 256
/// bits; what is above this is no real payment and is refused at the boundary.
pub const MAX_BASE_UNITS: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

/// Why a value is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Above [`MAX_BASE_UNITS`].
    #[error("is above the maximum of 10^36 base units")]
    TooLarge,
    /// Not a decimal number of this asset.
    #[error(transparent)]
    Decimal(#[from] DecimalError),
}

/// Base units of one asset, from 0 to [`MAX_BASE_UNITS`]. Does not know which asset: its holder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Takes base units.
    pub const fn from_base_units(base_units: u128) -> Result<Self, AmountError> {
        if base_units > MAX_BASE_UNITS { Err(AmountError::TooLarge) } else { Ok(Self(base_units)) }
    }

    /// Takes a chain's 256-bit integer.
    pub fn from_chain(value: U256) -> Result<Self, AmountError> {
        u128::try_from(value).map_err(|_| AmountError::TooLarge).and_then(Self::from_base_units)
    }

    /// Reads whole coins with a point, such as `0.016337` with 18 decimals.
    pub fn parse(text: &str, decimals: u8) -> Result<Self, AmountError> {
        Self::from_base_units(parse_decimal(text, decimals)?)
    }

    /// Reads an integer of base units, as stored and sent.
    pub fn parse_base_units(text: &str) -> Result<Self, AmountError> {
        Self::parse(text, 0)
    }

    /// The integer of base units.
    pub const fn to_base_units(self) -> u128 {
        self.0
    }

    /// True for nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it is above the maximum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_base_units(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, zero where `other` is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whole coins as text, with at least `min_decimals` decimals.
    pub fn print(self, decimals: u8, min_decimals: u8) -> String {
        print_decimal(self.0, decimals, min_decimals)
    }
}

/// Base units as a decimal integer: the stored and sent form, since JSON numbers and SQLite bindings pass through floats.
impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_base_units(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_above_the_maximum() {
        assert!(Amount::from_base_units(MAX_BASE_UNITS).is_ok());
        assert_eq!(Amount::from_base_units(MAX_BASE_UNITS + 1), Err(AmountError::TooLarge));
        assert_eq!(Amount::from_chain(U256::MAX), Err(AmountError::TooLarge));
        let most = Amount::from_base_units(MAX_BASE_UNITS).unwrap();
        assert_eq!(most.checked_add(Amount(1)), None);
    }

    #[test]
    fn is_stored_as_text() {
        let json = serde_json::to_string(&Amount(49_010_000)).unwrap();
        assert_eq!(json, r#""49010000""#);
        assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), Amount(49_010_000));
        assert_eq!((Amount::ZERO.is_zero(), Amount(1).is_zero()), (true, false));
        assert!(serde_json::from_str::<Amount>("49010000").is_err(), "a JSON number is refused");
        assert!(serde_json::from_str::<Amount>(r#""-1""#).is_err());
    }
}
