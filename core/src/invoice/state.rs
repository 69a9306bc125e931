//! What an invoice is after its events: the fold that is stored and queried.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::asset::{AssetId, ChainId};
use crate::evm::Deposit;
use crate::money::{Amount, Price, Rate};
use crate::planted::{self, Bug};

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
    /// Once half has arrived in time, the window stays open by so much longer for the rest.
    #[serde(default)]
    pub top_up_ms: i64,
    /// Money that comes later than the window by no more than this settles the invoice without the seller's act.
    #[serde(default)]
    pub late_grace_ms: i64,
    /// When it was made.
    pub created_at_ms: i64,
    /// When its window closes, unless [`Invoice::closes_at_ms`] says later.
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
    /// The amount that settles `share` of the invoice.
    pub amount: Amount,
    /// The part of the price that this amount settles, of [`super::FULL_SHARE`]: all of it, or what was owed when a later
    /// quote of the same asset was made.
    #[serde(default = "full_share")]
    pub share: u64,
    /// True if the buyer never asked for it: money arrived in an asset that the store takes, and was valued when it was seen.
    #[serde(default)]
    pub unasked: bool,
    /// The rate behind it, in the price's currency per whole coin.
    pub rate: Rate,
    /// Blocks that must stand, counting the payment's own, before a payment in this asset is final.
    pub confirmations_required: u32,
    /// When it was made.
    pub created_at_ms: i64,
    /// Until when it holds.
    pub expires_at_ms: i64,
}

const fn full_share() -> u64 {
    super::FULL_SHARE
}

/// Money sent back, as the seller recorded it. Groat never moves money, and takes the seller's word for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// The asset.
    pub asset: AssetId,
    /// What was sent back.
    pub amount: Amount,
    /// Its transaction.
    pub transaction: String,
    /// When it was recorded.
    pub recorded_at_ms: i64,
}

/// The seller's word that what had arrived is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// When it was given.
    pub at_ms: i64,
    /// The payments it was given for. It holds as long as they stand on their chains.
    pub payments: BTreeSet<String>,
}

/// What a seller can do with an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Take what has arrived as full payment.
    Accept,
    /// Call it off.
    Cancel,
    /// Record money sent back.
    Refund,
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
    /// When it arrived: its block's time, or when it was first seen, if that was earlier. Stays through a reorg.
    pub arrived_at_ms: i64,
    /// When it was first seen.
    pub seen_at_ms: i64,
}

/// A payment that a reorg took: should it come back, it came when it first did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostPayment {
    /// Its id.
    pub id: String,
    /// When it had arrived.
    pub arrived_at_ms: i64,
    /// When it was first seen.
    pub seen_at_ms: i64,
}

impl Payment {
    /// True once enough blocks stand on it.
    pub fn is_final(&self) -> bool {
        planted::is(Bug::ConfirmationsIgnored) || self.confirmations >= self.confirmations_required
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
    /// Quotes, in the order they were asked for; the last that the buyer asked for is what they see.
    pub quotes: Vec<Quote>,
    /// Payments on the canonical chains, in the order they were first seen.
    pub payments: Vec<Payment>,
    /// Payments that reorgs took, and that have not come back.
    #[serde(default)]
    pub lost: Vec<LostPayment>,
    /// The last report taken from each chain.
    pub sequences: BTreeMap<ChainId, u64>,
    /// True once half had arrived in time, so that the window stays open for the rest.
    #[serde(default)]
    pub extended: bool,
    /// True while the window is closed by [`super::Event::Expired`].
    pub expired: bool,
    /// When the seller called it off.
    pub cancelled_at_ms: Option<i64>,
    /// The seller's word that what had arrived is enough.
    pub accepted: Option<Acceptance>,
    /// Money sent back, in the order it was recorded.
    #[serde(default)]
    pub refunds: Vec<Refund>,
    /// How many of the refunds were recorded before the invoice was paid: that money settles nothing any more.
    #[serde(default)]
    pub refunds_before_paid: usize,
}

impl Invoice {
    /// When the window closes.
    pub const fn closes_at_ms(&self) -> i64 {
        // Saturating here and below: stored rows are input, and a damaged one must not end the object that reads it.
        self.terms.expires_at_ms.saturating_add(if self.extended { self.terms.top_up_ms } else { 0 })
    }

    /// The quote the buyer sees: the one they asked for last.
    pub fn current_quote(&self) -> Option<&Quote> {
        self.quotes.iter().rev().find(|quote| !quote.unasked)
    }

    /// The newest quote of an asset.
    pub fn quote_for(&self, asset: AssetId) -> Option<&Quote> {
        self.quotes.iter().filter(|quote| quote.asset == asset).max_by_key(|quote| quote.created_at_ms)
    }

    /// The quote at whose rate a payment counts: the newest of its asset that was made before it arrived, or else the first.
    pub fn quote_of(&self, payment: &Payment) -> Option<&Quote> {
        let of_asset = || self.quotes.iter().filter(|quote| quote.asset == payment.asset);
        let before = of_asset().filter(|quote| quote.created_at_ms < payment.arrived_at_ms);
        before.max_by_key(|quote| quote.created_at_ms).or_else(|| of_asset().min_by_key(|quote| quote.created_at_ms))
    }

    /// True if a payment came after the window had closed, or was first seen after the seller had called the invoice off.
    pub fn is_late(&self, payment: &Payment) -> bool {
        payment.arrived_at_ms > self.closes_at_ms() || self.is_after_cancellation(payment)
    }

    /// True if a payment settles its part of the price without the seller's act.
    pub fn counts(&self, payment: &Payment) -> bool {
        payment.arrived_at_ms <= self.closes_at_ms().saturating_add(self.terms.late_grace_ms)
            && !self.is_after_cancellation(payment)
    }

    fn is_after_cancellation(&self, payment: &Payment) -> bool {
        self.cancelled_at_ms.is_some_and(|cancelled_at_ms| payment.seen_at_ms > cancelled_at_ms)
    }

    /// True while all that the seller accepted stands.
    pub fn is_accepted(&self) -> bool {
        let stands = |id: &String| self.payments.iter().any(|payment| payment.id == *id);
        self.accepted.as_ref().is_some_and(|accepted| accepted.payments.iter().all(stands))
    }

    /// All that arrived in an asset, late money included.
    pub fn received(&self, asset: AssetId) -> Amount {
        sum(self.payments.iter().filter(|payment| payment.asset == asset).map(|payment| payment.amount))
    }

    /// All that was sent back in an asset.
    pub fn refunded(&self, asset: AssetId) -> Amount {
        sum(self.refunds.iter().filter(|refund| refund.asset == asset).map(|refund| refund.amount))
    }

    /// What the seller can do now.
    pub fn actions(&self) -> BTreeSet<Action> {
        let is_held = |payment: &Payment| self.refunded(payment.asset) < self.received(payment.asset);
        let possible = [
            (Action::Accept, self.status != Status::Paid && !self.payments.is_empty()),
            (Action::Cancel, matches!(self.status, Status::Open | Status::Expired)),
            (Action::Refund, self.payments.iter().any(is_held)),
        ];
        possible.into_iter().filter(|(_, holds)| *holds).map(|(action, _)| action).collect()
    }
}

/// Each payment is a real balance below the maximum; should a sum ever pass it, the sum stands at what fitted.
fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(sum))
}
