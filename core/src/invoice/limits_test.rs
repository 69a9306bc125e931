//! The edges of what an invoice takes: the last quote and the first too many, the moment a quote stops holding, the refund
//! that is just small enough.

use super::table_test::{DAI, DUE, ETH, USDC, asset, observed, quote, quoted, step, terms, units};
use super::*;
use crate::money::MAX_BASE_UNITS;

fn made(id: u64, on: &str, created_at_ms: i64, expires_at_ms: i64, unasked: bool) -> Event {
    let Event::Quoted { quote } = quote(on, 49_000) else { panic!("a quote") };
    Event::Quoted {
        quote: Box::new(Quote { id: format!("quo_{id}"), created_at_ms, expires_at_ms, unasked, ..*quote }),
    }
}

fn refund(on: &str, amount: u128, transaction: &str) -> Event {
    Event::Refunded {
        refund: Refund { asset: asset(on), amount: units(amount), transaction: transaction.into(), recorded_at_ms: 50 },
    }
}

fn empty() -> Invoice {
    Invoice::create(terms()).invoice
}

#[test]
fn a_quote_locks_its_asset_until_it_ends() {
    let one = step(&empty(), &made(1, USDC, 0, 100, false), 0).invoice;
    assert_eq!(one.apply(&made(2, USDC, 99, 200, false), 99), Err(ApplyError::AlreadyQuoted));
    let two = step(&one, &made(2, USDC, 100, 200, false), 100).invoice;
    assert_eq!(two.quotes.len(), 2);
    // Another asset is not locked by it, and what nobody asked for locks nothing.
    assert_eq!(step(&one, &made(2, DAI, 1, 200, false), 1).invoice.quotes.len(), 2);
    let unasked = step(&empty(), &made(1, USDC, 0, 100, true), 0).invoice;
    assert_eq!(step(&unasked, &made(2, USDC, 50, 200, false), 50).invoice.quotes.len(), 2);
}

#[test]
fn what_is_shown_or_was_made_last_is_no_new_quote() {
    let asked = made(1, USDC, 0, DUE, false);
    let shown = step(&step(&empty(), &asked, 0).invoice, &made(2, DAI, 1, DUE, true), 1).invoice;
    assert_eq!(shown.apply(&asked, 2), Ok(None), "the buyer sees it already");
    assert_eq!(shown.apply(&made(2, DAI, 1, DUE, true), 2), Ok(None), "it was made last");
}

#[test]
fn quotes_have_a_limit() {
    let mut invoice = empty();
    for number in 0..MAX_QUOTES as u64 {
        let at_ms = i64::try_from(number).unwrap();
        invoice = step(&invoice, &made(number, USDC, at_ms, at_ms + 1, false), at_ms).invoice;
    }
    assert_eq!(invoice.apply(&made(99, USDC, 200, 201, false), 200), Err(ApplyError::TooManyQuotes));
    assert!(matches!(invoice.apply(&made(3, USDC, 3, 4, false), 200), Ok(Some(_))), "going back makes no new one");
}

#[test]
fn money_that_nobody_asked_for_is_valued_also_after_the_window() {
    let expired = step(&quoted(), &Event::Expired, DUE).invoice;
    assert!(matches!(expired.apply(&made(9, DAI, DUE, DUE + 1, true), DUE), Ok(Some(_))));
    let refused = Err(ApplyError::NotQuotable { status: Status::Expired });
    assert_eq!(expired.apply(&made(9, DAI, DUE, DUE + 1, false), DUE), refused);
    let cancelled = step(&quoted(), &Event::Cancelled, 10).invoice;
    let refused = Err(ApplyError::NotQuotable { status: Status::Cancelled });
    assert_eq!(cancelled.apply(&made(9, DAI, 20, DUE, true), 20), refused);
}

#[test]
fn refunds_end_where_the_money_ends() {
    let part = step(&quoted(), &observed(1, 6, &[("a", USDC, 9_000, 5, 9), ("b", ETH, 500, 5, 9)]), 10).invoice;
    assert_eq!(part.apply(&refund(USDC, 0, "0x1"), 50), Err(ApplyError::RefundTooLarge));
    assert_eq!(part.apply(&refund(USDC, 9_001, "0x1"), 50), Err(ApplyError::RefundTooLarge));
    let all = step(&part, &refund(USDC, 9_000, "0x1"), 50);
    assert_eq!((all.invoice.refunds_before_paid, &all.notices[..]), (1, &[Notice::Refunded][..]));
    assert_eq!(all.invoice.apply(&refund(USDC, 1, "0x2"), 50), Err(ApplyError::RefundTooLarge));
    assert_eq!(all.invoice.apply(&refund(USDC, 9_000, "0x1"), 50), Ok(None), "the same word twice");
    assert_eq!(all.invoice.actions(), [Action::Accept, Action::Cancel, Action::Refund].into(), "there is ETH to send");
    // One transaction may send two assets, but one asset only once.
    let both = step(&all.invoice, &refund(ETH, 500, "0x1"), 50).invoice;
    assert_eq!(both.refunds_before_paid, 2);
    assert!(!both.actions().contains(&Action::Refund));
    let some = step(&part, &refund(USDC, 1, "0x1"), 50).invoice;
    assert_eq!(some.apply(&refund(USDC, 2, "0x1"), 50), Err(ApplyError::AlreadyRefunded));
    assert_eq!(step(&some, &refund(USDC, 2, "0x2"), 50).invoice.refunded(asset(USDC)), units(3));
}

#[test]
fn refunds_have_a_limit() {
    let mut invoice = step(&quoted(), &observed(1, 6, &[("a", USDC, 9_000, 5, 9)]), 10).invoice;
    for number in 0..MAX_REFUNDS {
        invoice = step(&invoice, &refund(USDC, 1, &number.to_string()), 50).invoice;
    }
    assert_eq!(invoice.apply(&refund(USDC, 1, "last"), 50), Err(ApplyError::TooManyRefunds));
}

/// What was sent back before settles nothing any more; what goes back afterwards is the seller's own business.
#[test]
fn only_refunds_before_paid_are_missed() {
    let paid = step(&quoted(), &observed(1, 6, &[("a", USDC, 49_000, 5, 9)]), 10).invoice;
    let after = step(&paid, &refund(USDC, 49_000, "0x1"), 50).invoice;
    assert_eq!((after.status, after.refunds_before_paid), (Status::Paid, 0));
    let part = step(&quoted(), &observed(1, 6, &[("a", USDC, 24_500, 5, 9)]), 10).invoice;
    let less = step(&part, &refund(USDC, 24_500, "0x1"), 50).invoice;
    let rest = [("a", USDC, 24_500, 5, 9), ("b", USDC, 24_500, 6, 59)];
    let still = step(&less, &observed(2, 9, &rest), 60).invoice;
    assert_eq!(still.status, Status::Open);
    let enough = [("a", USDC, 24_500, 5, 9), ("b", USDC, 49_001, 6, 59)];
    assert_eq!(step(&less, &observed(2, 9, &enough), 60).invoice.status, Status::Paid);
}

/// The 65th payment that a reorg takes pushes out the first: should that come back, it comes as new.
#[test]
fn lost_payments_are_remembered_up_to_a_limit() {
    let ids: Vec<String> = (0..65).map(|number| format!("p{number:02}")).collect();
    let payments = ids.iter().map(|id| ObservedPayment {
        id: id.clone(),
        asset: asset(USDC),
        amount: units(1),
        transaction: None,
        height: 5,
        block_time_ms: 9,
        unproven: false,
    });
    let report = |sequence, payments: Vec<ObservedPayment>| Event::Observed {
        chain: asset(USDC).chain,
        sequence,
        head: 6,
        payments,
    };
    let all: Vec<ObservedPayment> = payments.collect();
    let seen = step(&quoted(), &report(1, all.clone()), 10).invoice;
    let gone = step(&seen, &report(2, Vec::new()), 20).invoice;
    assert_eq!((gone.lost.len(), gone.lost[0].id.as_str()), (64, "p01"));
    let back = step(&gone, &report(3, all), 30).invoice;
    assert!(back.lost.is_empty());
    let seen_at = |id: &str| back.payments.iter().find(|payment| payment.id == id).map(|payment| payment.seen_at_ms);
    assert_eq!((seen_at("p00"), seen_at("p01")), (Some(30), Some(10)));
}

#[test]
fn what_a_reorg_took_is_remembered_until_it_is_back() {
    let (a, b) = (("a", USDC, 1_000, 5, 9), ("b", ETH, 500, 5, 9));
    let both = step(&quoted(), &observed(1, 5, &[a, b]), 10).invoice;
    let lost = step(&both, &observed(2, 5, &[b]), 20).invoice;
    assert_eq!(lost.lost.iter().map(|lost| lost.id.as_str()).collect::<Vec<_>>(), ["a"]);
    let still = step(&lost, &observed(3, 6, &[b]), 30).invoice;
    assert_eq!(still.lost, lost.lost);
    let back = step(&still, &observed(4, 6, &[a, b]), 40).invoice;
    assert!(back.lost.is_empty());
    assert_eq!(back.payments.iter().map(|payment| payment.seen_at_ms).collect::<Vec<_>>(), [10, 10]);
}

#[test]
fn a_reorg_that_leaves_enough_reverses_nothing() {
    let (a, b) = (("a", USDC, 49_000, 5, 9), ("b", USDC, 1_000, 5, 9));
    let over = step(&quoted(), &observed(1, 6, &[a, b]), 10).invoice;
    assert_eq!(over.exceptions, [Exception::Overpaid].into());
    let exact = step(&over, &observed(2, 6, &[a]), 20).invoice;
    assert_eq!((exact.status, exact.exceptions.len()), (Status::Paid, 0));
}

#[test]
fn money_in_another_asset_is_no_part_of_the_price() {
    let stray = step(&quoted(), &observed(1, 6, &[("a", DAI, 1_000, 5, 9)]), 10).invoice;
    let accepted = step(&stray, &Event::Accepted, 20).invoice;
    assert_eq!((accepted.status, accepted.exceptions), (Status::Paid, [Exception::WrongAsset].into()));
}

#[test]
fn what_was_seen_with_the_cancellation_came_before_it() {
    let seen = |now_ms| step(&quoted(), &observed(1, 6, &[("a", USDC, 1_000, 5, 9)]), now_ms).invoice;
    let cancelled = step(&seen(20), &Event::Cancelled, 20).invoice;
    assert_eq!(cancelled.exceptions, [Exception::Underpaid].into());
    let first = step(&quoted(), &Event::Cancelled, 20).invoice;
    let later = step(&first, &observed(1, 6, &[("a", USDC, 1_000, 5, 9)]), 21).invoice;
    assert_eq!(later.exceptions, [Exception::Late].into());
}

#[test]
fn what_is_paid_or_empty_can_not_be_accepted() {
    assert_eq!(quoted().actions(), [Action::Cancel].into());
    let paid = step(&quoted(), &observed(1, 6, &[("a", USDC, 49_000, 5, 9)]), 10).invoice;
    assert_eq!(paid.actions(), [Action::Refund].into());
}

#[test]
fn every_notice_has_its_word() {
    let words: Vec<&str> = Notice::ALL.iter().map(|notice| notice.webhook_type()).collect();
    #[rustfmt::skip]
    let expected = [
        "invoice.created", "invoice.payment_detected", "invoice.confirming", "invoice.paid", "invoice.underpaid",
        "invoice.overpaid", "invoice.expired", "invoice.late_payment", "invoice.reversed", "invoice.cancelled",
        "invoice.refunded",
    ];
    assert_eq!(words, expected);
}

#[test]
fn statuses_read_back() {
    for status in [Status::Open, Status::Confirming, Status::Paid, Status::Expired, Status::Cancelled] {
        assert_eq!(Status::parse(status.as_str()), Some(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
    assert_eq!(Status::parse("xyzzy"), None);
}

#[test]
fn sums_stand_still_at_the_maximum() {
    let most = MAX_BASE_UNITS;
    let seen = step(&quoted(), &observed(1, 6, &[("a", DAI, most, 5, 9), ("b", DAI, 1, 5, 9)]), 10).invoice;
    assert_eq!(seen.received(asset(DAI)).to_base_units(), most);
}

#[test]
fn a_payment_counts_at_the_quote_that_was_made_before_it() {
    let cheap = |id: u64, amount: u128, created_at_ms: i64| {
        let Event::Quoted { quote } = made(id, USDC, created_at_ms, created_at_ms + 100, false) else {
            panic!("a quote")
        };
        Event::Quoted { quote: Box::new(Quote { amount: units(amount), ..*quote }) }
    };
    let both = step(&step(&empty(), &cheap(1, 40_000, 0), 0).invoice, &cheap(2, 50_000, 500), 500).invoice;
    // (arrived at, paid)
    for (arrived_at_ms, status) in [(499, Status::Paid), (500, Status::Paid), (501, Status::Open)] {
        let seen = step(&both, &observed(1, 6, &[("a", USDC, 40_000, 5, arrived_at_ms)]), 600).invoice;
        assert_eq!(seen.status, status, "arrived at {arrived_at_ms}");
    }
}

#[test]
fn half_in_time_opens_a_closed_window_again_until_it_ends() {
    let mut invoice = quoted();
    invoice.terms.top_up_ms = 500;
    let expired = step(&invoice, &Event::Expired, DUE).invoice;
    let half = |now_ms: i64| step(&expired, &observed(1, 5, &[("a", USDC, 24_500, 5, DUE)]), now_ms).invoice;
    assert_eq!((half(DUE + 499).status, half(DUE + 499).closes_at_ms()), (Status::Open, DUE + 500));
    assert_eq!(half(DUE + 500).status, Status::Expired, "over by the time it is seen");
    let less = step(&expired, &observed(1, 5, &[("a", USDC, 24_499, 5, DUE)]), DUE + 1).invoice;
    assert_eq!((less.status, less.closes_at_ms()), (Status::Expired, DUE));
    let rest = [("a", USDC, 24_500, 5, DUE), ("b", USDC, 24_500, 5, DUE + 500)];
    let paid = step(&half(DUE + 100), &observed(2, 6, &rest), DUE + 600).invoice;
    assert_eq!((paid.status, paid.exceptions.len()), (Status::Paid, 0));
}
