//! What can happen to an invoice. Closed: a new event must be handled wherever events are read.

use serde::{Deserialize, Serialize};

use super::state::{Quote, Refund, Terms};
use crate::asset::{AssetId, ChainId};
use crate::money::Amount;

/// One event, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The invoice was made.
    Created {
        /// What was agreed.
        terms: Box<Terms>,
    },
    /// An amount of one asset was locked.
    Quoted {
        /// The quote.
        quote: Box<Quote>,
    },
    /// The watcher of one chain says what stands at the deposit address now: the whole list, not the change.
    Observed {
        /// The chain.
        chain: ChainId,
        /// Grows with each report of this chain for this address; an older one changes nothing.
        sequence: u64,
        /// Height of the chain's head.
        head: u64,
        /// Every payment on the canonical chain, oldest first.
        payments: Vec<ObservedPayment>,
    },
    /// The window closed.
    Expired,
    /// The seller called it off.
    Cancelled,
    /// The seller takes what has arrived as full payment.
    Accepted,
    /// The seller says that money was sent back.
    Refunded {
        /// What was sent back.
        refund: Refund,
    },
}

/// One payment as the chain shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedPayment {
    /// Names this payment for ever, whatever block holds it: asset, transaction and ordinal for a token; asset and running
    /// total for a coin.
    pub id: String,
    /// The asset.
    pub asset: AssetId,
    /// What arrived.
    pub amount: Amount,
    /// The transaction, where the chain's logs name one.
    pub transaction: Option<String>,
    /// Height of its block.
    pub height: u64,
    /// Time of its block, in milliseconds since 1970.
    pub block_time_ms: i64,
    /// True while a second node has still to show it: until then it stays one confirmation short, however deep it lies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
}
