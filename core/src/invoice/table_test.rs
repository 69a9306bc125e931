//! State × event, one row each, aligned. The last columns are what follows.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::asset::{AssetId, ChainId};
use crate::evm::Deposit;
use crate::money::{Amount, Price, Rate};

pub(crate) const USDC: &str = "eip155:31337/erc20:0xf3477b76e8a7b3ffc73c95f21475a456ca00636a";
pub(crate) const ETH: &str = "eip155:31337/slip44:60";
pub(crate) const DAI: &str = "eip155:31337/erc20:0xac50919f319ffef734dd67076273a6a70a58f447";
const CHAIN: ChainId = ChainId::Eip155(31_337);
/// The window closes at 1,000; 49 USDC or 0.016334 ETH settle it; two confirmations.
pub(crate) const DUE: i64 = 1_000;

pub(crate) fn asset(id: &str) -> AssetId {
    id.parse().unwrap()
}

pub(crate) fn units(base_units: u128) -> Amount {
    Amount::from_base_units(base_units).unwrap()
}

pub(crate) fn quote(id: &str, amount: u128) -> Event {
    Event::Quoted {
        quote: Box::new(Quote {
            id: format!("quo_{id}"),
            asset: asset(id),
            amount: units(amount),
            share: FULL_SHARE,
            unasked: false,
            rate: Rate::parse("1").unwrap(),
            confirmations_required: 2,
            created_at_ms: 0,
            expires_at_ms: DUE,
        }),
    }
}

pub(crate) fn terms() -> Terms {
    let payout = crate::evm::FACTORY;
    Terms {
        id: "inv_test".into(),
        product: None,
        price: Price::parse("49.00", "USD").unwrap(),
        reference: None,
        metadata: BTreeMap::new(),
        redirect_url: None,
        deposit: Deposit::for_invoice("inv_test", payout),
        tolerance_basis_points: 0,
        top_up_ms: 0,
        late_grace_ms: 0,
        created_at_ms: 0,
        expires_at_ms: DUE,
    }
}

/// An invoice quoted in USDC and ETH.
pub(crate) fn quoted() -> Invoice {
    let invoice = Invoice::create(terms()).invoice;
    let invoice = step(&invoice, &quote(ETH, 16_334), 1).invoice;
    step(&invoice, &quote(USDC, 49_000), 2).invoice
}

pub(crate) fn step(invoice: &Invoice, event: &Event, now_ms: i64) -> Transition {
    invoice.apply(event, now_ms).unwrap().unwrap()
}

/// `(id, asset, amount, height, block time)`
pub(crate) type Seen = (&'static str, &'static str, u128, u64, i64);

pub(crate) fn observed(sequence: u64, head: u64, payments: &[Seen]) -> Event {
    let payment = |&(id, on, amount, height, block_time_ms): &Seen| ObservedPayment {
        id: id.into(),
        asset: asset(on),
        amount: units(amount),
        transaction: None,
        height,
        block_time_ms,
        unproven: false,
    };
    Event::Observed { chain: CHAIN, sequence, head, payments: payments.iter().map(payment).collect() }
}

#[test]
fn statuses_exceptions_and_notices() {
    use Exception as X;
    use Notice as N;
    use Status as S;
    struct Row {
        name: &'static str,
        events: Vec<(i64, Event)>,
        status: Status,
        exceptions: &'static [Exception],
        /// Of the last event.
        notices: &'static [Notice],
    }
    let row = |name, events, status, exceptions, notices| Row { name, events, status, exceptions, notices };
    let see = observed;
    #[rustfmt::skip]
    let table = vec![
        row("seen",               vec![(10, see(1, 5, &[("a", USDC, 49_000, 5, 9)]))],                               S::Confirming, &[],             &[N::PaymentDetected, N::Confirming]),
        row("seen, then final",   vec![(10, see(1, 5, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 6, &[("a", USDC, 49_000, 5, 9)]))], S::Paid, &[],   &[N::Paid]),
        row("seen when final",    vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 9)]))],                               S::Paid,       &[],             &[N::PaymentDetected, N::Paid]),
        row("one unit short",     vec![(10, see(1, 6, &[("a", USDC, 48_999, 5, 9)]))],                               S::Open,       &[],             &[N::PaymentDetected]),
        row("in two parts",       vec![(10, see(1, 6, &[("a", USDC, 9_000, 5, 9)])), (20, see(2, 8, &[("a", USDC, 9_000, 5, 9), ("b", USDC, 40_000, 7, 19)]))], S::Paid, &[], &[N::PaymentDetected, N::Paid]),
        row("half and half",      vec![(10, see(1, 6, &[("a", USDC, 24_500, 5, 9), ("b", ETH, 8_167, 5, 9)]))],      S::Paid,       &[],             &[N::PaymentDetected, N::Paid]),
        row("nearly half",        vec![(10, see(1, 6, &[("a", USDC, 24_500, 5, 9), ("b", ETH, 8_166, 5, 9)]))],      S::Open,       &[],             &[N::PaymentDetected]),
        row("too much",           vec![(10, see(1, 6, &[("a", USDC, 49_001, 5, 9)]))],                               S::Paid,       &[X::Overpaid],  &[N::PaymentDetected, N::Paid, N::Overpaid]),
        row("second time",        vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 9, &[("a", USDC, 49_000, 5, 9), ("b", USDC, 49_000, 9, 19)]))], S::Paid, &[X::Overpaid], &[N::PaymentDetected, N::Overpaid]),
        row("never quoted",       vec![(10, see(1, 6, &[("a", DAI, 49_000, 5, 9)]))],                                S::Open,       &[X::WrongAsset],&[N::PaymentDetected]),
        row("nothing came",       vec![(DUE, Event::Expired)],                                                       S::Expired,    &[],             &[N::Expired]),
        row("a part came",        vec![(10, see(1, 6, &[("a", USDC, 9_000, 5, 9)])), (DUE, Event::Expired)],          S::Expired,    &[X::Underpaid], &[N::Expired, N::Underpaid]),
        row("late",               vec![(DUE, Event::Expired), (2_000, see(1, 6, &[("a", USDC, 49_000, 5, 1_500)]))],  S::Expired,    &[X::Late],      &[N::LatePayment]),
        row("late, accepted",     vec![(DUE, Event::Expired), (2_000, see(1, 6, &[("a", USDC, 49_000, 5, 1_500)])), (3_000, Event::Accepted)], S::Paid, &[X::Late], &[N::Paid]),
        row("in time, seen late", vec![(DUE, Event::Expired), (2_000, see(1, 6, &[("a", USDC, 49_000, 5, 999)]))],    S::Paid,       &[],             &[N::PaymentDetected, N::Paid]),
        row("block dated ahead",  vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 99_999)]))],                          S::Paid,       &[],             &[N::PaymentDetected, N::Paid]),
        row("part accepted",      vec![(10, see(1, 6, &[("a", USDC, 9_000, 5, 9)])), (DUE, Event::Expired), (2_000, Event::Accepted)], S::Paid, &[X::Underpaid], &[N::Paid]),
        row("cancelled",          vec![(10, Event::Cancelled)],                                                      S::Cancelled,  &[],             &[N::Cancelled]),
        row("paid after cancel",  vec![(10, Event::Cancelled), (20, see(1, 6, &[("a", USDC, 49_000, 5, 9)]))],        S::Cancelled,  &[X::Late],      &[N::LatePayment]),
        row("reversed",           vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 7, &[]))],          S::Open,       &[X::Reversed],  &[N::Reversed]),
        row("reversed at once",   vec![(10, see(1, 5, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 7, &[]))],          S::Open,       &[X::Reversed],  &[N::Reversed]),
        row("reversed, back",     vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 7, &[])), (30, see(3, 9, &[("a", USDC, 49_000, 8, 29)]))], S::Paid, &[], &[N::PaymentDetected, N::Paid]),
        row("moved by a reorg",   vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 7, &[("a", USDC, 49_000, 7, 19)]))], S::Confirming, &[X::Reversed], &[N::Reversed, N::Confirming]),
        row("reversed, expired",  vec![(10, see(1, 6, &[("a", USDC, 49_000, 5, 9)])), (20, see(2, 7, &[])), (DUE, Event::Expired)], S::Expired, &[X::Reversed], &[N::Expired]),
    ];
    for row in table {
        let mut invoice = quoted();
        let mut notices = Vec::new();
        for (now_ms, event) in &row.events {
            let transition = step(&invoice, event, *now_ms);
            assert_eq!(transition.invoice.version, invoice.version + 1, "{}", row.name);
            (invoice, notices) = (transition.invoice, transition.notices);
        }
        let exceptions: Vec<Exception> = invoice.exceptions.iter().copied().collect();
        assert_eq!(
            (invoice.status, &exceptions[..], &notices[..]),
            (row.status, row.exceptions, row.notices),
            "{}",
            row.name
        );
    }
}

#[test]
fn what_one_node_alone_shows_stays_one_confirmation_short() {
    let unproven = |sequence: u64, head: u64| {
        let mut event = observed(sequence, head, &[("a", USDC, 49_000, 5, 9)]);
        if let Event::Observed { payments, .. } = &mut event {
            payments[0].unproven = true;
        }
        event
    };
    let deep = step(&quoted(), &unproven(1, 1_000), 10).invoice;
    assert_eq!((deep.status, deep.payments[0].confirmations), (Status::Confirming, 1));
    assert_eq!(deep.apply(&unproven(2, 2_000), 20), Ok(None), "however deep");
    let proven = step(&deep, &observed(3, 2_000, &[("a", USDC, 49_000, 5, 9)]), 30);
    assert_eq!((proven.invoice.status, proven.notices), (Status::Paid, vec![Notice::Paid]));
}

/// A base unit of 49 DAI is a share of nothing, yet it is the buyer's, and somebody must decide about it.
#[test]
fn dust_in_a_closed_invoice_is_underpaid() {
    let invoice = step(&Invoice::create(terms()).invoice, &quote(DAI, 49_000_000_000_000_000_000), 1).invoice;
    let dust = step(&invoice, &observed(1, 6, &[("a", DAI, 1, 5, 9)]), 10).invoice;
    for (event, now_ms) in [(Event::Expired, DUE), (Event::Cancelled, 20), (Event::Accepted, 20)] {
        let closed = step(&dust, &event, now_ms).invoice;
        assert_eq!(closed.exceptions, BTreeSet::from([Exception::Underpaid]), "{event:?}");
    }
}

/// What the seller was told of one payment says nothing of the next.
#[test]
fn leaving_paid_is_told_also_where_another_reversal_still_stands() {
    let part = ("a", USDC, 20_000, 5, 9);
    let accepted = step(&step(&quoted(), &observed(1, 6, &[part]), 10).invoice, &Event::Accepted, 20).invoice;
    let more = step(&accepted, &observed(2, 8, &[part, ("b", USDC, 9_000, 7, 29)]), 30).invoice;
    let one_gone = step(&more, &observed(3, 9, &[part]), 40);
    assert_eq!((one_gone.invoice.status, one_gone.notices), (Status::Paid, vec![Notice::Reversed]));
    let all_gone = step(&one_gone.invoice, &observed(4, 10, &[]), 50);
    assert_eq!((all_gone.invoice.status, all_gone.notices), (Status::Open, vec![Notice::Reversed]));
}

#[test]
fn what_changes_nothing_is_no_event() {
    let seen = observed(4, 6, &[("a", USDC, 49_000, 5, 9)]);
    let paid = step(&quoted(), &seen, 10).invoice;
    #[rustfmt::skip]
    let table: &[(&str, &Invoice, Event)] = &[
        ("the same report",        &paid,     seen.clone()),
        ("an older report",        &paid,     observed(3, 5, &[])),
        ("further confirmations",  &paid,     observed(5, 99, &[("a", USDC, 49_000, 5, 9)])),
        ("expiry of a paid one",   &paid,     Event::Expired),
        ("accepting a paid one",   &paid,     Event::Accepted),
        ("an empty report",        &quoted(), observed(1, 99, &[])),
        ("the quote that is shown",&quoted(), quote(USDC, 49_000)),
    ];
    for (name, invoice, event) in table {
        assert_eq!(invoice.apply(event, DUE), Ok(None), "{name}");
    }
}

#[test]
fn what_cannot_happen_is_refused() {
    let paid = step(&quoted(), &observed(4, 6, &[("a", USDC, 49_000, 5, 9)]), 10).invoice;
    let expired = step(&quoted(), &Event::Expired, DUE).invoice;
    #[rustfmt::skip]
    let table: &[(&str, &Invoice, Event, i64, ApplyError)] = &[
        ("created twice",      &paid,     Event::Created { terms: Box::new(terms()) }, 0, ApplyError::AlreadyCreated),
        ("quoted when paid",   &paid,     quote(DAI, 1),    20,      ApplyError::NotQuotable { status: Status::Paid }),
        ("quoted too late",    &expired,  quote(DAI, 1),    DUE,     ApplyError::NotQuotable { status: Status::Expired }),
        ("quoted otherwise",   &quoted(), quote(USDC, 1),   20,      ApplyError::AlreadyQuoted),
        ("expired too early",  &quoted(), Event::Expired,   DUE - 1, ApplyError::NotDue),
        ("cancelled when paid",&paid,     Event::Cancelled, 20,      ApplyError::NotCancellable { status: Status::Paid }),
        ("nothing to accept",  &expired,  Event::Accepted,  20,      ApplyError::NothingToAccept),
    ];
    for (name, invoice, event, now_ms, expected) in table {
        assert_eq!(invoice.apply(event, *now_ms), Err(*expected), "{name}");
    }
}

#[test]
fn going_back_to_an_asset_shows_its_first_quote() {
    let back = step(&quoted(), &quote(ETH, 16_334), 20).invoice;
    assert_eq!(back.current_quote().map(|quote| quote.asset), Some(asset(ETH)));
    assert_eq!(back.quotes.len(), 2);
}

#[test]
fn tolerance_counts_as_full() {
    let mut invoice = quoted();
    invoice.terms.tolerance_basis_points = 100;
    let just = step(&invoice, &observed(1, 6, &[("a", USDC, 48_510, 5, 9)]), 10).invoice;
    let short = step(&invoice, &observed(1, 6, &[("a", USDC, 48_509, 5, 9)]), 10).invoice;
    assert_eq!((just.status, short.status), (Status::Paid, Status::Open));
}

proptest::proptest! {
    /// However the watcher's reports are cut, repeated or reordered, the last one decides and money is never made.
    #[test]
    fn the_newest_report_decides(reports in proptest::collection::vec((1u64..20, 0u64..12, proptest::collection::vec((0u8..4, 0u128..60_000, 1u64..12), 0..4)), 1..12)) {
        let mut invoice = quoted();
        let mut newest = 0;
        for (sequence, head, payments) in &reports {
            let payments = payments.iter().map(|(id, amount, height)| ObservedPayment {
                id: id.to_string(), asset: asset(USDC), amount: units(*amount), transaction: None, height: *height, block_time_ms: 1, unproven: false,
            }).collect::<Vec<_>>();
            let event = Event::Observed { chain: CHAIN, sequence: *sequence, head: *head, payments: payments.clone() };
            let version = invoice.version;
            if let Some(transition) = invoice.apply(&event, 10).unwrap() {
                proptest::prop_assert!(*sequence > newest);
                newest = *sequence;
                invoice = transition.invoice;
                proptest::prop_assert_eq!(invoice.version, version + 1);
                // A payment that stands twice in a report counts once.
                let first = |(at, payment): &(usize, &ObservedPayment)| payments[..*at].iter().all(|earlier| earlier.id != payment.id);
                let received: u128 = payments.iter().enumerate().filter(first).map(|(_, payment)| payment.amount.to_base_units()).sum();
                proptest::prop_assert_eq!(invoice.received(asset(USDC)).to_base_units(), received);
                proptest::prop_assert_eq!(invoice.status == Status::Paid || invoice.status == Status::Confirming, received >= 49_000);
                // The same again changes nothing.
                proptest::prop_assert_eq!(invoice.apply(&event, 11), Ok(None));
            }
        }
    }
}
