//! What the views say of an invoice: what is still due, what counts, what is shown to whom.

use super::*;
use crate::invoice::table_test::{DUE, ETH, Seen, USDC, asset, observed, quote, step, terms, units};
use crate::invoice::{Event, FULL_SHARE, Invoice, Quote, Refund, Status};
use crate::money::Rate;

/// A quote of that many base units for that share.
fn sized(id: u64, on: &str, amount: u128, share: u64, created_at_ms: i64) -> Event {
    let Event::Quoted { quote } = quote(on, amount) else { panic!("a quote") };
    let id = format!("quo_{id}");
    let quote = Quote { id, share, created_at_ms, expires_at_ms: created_at_ms + 100, ..*quote };
    Event::Quoted { quote: Box::new(Quote { rate: Rate::parse("1").unwrap(), ..quote }) }
}

/// 49.01 USDC or 0.016 ETH, with what was paid; the buyer sees the quote that was made last.
fn invoice(quotes: &[Event], payments: &[Seen]) -> Invoice {
    let made =
        quotes.iter().fold(Invoice::create(terms()).invoice, |invoice, quote| step(&invoice, quote, 200).invoice);
    if payments.is_empty() { made } else { step(&made, &observed(1, 5, payments), 300).invoice }
}

fn context() -> SnapshotContext<'static> {
    SnapshotContext { store_name: "", options: Vec::new(), delivery: None, local_wallet_rpc: None, now_ms: 0 }
}

fn due(invoice: &Invoice) -> String {
    public_snapshot(invoice, context()).quote.unwrap().amount_due
}

#[test]
fn what_is_due() {
    let usdc = |share| sized(1, USDC, 49_010_000, share, 100);
    let eth = sized(2, ETH, 16_000_000_000_000_000, FULL_SHARE, 50);
    let half_eth: Seen = ("a", ETH, 8_000_000_000_000_000, 5, 150);
    let half_usdc: Seen = ("b", USDC, 24_505_001, 5, 150);
    // Alone, it is due to the unit.
    assert_eq!(due(&invoice(&[usdc(FULL_SHARE)], &[])), "49.01");
    assert_eq!(due(&invoice(&[usdc(FULL_SHARE)], &[half_usdc])), "24.504999");
    // Beside another, it is rounded up to what a person can type.
    assert_eq!(due(&invoice(&[eth.clone(), usdc(FULL_SHARE)], &[half_eth])), "24.51");
    assert_eq!(due(&invoice(&[eth, usdc(FULL_SHARE)], &[])), "49.01");
    // A quote for half of the price is due whole, until something has come for the other half, too.
    assert_eq!(due(&invoice(&[usdc(FULL_SHARE / 2)], &[])), "98.02");
    assert_eq!(due(&invoice(&[usdc(FULL_SHARE / 2)], &[half_usdc])), "73.52");
}

#[test]
fn what_was_sent_back_is_due_again() {
    let part = invoice(&[sized(1, USDC, 49_010_000, FULL_SHARE, 0)], &[("a", USDC, 20_000_000, 5, 150)]);
    assert_eq!(due(&part), "29.01");
    let amount = units(20_000_000);
    let refund = Refund { asset: asset(USDC), amount, transaction: "0x1".into(), recorded_at_ms: 400 };
    let refunded = step(&part, &Event::Refunded { refund }, 400).invoice;
    assert_eq!(due(&refunded), "49.01");
    assert_eq!(public_snapshot(&refunded, context()).refunds.len(), 1);
}

#[test]
fn late_money_pays_nothing_off_until_it_is_accepted() {
    let late = invoice(&[sized(1, USDC, 49_010_000, FULL_SHARE, 0)], &[("a", USDC, 20_000_000, 5, DUE + 1)]);
    // Either clock in time is enough, so the report has to be late as well.
    assert_eq!(due(&late), "29.01");
    let expired = step(&invoice(&[sized(1, USDC, 49_010_000, FULL_SHARE, 0)], &[]), &Event::Expired, DUE).invoice;
    let late = step(&expired, &observed(1, 5, &[("a", USDC, 20_000_000, 5, DUE + 1)]), DUE + 1).invoice;
    assert_eq!(due(&late), "49.01");
    let payment = |invoice: &Invoice| {
        let payment = public_snapshot(invoice, context()).payments.remove(0);
        (payment.late, payment.credited)
    };
    assert_eq!(payment(&late), (true, false));
    let accepted = step(&late, &Event::Accepted, DUE + 2).invoice;
    assert_eq!((accepted.status, payment(&accepted)), (Status::Paid, (true, true)));
}

#[test]
fn money_that_nobody_asked_for_is_not_credited() {
    let stray = invoice(&[sized(1, USDC, 49_010_000, FULL_SHARE, 0)], &[("a", ETH, 5, 5, 150)]);
    let payments = public_snapshot(&stray, context()).payments;
    assert_eq!(payments.iter().map(|payment| (payment.late, payment.credited)).collect::<Vec<_>>(), [(false, false)]);
}

#[test]
fn only_the_seller_sees_the_metadata_and_what_can_be_done() {
    let mut invoice = invoice(&[], &[]);
    invoice.terms.metadata.insert("cart".into(), "17".into());
    let (public, seller) = (public_snapshot(&invoice, context()), seller_snapshot(&invoice, context()));
    assert_eq!((public.metadata, public.actions), (None, None));
    assert_eq!(seller.metadata, Some(invoice.terms.metadata.clone()));
    assert_eq!(seller.actions, Some(invoice.actions().into_iter().collect()));
}
