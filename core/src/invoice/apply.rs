//! The one way an invoice changes.

use std::collections::BTreeSet;

use thiserror::Error;

use super::event::{Event, ObservedPayment};
use super::settle::Settlement;
use super::state::{Exception, Invoice, Payment, Quote, Status, Terms};
use crate::asset::ChainId;

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
        }
    }

    /// All of them, in the order of the contract.
    pub const ALL: [Self; 10] = [
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
    /// A second quote of one asset would change the amount that the first one locked.
    #[error("this asset is quoted already")]
    AlreadyQuoted,
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
            sequences: std::collections::BTreeMap::new(),
            expired: false,
            cancelled_at_ms: None,
            accepted: false,
        };
        Transition { invoice, notices: vec![Notice::Created] }
    }

    /// Applies an event that happened at `now_ms`. `None` means that it changes nothing: a repeat, or old news.
    pub fn apply(&self, event: &Event, now_ms: i64) -> Result<Option<Transition>, ApplyError> {
        let mut next = self.clone();
        match event {
            Event::Created { .. } => return Err(ApplyError::AlreadyCreated),
            Event::Quoted { quote } => {
                if self.current_quote() == Some(quote) {
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
                    // The report is older than nothing, but says nothing new: not worth an event.
                    return Ok(None);
                }
                next.sequences.insert(*chain, *sequence);
            }
            Event::Expired => {
                if now_ms < self.terms.expires_at_ms {
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
                next.accepted = true;
            }
        }
        next.version += 1;
        next.settle(self);
        let notices = notices(self, &next);
        Ok(Some(Transition { invoice: next, notices }))
    }

    fn add_quote(&mut self, quote: &Quote) -> Result<(), ApplyError> {
        if self.status != Status::Open {
            return Err(ApplyError::NotQuotable { status: self.status });
        }
        // The same quote again only moves to the end: the buyer went back to it.
        if self.quote_for(quote.asset).is_some_and(|earlier| earlier != quote) {
            return Err(ApplyError::AlreadyQuoted);
        }
        self.quotes.retain(|earlier| earlier.asset != quote.asset);
        self.quotes.push(quote.clone());
        Ok(())
    }

    /// Replaces what is known of one chain by what it shows now; first-seen times and lateness stay.
    fn take_payments(&mut self, chain: ChainId, head: u64, observed: &[ObservedPayment], now_ms: i64) {
        let known = std::mem::take(&mut self.payments);
        let (before, mut kept): (Vec<Payment>, Vec<Payment>) =
            known.into_iter().partition(|payment| payment.asset.chain == chain);
        let closed_at_ms = self
            .cancelled_at_ms
            .map_or(self.terms.expires_at_ms, |cancelled_at_ms| cancelled_at_ms.min(self.terms.expires_at_ms));
        for payment in observed.iter().filter(|payment| payment.asset.chain == chain) {
            let earlier = before.iter().find(|earlier| earlier.id == payment.id);
            let confirmations_required = self.quote_for(payment.asset).map_or_else(
                || crate::asset::chain_info(chain).map_or(u32::MAX, |chain| chain.confirmations),
                |quote| quote.confirmations_required,
            );
            let depth = (head + 1).saturating_sub(payment.height);
            let most = confirmations_required.saturating_sub(u32::from(payment.unproven));
            let depth = u32::try_from(depth).unwrap_or(u32::MAX).min(most);
            // Either clock in time is enough: blocks are dated by their producers, and we may have been away.
            let arrived_ms = payment.block_time_ms.min(now_ms);
            kept.push(Payment {
                id: payment.id.clone(),
                asset: payment.asset,
                amount: payment.amount,
                transaction: payment.transaction.clone(),
                height: payment.height,
                confirmations: depth,
                confirmations_required,
                late: earlier.map_or(arrived_ms > closed_at_ms, |earlier| earlier.late),
                seen_at_ms: earlier.map_or(now_ms, |earlier| earlier.seen_at_ms),
            });
        }
        kept.sort_by(|one, other| {
            (one.seen_at_ms, one.height, &one.id).cmp(&(other.seen_at_ms, other.height, &other.id))
        });
        self.payments = kept;
    }

    /// Sets status and exceptions from what has arrived.
    fn settle(&mut self, before: &Self) {
        let settlement = Settlement::of(self);
        self.status = settlement.status(self);
        let lost = before.payments.iter().any(|earlier| self.payments.iter().all(|payment| payment.id != earlier.id));
        let was_reversed = before.exceptions.contains(&Exception::Reversed);
        let is_short = settlement.in_time < settlement.threshold;
        let conditions = [
            (Exception::Underpaid, self.status == Status::Expired && settlement.in_time > 0),
            (Exception::Overpaid, settlement.all > super::FULL_SHARE),
            (Exception::Late, self.payments.iter().any(|payment| payment.late)),
            // Stands until the money is back for good.
            (Exception::Reversed, (lost && is_short) || (was_reversed && self.status != Status::Paid)),
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
    let conditions = [
        (Notice::Reversed, gained(Exception::Reversed)),
        (Notice::PaymentDetected, new_payments.iter().any(|payment| !payment.late)),
        (Notice::LatePayment, new_payments.iter().any(|payment| payment.late)),
        (Notice::Confirming, entered(Status::Confirming)),
        (Notice::Paid, entered(Status::Paid)),
        (Notice::Overpaid, gained(Exception::Overpaid)),
        (Notice::Expired, entered(Status::Expired)),
        (Notice::Underpaid, gained(Exception::Underpaid)),
        (Notice::Cancelled, entered(Status::Cancelled)),
    ];
    conditions.into_iter().filter(|(_, holds)| *holds).map(|(notice, _)| notice).collect()
}
