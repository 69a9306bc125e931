//! What an invoice is after its events: the fold that is stored and queried.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::asset::{AssetId, ChainId};
use crate::evm::Deposit;
use crate::money::{Amount, Price, Rate};

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for money; may already hold part of it.
    Open,
    /// The full amount is on the chain, not yet final under the store's policy.
    Confirming,
    /// The full amount is final; goods may be delivered.
    Paid,
    /// The window closed before the full amount arrived; may hold a part.
    Expired,
    /// The seller called it off.
    Cancelled,
}

impl Status {
    /// The word used in the API and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirming => "confirming",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Finds a status by its word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Confirming, Self::Paid, Self::Expired, Self::Cancelled]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// What was not clean about a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// The window closed on a part of the amount.
    Underpaid,
    /// More than the amount arrived.
    Overpaid,
    /// Money arrived after the window had closed, or after cancellation.
    Late,
    /// A reorg took back what had counted.
    Reversed,
    /// Money arrived in an asset or on a chain that was never quoted.
    WrongAsset,
}

/// A product as it was when the invoice was made; later edits don't touch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductCopy {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
}

/// What was agreed when the invoice was made. Never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The invoice's id.
    pub id: String,
    /// What is bought, if it is a product.
    pub product: Option<ProductCopy>,
    /// What is asked.
    pub price: Price,
    /// The seller's own word for the order.
    pub reference: Option<String>,
    /// The seller's own data.
    pub metadata: BTreeMap<String, String>,
    /// Where the buyer goes afterwards.
    pub redirect_url: Option<String>,
    /// Where EVM money arrives.
    pub deposit: Deposit,
    /// By how much the amount may be short and still be full, in 1/100 of a per cent.
    pub tolerance_basis_points: u16,
    /// When it was made.
    pub created_at_ms: i64,
    /// When its window closes.
    pub expires_at_ms: i64,
}

/// The locked amount of one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Its id.
    pub id: String,
    /// The asset.
    pub asset: AssetId,
    /// The amount that settles the whole invoice.
    pub amount: Amount,
    /// The rate behind it, in the price's currency per whole coin.
    pub rate: Rate,
    /// Blocks that must stand, counting the payment's own, before a payment in this asset is final.
    pub confirmations_required: u32,
    /// When it was made.
    pub created_at_ms: i64,
    /// Until when it holds.
    pub expires_at_ms: i64,
}

/// A payment credited from the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Its id on its chain.
    pub id: String,
    /// The asset.
    pub asset: AssetId,
    /// What arrived.
    pub amount: Amount,
    /// The transaction, where the chain's logs name one.
    pub transaction: Option<String>,
    /// Height of its block.
    pub height: u64,
    /// Blocks that stand on it, counting its own, up to what is required.
    pub confirmations: u32,
    /// Blocks that must stand.
    pub confirmations_required: u32,
    /// True if it arrived after the window had closed.
    pub late: bool,
    /// When it was first seen.
    pub seen_at_ms: i64,
}

impl Payment {
    /// True once enough blocks stand on it.
    pub const fn is_final(&self) -> bool {
        self.confirmations >= self.confirmations_required
    }
}

/// The fold of an invoice's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// What was agreed.
    pub terms: Terms,
    /// Grows by one with every event.
    pub version: u64,
    /// Where it stands.
    pub status: Status,
    /// What was not clean.
    pub exceptions: BTreeSet<Exception>,
    /// One quote an asset, in the order they were asked for; the last is what the buyer sees.
    pub quotes: Vec<Quote>,
    /// Payments on the canonical chains, in the order they were first seen.
    pub payments: Vec<Payment>,
    /// The last report taken from each chain.
    pub sequences: BTreeMap<ChainId, u64>,
    /// When the window was closed by [`super::Event::Expired`].
    pub expired: bool,
    /// When the seller called it off.
    pub cancelled_at_ms: Option<i64>,
    /// True once the seller has taken what arrived as full payment.
    pub accepted: bool,
}

impl Invoice {
    /// The quote the buyer sees: the one asked for last.
    pub fn current_quote(&self) -> Option<&Quote> {
        self.quotes.last()
    }

    /// The quote of an asset.
    pub fn quote_for(&self, asset: AssetId) -> Option<&Quote> {
        self.quotes.iter().find(|quote| quote.asset == asset)
    }

    /// All that arrived in an asset, late money included.
    pub fn received(&self, asset: AssetId) -> Amount {
        let of_asset = self.payments.iter().filter(|payment| payment.asset == asset);
        // Each payment is a real balance below the maximum; should a sum ever pass it, the sum stands at what fitted.
        of_asset.fold(Amount::ZERO, |sum, payment| sum.checked_add(payment.amount).unwrap_or(sum))
    }
}
