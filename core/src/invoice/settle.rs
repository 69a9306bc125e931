//! How much of an invoice its payments cover: each payment at the rate that was locked for it, added up.

use alloy_primitives::U256;

use super::state::{Invoice, Payment, Quote, Status};
use crate::asset::asset_info;
use crate::planted::{self, Bug};

/// The share that means "all of it".
pub const FULL_SHARE: u64 = 1_000_000_000_000_000_000;
/// From this share on, money in time holds the window open for the rest: dust must not.
const TOP_UP_FROM: u128 = FULL_SHARE as u128 / 2;

/// Shares of the price, of [`FULL_SHARE`], cut down (never up) per quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// From the payments that count, less what was sent back before the invoice was paid.
    pub held: u128,
    /// The same, of payments that are final.
    pub held_final: u128,
    /// From all payments.
    pub all: u128,
    /// From payments within the first window, which keep it open from [`TOP_UP_FROM`] on.
    first_window: u128,
    /// What counts as full after the store's tolerance.
    pub threshold: u128,
    /// What cutting may have lost: at most one share a quote, and one a refund.
    cut: u128,
    /// More than this is too much.
    ceiling: u128,
}

impl Settlement {
    /// Adds up an invoice's payments.
    pub fn of(invoice: &Invoice) -> Self {
        let tolerance = u128::from(invoice.terms.tolerance_basis_points.min(10_000));
        let counted = share(invoice, |payment| invoice.counts(payment));
        let sent_back = sent_back(invoice);
        let used = used_quotes(invoice);
        let cut = (used.len() + invoice.refunds_before_paid.min(invoice.refunds.len())) as u128;
        // Exact where one quote is the whole price; else what was cut off is nobody's debt.
        let forgiven = if cut > 1 { cut } else { 0 };
        Self {
            held: counted.saturating_sub(sent_back),
            held_final: share(invoice, |payment| invoice.counts(payment) && payment.is_final())
                .saturating_sub(sent_back),
            all: share(invoice, |_| true),
            first_window: share(invoice, |payment| payment.arrived_at_ms <= invoice.terms.expires_at_ms),
            threshold: (u128::from(FULL_SHARE) / 10_000 * (10_000 - tolerance)).saturating_sub(forgiven),
            cut,
            ceiling: u128::from(FULL_SHARE) + rounding(&used),
        }
    }

    /// The part of the price that is still owed.
    pub fn owed(&self) -> u64 {
        let owed = u128::from(FULL_SHARE).saturating_sub(self.held).saturating_sub(self.cut);
        u64::try_from(owed).unwrap_or(FULL_SHARE)
    }

    /// True if more has arrived than was asked for.
    pub const fn is_over(&self) -> bool {
        self.all > self.ceiling
    }

    /// True if so much came within the first window that it stays open for the rest.
    pub const fn holds_window(&self) -> bool {
        self.first_window >= TOP_UP_FROM
    }

    /// The status that follows.
    pub fn status(&self, invoice: &Invoice) -> Status {
        let threshold = if planted::is(Bug::AmountNotCompared) { 1 } else { self.threshold };
        if invoice.is_accepted() || (self.held_final >= threshold && invoice.cancelled_at_ms.is_none()) {
            Status::Paid
        } else if invoice.cancelled_at_ms.is_some() {
            Status::Cancelled
        } else if self.held >= self.threshold {
            Status::Confirming
        } else if invoice.expired {
            Status::Expired
        } else {
            Status::Open
        }
    }
}

fn share(invoice: &Invoice, counts: impl Fn(&Payment) -> bool) -> u128 {
    let of_quote = |quote: &Quote| {
        let payments = invoice.payments.iter().filter(|payment| invoice.quote_of(payment) == Some(quote));
        let received: U256 =
            payments.filter(|payment| counts(payment)).map(|payment| U256::from(payment.amount.to_base_units())).sum();
        u128::try_from(worth(quote, received)).unwrap_or(u128::MAX)
    };
    invoice.quotes.iter().map(of_quote).fold(0, u128::saturating_add)
}

/// The share that base units are worth at a quote, times one.
fn worth(quote: &Quote, base_units: U256) -> U256 {
    base_units * U256::from(quote.share) / U256::from(quote.amount.to_base_units().max(1))
}

/// The share of what was sent back before the invoice was paid, cut up: money that is gone settles nothing.
fn sent_back(invoice: &Invoice) -> u128 {
    let of_refund = |refund: &super::Refund| {
        let quote = invoice.quote_for(refund.asset)?;
        let worth = worth(quote, U256::from(refund.amount.to_base_units()));
        Some(u128::try_from(worth).unwrap_or(u128::MAX).saturating_add(1))
    };
    let early = invoice.refunds.iter().take(invoice.refunds_before_paid);
    early.filter_map(of_refund).fold(0, u128::saturating_add)
}

/// Quotes at whose rates money has come.
fn used_quotes(invoice: &Invoice) -> Vec<&Quote> {
    let is_used = |quote: &&Quote| invoice.payments.iter().any(|payment| invoice.quote_of(payment) == Some(*quote));
    invoice.quotes.iter().filter(is_used).collect()
}

/// Rounding that is nobody's fault: where several quotes make up the price, the last amount asked for was rounded up to
/// what a person can type.
fn rounding(used: &[&Quote]) -> u128 {
    if used.len() < 2 {
        return 0;
    }
    let of_quote = |quote: &&Quote| {
        let step = asset_info(quote.asset)?.quote_step();
        u128::try_from(worth(quote, U256::from(step))).ok()
    };
    used.iter().filter_map(of_quote).max().unwrap_or(0)
}
