//! Payment URIs for QR codes and links.
//!
//! The plain address is the default: several wallets misread EIP-681 for tokens and some took the token's contract for
//! the recipient. EIP-681 is offered beside it, for wallets known to read it.

use alloy_primitives::Address;

use crate::asset::{AssetId, AssetKind};
use crate::money::Amount;

/// The deposit address alone, with its checksum.
pub fn plain_address(deposit_address: Address) -> String {
    deposit_address.to_checksum(None)
}

/// An EIP-681 URI: always with the chain number, lower-case scheme, plain integers of base units.
pub fn eip681(asset: AssetId, deposit_address: Address, amount: Amount) -> String {
    let chain = asset.chain.evm_number();
    let units = amount.to_base_units();
    let to = deposit_address.to_checksum(None);
    match asset.kind {
        AssetKind::Native(_) => format!("ethereum:{to}@{chain}?value={units}"),
        AssetKind::Erc20(contract) => {
            format!("ethereum:{}@{chain}/transfer?address={to}&uint256={units}", contract.to_checksum(None))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    #[test]
    fn a_plain_address_is_the_address_with_its_checksum() {
        let to = address!("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
        assert_eq!(plain_address(to), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    }

    #[test]
    fn writes_eip681() {
        let to = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        let amount = Amount::from_base_units(16_337_000_000_000_000).unwrap();
        assert_eq!(
            eip681("eip155:8453/slip44:60".parse().unwrap(), to, amount),
            "ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@8453?value=16337000000000000"
        );
        let amount = Amount::from_base_units(49_010_000).unwrap();
        let usdc = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48".parse().unwrap();
        assert_eq!(
            eip681(usdc, to, amount),
            "ethereum:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48@1/transfer\
             ?address=0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed&uint256=49010000"
        );
    }
}
