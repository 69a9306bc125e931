//! Numbers that people and exchanges write: taken exactly or refused.

use groat_core::money::{Amount, MAX_BASE_UNITS, MAX_DECIMALS, MAX_MINOR_UNITS, Price, Rate, parse_decimal};
use num_bigint::BigInt;
use num_rational::BigRational;

use super::choice_and_text;
use crate::readers::fraction;
use crate::seeds::texts;

pub fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "\x0249.00",
        "\x120.016337",
        "\x060.000001",
        "\x00500",
        "\x1812.3",
        "\x12340282366920938463463.37",
        "\x02KWD 1.234",
    ])
}

pub fn run(data: &[u8]) {
    let Some((decimals, text)) = choice_and_text(data) else { return };
    let decimals = u8::try_from(decimals).unwrap_or_default() % (MAX_DECIMALS + 1);
    let scaled = |decimals: u8| {
        let exact = fraction(text).unwrap_or_else(|| panic!("{text:?} is no number"));
        exact * BigRational::from_integer(BigInt::from(10).pow(u32::from(decimals)))
    };
    let whole = |number: u128| BigRational::from_integer(number.into());
    if let Ok(value) = parse_decimal(text, decimals) {
        assert_eq!(whole(value), scaled(decimals), "{text:?}");
    }
    if let Ok(amount) = Amount::parse(text, decimals) {
        assert!(amount.to_base_units() <= MAX_BASE_UNITS);
        assert_eq!(whole(amount.to_base_units()), scaled(decimals));
        assert_eq!(Amount::parse(&amount.print(decimals, 0), decimals), Ok(amount));
        assert_eq!(serde_json::from_str::<Amount>(&serde_json::to_string(&amount).unwrap()).unwrap(), amount);
    }
    if let Ok(rate) = Rate::parse(text) {
        let cut = scaled(18) - whole(rate.mantissa());
        assert!(cut >= whole(0) && cut < whole(1), "{text:?} is not {}", rate.print());
        assert_eq!(Rate::parse(&rate.print()), Ok(rate));
        let _ = Rate::parse_inverse(text);
    }
    let (currency, amount) = text.split_once(' ').unwrap_or(("USD", text));
    if let Ok(price) = Price::parse(amount, currency) {
        assert!((1..=MAX_MINOR_UNITS).contains(&price.to_minor_units()));
        assert_eq!(fraction(&price.print_amount()), fraction(amount));
        assert_eq!(serde_json::from_str::<Price>(&serde_json::to_string(&price).unwrap()).unwrap(), price);
    }
}
