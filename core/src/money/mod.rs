//! Money: asset amounts in base units, prices in minor units of a currency, and the rate between them.
//!
//! Every value is a sealed integer. Text is parsed exactly or refused, never rounded; arithmetic is checked.

mod amount;
mod currency;
mod decimal;
mod price;
mod rate;

pub use amount::{Amount, AmountError, MAX_BASE_UNITS};
pub use currency::{Currency, UnknownCurrency};
pub use decimal::{DecimalError, MAX_DECIMALS, parse_decimal, print_decimal};
pub use price::{MAX_MINOR_UNITS, Price, PriceError};
pub use rate::{Rate, RateError};
