//! Deposit addresses: counterfactual forwarders, derived without any key.
//!
//! The address is CREATE2 of the forwarder, with the payout address inside its init code, by the factory that stands at
//! one address on every EVM chain. Nothing is deployed until a sweep, and what arrives can only go to the payout address.
//! The contracts and the argument are in `contracts/`.

use alloy_primitives::{Address, B256, address, hex, keccak256};

use super::bytecode::FORWARDER_CREATION_CODE;

/// The deterministic deployment proxy, through which the factory gets the same address on every chain.
pub const PROXY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The factory that sweeps deposits.
pub const FACTORY: Address = address!("addE49CaeB3cE80555f69d1c054a4a19c7f5E01d");

/// Separates invoice salts from any other use of the same hash.
const SALT_DOMAIN: &[u8] = b"groat/deposit/1/";

/// One invoice's forwarder: where it pays out, and its salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deposit {
    /// The seller's address, the only one that this deposit can ever pay.
    pub payout: Address,
    /// The CREATE2 salt.
    pub salt: B256,
}

impl Deposit {
    /// The deposit of an invoice. Invoice ids are never used twice, so neither are salts.
    pub fn for_invoice(invoice_id: &str, payout: Address) -> Self {
        let salt = keccak256([SALT_DOMAIN, invoice_id.as_bytes()].concat());
        Self { payout, salt }
    }

    /// The deposit address, the same on every EVM chain.
    pub fn address(&self) -> Address {
        let mut init_code = decode_pinned(FORWARDER_CREATION_CODE);
        init_code.extend_from_slice(self.payout.into_word().as_slice());
        FACTORY.create2(self.salt, keccak256(init_code))
    }
}

/// The pinned files hold plain hexadecimal; a test reads each of them, so an empty result cannot be shipped.
fn decode_pinned(text: &str) -> Vec<u8> {
    hex::decode(text.trim()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `contracts/` compiled, deployed on a real chain and compared with ethers.js.
    const ADDRESSES: &str = include_str!("../../../contracts/addresses.json");

    fn pinned(path: &str) -> String {
        let addresses: serde_json::Value = serde_json::from_str(ADDRESSES).unwrap();
        addresses.pointer(path).and_then(serde_json::Value::as_str).unwrap().to_owned()
    }

    #[test]
    fn the_factory_stands_where_the_proxy_puts_it() {
        let code = decode_pinned(crate::evm::FACTORY_CREATION_CODE);
        assert_eq!(PROXY.create2(B256::ZERO, keccak256(code)), FACTORY);
        assert_eq!(FACTORY.to_checksum(None), pinned("/forwarder_factory/address"));
        assert_eq!(PROXY.to_checksum(None), pinned("/deployment_proxy"));
        let forwarder = keccak256(decode_pinned(FORWARDER_CREATION_CODE));
        assert_eq!(forwarder.to_string(), pinned("/forwarder/creation_code_hash"));
    }

    #[test]
    fn local_tokens_stand_where_the_contracts_put_them() {
        for asset in crate::asset::ASSETS.iter().filter(|asset| asset.id.chain == crate::asset::LOCAL_CHAIN) {
            if let crate::asset::AssetKind::Erc20(contract) = asset.id.kind {
                let path = format!("/local_chain/tokens/{}", asset.symbol);
                assert_eq!(contract.to_checksum(None), pinned(&format!("{path}/address")));
            }
        }
    }

    /// Addresses that ethers.js derived, and one of which received money on a real chain in the contracts' tests.
    #[test]
    fn addresses_are_those_of_ethers() {
        let vectors = include_str!("../../../contracts/test/vectors.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
        let rows = vectors["deposits"].as_array().unwrap();
        assert!(rows.len() >= 20);
        for row in rows {
            let payout = text(row, "payout").parse().unwrap();
            let salt = text(row, "salt").parse().unwrap();
            assert_eq!(Deposit { payout, salt }.address().to_checksum(None), text(row, "address"));
        }
    }

    #[test]
    fn each_invoice_and_each_payout_has_its_own_address() {
        let payout = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        let one = Deposit::for_invoice("inv_a", payout).address();
        assert_eq!(one, Deposit::for_invoice("inv_a", payout).address());
        assert_ne!(one, Deposit::for_invoice("inv_b", payout).address());
        assert_ne!(one, Deposit::for_invoice("inv_a", FACTORY).address());
    }
}
