//! Invoices, quotes and payments as the API shows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::common::Money;
use super::product::Delivery;
use crate::invoice::{Action, Exception, Status};

/// A price as a request names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceInput {
    /// Decimal string, such as `49.00`; at most the currency's decimals.
    pub amount: String,
    /// ISO 4217 code in capitals.
    pub currency: String,
}

/// Body of `POST /v1/invoices`: either `product` or `price`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InvoiceCreate {
    /// A product of this store.
    pub product: Option<String>,
    /// A price, with a secret key, or with a public key where the store allows open amounts.
    pub price: Option<PriceInput>,
    /// An asset to quote at once, by CAIP-19 id.
    pub asset: Option<String>,
    /// The seller's own word for the order, up to 200 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 200)))]
    pub reference: Option<String>,
    /// The seller's own data, secret key only: up to 20 entries, keys up to 40 and values up to 500 characters.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Where the buyer goes afterwards, secret key only: an https address.
    pub redirect_url: Option<String>,
}

/// Body of `POST /v1/invoices/{id}/quotes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteCreate {
    /// The asset, by CAIP-19 id.
    pub asset: String,
}

/// Body of `POST /v1/invoices/{id}/transactions`: a hint to look at once, never proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TransactionHint {
    /// CAIP-2 chain id.
    pub chain: String,
    /// The transaction's hash: 0x and 64 hexadecimal digits.
    pub hash: String,
}

/// The store as buyers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoreView {
    /// The name.
    pub name: String,
}

/// The product as buyers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductView {
    /// `prod_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
}

/// Why an asset can't be chosen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// The chain's RPC does not answer.
    NetworkUnavailable,
    /// Too few exchanges agree on a price.
    RatesUnavailable,
    /// A coin that follows a currency stands too far from it.
    AssetOffPeg,
}

/// How the chain of the current quote can be followed just now; nothing where all is as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Its nodes don't answer, don't agree yet, or have had no block for minutes: payments show up later than usual.
    Delayed,
}

/// An asset that the store takes, with what it would cost now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OptionView {
    /// CAIP-19 id.
    pub asset: String,
    /// Symbol.
    pub symbol: String,
    /// Name.
    pub name: String,
    /// CAIP-2 chain id.
    pub chain: String,
    /// The chain's name.
    pub chain_name: String,
    /// True where coins are worth nothing.
    pub testnet: bool,
    /// What it comes to now; null where rates are unavailable. Locked only by a quote.
    pub amount: Option<String>,
    /// False where it can't be chosen now.
    pub available: bool,
    /// Why not.
    pub unavailable_reason: Option<Unavailable>,
}

/// The two forms of a payment URI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UrisView {
    /// The deposit address alone: any wallet or exchange.
    pub plain: String,
    /// EIP-681: wallets known to read it.
    pub eip681: String,
}

/// The transaction that a wallet is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WalletCallView {
    /// CAIP-2 chain id.
    pub chain: String,
    /// EIP-155 number.
    pub chain_id: u64,
    /// The deposit address, or the token's contract.
    pub to: String,
    /// Native coin as a JSON-RPC quantity.
    pub value: String,
    /// Call data, `0x` for native coin.
    pub data: String,
}

/// A chain's own coin as EIP-3085 wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NativeCurrency {
    /// Name.
    pub name: String,
    /// Symbol.
    pub symbol: String,
    /// Decimals.
    pub decimals: u8,
}

/// Parameters of `wallet_addEthereumChain` (EIP-3085), for a wallet that does not know the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddChain {
    /// EIP-155 number in hexadecimal.
    pub chain_id: String,
    /// Name.
    pub chain_name: String,
    /// The chain's own coin.
    pub native_currency: NativeCurrency,
    /// RPC addresses.
    pub rpc_urls: Vec<String>,
    /// Explorers.
    pub block_explorer_urls: Vec<String>,
}

/// A quote: the locked amount of one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteView {
    /// `quo_…`
    pub id: String,
    /// CAIP-19 id.
    pub asset: String,
    /// Symbol.
    pub symbol: String,
    /// CAIP-2 chain id.
    pub chain: String,
    /// The chain's name.
    pub chain_name: String,
    /// True where coins are worth nothing.
    pub testnet: bool,
    /// Decimals of the asset.
    pub decimals: u8,
    /// The whole amount.
    pub amount: String,
    /// The whole amount in base units.
    pub base_units: String,
    /// What has arrived of this asset.
    pub amount_received: String,
    /// What has arrived, in base units.
    pub base_units_received: String,
    /// What is still owed.
    pub amount_due: String,
    /// What is still owed, in base units.
    pub base_units_due: String,
    /// The deposit address.
    pub address: String,
    /// The locked rate: the price of one whole coin.
    pub rate: Money,
    /// Blocks that must stand, counting the payment's own.
    pub confirmations_required: u32,
    /// Payment URIs for what is still owed.
    pub uris: UrisView,
    /// The transaction for what is still owed.
    pub wallet_call: WalletCallView,
    /// How to teach a wallet the chain.
    pub add_chain: AddChain,
    /// When it was made.
    pub created_at: String,
    /// Until when it holds.
    pub expires_at: String,
}

/// A payment credited from the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaymentView {
    /// Names the payment.
    pub id: String,
    /// CAIP-19 id.
    pub asset: String,
    /// Symbol.
    pub symbol: String,
    /// The name of its chain.
    pub chain_name: String,
    /// What arrived.
    pub amount: String,
    /// What arrived, in base units.
    pub base_units: String,
    /// The transaction; null for native coin that arrived inside a contract's call.
    pub transaction: Option<String>,
    /// Where to look at the transaction.
    pub explorer_url: Option<String>,
    /// Blocks that stand on it, counting its own, up to what is required.
    pub confirmations: u32,
    /// Blocks that must stand.
    pub confirmations_required: u32,
    /// True once they do.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// True if it arrived after the window had closed.
    pub late: bool,
    /// True if it counts towards the price. False while money waits for the seller's decision: late, or in an asset that
    /// the store does not take.
    pub credited: bool,
    /// When it arrived: its block's time, or when it was first seen, if that was earlier.
    pub arrived_at: String,
    /// When it was first seen.
    pub seen_at: String,
}

/// Money sent back, as the seller recorded it: their word, not the chain's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefundView {
    /// CAIP-19 id.
    pub asset: String,
    /// Symbol.
    pub symbol: String,
    /// What was sent back.
    pub amount: String,
    /// What was sent back, in base units.
    pub base_units: String,
    /// The transaction.
    pub transaction: String,
    /// Where to look at the transaction.
    pub explorer_url: Option<String>,
    /// When it was recorded.
    pub recorded_at: String,
}

/// Body of `POST /v1/invoices/{id}/refunds`: money that the seller has sent back with their own wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundCreate {
    /// The asset, by CAIP-19 id: one in which money arrived.
    pub asset: String,
    /// Decimal string of whole coins, such as `12.5`: at most what arrived in this asset and is not refunded yet.
    pub amount: String,
    /// The transaction's hash.
    pub transaction: String,
}

/// An invoice as it stands. The public view; what only the seller sees is left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceSnapshot {
    /// `inv_…`
    pub id: String,
    /// Grows by one with every event: drop a snapshot that is older than one you have.
    pub version: u64,
    /// Where it stands.
    pub status: Status,
    /// What was not clean; empty on a clean sale.
    pub exceptions: Vec<Exception>,
    /// The store.
    pub store: StoreView,
    /// What is bought, if it is a product.
    pub product: Option<ProductView>,
    /// The price.
    pub price: Money,
    /// The seller's own word for the order.
    pub reference: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When its window closes. Moves once, when half of the price has arrived in time, so that the rest can follow.
    pub expires_at: String,
    /// When the seller called it off.
    pub cancelled_at: Option<String>,
    /// When the seller took what had arrived as full payment.
    pub accepted_at: Option<String>,
    /// Where the buyer goes afterwards.
    pub redirect_url: Option<String>,
    /// The quote asked for last; null until an asset has been chosen.
    pub quote: Option<QuoteView>,
    /// Payments, in the order they were first seen.
    pub payments: Vec<PaymentView>,
    /// Money sent back, in the order the seller recorded it.
    pub refunds: Vec<RefundView>,
    /// Assets that can be chosen, with what they would cost now; empty once nothing can be chosen.
    pub options: Vec<OptionView>,
    /// What was bought, on a paid invoice.
    pub delivery: Option<Delivery>,
    /// How the quote's chain is while money is awaited, in answers and pages; pushes and webhooks don't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The edge's clock.
    pub server_time: String,
    /// The seller's own data. Secret key only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// What the seller can do now. Secret key only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<Action>>,
}
