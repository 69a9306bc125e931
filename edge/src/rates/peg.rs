//! Whether a coin that follows a currency still does. One that has left its peg is not quoted: its price moves by the
//! minute then, and the seller who took it for dollars would hold something else.

use std::collections::BTreeMap;

use groat_core::asset::AssetInfo;
use groat_core::money::{Rate, print_decimal};
use thiserror::Error;

/// Why a pegged coin can't be quoted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PegError {
    /// Its price in the currency that it follows is not known.
    #[error("too few exchanges agree on {symbol} in {peg}, which it follows; try again in a minute")]
    Unknown {
        /// The coin.
        symbol: &'static str,
        /// What it follows.
        peg: &'static str,
    },
    /// It stands too far from it.
    #[error(
        "{symbol} stands {} % {side} 1 {peg}, and this store stops at {} %; choose another coin",
        percent(*deviation), percent(u128::from(*limit))
    )]
    Off {
        /// The coin.
        symbol: &'static str,
        /// What it follows.
        peg: &'static str,
        /// `above` or `below`.
        side: &'static str,
        /// How far, in 1/100 of a per cent, rounded up.
        deviation: u128,
        /// How far it may.
        limit: u16,
    },
}

/// The name under which a coin's price in what it follows stands beside prices in another currency: `USDC/USD`.
pub fn pair(symbol: &str, peg: &str) -> String {
    format!("{symbol}/{peg}")
}

/// Checks a coin against its peg, within `limit` in 1/100 of a per cent. `prices` are in `currency`, but for pairs. A coin
/// that follows nothing passes.
pub fn check_peg(
    asset: &AssetInfo,
    currency: &str,
    prices: &BTreeMap<String, Rate>,
    limit: u16,
) -> Result<(), PegError> {
    let (symbol, Some(peg)) = (asset.symbol, asset.pegged_to) else { return Ok(()) };
    let price = if currency == peg { prices.get(symbol) } else { prices.get(&pair(symbol, peg)) };
    let price = price.ok_or(PegError::Unknown { symbol, peg })?.mantissa();
    // A rate is at most 10^30, so the product stays below 10^35.
    let deviation = (price.abs_diff(Rate::scale()) * 10_000).div_ceil(Rate::scale());
    if deviation <= u128::from(limit) {
        return Ok(());
    }
    let side = if price < Rate::scale() { "below" } else { "above" };
    Err(PegError::Off { symbol, peg, side, deviation, limit })
}

fn percent(basis_points: u128) -> String {
    print_decimal(basis_points, 2, 0)
}

#[cfg(test)]
mod tests {
    use groat_core::asset::asset_info;

    use super::*;

    const USDC: &str = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

    #[test]
    fn names_the_coin_and_how_far_it_is() {
        /// Currency, prices, limit, what is wrong.
        type Row = (&'static str, &'static [(&'static str, &'static str)], u16, Option<String>);
        let stands = |by: &str, side: &str, limit: &str| {
            format!("USDC stands {by} % {side} 1 USD, and this store stops at {limit} %; choose another coin")
        };
        let unknown = "too few exchanges agree on USDC in USD, which it follows; try again in a minute".to_owned();
        #[rustfmt::skip]
        let table: Vec<Row> = vec![
            ("USD", &[("USDC", "1")],                            200,   None),
            ("USD", &[("USDC", "0.98")],                         200,   None),
            ("USD", &[("USDC", "1.02")],                         200,   None),
            ("USD", &[("USDC", "0.979999999999999999")],         200,   Some(stands("2.01", "below", "2"))),
            ("USD", &[("USDC", "1.0200001")],                    200,   Some(stands("2.01", "above", "2"))),
            ("USD", &[("USDC", "0.8774")],                       200,   Some(stands("12.26", "below", "2"))),
            ("USD", &[("USDC", "0.8774")],                       1_000, Some(stands("12.26", "below", "10"))),
            ("USD", &[("USDC", "0.995")],                        25,    Some(stands("0.5", "below", "0.25"))),
            ("EUR", &[("USDC", "0.85"), ("USDC/USD", "1.001")],  200,   None),
            ("EUR", &[("USDC", "0.85"), ("USDC/USD", "0.9")],    200,   Some(stands("10", "below", "2"))),
            ("EUR", &[("USDC", "1")],                            200,   Some(unknown.clone())),
            ("USD", &[("USDT", "1")],                            200,   Some(unknown)),
        ];
        let usdc = asset_info(USDC.parse().unwrap()).unwrap();
        for (currency, prices, limit, expected) in table {
            let known = prices.iter().map(|(name, rate)| ((*name).to_owned(), Rate::parse(rate).unwrap())).collect();
            let found = check_peg(usdc, currency, &known, limit).err().map(|error| error.to_string());
            assert_eq!(found, expected, "{currency} {prices:?}");
        }
        let ether = asset_info("eip155:1/slip44:60".parse().unwrap()).unwrap();
        assert_eq!(check_peg(ether, "USD", &BTreeMap::new(), 200), Ok(()), "a coin that follows nothing");
    }
}
