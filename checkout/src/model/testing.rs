//! Values for tests.

use groat_core::invoice::Status;

use super::{Effect, Model, Wallet};
use crate::wire::{
    AssetOption, Brand, Embed, Invoice, Money, Page, Payment, Product, Quote, Source, Theme, WalletCall,
};

/// When every test begins.
pub const NOW_MS: i64 = 1_000_000;
/// When its quotes and invoices end.
pub const END_MS: i64 = NOW_MS + 900_000;

pub const TOKEN: &str = "eip155:31337/erc20:0xabc";
pub const COIN: &str = "eip155:31337/slip44:60";

pub fn hash() -> String {
    ["0x", &"ab".repeat(32)].concat()
}

pub fn option(symbol: &str, chain_name: &str) -> AssetOption {
    AssetOption {
        asset: format!("{symbol}@{chain_name}"),
        symbol: symbol.into(),
        name: symbol.into(),
        chain_name: chain_name.into(),
        testnet: true,
        amount: Some("49.01".into()),
        unavailable: None,
    }
}

pub fn wallet(uuid: &str) -> Wallet {
    Wallet { uuid: uuid.into(), name: "Rabby".into(), icon: String::new() }
}

fn product() -> Product {
    Product { id: "prod_1".into(), name: "Field Guide".into(), description: None }
}

fn price() -> Money {
    Money { amount: "49.00".into(), currency: "USD".into() }
}

pub fn page(source: Source) -> Page {
    Page {
        source,
        embed: Embed::Modal,
        origin: Some("https://shop.example".into()),
        reference: None,
        theme: Theme::Auto,
        brand: Brand::default(),
        walletconnect: None,
        server_time_ms: NOW_MS,
    }
}

pub fn pay_source(options: Vec<AssetOption>) -> Source {
    Source::Pay {
        key: "pk_1".into(),
        store_name: "Paper Boat".into(),
        product: Some(product()),
        price: price(),
        options,
    }
}

pub fn quote(asset: &str) -> Quote {
    Quote {
        id: "quo_1".into(),
        asset: asset.into(),
        symbol: if asset == COIN { "ETH" } else { "USDC" }.into(),
        chain: "eip155:31337".into(),
        chain_name: "Local chain".into(),
        decimals: if asset == COIN { 18 } else { 6 },
        testnet: true,
        amount: "49.010000".into(),
        has_received: false,
        amount_due: "49.010000".into(),
        address: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".into(),
        confirmations_required: 2,
        plain_uri: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".into(),
        eip681_uri: Some("ethereum:0xabc@31337/transfer?address=0x5aAe&uint256=49010000".into()),
        wallet_call: Some(WalletCall {
            chain_id: 31_337,
            to: "0xabc".into(),
            value: "0x0".into(),
            data: if asset == COIN { "0x" } else { "0xa9059cbb" }.into(),
        }),
        add_chain: Some(r#"{"chainId":"0x7a69"}"#.into()),
        fee_symbol: Some("ETH".into()),
        expires_at_ms: END_MS,
    }
}

pub fn payment() -> Payment {
    Payment {
        symbol: "USDC".into(),
        chain_name: "Local chain".into(),
        amount: "49.010000".into(),
        credited: true,
        transaction: Some(hash()),
        explorer_url: None,
        confirmations: 0,
        confirmations_required: 2,
        is_final: false,
        seen_at_ms: NOW_MS,
    }
}

pub fn invoice(version: u64, status: Status, quote: Option<Quote>) -> Invoice {
    Invoice {
        id: "inv_1".into(),
        version,
        status,
        exceptions: Vec::new(),
        store_name: "Paper Boat".into(),
        product: Some(product()),
        price: price(),
        reference: Some("order-7".into()),
        expires_at_ms: END_MS,
        redirect_url: None,
        quote,
        payments: Vec::new(),
        refunds: Vec::new(),
        options: vec![option("USDC", "Base"), option("ETH", "Base")],
        delivery: None,
        is_delayed: false,
        server_time_ms: NOW_MS,
    }
}

/// A product's page with two assets.
pub fn at_pay_page() -> Model {
    let options = vec![option("USDC", "Base"), option("ETH", "Base")];
    Model::new(page(pay_source(options)), None, "seed".into())
}

/// An invoice's page.
pub fn at_invoice(invoice: Invoice) -> Model {
    Model::new(page(Source::Invoice), Some(invoice), "seed".into())
}

/// An open invoice with a quote of a token: amount and address are shown.
pub fn at_paying() -> Model {
    at_invoice(invoice(2, Status::Open, Some(quote(TOKEN))))
}

/// The number and the method of the request that is made last.
pub fn request_of(effects: &[Effect]) -> Option<(u32, &'static str)> {
    match effects {
        [.., Effect::AskWallet { id, request, .. }] => Some((*id, request.method())),
        _ => None,
    }
}
