//! The transaction a wallet is asked to sign for a quote.

use alloy_primitives::{Address, U256};

use crate::asset::{AssetId, AssetKind};
use crate::money::Amount;

/// `transfer(address,uint256)` of ERC-20.
const TRANSFER_SELECTOR: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

/// Destination, value and call data of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletCall {
    /// The deposit address, or the token's contract.
    pub to: Address,
    /// Native coin in wei.
    pub value: Amount,
    /// Call data, empty for native coin.
    pub data: Vec<u8>,
}

/// The call that pays `amount` of `asset` to `deposit_address`.
pub fn payment_call(asset: AssetId, deposit_address: Address, amount: Amount) -> WalletCall {
    match asset.kind {
        AssetKind::Native(_) => WalletCall { to: deposit_address, value: amount, data: Vec::new() },
        AssetKind::Erc20(contract) => {
            let mut data = Vec::with_capacity(68);
            data.extend_from_slice(&TRANSFER_SELECTOR);
            data.extend_from_slice(deposit_address.into_word().as_slice());
            data.extend_from_slice(&U256::from(amount.to_base_units()).to_be_bytes::<32>());
            WalletCall { to: contract, value: Amount::ZERO, data }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, hex};

    #[test]
    fn encodes_a_token_transfer() {
        let asset = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48".parse().unwrap();
        let to = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        let call = payment_call(asset, to, Amount::from_base_units(49_010_000).unwrap());
        assert_eq!(call.to, address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"));
        assert!(call.value.is_zero());
        // ABI encoding of transfer(0x5aAe…, 49010000), as ethers.js writes it.
        assert_eq!(
            hex::encode(call.data),
            "a9059cbb0000000000000000000000005aaeb6053f3e94c9b9a09f33669435e7ef1beaed\
             0000000000000000000000000000000000000000000000000000000002ebd550"
        );
    }
}
