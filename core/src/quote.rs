//! What an asset amount a price comes to. Rounds up, once, to the asset's quote precision.

use alloy_primitives::U256;
use thiserror::Error;

use crate::asset::AssetInfo;
use crate::invoice::FULL_SHARE;
use crate::money::{Amount, AmountError, Price, Rate};

/// Why no amount can be quoted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuoteError {
    /// The amount is above the maximum.
    #[error("the quoted amount {0}")]
    Amount(#[from] AmountError),
}

/// The amount of `asset` that `price` comes to at `rate` (in the price's currency per whole coin).
///
/// `ceil(price / rate)` in base units, then up to the next multiple of the quote precision: never less than the price.
pub fn quoted_amount(price: Price, rate: Rate, asset: &AssetInfo) -> Result<Amount, QuoteError> {
    quoted_part(price, FULL_SHARE, rate, asset)
}

/// The same for a part of the price: `share` of [`FULL_SHARE`].
pub fn quoted_part(price: Price, share: u64, rate: Rate, asset: &AssetInfo) -> Result<Amount, QuoteError> {
    let ten = U256::from(10u8);
    // price ≤ 10^12, decimals ≤ 24, scale and share 10^18: the numerator stays below 10^72, inside 256 bits (10^77).
    let numerator = U256::from(price.to_minor_units())
        * ten.pow(U256::from(asset.decimals))
        * U256::from(Rate::scale())
        * U256::from(share);
    let denominator =
        ten.pow(U256::from(price.currency().exponent())) * U256::from(rate.mantissa()) * U256::from(FULL_SHARE);
    let step = U256::from(asset.quote_step());
    let units = numerator.div_ceil(denominator);
    Ok(Amount::from_chain(units.div_ceil(step) * step)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asset::asset_info;

    const ETH: &str = "eip155:1/slip44:60";
    const USDC: &str = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    const BSC_USDT: &str = "eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955";

    fn quote(amount: &str, currency: &str, rate: &str, asset: &str) -> String {
        let price = Price::parse(amount, currency).unwrap();
        let asset = asset_info(asset.parse().unwrap()).unwrap();
        let units = quoted_amount(price, Rate::parse(rate).unwrap(), asset).unwrap();
        units.print(asset.decimals, 0)
    }

    #[test]
    fn rounds_up_once() {
        #[rustfmt::skip]
        let table: &[(&str, &str, &str, &str, &str)] = &[
            ("49.00", "USD", "3000",    ETH,      "0.016334"),
            ("30.00", "USD", "3000",    ETH,      "0.01"),
            ("49.00", "USD", "1",       USDC,     "49"),
            ("49.00", "USD", "0.9998",  USDC,     "49.01"),
            ("49.00", "USD", "1.0002",  USDC,     "49"),
            ("49.00", "USD", "1.0003",  USDC,     "48.99"),
            ("0.01",  "USD", "1",       BSC_USDT, "0.01"),
            ("500",   "JPY", "450000",  ETH,      "0.001112"),
            ("1.234", "KWD", "0.3",     USDC,     "4.12"),
            ("0.01",  "USD", "1000000", ETH,      "0.000001"),
        ];
        for (amount, currency, rate, asset, expected) in table {
            assert_eq!(&quote(amount, currency, rate, asset), expected, "{amount} {currency} at {rate}");
        }
    }

    proptest::proptest! {
        /// The quote covers the price, and one step less would not.
        #[test]
        fn covers_the_price_by_less_than_a_step(minor in 1u128..1_000_000_000_000, mantissa in 1_000_000u128..1_000_000_000_000_000_000_000_000) {
            let price = Price::parse(&crate::money::print_decimal(minor, 2, 2), "USD").unwrap();
            let rate = Rate::parse(&crate::money::print_decimal(mantissa, 18, 0)).unwrap();
            for id in [ETH, USDC] {
                let asset = asset_info(id.parse().unwrap()).unwrap();
                let Ok(units) = quoted_amount(price, rate, asset) else { continue };
                let ten = U256::from(10u8);
                let value = |units: u128| U256::from(units) * U256::from(mantissa);
                let wanted = U256::from(minor) * ten.pow(U256::from(asset.decimals)) * ten.pow(U256::from(16));
                let step = 10u128.pow(u32::from(asset.decimals - asset.quote_decimals));
                proptest::prop_assert!(value(units.to_base_units()) >= wanted);
                proptest::prop_assert!(value(units.to_base_units() - step) < wanted);
            }
        }
    }
}
