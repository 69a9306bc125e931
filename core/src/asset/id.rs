//! CAIP-2 chain ids and CAIP-19 asset ids. Printed in one canonical form: lower-case hexadecimal, no leading zeros.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::Address;
use thiserror::Error;

use crate::evm::{AddressError, parse_address};

/// Why a text is not a chain or asset id that Groat can read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// Not `eip155:<number>`.
    #[error("is not a CAIP-2 chain id such as eip155:8453")]
    Chain,
    /// Not `<chain>/slip44:<number>` or `<chain>/erc20:0x…`.
    #[error("is not a CAIP-19 asset id such as eip155:8453/erc20:0x… or eip155:1/slip44:60")]
    Asset,
    /// The token's contract address is malformed.
    #[error("the token address {0}")]
    Address(#[from] AddressError),
}

/// A chain. Bitcoin (`bip122`) becomes a variant when it is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChainId {
    /// An EVM chain by its EIP-155 number.
    Eip155(u64),
}

impl ChainId {
    /// The EIP-155 number.
    pub const fn evm_number(self) -> u64 {
        let Self::Eip155(number) = self;
        number
    }
}

impl FromStr for ChainId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let number = text.strip_prefix("eip155:").ok_or(IdError::Chain)?;
        match parse_canonical_number(number) {
            Some(number) if number > 0 => Ok(Self::Eip155(number)),
            _ => Err(IdError::Chain),
        }
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "eip155:{}", self.evm_number())
    }
}

/// What an asset is on its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    /// The chain's own coin, by its SLIP-44 number.
    Native(u32),
    /// An ERC-20 token, by its contract.
    Erc20(Address),
}

/// An asset on one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId {
    /// The chain.
    pub chain: ChainId,
    /// What it is there.
    pub kind: AssetKind,
}

impl FromStr for AssetId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (chain, asset) = text.split_once('/').ok_or(IdError::Asset)?;
        let chain = chain.parse()?;
        let kind = match asset.split_once(':').ok_or(IdError::Asset)? {
            ("slip44", number) => {
                let number = parse_canonical_number(number).and_then(|number| u32::try_from(number).ok());
                AssetKind::Native(number.ok_or(IdError::Asset)?)
            }
            ("erc20", address) => AssetKind::Erc20(parse_address(address)?),
            _ => return Err(IdError::Asset),
        };
        Ok(Self { chain, kind })
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            AssetKind::Native(number) => write!(formatter, "{}/slip44:{number}", self.chain),
            AssetKind::Erc20(address) => write!(formatter, "{}/erc20:{address:#x}", self.chain),
        }
    }
}

/// A number without sign, leading zero or other decoration, so that each id has one spelling.
fn parse_canonical_number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Both ids travel as text.
macro_rules! serde_as_text {
    ($($id:ty),*) => {$(
        impl serde::Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $id {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
serde_as_text!(ChainId, AssetId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_spelling_and_prints_it() {
        for text in [
            "eip155:1/slip44:60",
            "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
            "eip155:31337/slip44:60",
        ] {
            assert_eq!(text.parse::<AssetId>().unwrap().to_string(), text);
        }
        let checksummed = "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
        assert_eq!(checksummed.parse::<AssetId>().unwrap().to_string(), checksummed.to_lowercase());
    }

    #[test]
    fn refuses() {
        for text in [
            "",
            "/",
            "eip155",
            "eip155:",
            "eip155:0/slip44:60",
            "eip155:01/slip44:60",
            "eip155:+1/slip44:60",
            "EIP155:1/slip44:60",
            "eip155:1",
            "eip155:1/slip44",
            "eip155:1/slip44:060",
            "eip155:1/slip44:4294967296",
            "eip155:99999999999999999999/slip44:60",
            "eip155:1/erc20:0x12",
            "eip155:1/erc721:0x00",
            "bip122:00/slip44:0",
            "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02914",
            "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA0291é",
        ] {
            assert!(text.parse::<AssetId>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(eip155:)?[0-9]{0,22}(/)?(slip44|erc20)?:?.{0,44}") {
            let _ = text.parse::<AssetId>();
            let _ = text.parse::<ChainId>();
        }
    }
}
