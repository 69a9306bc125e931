//! Small readers that know nothing of the code under test: a number as a fraction, a time, a payment URI and a transfer's
//! data as a wallet reads them. The crate `fuzz` uses them too.

use groat_core::asset::{ASSETS, AssetId, AssetKind, ChainId};
use groat_core::evm::Address;
use num_bigint::BigInt;
use num_rational::BigRational;

/// Digits, and at most one point with digits on both sides.
pub fn fraction(text: &str) -> Option<BigRational> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || (text.contains('.') && !is_digits(decimals)) {
        return None;
    }
    let digits: BigInt = format!("{whole}{decimals}").parse().ok()?;
    Some(BigRational::new(digits, BigInt::from(10).pow(u32::try_from(decimals.len()).ok()?)))
}

/// Counts days one year and one month after the other, as a calendar does.
pub fn read_rfc3339(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leap_days = |year: i64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let february = if is_leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month - 1).ok()?;
    if !(1..=*months.get(before)?).contains(&day) {
        return None;
    }
    let days = 365 * (year - 1970) + leap_days(year) - leap_days(1970) + months[..before].iter().sum::<i64>() + day - 1;
    let seconds = number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
    let ms = match text.get(19..)? {
        "Z" => 0,
        fraction => fraction.strip_prefix('.')?.strip_suffix('Z').filter(|digits| digits.len() == 3)?.parse().ok()?,
    };
    Some((days * 86_400 + seconds) * 1_000 + ms)
}

/// What a wallet would send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    pub asset: AssetId,
    pub to: Address,
    pub base_units: u128,
}

/// EIP-681 as its grammar says: `ethereum:` target `@` chain `/` function `?` parameters.
pub fn read_eip681(uri: &str) -> Option<Paid> {
    let rest = uri.strip_prefix("ethereum:")?;
    let (path, query) = rest.split_once('?')?;
    let (target, after) = path.split_once('@')?;
    let (chain, function) = after.split_once('/').map_or((after, None), |(chain, function)| (chain, Some(function)));
    let parameter = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
        values.next().map(|(_, value)| value).filter(|_| values.next().is_none())
    };
    let (chain, target) = (ChainId::Eip155(chain.parse().ok()?), address(target)?);
    match function {
        None => native(chain, target, parameter("value")?.parse().ok()?),
        Some("transfer") => Some(Paid {
            asset: AssetId { chain, kind: AssetKind::Erc20(target) },
            to: address(parameter("address")?)?,
            base_units: parameter("uint256")?.parse().ok()?,
        }),
        Some(_) => None,
    }
}

/// A transaction's target, value and data: a plain payment, or `transfer(address,uint256)`.
pub fn read_transfer(chain: ChainId, to: Address, value: u128, data: &[u8]) -> Option<Paid> {
    if data.is_empty() {
        return native(chain, to, value);
    }
    let (selector, words) = data.split_first_chunk::<4>()?;
    if *selector != [0xa9, 0x05, 0x9c, 0xbb]
        || words.len() != 64
        || words[..12] != [0; 12]
        || words[32..48] != [0; 16]
        || value != 0
    {
        return None;
    }
    let base_units = u128::from_be_bytes(words[48..].try_into().ok()?);
    let asset = AssetId { chain, kind: AssetKind::Erc20(to) };
    Some(Paid { asset, to: Address::from_slice(&words[12..32]), base_units })
}

/// The chain's own coin, of which the registry knows one a chain.
fn native(chain: ChainId, to: Address, base_units: u128) -> Option<Paid> {
    let is_coin = |asset: &AssetId| asset.chain == chain && matches!(asset.kind, AssetKind::Native(_));
    let asset = ASSETS.iter().map(|asset| asset.id).find(is_coin)?;
    Some(Paid { asset, to, base_units })
}

fn address(text: &str) -> Option<Address> {
    let bytes = alloy_primitives::hex::decode(text.strip_prefix("0x")?).ok()?;
    Address::try_from(bytes.as_slice()).ok()
}
