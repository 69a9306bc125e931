//! How much of an invoice its payments cover: each asset at its own locked rate, added up.

use alloy_primitives::U256;

use super::state::{Invoice, Payment, Status};

/// The share that means "all of it".
pub const FULL_SHARE: u128 = 1_000_000_000_000_000_000;

/// Shares of the price, of [`FULL_SHARE`], cut down (never up) per asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// From payments in time, final or not.
    pub in_time: u128,
    /// From payments in time that are final.
    pub in_time_final: u128,
    /// From all payments.
    pub all: u128,
    /// What counts as full after the store's tolerance.
    pub threshold: u128,
}

impl Settlement {
    /// Adds up an invoice's payments.
    pub fn of(invoice: &Invoice) -> Self {
        let tolerance = u128::from(invoice.terms.tolerance_basis_points.min(10_000));
        Self {
            in_time: share(invoice, |payment| !payment.late),
            in_time_final: share(invoice, |payment| !payment.late && payment.is_final()),
            all: share(invoice, |_| true),
            threshold: FULL_SHARE / 10_000 * (10_000 - tolerance),
        }
    }

    /// The status that follows.
    pub fn status(&self, invoice: &Invoice) -> Status {
        if invoice.accepted || (self.in_time_final >= self.threshold && invoice.cancelled_at_ms.is_none()) {
            Status::Paid
        } else if invoice.cancelled_at_ms.is_some() {
            Status::Cancelled
        } else if self.in_time >= self.threshold {
            Status::Confirming
        } else if invoice.expired {
            Status::Expired
        } else {
            Status::Open
        }
    }
}

fn share(invoice: &Invoice, counts: impl Fn(&Payment) -> bool) -> u128 {
    let of_quote = |quote: &super::Quote| {
        let payments = invoice.payments.iter().filter(|payment| payment.asset == quote.asset && counts(payment));
        let received: U256 = payments.map(|payment| U256::from(payment.amount.to_base_units())).sum();
        let wanted = U256::from(quote.amount.to_base_units().max(1));
        u128::try_from(received * U256::from(FULL_SHARE) / wanted).unwrap_or(u128::MAX)
    };
    invoice.quotes.iter().map(of_quote).fold(0, u128::saturating_add)
}
