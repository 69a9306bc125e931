//! The one way an invoice changes.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::event::{Event, ObservedPayment};
use super::settle::Settlement;
use super::state::{Acceptance, Exception, Invoice, LostPayment, Payment, Quote, Refund, Status, Terms};
use crate::asset::ChainId;
use crate::money::Amount;
use crate::planted::{self, Bug};

/// Quotes an invoice can have: each is kept, and a buyer asks for a handful.
pub const MAX_QUOTES: usize = 64;
/// Refunds that can be recorded, for the same reason.
pub const MAX_REFUNDS: usize = 64;
/// Payments lost to reorgs that are remembered; beyond them the oldest is forgotten.
const MAX_LOST: usize = 64;

/// What sellers are told of. The words are the webhook types behind `invoice.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// The invoice was made.
    Created,
    /// Money in time was seen.
    PaymentDetected,
    /// The full amount is on the chain.
    Confirming,
    /// The full amount is final.
    Paid,
    /// The window closed on a part.
    Underpaid,
    /// More than the amount arrived.
    Overpaid,
    /// The window closed.
    Expired,
    /// Money arrived too late.
    LatePayment,
    /// A reorg took back what had counted.
    Reversed,
    /// The seller called it off.
    Cancelled,
    /// The seller recorded money sent back.
    Refunded,
}

impl Notice {
    /// The webhook type.
    pub const fn webhook_type(self) -> &'static str {
        match self {
            Self::Created => "invoice.created",
            Self::PaymentDetected => "invoice.payment_detected",
            Self::Confirming => "invoice.confirming",
            Self::Paid => "invoice.paid",
            Self::Underpaid => "invoice.underpaid",
            Self::Overpaid => "invoice.overpaid",
            Self::Expired => "invoice.expired",
            Self::LatePayment => "invoice.late_payment",
            Self::Reversed => "invoice.reversed",
            Self::Cancelled => "invoice.cancelled",
            Self::Refunded => "invoice.refunded",
        }
    }

    /// All of them, in the order of the contract.
    pub const ALL: [Self; 11] = [
        Self::Created,
        Self::PaymentDetected,
        Self::Confirming,
        Self::Paid,
        Self::Underpaid,
        Self::Overpaid,
        Self::Expired,
        Self::LatePayment,
        Self::Reversed,
        Self::Cancelled,
        Self::Refunded,
    ];
}

/// The state after an event and what to tell. Counts only once it has been stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a transition that is not stored has not happened"]
pub struct Transition {
    /// The state.
    pub invoice: Invoice,
    /// What to tell, in order.
    pub notices: Vec<Notice>,
}

/// Why an event cannot happen to this invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// A second `Created`.
    #[error("the invoice exists already")]
    AlreadyCreated,
    /// No quotes after the window has closed or the invoice has settled.
    #[error("the invoice is {}, so no amount can be quoted; start a new one", .status.as_str())]
    NotQuotable {
        /// Where it stands.
        status: Status,
    },
    /// A second quote of one asset would change the amount that the first one still locks.
    #[error("this asset is quoted already")]
    AlreadyQuoted,
    /// [`MAX_QUOTES`] are reached.
    #[error("the invoice has {MAX_QUOTES} quotes already; start a new one")]
    TooManyQuotes,
    /// The window is still open at this time.
    #[error("the invoice has not expired yet")]
    NotDue,
    /// Only an open or expired invoice can be called off.
    #[error("the invoice is {}, so it cannot be cancelled", .status.as_str())]
    NotCancellable {
        /// Where it stands.
        status: Status,
    },
    /// Nothing has arrived that could be accepted.
    #[error("no payment has arrived that could be accepted")]
    NothingToAccept,
    /// More than arrived can't be sent back.
    #[error("that is more than what arrived and has not been refunded yet")]
    RefundTooLarge,
    /// One transaction sends one amount of one asset.
    #[error("a refund of another amount is recorded for this transaction already")]
    AlreadyRefunded,
    /// [`MAX_REFUNDS`] are reached.
    #[error("the invoice has {MAX_REFUNDS} refunds already")]
    TooManyRefunds,
}

impl Invoice {
    /// The first event.
    pub fn create(terms: Terms) -> Transition {
        let invoice = Self {
            terms,
            version: 1,
            status: Status::Open,
            exceptions: BTreeSet::new(),
            quotes: Vec::new(),
            payments: Vec::new(),
            lost: Vec::new(),
            sequences: BTreeMap::new(),
            extended: false,
            expired: false,
            cancelled_at_ms: None,
            accepted: None,
            refunds: Vec::new(),
            refunds_before_paid: 0,
        };
        Transition { invoice, notices: vec![Notice::Created] }
    }

    /// Applies an event that happened at `now_ms`. `None` means that it changes nothing: a repeat, or old news.
    pub fn apply(&self, event: &Event, now_ms: i64) -> Result<Option<Transition>, ApplyError> {
        let mut next = self.clone();
        match event {
            Event::Created { .. } => return Err(ApplyError::AlreadyCreated),
            Event::Quoted { quote } => {
                if self.quotes.last() == Some(quote) || self.current_quote() == Some(quote) {
                    return Ok(None);
                }
                next.add_quote(quote)?;
            }
            Event::Observed { chain, sequence, head, payments } => {
                if self.sequences.get(chain).is_some_and(|taken| sequence <= taken) {
                    return Ok(None);
                }
                next.take_payments(*chain, *head, payments, now_ms);
                if next.payments == self.payments {
                    // A report that says nothing new is not worth an event.
                    return Ok(None);
                }
                next.sequences.insert(*chain, *sequence);
            }
            Event::Expired => {
                if now_ms < self.closes_at_ms() {
                    return Err(ApplyError::NotDue);
                }
                if self.expired || self.status != Status::Open {
                    return Ok(None);
                }
                next.expired = true;
            }
            Event::Cancelled => match self.status {
                Status::Cancelled => return Ok(None),
                Status::Open | Status::Expired => next.cancelled_at_ms = Some(now_ms),
                status => return Err(ApplyError::NotCancellable { status }),
            },
            Event::Accepted => {
                if self.status == Status::Paid {
                    return Ok(None);
                }
                if self.payments.is_empty() {
                    return Err(ApplyError::NothingToAccept);
                }
                let payments = self.payments.iter().map(|payment| payment.id.clone()).collect();
                next.accepted = Some(Acceptance { at_ms: now_ms, payments });
            }
            Event::Refunded { refund } => {
                if self.refunds.contains(refund) {
                    return Ok(None);
                }
                next.add_refund(refund)?;
            }
        }
        next.version += 1;
        next.settle(self, now_ms);
        let notices = notices(self, &next);
        Ok(Some(Transition { invoice: next, notices }))
    }

    fn add_quote(&mut self, quote: &Quote) -> Result<(), ApplyError> {
        // Money that came in time may have to be valued after the window has closed.
        let is_quotable = self.status == Status::Open || (quote.unasked && self.status == Status::Expired);
        if !is_quotable {
            return Err(ApplyError::NotQuotable { status: self.status });
        }
        // The same quote again only moves to the end: the buyer went back to it.
        if !self.quotes.contains(quote) {
            let locks = |earlier: &Quote| !earlier.unasked && quote.created_at_ms < earlier.expires_at_ms;
            if self.quote_for(quote.asset).is_some_and(locks) {
                return Err(ApplyError::AlreadyQuoted);
            }
            if self.quotes.len() >= MAX_QUOTES {
                return Err(ApplyError::TooManyQuotes);
            }
        }
        self.quotes.retain(|earlier| earlier != quote);
        self.quotes.push(quote.clone());
        Ok(())
    }

    fn add_refund(&mut self, refund: &Refund) -> Result<(), ApplyError> {
        let same = |earlier: &Refund| earlier.asset == refund.asset && earlier.transaction == refund.transaction;
        if self.refunds.iter().any(same) {
            return Err(ApplyError::AlreadyRefunded);
        }
        if self.refunds.len() >= MAX_REFUNDS {
            return Err(ApplyError::TooManyRefunds);
        }
        let held = self.received(refund.asset).saturating_sub(self.refunded(refund.asset));
        if refund.amount == Amount::ZERO || refund.amount > held {
            return Err(ApplyError::RefundTooLarge);
        }
        if self.status == Status::Paid {
            self.refunds.push(refund.clone());
        } else {
            let before_paid = self.refunds_before_paid.min(self.refunds.len());
            self.refunds.insert(before_paid, refund.clone());
            self.refunds_before_paid = before_paid + 1;
        }
        Ok(())
    }

    /// Replaces what is known of one chain by what it shows now; when a payment first came and was first seen stays.
    fn take_payments(&mut self, chain: ChainId, head: u64, observed: &[ObservedPayment], now_ms: i64) {
        let known = std::mem::take(&mut self.payments);
        let (before, mut kept): (Vec<Payment>, Vec<Payment>) =
            known.into_iter().partition(|payment| payment.asset.chain == chain);
        let observed = || observed.iter().filter(|payment| payment.asset.chain == chain);
        for payment in observed() {
            if kept.iter().any(|seen| seen.id == payment.id) {
                // One payment counts once, whatever a report says.
                continue;
            }
            // Either clock in time is enough: blocks are dated by their producers, and we may have been away.
            let arrived_at_ms = payment.block_time_ms.min(now_ms);
            let known = before.iter().find(|earlier| earlier.id == payment.id);
            let known = known.map(|earlier| (earlier.arrived_at_ms, earlier.seen_at_ms));
            let lost = self.lost.iter().find(|lost| lost.id == payment.id);
            let first = known.or_else(|| lost.map(|lost| (lost.arrived_at_ms, lost.seen_at_ms)));
            let confirmations_required = self.quote_for(payment.asset).map_or_else(
                || crate::asset::chain_info(chain).map_or(u32::MAX, |chain| chain.confirmations),
                |quote| quote.confirmations_required,
            );
            let depth = head.saturating_add(1).saturating_sub(payment.height);
            let most = confirmations_required.saturating_sub(u32::from(payment.unproven));
            kept.push(Payment {
                id: payment.id.clone(),
                asset: payment.asset,
                amount: payment.amount,
                transaction: payment.transaction.clone(),
                height: payment.height,
                confirmations: u32::try_from(depth).unwrap_or(u32::MAX).min(most),
                confirmations_required,
                arrived_at_ms: first.map_or(arrived_at_ms, |(earlier_ms, _)| earlier_ms.min(arrived_at_ms)),
                seen_at_ms: first.map_or(now_ms, |(_, seen_at_ms)| seen_at_ms),
            });
        }
        self.lost.retain(|lost| observed().all(|payment| payment.id != lost.id));
        for earlier in before.into_iter().filter(|earlier| observed().all(|payment| payment.id != earlier.id)) {
            let Payment { id, arrived_at_ms, seen_at_ms, .. } = earlier;
            self.lost.push(LostPayment { id, arrived_at_ms, seen_at_ms });
        }
        self.lost.drain(..self.lost.len().saturating_sub(MAX_LOST));
        kept.sort_by(|one, other| {
            (one.seen_at_ms, one.height, &one.id).cmp(&(other.seen_at_ms, other.height, &other.id))
        });
        if planted::is(Bug::CreditedTwice) {
            kept.extend(kept.clone().into_iter().filter(|payment| payment.seen_at_ms.lt(&now_ms)));
        }
        self.payments = kept;
    }

    /// Sets the window, the status and the exceptions from what has arrived.
    fn settle(&mut self, before: &Self, now_ms: i64) {
        if !self.extended && self.cancelled_at_ms.is_none() && Settlement::of(self).holds_window() {
            self.extended = true;
            // Money that came in time may be seen only after the window was closed.
            self.expired &= now_ms >= self.closes_at_ms();
        }
        let settlement = Settlement::of(self);
        self.status = settlement.status(self);
        if planted::is(Bug::SettledStays) && matches!(before.status, Status::Paid) {
            self.status = Status::Paid;
        }
        let is_short = settlement.held < settlement.threshold;
        let stands = |earlier: &Payment| {
            self.payments.iter().any(|payment| payment.id == earlier.id && payment.amount >= earlier.amount)
        };
        let lost = !before.payments.iter().all(stands);
        let is_final_no_more = before.status == Status::Paid && self.status != Status::Paid;
        let was_reversed = before.exceptions.contains(&Exception::Reversed);
        let is_closed = matches!(self.status, Status::Expired | Status::Cancelled);
        let is_part_accepted = self.status == Status::Paid && settlement.all < settlement.threshold;
        // However small: a share of the price that rounds to nothing is still the buyer's money.
        let asked = || self.payments.iter().filter(|payment| self.quote_for(payment.asset).is_some());
        let conditions = [
            (
                Exception::Underpaid,
                (is_closed && asked().any(|payment| self.counts(payment))) || (is_part_accepted && asked().count() > 0),
            ),
            (Exception::Overpaid, settlement.is_over()),
            (Exception::Late, self.payments.iter().any(|payment| self.is_late(payment))),
            // Stands until the money is back for good.
            (
                Exception::Reversed,
                (lost && is_short) || is_final_no_more || (was_reversed && self.status != Status::Paid),
            ),
            (Exception::WrongAsset, self.payments.iter().any(|payment| self.quote_for(payment.asset).is_none())),
        ];
        self.exceptions = conditions.into_iter().filter(|(_, holds)| *holds).map(|(exception, _)| exception).collect();
    }
}

/// What a seller must hear of between two states.
fn notices(before: &Invoice, after: &Invoice) -> Vec<Notice> {
    let is_new = |payment: &&Payment| before.payments.iter().all(|earlier| earlier.id != payment.id);
    let new_payments: Vec<&Payment> = after.payments.iter().filter(is_new).collect();
    let entered = |status: Status| after.status == status && before.status != status;
    let gained =
        |exception: Exception| after.exceptions.contains(&exception) && !before.exceptions.contains(&exception);
    // A second reversal is told as the first was, also while the exception of the first still stands.
    let is_paid_no_more = before.status == Status::Paid && after.status != Status::Paid;
    let conditions = [
        (Notice::Reversed, gained(Exception::Reversed) || is_paid_no_more),
        (Notice::PaymentDetected, new_payments.iter().any(|payment| !after.is_late(payment))),
        (Notice::LatePayment, new_payments.iter().any(|payment| after.is_late(payment))),
        (Notice::Confirming, entered(Status::Confirming)),
        (Notice::Paid, entered(Status::Paid)),
        (Notice::Overpaid, gained(Exception::Overpaid)),
        (Notice::Expired, entered(Status::Expired)),
        (Notice::Underpaid, gained(Exception::Underpaid)),
        (Notice::Cancelled, entered(Status::Cancelled)),
        (Notice::Refunded, after.refunds.len() > before.refunds.len()),
    ];
    conditions.into_iter().filter(|(_, holds)| *holds).map(|(notice, _)| notice).collect()
}
