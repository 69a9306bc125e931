//! Shapes that several answers share.

use serde::{Deserialize, Serialize};

use crate::money::Price;

/// Money in a price currency: a decimal string and an ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    /// Decimal string with the currency's decimals, such as `49.00`.
    pub amount: String,
    /// ISO 4217 code, such as `USD`.
    pub currency: String,
}

impl From<Price> for Money {
    fn from(price: Price) -> Self {
        Self { amount: price.print_amount(), currency: price.currency().code().to_owned() }
    }
}

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List<T> {
    /// The entries.
    pub data: Vec<T>,
    /// Give this as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}
