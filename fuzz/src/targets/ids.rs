//! Ids, keys, addresses and secrets: one spelling each, and what is printed is what was read.

use groat_core::asset::{AssetId, ChainId};
use groat_core::evm::parse_address;
use groat_core::id::{ApiKey, IdKind, StoreId};
use groat_core::webhook::WebhookSecret;

use crate::seeds::texts;

pub fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
        "eip155:1/slip44:60",
        "eip155:31337",
        "st_0123456789",
        "inv_0123456789abcdefghjkmnpqrstvwxyzabcd",
        "prod_0123456789abcdefghjkmnpqrs",
        "pk_live_0123456789_0123456789abcdefghjkmnpqrs",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
}

const KINDS: [IdKind; 6] =
    [IdKind::Invoice, IdKind::Product, IdKind::Quote, IdKind::WebhookEndpoint, IdKind::Event, IdKind::Delivery];

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(asset) = text.parse::<AssetId>() {
        assert_eq!(asset.to_string(), text.to_lowercase());
        assert_eq!(asset.to_string().parse(), Ok(asset));
    }
    if let Ok(chain) = text.parse::<ChainId>() {
        assert_eq!(chain.to_string(), text);
    }
    if let Ok(store) = StoreId::parse(text) {
        assert_eq!(store.to_string(), text);
    }
    if let Ok(address) = parse_address(text) {
        assert!(text == address.to_checksum(None) || text == address.to_checksum(None).to_lowercase());
    }
    if let Ok(secret) = WebhookSecret::parse(text) {
        assert_eq!(secret.reveal(), text);
        assert!(!format!("{secret:?}").contains(&text[6..]));
    }
    if let Some(key) = ApiKey::parse(text) {
        assert_eq!(key.reveal(), text);
        assert!(text.contains(key.store.digits()));
    }
    let stores: Vec<StoreId> = KINDS.iter().filter_map(|kind| kind.store_of(text).ok()).collect();
    assert!(stores.len() <= 1, "{text} is of two kinds");
    assert!(stores.iter().all(|store| text.contains(store.digits())));
}
