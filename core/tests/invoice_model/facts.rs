//! What has happened to an invoice, kept apart from the invoice, and what follows from it in exact fractions.

use std::collections::{BTreeMap, BTreeSet};

use groat_core::asset::{AssetId, ChainId, chain_info};
use groat_core::invoice::{Event, FULL_SHARE, Invoice, ObservedPayment, Quote, Refund, Status, Terms};
use groat_core::money::Amount;
use num_bigint::BigInt;
use num_rational::BigRational;

/// A whole number as a fraction.
pub fn whole(number: impl Into<Whole>) -> BigRational {
    BigRational::from_integer(number.into().0)
}

/// The smallest share of a price that is counted.
pub fn unit() -> BigRational {
    BigRational::new(BigInt::from(1), BigInt::from(FULL_SHARE))
}

/// Any of the integers that are counted here.
pub struct Whole(BigInt);

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Whole {
            fn from(number: $integer) -> Self {
                Self(BigInt::from(number))
            }
        }
    )*};
}
from_integers!(u8, i32, u64, u128, usize);

/// A payment that stands.
#[derive(Debug, Clone)]
pub struct Fact {
    pub id: String,
    pub asset: AssetId,
    pub amount: Amount,
    pub arrived_at_ms: i64,
    pub seen_at_ms: i64,
    pub is_final: bool,
}

/// All that has happened.
pub struct Facts {
    terms: Terms,
    quotes: Vec<Quote>,
    standing: BTreeMap<ChainId, Vec<Fact>>,
    /// When each payment first arrived and was first seen, by id, for ever.
    first: BTreeMap<String, (i64, i64)>,
    early_refunds: Vec<Refund>,
    cancelled_at_ms: Option<i64>,
    accepted: Option<BTreeSet<String>>,
    extended: bool,
}

impl Facts {
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            quotes: Vec::new(),
            standing: BTreeMap::new(),
            first: BTreeMap::new(),
            early_refunds: Vec::new(),
            cancelled_at_ms: None,
            accepted: None,
            extended: false,
        }
    }

    /// Takes an event that the invoice took.
    pub fn happened(&mut self, event: &Event, now_ms: i64, before: &Invoice, after: &Invoice) {
        match event {
            Event::Created { .. } => panic!("created twice"),
            Event::Quoted { quote } => {
                self.quotes.retain(|known| known != &**quote);
                self.quotes.push((**quote).clone());
            }
            Event::Observed { chain, head, payments, .. } => self.observed(*chain, *head, payments, now_ms),
            Event::Expired => assert!(now_ms >= self.closes_at_ms(), "expired too early"),
            Event::Cancelled => self.cancelled_at_ms = Some(now_ms),
            Event::Accepted => self.accepted = Some(self.payments().map(|fact| fact.id.clone()).collect()),
            Event::Refunded { refund } => {
                let received: u128 = self
                    .payments()
                    .filter(|fact| fact.asset == refund.asset)
                    .map(|fact| fact.amount.to_base_units())
                    .sum();
                let sent = after.refunds.iter().filter(|sent| sent.asset == refund.asset);
                assert!(sent.map(|sent| sent.amount.to_base_units()).sum::<u128>() <= received, "more than arrived");
                if before.status != Status::Paid {
                    self.early_refunds.push(refund.clone());
                }
            }
        }
        self.check_extension(before, after);
    }

    /// Half of the price within the first window holds it open, and nothing less does.
    fn check_extension(&mut self, before: &Invoice, after: &Invoice) {
        assert!(after.extended || !before.extended, "a window that was extended stays so");
        let within = self.value(|fact| fact.arrived_at_ms <= self.terms.expires_at_ms);
        let half = BigRational::new(BigInt::from(1), BigInt::from(2));
        if after.extended && !before.extended {
            assert!(within >= half && self.cancelled_at_ms.is_none(), "{within} does not hold the window");
        }
        if within >= half + unit() * whole(self.quotes.len()) && self.cancelled_at_ms.is_none() {
            assert!(after.extended, "{within} holds the window");
        }
        self.extended = after.extended;
    }

    fn observed(&mut self, chain: ChainId, head: u64, payments: &[ObservedPayment], now_ms: i64) {
        let mut standing = Vec::new();
        for payment in payments.iter().filter(|payment| payment.asset.chain == chain) {
            let arrived_at_ms = payment.block_time_ms.min(now_ms);
            let first = self.first.entry(payment.id.clone()).or_insert((arrived_at_ms, now_ms));
            first.0 = first.0.min(arrived_at_ms);
            let newest =
                self.quotes.iter().filter(|quote| quote.asset == payment.asset).max_by_key(|quote| quote.created_at_ms);
            let usual = chain_info(chain).unwrap().confirmations;
            let required = newest.map_or(usual, |quote| quote.confirmations_required);
            let depth = i128::from(head) + 1 - i128::from(payment.height);
            standing.push(Fact {
                id: payment.id.clone(),
                asset: payment.asset,
                amount: payment.amount,
                arrived_at_ms: first.0,
                seen_at_ms: first.1,
                is_final: depth >= i128::from(required) && !payment.unproven,
            });
        }
        self.standing.insert(chain, standing);
    }

    pub fn payments(&self) -> impl Iterator<Item = &Fact> {
        self.standing.values().flatten()
    }

    pub fn assets(&self) -> BTreeSet<AssetId> {
        self.payments().map(|fact| fact.asset).collect()
    }

    fn closes_at_ms(&self) -> i64 {
        self.terms.expires_at_ms + if self.extended { self.terms.top_up_ms } else { 0 }
    }

    fn is_after_cancellation(&self, fact: &Fact) -> bool {
        self.cancelled_at_ms.is_some_and(|at_ms| fact.seen_at_ms > at_ms)
    }

    pub fn is_late(&self, fact: &Fact) -> bool {
        fact.arrived_at_ms > self.closes_at_ms() || self.is_after_cancellation(fact)
    }

    /// In time or within the store's grace, and not after the seller called the invoice off.
    pub fn counts(&self, fact: &Fact) -> bool {
        fact.arrived_at_ms <= self.closes_at_ms() + self.terms.late_grace_ms && !self.is_after_cancellation(fact)
    }

    pub const fn is_cancelled(&self) -> bool {
        self.cancelled_at_ms.is_some()
    }

    pub fn is_accepted(&self) -> bool {
        let stands = |id: &String| self.payments().any(|fact| fact.id == *id);
        self.accepted.as_ref().is_some_and(|ids| ids.iter().all(stands))
    }

    /// The quote whose amount the payer was shown last before the payment, or the first of its asset.
    pub fn quote_of(&self, fact: &Fact) -> Option<&Quote> {
        let mut of_asset: Vec<&Quote> = self.quotes.iter().filter(|quote| quote.asset == fact.asset).collect();
        of_asset.sort_by_key(|quote| quote.created_at_ms);
        let shown = of_asset.iter().rfind(|quote| quote.created_at_ms < fact.arrived_at_ms);
        shown.or(of_asset.first()).copied()
    }

    /// The part of the price that payments cover, each at its own quote, exactly.
    pub fn value(&self, counts: impl Fn(&Fact) -> bool) -> BigRational {
        let worth = |fact: &Fact| self.quote_of(fact).map(|quote| worth(quote, fact.amount));
        self.payments().filter(|fact| counts(fact)).filter_map(worth).fold(whole(0), |sum, part| sum + part)
    }

    /// The same, less what went back before the invoice was paid, at the newest quote of its asset; never below nothing.
    pub fn held(&self, counts: impl Fn(&Fact) -> bool) -> BigRational {
        let newest = |asset: AssetId| {
            self.quotes.iter().filter(move |quote| quote.asset == asset).max_by_key(|quote| quote.created_at_ms)
        };
        let worth = |refund: &Refund| newest(refund.asset).map(|quote| worth(quote, refund.amount));
        let sent = self.early_refunds.iter().filter_map(worth).fold(whole(0), |sum, part| sum + part);
        (self.value(counts) - sent).max(whole(0))
    }

    /// What counts as the full price after the store's tolerance.
    pub fn threshold(&self) -> BigRational {
        BigRational::new(BigInt::from(10_000 - self.terms.tolerance_basis_points), BigInt::from(10_000))
    }
}

fn worth(quote: &Quote, amount: Amount) -> BigRational {
    let share = BigRational::new(BigInt::from(quote.share), BigInt::from(FULL_SHARE));
    share * BigRational::new(BigInt::from(amount.to_base_units()), BigInt::from(quote.amount.to_base_units()))
}
