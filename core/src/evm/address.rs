//! Reads addresses as people paste them: EIP-55 checksum where there are capitals.

use alloy_primitives::Address;
use thiserror::Error;

/// Why a text is not an EVM address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Not `0x` and forty hexadecimal digits.
    #[error("is not 0x followed by 40 hexadecimal digits")]
    Form,
    /// Capitals that do not match the EIP-55 checksum.
    #[error("has a wrong EIP-55 checksum; copy it again from the wallet")]
    Checksum,
    /// The zero address, where money would be lost.
    #[error("is the zero address; money sent there is lost")]
    Zero,
}

/// Reads an address. All lower case carries no checksum and is taken as it is; any capital makes the checksum binding.
pub fn parse_address(text: &str) -> Result<Address, AddressError> {
    let digits = text.strip_prefix("0x").ok_or(AddressError::Form)?;
    let address: Address = text.parse().map_err(|_| AddressError::Form)?;
    let has_capitals = digits.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_capitals && address.to_checksum(None) != text {
        return Err(AddressError::Checksum);
    }
    Ok(address)
}

/// Reads an address that will receive money: also refuses zero.
pub fn parse_payout_address(text: &str) -> Result<Address, AddressError> {
    let address = parse_address(text)?;
    if address.is_zero() { Err(AddressError::Zero) } else { Ok(address) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_refuses() {
        #[rustfmt::skip]
        let table: &[(&str, Option<AddressError>)] = &[
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",  None),
            ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",  None),
            ("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",  Some(AddressError::Checksum)),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed",  Some(AddressError::Checksum)),
            ("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",    Some(AddressError::Form)),
            ("0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",  Some(AddressError::Form)),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",   Some(AddressError::Form)),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd", Some(AddressError::Form)),
            ("0xzzAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",  Some(AddressError::Form)),
            ("0x0000000000000000000000000000000000000000",  Some(AddressError::Zero)),
            ("",                                            Some(AddressError::Form)),
        ];
        for (text, refused) in table {
            assert_eq!(parse_payout_address(text).err(), *refused, "{text}");
        }
    }
}
