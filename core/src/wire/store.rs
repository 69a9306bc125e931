//! Stores and their settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::branding::{Branding, BrandingUpdate};
use super::walletconnect::WalletConnectSettings;

/// Body of `POST /v1/stores`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreCreate {
    /// The name that buyers see, 1 to 80 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 80)))]
    pub name: String,
}

/// Answer of `POST /v1/stores`: the only time that the secret key is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoreCreated {
    /// `st_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// Public key, for pages.
    pub public_key: String,
    /// Secret key, for the seller's server. Not shown again.
    pub secret_key: String,
}

/// Payout addresses by CAIP-2 namespace.
pub type AcceptedPayouts = BTreeMap<String, String>;

/// May buyers name the amount (a tip jar)?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenAmounts {
    /// True if a page may name the amount.
    pub enabled: bool,
    /// The only currency allowed; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Smallest amount, a decimal string in `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// Largest amount, a decimal string in `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<String>,
}

/// Other confirmations for invoices from an amount on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmationsFrom {
    /// The smallest price that this holds for, a decimal string.
    pub amount: String,
    /// ISO 4217 code of the price: invoices in other currencies are not touched.
    pub currency: String,
    /// Confirmations by CAIP-2 chain id (1 to 1,000); chains that are absent keep theirs.
    pub confirmations: BTreeMap<String, u32>,
}

/// A store's settings: `GET /v1/store`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Store {
    /// `st_…`
    pub id: String,
    /// The name that buyers see.
    pub name: String,
    /// Public key, for pages.
    pub public_key: String,
    /// Payout addresses by CAIP-2 namespace: `{"eip155": "0x…"}`.
    pub payout_addresses: AcceptedPayouts,
    /// Accepted assets by CAIP-19 id, in the order buyers see them.
    pub assets: Vec<String>,
    /// Origins whose pages may hold the checkout in a frame; empty means any.
    pub allowed_origins: Vec<String>,
    /// May buyers name the amount?
    pub open_amounts: OpenAmounts,
    /// Confirmations by CAIP-2 chain id, where the chain's default is not wanted.
    pub confirmations: BTreeMap<String, u32>,
    /// Confirmations for larger (or smaller) invoices; of several that hold, the one with the largest amount counts.
    pub confirmations_by_amount: Vec<ConfirmationsFrom>,
    /// By how much a payment may be short, in 1/100 of a per cent (0 to 500).
    pub underpayment_tolerance_basis_points: u16,
    /// How far a coin may stand from the currency that it follows and still be quoted, in 1/100 of a per cent (10 to 1,000).
    pub peg_deviation_basis_points: u16,
    /// Minutes that an invoice stays open (1 to 1,440).
    pub invoice_minutes: u16,
    /// Minutes that the amount of one asset is locked (1 to 1,440), at most `invoice_minutes`.
    pub quote_minutes: u16,
    /// Minutes that an invoice stays open longer for the rest, once half of it has arrived in time (0 to 1,440).
    pub top_up_minutes: u16,
    /// Money that comes later by at most so many minutes (0 to 1,440) settles an invoice like money in time; what comes
    /// later still waits for the seller. 0 lets all late money wait.
    pub late_grace_minutes: u16,
    /// What the checkout looks like and says beyond the usual.
    pub branding: Branding,
    /// WalletConnect, with the relay that is used; null where it is off.
    pub walletconnect: Option<WalletConnectSettings>,
    /// When it was made.
    pub created_at: String,
}

/// Body of `PATCH /v1/store`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreUpdate {
    /// The name that buyers see, 1 to 80 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 80)))]
    pub name: Option<String>,
    /// Payout addresses by CAIP-2 namespace: `{"eip155": "0x…"}`.
    pub payout_addresses: Option<AcceptedPayouts>,
    /// Accepted assets by CAIP-19 id.
    pub assets: Option<Vec<String>>,
    /// Origins whose pages may hold the checkout in a frame.
    pub allowed_origins: Option<Vec<String>>,
    /// May buyers name the amount?
    pub open_amounts: Option<OpenAmounts>,
    /// Confirmations by CAIP-2 chain id (1 to 1,000).
    pub confirmations: Option<BTreeMap<String, u32>>,
    /// Confirmations for larger (or smaller) invoices, at most 10 entries.
    pub confirmations_by_amount: Option<Vec<ConfirmationsFrom>>,
    /// By how much a payment may be short, in 1/100 of a per cent (0 to 500).
    pub underpayment_tolerance_basis_points: Option<u16>,
    /// How far a coin may stand from the currency that it follows and still be quoted, in 1/100 of a per cent (10 to 1,000).
    pub peg_deviation_basis_points: Option<u16>,
    /// Minutes that an invoice stays open (1 to 1,440).
    pub invoice_minutes: Option<u16>,
    /// Minutes that the amount of one asset is locked (1 to 1,440), at most `invoice_minutes`.
    pub quote_minutes: Option<u16>,
    /// Minutes that an invoice stays open longer for the rest, once half of it has arrived in time (0 to 1,440).
    pub top_up_minutes: Option<u16>,
    /// Money that comes later by at most so many minutes (0 to 1,440) settles an invoice like money in time.
    pub late_grace_minutes: Option<u16>,
    /// What the checkout looks like and says beyond the usual.
    pub branding: Option<Box<BrandingUpdate>>,
    /// WalletConnect: the store's own project at a relay.
    pub walletconnect: Option<WalletConnectSettings>,
}

/// Answer of `GET /healthz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Health {
    /// `ok`, or `degraded` where a chain can't be reached or payments are delayed.
    pub status: String,
    /// The version of Groat.
    pub version: String,
    /// Each configured chain.
    pub chains: Vec<HealthChain>,
}

/// Whether a chain can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthChain {
    /// CAIP-2 id.
    pub chain: String,
    /// Its name.
    pub name: String,
    /// True if its RPC answered lately.
    pub available: bool,
    /// True if payments show up or become final later than usual.
    pub delayed: bool,
    /// What is wrong, in plain words; null where nothing is.
    pub message: Option<String>,
    /// Height of its head, if known.
    pub head: Option<u64>,
    /// Its RPC nodes, in the order of the configuration.
    pub nodes: Vec<HealthNode>,
}

/// Whether an RPC node can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthNode {
    /// True if it answered well when it was last asked. What is wrong stands in the operator's log only.
    pub available: bool,
    /// Height of its head when it was last asked on its own; null while it is the one that is followed.
    pub head: Option<u64>,
}
