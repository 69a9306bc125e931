//! Whether an account holds what it is to pay, as its own wallet says: so that it is told before the wallet's error.
//!
//! A hint and nothing more: a wallet may fetch the coin from elsewhere or pay the fee in another, so the buyer can always go
//! on. Figures are compared and printed as the digits that they are, however large.

use super::message::WalletRequest;
use crate::format;
use crate::wire::{Quote, WalletCall};

/// `0x`, the selector of `transfer`, an address and an amount.
const TRANSFER_LENGTH: usize = 2 + 8 + 64 + 64;
/// Decimals of a balance that are shown; what follows is cut off, never rounded up.
const DECIMALS_SHOWN: usize = 6;

/// Which balance is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    /// Of the coin that is paid.
    Coin,
    /// Of the chain's own coin, which pays the fee.
    Fee,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Funds {
    /// Nothing speaks against paying.
    Enough,
    /// Less than is to be paid: this much.
    Short(String),
    /// Nothing is left for the network's fee.
    NoFee,
}

/// What a wallet is asked first, if the payment is of a kind that can be looked into.
pub fn first_question(call: &WalletCall, account: &str) -> Option<WalletRequest> {
    let is_token = call.data.len() > 2;
    match needed(call)? {
        _ if is_token => Some(WalletRequest::TokenBalance { account: account.to_owned(), contract: call.to.clone() }),
        _ => Some(WalletRequest::Balance(account.to_owned())),
    }
}

/// What the answer to the first question says; nothing if it can't be read.
pub fn of_coin(quote: &Quote, call: &WalletCall, answer: &str) -> Option<Funds> {
    let (held, needed) = (digits(answer)?, needed(call)?);
    let is_native = call.data.len() <= 2;
    Some(match (held.len(), held.as_str()).cmp(&(needed.len(), needed.as_str())) {
        std::cmp::Ordering::Less => Funds::Short(printed(&held, quote.decimals)),
        // The fee comes on top.
        std::cmp::Ordering::Equal if is_native => Funds::NoFee,
        _ => Funds::Enough,
    })
}

/// What the balance of the chain's own coin says of a token's payment. Whether it covers the fee, only the wallet knows.
pub fn of_fee(answer: &str) -> Option<Funds> {
    Some(if digits(answer)?.is_empty() { Funds::NoFee } else { Funds::Enough })
}

/// What the call pays: of native coin its value, of a token the last word of `transfer`.
fn needed(call: &WalletCall) -> Option<String> {
    match call.data.len() {
        0..=2 => digits(&call.value),
        TRANSFER_LENGTH => digits(call.data.get(TRANSFER_LENGTH - 64..)?),
        _ => None,
    }
}

/// Hexadecimal digits in lower case without leading zeros: none for zero. Nothing if it is no number.
fn digits(text: &str) -> Option<String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_number = (1..=64).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| digits.trim_start_matches('0').to_ascii_lowercase())
}

/// A hexadecimal number of base units as a decimal amount, cut off after a few decimals.
fn printed(digits: &str, decimals: usize) -> String {
    // Least significant first.
    let mut decimal = vec![0];
    for digit in digits.chars() {
        let mut carry = digit.to_digit(16).unwrap_or_default();
        for place in &mut decimal {
            let value: u32 = *place * 16 + carry;
            *place = value % 10;
            carry = value / 10;
        }
        while carry > 0 {
            decimal.push(carry % 10);
            carry /= 10;
        }
    }
    decimal.resize(decimal.len().max(decimals + 1), 0);
    let mut text = String::new();
    for (at, place) in decimal.iter().enumerate().rev().take(decimal.len() - decimals + decimals.min(DECIMALS_SHOWN)) {
        text.extend(char::from_digit(*place, 10));
        if at == decimals && decimals > 0 {
            text.push('.');
        }
    }
    format::amount(&text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{COIN, TOKEN, quote};
    use super::*;

    fn token_call(amount: &str) -> WalletCall {
        let data = format!("0xa9059cbb{:0>64}{amount:0>64}", "5aaeb6");
        WalletCall { chain_id: 1, to: "0xabc".into(), value: "0x0".into(), data }
    }

    fn coin_call(value: &str) -> WalletCall {
        WalletCall { chain_id: 1, to: "0xabc".into(), value: value.into(), data: "0x".into() }
    }

    #[test]
    fn balances_are_compared_as_they_are() {
        let short = |held: &str| Some(Funds::Short(held.into()));
        // 49.01 USDC are 0x2ebd550 base units.
        let word = |digits: &str| format!("0x{digits:0>64}");
        #[rustfmt::skip]
        let tokens: Vec<(String, Option<Funds>)> = vec![
            (word("2ebd550"),   Some(Funds::Enough)),
            (word("2EBD551"),   Some(Funds::Enough)),
            ("0x2ebd550".into(), Some(Funds::Enough)),
            (word("2ebd54f"),   short("49.009999")),
            (word("30d400"),    short("3.20")),
            (word("0"),         short("0.00")),
            (word("f".repeat(64).as_str()), Some(Funds::Enough)),
            ("0x".into(),       None),
            (String::new(),     None),
            ("0xzz".into(),     None),
            (format!("0x{}", "0".repeat(65)), None),
        ];
        for (answer, expected) in tokens {
            assert_eq!(of_coin(&quote(TOKEN), &token_call("2ebd550"), &answer), expected, "{answer}");
        }
        let mut ether = quote(COIN);
        ether.decimals = 18;
        // 0.016338 ETH.
        #[rustfmt::skip]
        let coins: Vec<(&str, Option<Funds>)> = vec![
            ("0x3a0b4ac6f5a000",  Some(Funds::Enough)),
            ("0x3a0b4ac6f5a001",  Some(Funds::Enough)),
            ("0x3a0b3d0a4f2000",  Some(Funds::NoFee)),
            ("0x3a0b3d0a4f1fff",  short("0.016337")),
            ("0x0",               short("0.00")),
        ];
        for (answer, expected) in coins {
            assert_eq!(of_coin(&ether, &coin_call("0x3a0b3d0a4f2000"), answer), expected, "{answer}");
        }
        assert_eq!(of_fee("0x0"), Some(Funds::NoFee));
        assert_eq!(of_fee("0x1"), Some(Funds::Enough));
        assert_eq!(of_fee("nothing"), None);
    }

    #[test]
    fn only_what_is_understood_is_asked_for() {
        let account = || "0xme".to_owned();
        let contract = "0xabc".to_owned();
        assert_eq!(
            first_question(&token_call("1"), "0xme"),
            Some(WalletRequest::TokenBalance { account: account(), contract })
        );
        assert_eq!(first_question(&coin_call("0x1"), "0xme"), Some(WalletRequest::Balance(account())));
        let mut odd = token_call("1");
        odd.data.push_str("00");
        assert_eq!(first_question(&odd, "0xme"), None);
    }

    #[test]
    fn prints_base_units_of_any_size() {
        #[rustfmt::skip]
        let table: &[(&str, usize, &str)] = &[
            ("",         6,  "0.00"),
            ("1",        6,  "0.000001"),
            ("f4240",    6,  "1.00"),
            ("ff",       0,  "255"),
            ("1",        18, "0.00"),
            ("de0b6b3a7640000", 18, "1.00"),
            ("ffffffffffffffffffffffffffffffff", 18, "340282366920938463463.374607"),
        ];
        for (digits, decimals, expected) in table {
            assert_eq!(&printed(digits, *decimals), expected, "{digits}");
        }
    }
}
