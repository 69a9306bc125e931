//! What each state is called and what a screen reader is told.

use groat_core::invoice::{Exception, Status};

use super::testing::{
    TOKEN, at_invoice, at_pay_page, at_paying, hash, invoice, option, page, pay_source, payment, quote, wallet,
};
use super::{Act, Copied, Message, Model};
use crate::language::LANGUAGES;
use crate::text::{Text, speaking};
use crate::view::{Column, Html};
use crate::wire::{Invoice, Problem, Refund, Source, Unavailable};

fn snapshot(version: u64, status: Status) -> Invoice {
    invoice(version, status, Some(quote(TOKEN)))
}

#[test]
fn titles_and_counts_are_announced() {
    let mut model = at_paying();
    let confirming = |version, confirmations| {
        let mut invoice = snapshot(version, Status::Confirming);
        invoice.payments = vec![payment()];
        invoice.payments[0].confirmations = confirmations;
        Message::Snapshot(invoice)
    };
    #[rustfmt::skip]
    let story = [
        (Message::Act(Act::Wallets),           "Pay with a wallet"),
        (Message::Wallets(vec![wallet("w")]),  "Choose your wallet"),
        (Message::Act(Act::Details),           "Pay USDC on Local chain"),
        (confirming(3, 0),                     "Payment seen"),
        (confirming(4, 1),                     "Confirming"),
        (confirming(5, 2),                     "2 of 2 confirmations"),
        (Message::Snapshot(snapshot(6, Status::Paid)), "Paid"),
    ];
    for (message, expected) in story {
        model.update(message);
        assert_eq!(model.announcement, expected);
    }
}

#[test]
fn the_heading_says_what_happened() {
    let with = |exceptions: &[Exception]| {
        let mut invoice = snapshot(2, Status::Open);
        invoice.exceptions = exceptions.to_vec();
        at_invoice(invoice).title()
    };
    assert_eq!(with(&[]), "Pay USDC on Local chain");
    assert_eq!(with(&[Exception::Reversed]), "A payment was taken back");
    assert_eq!(with(&[Exception::Reversed, Exception::WrongAsset]), "Wrong coin or network");

    let choosing = |unavailable: &[Option<Unavailable>]| {
        let of = |unavailable: &Option<Unavailable>| {
            let mut option = option("USDC", "Base");
            option.unavailable = *unavailable;
            option
        };
        Model::new(page(pay_source(unavailable.iter().map(of).collect())), None, "seed".into()).title()
    };
    assert_eq!(at_pay_page().title(), "How would you like to pay?");
    assert_eq!(choosing(&[Some(Unavailable::Rates), None]), "How would you like to pay?");
    assert_eq!(choosing(&[Some(Unavailable::Rates); 2]), "This can’t be paid right now");
    assert_eq!(choosing(&[]), "This can’t be paid right now");

    let missing = |code: &str| {
        let problem = Problem { code: code.into(), ..Problem::default() };
        Model::new(page(Source::Problem(problem)), None, "seed".into()).title()
    };
    assert_eq!(missing("not_found"), "There is nothing to pay here");
    assert_eq!(missing("internal"), "That did not work");
}

#[test]
fn what_is_sent_has_no_time_left() {
    let mut model = at_paying();
    model.update(Message::Wallets(vec![wallet("w")]));
    model.update(Message::Act(Act::Wallet("w".into())));
    assert!(model.screen().has_countdown());
    if let super::Place::Wallet(flow) = &mut model.place {
        flow.step = super::Step::Sent(hash());
    }
    assert!(!model.screen().has_countdown());
}

#[test]
fn what_was_not_clean_is_said_once() {
    use Exception as E;
    #[rustfmt::skip]
    let table: &[(Status, &[Exception], &[Text])] = &[
        (Status::Open,      &[],                          &[]),
        (Status::Open,      &[E::Underpaid],              &[Text::NoteUnderpaid]),
        (Status::Open,      &[E::Reversed, E::WrongAsset], &[Text::NoteReversed, Text::NoteWrongAsset]),
        (Status::Paid,      &[E::Reversed],               &[Text::NoteReversedAfter]),
        (Status::Paid,      &[E::Overpaid],               &[Text::NoteOverpaid]),
        (Status::Paid,      &[E::Late],                   &[Text::NoteLate]),
        (Status::Cancelled, &[E::Late],                   &[Text::NoteLate]),
        (Status::Expired,   &[E::Underpaid, E::Late],     &[]),
        (Status::Expired,   &[E::WrongAsset],             &[Text::NoteWrongAsset]),
    ];
    for (status, exceptions, expected) in table {
        let mut invoice = snapshot(2, *status);
        invoice.exceptions = exceptions.to_vec();
        assert_eq!(at_invoice(invoice).notes(), *expected, "{status:?} with {exceptions:?}");
    }
}

#[test]
fn what_was_sent_back_is_no_longer_said_to_be_too_much() {
    let mut invoice = snapshot(2, Status::Paid);
    invoice.exceptions = vec![Exception::Overpaid];
    let refund = Refund { symbol: "USDC".into(), amount: "1".into(), transaction: hash(), explorer_url: None };
    invoice.refunds = vec![refund];
    assert_eq!(at_invoice(invoice).notes(), []);
}

/// What the buttons of amount, address and hash show is checked with the languages; this one shows all that it is called.
#[test]
fn a_button_that_copies_a_link_shows_its_whole_name() {
    for language in &LANGUAGES {
        speaking(language.translation(), || {
            for (copied, name) in [(None, Text::CopyLink), (Some(Copied::Link), Text::CopiedLink)] {
                let mut model = at_paying();
                model.copied = copied;
                let mut column = Html::default();
                column.copy_button(&model, Text::CopyLink, Copied::Link);
                let button = column.into_text();
                assert!(button.contains(&format!(">{}<", name.get())), "{}: {button}", language.tag);
            }
        });
    }
}
