//! A price: minor units (cents) of an ISO 4217 currency.

use thiserror::Error;

use super::currency::{Currency, UnknownCurrency};
use super::decimal::{DecimalError, parse_decimal, print_decimal};

/// The largest price: 10^12 minor units, ten thousand million dollars. Above it a slip of the keyboard is likelier.
pub const MAX_MINOR_UNITS: u128 = 1_000_000_000_000;

/// Why a text is not a price.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PriceError {
    /// Not an ISO 4217 code.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// Not a decimal number of this currency.
    #[error("amount {0}")]
    Decimal(#[from] DecimalError),
    /// Zero.
    #[error("amount must be more than zero")]
    Zero,
    /// Above [`MAX_MINOR_UNITS`].
    #[error("amount is above the maximum of 10^12 minor units")]
    TooLarge,
}

/// A price of at least one minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Price {
    minor_units: u128,
    currency: Currency,
}

impl Price {
    /// Reads an amount such as `49.00` in the currency `USD`; decimals beyond the currency's exponent are refused.
    pub fn parse(amount: &str, currency: &str) -> Result<Self, PriceError> {
        let currency = Currency::parse(currency)?;
        let minor_units = match parse_decimal(amount, currency.exponent()) {
            Err(DecimalError::TooLarge) => return Err(PriceError::TooLarge),
            other => other?,
        };
        match minor_units {
            0 => Err(PriceError::Zero),
            units if units > MAX_MINOR_UNITS => Err(PriceError::TooLarge),
            minor_units => Ok(Self { minor_units, currency }),
        }
    }

    /// The price in minor units.
    pub const fn to_minor_units(self) -> u128 {
        self.minor_units
    }

    /// Its currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount with all decimals of the currency, such as `49.00`.
    pub fn print_amount(self) -> String {
        print_decimal(self.minor_units, self.currency.exponent(), self.currency.exponent())
    }
}

/// As the API writes it: `{"amount":"49.00","currency":"USD"}`.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredPrice {
    amount: String,
    currency: String,
}

impl serde::Serialize for Price {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StoredPrice { amount: self.print_amount(), currency: self.currency.code().to_owned() }.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredPrice::deserialize(deserializer)?;
        Self::parse(&stored.amount, &stored.currency).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_refuses() {
        let decimals = |given, allowed, position| {
            Err(PriceError::Decimal(DecimalError::TooManyDecimals { given, allowed, position }))
        };
        #[rustfmt::skip]
        let table: &[(&str, &str, Result<u128, PriceError>)] = &[
            ("49.00",         "USD", Ok(4900)),
            ("49",            "USD", Ok(4900)),
            ("500",           "JPY", Ok(500)),
            ("1.234",         "KWD", Ok(1234)),
            ("0.01",          "EUR", Ok(1)),
            ("500.5",         "JPY", decimals(1, 0, 5)),
            ("1.005",         "USD", decimals(3, 2, 5)),
            ("0",             "USD", Err(PriceError::Zero)),
            ("0.00",          "USD", Err(PriceError::Zero)),
            ("-5",            "USD", Err(PriceError::Decimal(DecimalError::Character { character: '-', position: 1 }))),
            ("10000000000",   "USD", Ok(1_000_000_000_000)),
            ("10000000000.01","USD", Err(PriceError::TooLarge)),
            ("1000000000000000000000000000000", "USD", Err(PriceError::TooLarge)),
            ("1000000000000000000000000000000000000000", "USD", Err(PriceError::TooLarge)),
            ("5",             "XYZ", Err(PriceError::Currency(UnknownCurrency))),
            ("5",             "usd", Err(PriceError::Currency(UnknownCurrency))),
        ];
        for (amount, currency, expected) in table {
            assert_eq!(&Price::parse(amount, currency).map(Price::to_minor_units), expected, "{amount} {currency}");
        }
        assert_eq!(Price::parse("49", "USD").unwrap().print_amount(), "49.00");
    }
}
