//! From dollars to another currency by an exchange's own fiat market. Exchanges that trade coins against dollars only in
//! depth are asked in dollars: their thin direct markets would be less true.

use alloy_primitives::U256;
use groat_core::money::{Rate, print_decimal};

/// Which way round an exchange quotes a currency against the dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Dollars for one unit of the currency (EUR/USD).
    DollarsPerUnit,
    /// Units of the currency for one dollar (USD/JPY).
    UnitsPerDollar,
}

/// The dollar price of a coin in the other currency.
pub fn convert(dollars: Rate, fiat: Rate, side: Side) -> Result<Rate, String> {
    let (dollars, fiat, scale) =
        (U256::from(dollars.mantissa()), U256::from(fiat.mantissa()), U256::from(Rate::scale()));
    // Mantissas are below 10^31, so the products stay below 10^62 of 10^77; a rate is never zero.
    let mantissa = match side {
        Side::DollarsPerUnit => dollars * scale / fiat,
        Side::UnitsPerDollar => dollars * fiat / scale,
    };
    let mantissa = u128::try_from(mantissa).map_err(|_| "comes to a price out of range".to_owned())?;
    Rate::parse(&print_decimal(mantissa, 18, 0)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_both_ways() {
        let rate = |text| Rate::parse(text).unwrap();
        #[rustfmt::skip]
        let table: &[(&str, &str, Side, Result<&str, ()>)] = &[
            ("3000",          "1.2",           Side::DollarsPerUnit, Ok("2500")),
            ("3000",          "150",           Side::UnitsPerDollar, Ok("450000")),
            ("1",             "3",             Side::DollarsPerUnit, Ok("0.333333333333333333")),
            ("1000000000000", "1000000000000", Side::UnitsPerDollar, Err(())),
            ("0.000000000000000001", "1000",   Side::DollarsPerUnit, Err(())),
        ];
        for (dollars, fiat, side, expected) in table {
            let converted = convert(rate(dollars), rate(fiat), *side).map(Rate::print);
            assert_eq!(converted.as_deref().map_err(|_| ()), *expected, "{dollars} {fiat}");
        }
    }
}
