//! Decimal text to and from an integer with a fixed number of decimals. Refuses instead of rounding.

use thiserror::Error;

/// The most decimals any asset, currency or rate may have.
pub const MAX_DECIMALS: u8 = 24;

/// Why a text is not a decimal number with the allowed number of decimals.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// Nothing was given.
    #[error("is empty; give a number such as 12.50")]
    Empty,
    /// A sign, a letter, a second point, an exponent, a space or a thousands separator.
    #[error("has the unexpected character {character:?} at position {position}; use digits and one point")]
    Character {
        /// The character.
        character: char,
        /// Its position, counted from 1.
        position: usize,
    },
    /// No digit before or behind the point.
    #[error("has no digit on one side of the point; write 0.5, not .5 or 5.")]
    BarePoint,
    /// A zero in front of another digit.
    #[error("starts with a needless zero")]
    LeadingZero,
    /// More decimals than the unit has.
    #[error("has {given} decimals; at most {allowed} are allowed, the first too many is at position {position}")]
    TooManyDecimals {
        /// Decimals that were given.
        given: usize,
        /// Decimals that are allowed.
        allowed: u8,
        /// Position of the first digit too many, counted from 1.
        position: usize,
    },
    /// Does not fit the integer.
    #[error("is too large")]
    TooLarge,
}

/// Parses `text` (digits, at most one point) into the integer `text × 10^decimals`.
///
/// # Errors
/// Refuses signs, exponents, separators, white space, needless zeros, bare points and more than `decimals` decimals.
pub fn parse_decimal(text: &str, decimals: u8) -> Result<u128, DecimalError> {
    if text.is_empty() {
        return Err(DecimalError::Empty);
    }
    let mut value: u128 = 0;
    let mut whole_digits = 0usize;
    let mut point_at: Option<usize> = None;
    let mut decimals_given = 0usize;
    for (index, character) in text.chars().enumerate() {
        let position = index + 1;
        match character {
            '.' if point_at.is_none() => {
                point_at = Some(position);
                continue;
            }
            '0'..='9' => {}
            _ => return Err(DecimalError::Character { character, position }),
        }
        if point_at.is_some() {
            decimals_given += 1;
        } else {
            whole_digits += 1;
        }
        if decimals_given <= usize::from(decimals) {
            let digit = u128::from(u32::from(character) - u32::from('0'));
            value = value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or(DecimalError::TooLarge)?;
        }
    }
    if whole_digits == 0 || (point_at.is_some() && decimals_given == 0) {
        return Err(DecimalError::BarePoint);
    }
    if whole_digits > 1 && text.starts_with('0') {
        return Err(DecimalError::LeadingZero);
    }
    if decimals_given > usize::from(decimals) {
        let position = point_at.unwrap_or_default() + usize::from(decimals) + 1;
        return Err(DecimalError::TooManyDecimals { given: decimals_given, allowed: decimals, position });
    }
    for _ in decimals_given..usize::from(decimals) {
        value = value.checked_mul(10).ok_or(DecimalError::TooLarge)?;
    }
    Ok(value)
}

/// Prints `value / 10^decimals` with at least `min_decimals` decimals and no further trailing zeros.
pub fn print_decimal(value: u128, decimals: u8, min_decimals: u8) -> String {
    let digits = value.to_string();
    let decimals = usize::from(decimals);
    let padded = if digits.len() <= decimals {
        let mut padded = "0".repeat(decimals + 1 - digits.len());
        padded.push_str(&digits);
        padded
    } else {
        digits
    };
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let mut kept = fraction.trim_end_matches('0').len();
    kept = kept.max(usize::from(min_decimals).min(decimals));
    if kept == 0 {
        return whole.to_owned();
    }
    let mut text = String::with_capacity(whole.len() + 1 + kept);
    text.push_str(whole);
    text.push('.');
    text.push_str(&fraction[..kept]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_refuses() {
        use DecimalError::*;
        let too_many = |given, allowed, position| Err(TooManyDecimals { given, allowed, position });
        #[rustfmt::skip]
        let table: &[(&str, u8, Result<u128, DecimalError>)] = &[
            ("0",          0,  Ok(0)),
            ("0",          18, Ok(0)),
            ("1",          18, Ok(1_000_000_000_000_000_000)),
            ("49.00",      2,  Ok(4900)),
            ("49",         2,  Ok(4900)),
            ("0.000001",   6,  Ok(1)),
            ("12.3",       24, Ok(12_300_000_000_000_000_000_000_000)),
            ("",           2,  Err(Empty)),
            (".5",         2,  Err(BarePoint)),
            ("5.",         2,  Err(BarePoint)),
            (".",          2,  Err(BarePoint)),
            ("00.5",       2,  Err(LeadingZero)),
            ("007",        2,  Err(LeadingZero)),
            ("1.234",      2,  too_many(3, 2, 5)),
            ("1.000",      2,  too_many(3, 2, 5)),
            ("1.5",        0,  too_many(1, 0, 3)),
            ("-1",         2,  Err(Character { character: '-', position: 1 })),
            ("+1",         2,  Err(Character { character: '+', position: 1 })),
            ("1e3",        2,  Err(Character { character: 'e', position: 2 })),
            ("1,000",      2,  Err(Character { character: ',', position: 2 })),
            ("1.2.3",      2,  Err(Character { character: '.', position: 4 })),
            (" 1",         2,  Err(Character { character: ' ', position: 1 })),
            ("١",          2,  Err(Character { character: '١', position: 1 })),
            ("0x10",       2,  Err(Character { character: 'x', position: 2 })),
            ("1000000000000000000000000000000000000000", 2, Err(TooLarge)),
        ];
        for (text, decimals, expected) in table {
            assert_eq!(&parse_decimal(text, *decimals), expected, "{text:?} with {decimals}");
        }
    }

    #[test]
    fn prints() {
        #[rustfmt::skip]
        let table: &[(u128, u8, u8, &str)] = &[
            (0,                 0,  0, "0"),
            (0,                 18, 0, "0"),
            (0,                 2,  2, "0.00"),
            (4900,              2,  2, "49.00"),
            (4900,              2,  0, "49"),
            (1,                 6,  0, "0.000001"),
            (49_010_000,        6,  2, "49.01"),
            (49_000_000,        6,  2, "49.00"),
            (16_337_000_000_000_000, 18, 0, "0.016337"),
            (u128::MAX,         24, 0, "340282366920938.463463374607431768211455"),
        ];
        for (value, decimals, min_decimals, expected) in table {
            assert_eq!(&print_decimal(*value, *decimals, *min_decimals), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn printing_then_parsing_gives_the_same_integer(value: u128, decimals in 0u8..=MAX_DECIMALS, min in 0u8..=MAX_DECIMALS) {
            let text = print_decimal(value, decimals, min);
            proptest::prop_assert_eq!(parse_decimal(&text, decimals), Ok(value));
        }

        #[test]
        fn never_panics(text in ".{0,60}", decimals in 0u8..=MAX_DECIMALS) {
            let _ = parse_decimal(&text, decimals);
        }
    }
}
