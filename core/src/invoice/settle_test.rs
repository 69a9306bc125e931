//! How shares of the price add up: what is cut off, what is rounded up, and where too much begins.

use super::table_test::{DAI, ETH, USDC, observed, quote, step, terms};
use super::*;

/// One coin of 18 decimals.
const COIN: u128 = 1_000_000_000_000_000_000;

/// A quote of that many base units for that share.
fn sized(on: &str, amount: u128, share: u64) -> Event {
    let Event::Quoted { quote } = quote(on, amount) else { panic!("a quote") };
    Event::Quoted { quote: Box::new(Quote { share, ..*quote }) }
}

/// Two quotes that share the price: what is cut off when each is added up is nobody's debt, and is not asked for.
#[test]
fn thirds_make_a_whole() {
    let first = step(&Invoice::create(terms()).invoice, &sized(USDC, 3_000, FULL_SHARE), 0).invoice;
    let part = step(&first, &observed(1, 6, &[("a", USDC, 1_000, 5, 9)]), 10).invoice;
    let owed = Settlement::of(&part).owed();
    assert_eq!(owed, FULL_SHARE - FULL_SHARE / 3 - 1, "what was cut off is not asked for");
    let rest = step(&part, &sized(ETH, 777, owed), 11).invoice;
    let short = step(&rest, &observed(2, 6, &[("a", USDC, 1_000, 5, 9), ("b", ETH, 776, 5, 9)]), 12).invoice;
    let paid = step(&rest, &observed(2, 6, &[("a", USDC, 1_000, 5, 9), ("b", ETH, 777, 5, 9)]), 12).invoice;
    assert_eq!((short.status, paid.status), (Status::Open, Status::Paid));
    assert!(paid.exceptions.is_empty(), "rounding is not too much");
    // One quote alone forgives nothing.
    let one = step(&first, &observed(1, 6, &[("a", USDC, 2_999, 5, 9)]), 10).invoice;
    assert_eq!(one.status, Status::Open);
}

#[test]
fn one_quote_alone_forgives_not_one_unit() {
    let quoted = step(&Invoice::create(terms()).invoice, &sized(DAI, 49 * COIN, FULL_SHARE), 0).invoice;
    let pay = |amount: u128| step(&quoted, &observed(1, 6, &[("a", DAI, amount, 5, 9)]), 10).invoice.status;
    assert_eq!((pay(49 * COIN - 1), pay(49 * COIN)), (Status::Open, Status::Paid));
}

/// The last amount asked for was rounded up to cents: that cent is not too much, and what comes beyond it is.
#[test]
fn a_cent_that_was_rounded_up_is_not_too_much() {
    const CENT: u128 = COIN / 100;
    let one = step(&Invoice::create(terms()).invoice, &sized(DAI, 49 * COIN, FULL_SHARE), 0).invoice;
    let two = step(&one, &sized(USDC, 49_000_000, FULL_SHARE), 1).invoice;
    let pay = |usdc: u128, dai: u128| {
        let payments = [("a", USDC, usdc, 5, 9), ("b", DAI, dai, 5, 9)];
        let payments: Vec<_> = payments.into_iter().filter(|payment| payment.2 > 0).collect();
        step(&two, &observed(1, 6, &payments), 10).invoice.exceptions
    };
    let over = [Exception::Overpaid].into();
    assert!(pay(24_500_000, 24 * COIN + 50 * CENT).is_empty());
    assert!(pay(24_500_000, 24 * COIN + 51 * CENT).is_empty());
    assert_eq!(pay(24_500_000, 24 * COIN + 51 * CENT + 200), over);
    // Where one quote is the whole price nothing was rounded after it.
    assert!(pay(0, 49 * COIN).is_empty());
    assert_eq!(pay(0, 49 * COIN + 200), over);
}

#[test]
fn a_stored_quote_without_a_share_is_of_all_of_it() {
    let quoted = step(&Invoice::create(terms()).invoice, &sized(USDC, 49_000, 7), 0).invoice;
    let mut row = serde_json::to_value(&quoted.quotes[0]).unwrap();
    assert_eq!(row.as_object_mut().unwrap().remove("share"), Some(7.into()));
    assert_eq!(serde_json::from_value::<Quote>(row).unwrap().share, FULL_SHARE);
}
