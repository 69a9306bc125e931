//! What an invoice must be after any history, worked out a second time in exact fractions, without the code under test.
//!
//! [`run`] takes bytes for a story: quotes, payments that come, move and vanish on two chains, reports in and out of order,
//! refunds, acceptance, cancellation, clocks that go back. After each event it compares the invoice with [`Facts`]. Bytes,
//! so that a property test and a fuzzer tell the same stories: `core/tests/properties.rs` and the crate `fuzz` both use it.

mod facts;
mod story;

use std::collections::BTreeSet;

use groat_core::asset::AssetId;
use groat_core::invoice::{
    Action, ApplyError, Event, Exception, Invoice, MAX_REFUNDS, Notice, Refund, Settlement, Status, Transition,
};
use groat_core::money::Amount;

use facts::{Facts, unit, whole};
use story::Story;

/// Events of one story: enough for several quotes, reorgs and refunds, few enough for thousands of stories a second.
const MOST_STEPS: usize = 48;

/// Tells the story that `bytes` spell, and panics where the invoice departs from the facts.
pub fn run(bytes: &[u8]) {
    let mut story = Story::new(bytes);
    let terms = story.terms();
    let first = Event::Created { terms: Box::new(terms.clone()) };
    let mut history = vec![(first, terms.created_at_ms)];
    let mut invoice = Invoice::create(terms.clone()).invoice;
    let mut facts = Facts::new(terms);
    assert_eq!(invoice.version, 1);
    check(&invoice, &facts);
    for _ in 0..MOST_STEPS {
        let Some((event, now_ms)) = story.next(&invoice) else { break };
        let before = invoice.clone();
        let outcome = before.apply(&event, now_ms);
        assert_eq!(outcome, before.apply(&event, now_ms), "the same question has the same answer");
        assert_eq!(through_json(&event), event);
        let Ok(Some(Transition { invoice: after, notices })) = outcome else { continue };
        assert_eq!(after.version, before.version + 1, "one event, one version");
        assert_eq!(after.terms, before.terms, "what was agreed never changes");
        let again = after.apply(&event, now_ms);
        assert!(!matches!(again, Ok(Some(_))), "{event:?} twice changes {after:?}");
        facts.happened(&event, now_ms, &before, &after);
        check(&after, &facts);
        check_notices(&before, &after, &notices);
        check_actions(&after, now_ms);
        assert_eq!(through_json(&after), after);
        history.push((event, now_ms));
        invoice = after;
    }
    assert_eq!(fold(&history), invoice, "the events alone give the same invoice");
}

/// The invoice that stored events give.
fn fold(history: &[(Event, i64)]) -> Invoice {
    let Some(((Event::Created { terms }, _), rest)) = history.split_first() else { panic!("the first event") };
    rest.iter().fold(Invoice::create((**terms).clone()).invoice, |invoice, (event, at_ms)| {
        invoice.apply(&through_json(event), *at_ms).unwrap().unwrap().invoice
    })
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// Compares what the invoice says with what follows from the facts.
fn check(invoice: &Invoice, facts: &Facts) {
    let standing: Vec<_> = facts.payments().collect();
    assert_eq!(invoice.payments.len(), standing.len(), "each payment once: {invoice:?}");
    for known in &invoice.payments {
        let fact = standing.iter().find(|fact| fact.id == known.id).unwrap_or_else(|| panic!("{known:?} never came"));
        assert_eq!(
            (known.amount, known.arrived_at_ms, known.seen_at_ms, known.is_final()),
            (fact.amount, fact.arrived_at_ms, fact.seen_at_ms, fact.is_final)
        );
        assert_eq!((invoice.is_late(known), invoice.counts(known)), (facts.is_late(fact), facts.counts(fact)));
    }
    for asset in facts.assets() {
        let sum: u128 =
            standing.iter().filter(|fact| fact.asset == asset).map(|fact| fact.amount.to_base_units()).sum();
        assert_eq!(invoice.received(asset).to_base_units(), sum);
    }
    check_status(invoice, facts);
    check_exceptions(invoice, facts);
}

/// Shares are cut down by less than one unit a quote, and refunds up by one: where several make up the price, what lies
/// that near to a limit may fall on either side of it. Where one quote is the whole price, nothing is forgiven.
fn check_status(invoice: &Invoice, facts: &Facts) {
    let used: BTreeSet<_> = facts.payments().filter_map(|fact| facts.quote_of(fact)).map(|quote| &quote.id).collect();
    let cuts = used.len() + invoice.refunds_before_paid;
    let forgiven = unit() * whole(if cuts > 1 { cuts } else { 0 });
    let slack = unit() * whole(invoice.quotes.len() + 2 * invoice.refunds_before_paid);
    let threshold = facts.threshold();
    let enough = &threshold - &forgiven;
    let held_final = facts.held(|fact| facts.counts(fact) && fact.is_final);
    let held = facts.held(|fact| facts.counts(fact));
    assert_eq!(invoice.is_accepted(), facts.is_accepted());
    match invoice.status {
        Status::Paid => {
            let by_money = held_final >= enough && !facts.is_cancelled();
            assert!(by_money || facts.is_accepted(), "paid by neither money nor word: {held_final} {invoice:?}");
        }
        Status::Confirming => assert!(held >= enough && !facts.is_cancelled()),
        Status::Cancelled => assert!(facts.is_cancelled() && !facts.is_accepted()),
        Status::Open | Status::Expired => {
            assert!(held < &threshold + &slack, "{held} of {threshold} is enough: {invoice:?}");
        }
    }
    if facts.is_accepted() || (held_final >= &threshold + &slack && !facts.is_cancelled()) {
        assert_eq!(invoice.status, Status::Paid, "{held_final} is enough: {invoice:?}");
    }
    let owed = whole(Settlement::of(invoice).owed()) * unit();
    let rest = whole(1u8) - &held;
    assert!(&owed + unit() * whole(cuts) >= rest, "{owed} is too little for {rest}");
    assert!(owed <= &rest + &slack || owed == whole(0u8), "{owed} is too much for {rest}");
}

fn check_exceptions(invoice: &Invoice, facts: &Facts) {
    let has = |exception| invoice.exceptions.contains(&exception);
    let all = facts.value(|_| true);
    let is_closed = matches!(invoice.status, Status::Expired | Status::Cancelled);
    assert_eq!(has(Exception::Late), facts.payments().any(|fact| facts.is_late(fact)), "{invoice:?}");
    assert_eq!(has(Exception::WrongAsset), facts.payments().any(|fact| facts.quote_of(fact).is_none()));
    assert!(!has(Exception::Overpaid) || all > whole(1u8), "{all} is not too much");
    let used: BTreeSet<_> = facts.payments().filter_map(|fact| facts.quote_of(fact)).map(|quote| &quote.id).collect();
    let clearly_over = all >= whole(1u8) + unit() * whole(2 + invoice.quotes.len());
    assert!(!(clearly_over && used.len() == 1) || has(Exception::Overpaid), "{all} is too much: {invoice:?}");
    if is_closed && facts.payments().next().is_some() {
        assert!(!invoice.exceptions.is_empty(), "money lies with a closed invoice and nobody is told: {invoice:?}");
    }
}

fn check_notices(before: &Invoice, after: &Invoice, notices: &[Notice]) {
    let told = |notice| notices.contains(&notice);
    let entered = |status| after.status == status && before.status != status;
    assert_eq!(notices.iter().collect::<BTreeSet<_>>().len(), notices.len(), "each once: {notices:?}");
    for (notice, status) in [
        (Notice::Paid, Status::Paid),
        (Notice::Confirming, Status::Confirming),
        (Notice::Expired, Status::Expired),
        (Notice::Cancelled, Status::Cancelled),
    ] {
        assert_eq!(told(notice), entered(status), "{before:?} {after:?}");
    }
    let left_paid = before.status == Status::Paid && after.status != Status::Paid;
    assert!(!left_paid || told(Notice::Reversed), "the seller is not told that it is paid no more: {after:?}");
    assert!(!left_paid || after.exceptions.contains(&Exception::Reversed));
    let is_new = after.payments.iter().any(|payment| before.payments.iter().all(|known| known.id != payment.id));
    assert_eq!(told(Notice::PaymentDetected) || told(Notice::LatePayment), is_new, "new money is told of");
    assert_eq!(told(Notice::Refunded), after.refunds.len() > before.refunds.len());
    assert!(!told(Notice::Created));
}

/// What is offered can be done, and what is not offered can't.
fn check_actions(invoice: &Invoice, now_ms: i64) {
    let actions = invoice.actions();
    let changes = |event: &Event| matches!(invoice.apply(event, now_ms), Ok(Some(_)));
    assert_eq!(changes(&Event::Accepted), actions.contains(&Action::Accept), "{invoice:?}");
    assert_eq!(changes(&Event::Cancelled), actions.contains(&Action::Cancel), "{invoice:?}");
    let refund = |asset: AssetId, base_units: u128| {
        let amount = Amount::from_base_units(base_units).unwrap_or_default();
        let transaction = "0xnew".to_owned();
        invoice
            .apply(&Event::Refunded { refund: Refund { asset, amount, transaction, recorded_at_ms: now_ms } }, now_ms)
    };
    let assets: BTreeSet<AssetId> = invoice.payments.iter().map(|payment| payment.asset).collect();
    let mut can_refund = false;
    for asset in assets {
        let received: u128 = invoice.payments.iter().filter(|payment| payment.asset == asset).map(units).sum();
        let sent: u128 =
            invoice.refunds.iter().filter(|refund| refund.asset == asset).map(|r| r.amount.to_base_units()).sum();
        let left = received.saturating_sub(sent);
        assert!(refund(asset, 0).is_err() && refund(asset, left + 1).is_err(), "never more than arrived");
        if left > 0 {
            can_refund = true;
            let most = refund(asset, left);
            let is_full = invoice.refunds.len() == MAX_REFUNDS && most == Err(ApplyError::TooManyRefunds);
            assert!(is_full || matches!(most, Ok(Some(_))), "{most:?}");
        }
    }
    assert_eq!(can_refund, actions.contains(&Action::Refund));
}

fn units(payment: &groat_core::invoice::Payment) -> u128 {
    payment.amount.to_base_units()
}
