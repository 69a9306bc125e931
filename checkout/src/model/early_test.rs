//! A wallet that is asked before there is an amount.

use super::testing::{TOKEN, at_invoice, at_pay_page, at_paying, invoice, quote, request_of, wallet};
use super::{
    Act, Effect, Message, Model, Place, Refusal, Stage, Step, WalletAnswer, WalletError, WalletEvent, WalletRequest,
};
use crate::wire::Problem;
use groat_core::invoice::Status;

type Answer = Result<WalletAnswer, WalletError>;

#[expect(clippy::unnecessary_wraps, reason = "answers of both kinds stand in one table")]
fn accounts(accounts: &[&str]) -> Answer {
    Ok(WalletAnswer::List(accounts.iter().map(|account| (*account).to_owned()).collect()))
}

fn error(code: i64) -> Answer {
    Err(WalletError { code, original_code: None, message: "insufficient funds".into() })
}

/// A checkout that has asked the edge for an amount, and the wallet `w`, the only one there is, for an account meanwhile.
fn asked_early() -> Model {
    let mut model = at_pay_page();
    model.update(Message::Wallets(vec![wallet("w")]));
    model.update(Message::Act(Act::Choose(TOKEN.into())));
    assert_eq!(model.screen().name(), "preparing");
    let effects = model.update(Message::Act(Act::Wallet("w".into())));
    assert_eq!(request_of(&effects), Some((1, "eth_requestAccounts")));
    assert_eq!((model.screen().name(), model.title().as_str()), ("wallet", "Connect Rabby"));
    model
}

fn made() -> Message {
    Message::Answered { key: "seed-1".into(), result: Ok(Some(invoice(1, Status::Open, Some(quote(TOKEN))))) }
}

#[test]
fn a_wallet_is_asked_for_an_account_while_the_edge_is_at_work() {
    // The wallet is first, or the edge is.
    let answer = || Message::WalletAnswered { id: 1, result: accounts(&["0xf"]) };
    for [first, second] in [[answer(), made()], [made(), answer()]] {
        let mut model = asked_early();
        assert_eq!(request_of(&model.update(first)), None);
        assert_eq!(request_of(&model.update(second)), Some((2, "eth_chainId")));
        assert!(matches!(&model.place, Place::Wallet(flow) if flow.step == Step::Checking));
    }
    // The edge says it by a push before it answers.
    let mut model = asked_early();
    model.update(answer());
    let push = Message::Snapshot(invoice(1, Status::Open, Some(quote(TOKEN))));
    assert_eq!(request_of(&model.update(push)), Some((2, "eth_chainId")));
    assert_eq!(request_of(&model.update(made())), None, "asked once");
    assert!(matches!(model.place, Place::Wallet(_)), "and left where it is");
}

#[test]
fn what_a_wallet_refuses_early_is_told_at_once_and_once_there_is_something_to_pay() {
    let mut model = asked_early();
    model.update(Message::WalletAnswered { id: 1, result: error(4001) });
    assert_eq!((model.screen().name(), model.title().as_str()), ("wallet", "Not connected"));
    // It can be asked again before.
    let mut again = model.clone();
    assert_eq!(request_of(&again.update(Message::Act(Act::AskAgain))), Some((2, "eth_requestAccounts")));
    assert_eq!(again.title(), "Connect Rabby");
    again.update(Message::WalletAnswered { id: 2, result: accounts(&["0xf"]) });
    assert_eq!(request_of(&again.update(made())), Some((3, "eth_chainId")));

    model.update(made());
    let refused = Step::Refused(Stage::Connect, Refusal::Rejected);
    assert!(matches!(&model.place, Place::Wallet(flow) if flow.step == refused));
}

#[test]
fn an_early_wallet_is_left_for_other_ways_and_with_the_edge_s_refusal() {
    let mut model = asked_early();
    model.update(Message::Act(Act::Details));
    assert_eq!(model.screen().name(), "preparing");
    model.update(Message::WalletAnswered { id: 1, result: accounts(&["0xf"]) });
    model.update(made());
    assert_eq!(model.screen().name(), "paying", "the answer of a wallet that was left is no answer");

    let mut model = asked_early();
    let problem = Problem { code: "rates_unavailable".into(), detail: String::new(), request_id: None };
    model.update(Message::Answered { key: "seed-1".into(), result: Err(problem) });
    assert_eq!(model.screen().name(), "failed");
    assert_eq!(model.update(Message::WalletAnswered { id: 1, result: accounts(&["0xf"]) }), []);
    assert_eq!(model.screen().name(), "failed");
}

/// A checkout whose wallet `w` has been picked before a coin.
fn picked_first(mut model: Model) -> Model {
    model.update(Message::Wallets(vec![wallet("w")]));
    let effects = model.update(Message::Act(Act::Wallet("w".into())));
    assert_eq!(request_of(&effects), Some((1, "eth_requestAccounts")));
    assert_eq!((model.screen().name(), model.title().as_str()), ("wallet", "Connect Rabby"));
    model
}

fn shown(result: Answer) -> Message {
    Message::WalletAnswered { id: 1, result }
}

#[test]
fn a_wallet_picked_first_pays_the_coin_that_is_chosen_after_it() {
    // On a product's page, and on that of an invoice whose coin is not chosen yet.
    for model in [at_pay_page(), at_invoice(invoice(1, Status::Open, None))] {
        let mut model = picked_first(model);
        assert_eq!(model.update(shown(accounts(&["0xf"]))), []);
        assert_eq!((model.screen().name(), model.title().as_str()), ("picked", "Pay with Rabby"));
        assert_eq!(model.announcement, "Pay with Rabby");
        model.update(Message::Act(Act::Choose(TOKEN.into())));
        assert_eq!((model.screen().name(), model.title().as_str()), ("wallet", "Preparing your payment"));
        let made = Ok(Some(invoice(2, Status::Open, Some(quote(TOKEN)))));
        let effects = model.update(Message::Answered { key: "seed-1".into(), result: made });
        assert_eq!(request_of(&effects), Some((2, "eth_chainId")));
        assert!(matches!(&model.place, Place::Wallet(flow) if flow.step == Step::Checking));
        // It pays with the account that was shown before there was anything to pay.
        let effects = model.update(Message::WalletAnswered { id: 2, result: Ok(WalletAnswer::Text("0x7a69".into())) });
        assert!(
            matches!(&effects[..], [Effect::AskWallet { request: WalletRequest::Send { from, .. }, .. }] if from == "0xf")
        );
    }
}

#[test]
fn an_account_changed_before_there_is_an_amount_is_the_one_that_pays() {
    let told = |accounts: &[&str]| Message::WalletTold {
        uuid: "w".into(),
        event: WalletEvent::AccountsChanged(accounts.iter().map(|account| (*account).to_owned()).collect()),
    };
    let mut model = picked_first(at_pay_page());
    model.update(told(&["0xearly"]));
    assert_eq!(model.screen().name(), "wallet", "it has not answered yet");
    model.update(shown(accounts(&["0xf"])));
    model.update(Message::WalletTold { uuid: "v".into(), event: WalletEvent::AccountsChanged(Vec::new()) });
    assert_eq!(model.screen().name(), "picked", "another wallet's account is none of this one's");
    model.update(told(&["0xother"]));
    model.update(Message::Act(Act::Choose(TOKEN.into())));
    model.update(told(&["0xthird"]));
    model.update(made());
    let effects = model.update(Message::WalletAnswered { id: 2, result: Ok(WalletAnswer::Text("0x7a69".into())) });
    assert!(
        matches!(&effects[..], [Effect::AskWallet { request: WalletRequest::Send { from, .. }, .. }] if from == "0xthird")
    );

    // The buyer takes the account away from the shop.
    let mut model = picked_first(at_pay_page());
    model.update(shown(accounts(&["0xf"])));
    model.update(told(&[]));
    assert_eq!((model.screen().name(), model.title().as_str()), ("wallet", "Not connected"));
}

#[test]
fn a_wallet_picked_first_that_shows_no_account_is_asked_again_or_left() {
    #[rustfmt::skip]
    let table = [
        (error(4001),                             Refusal::Rejected),
        (error(4100),                             Refusal::Unauthorised),
        (error(4200),                             Refusal::Unsupported),
        (error(4900),                             Refusal::Disconnected),
        (error(-32_002),                          Refusal::AlreadyAsking),
        // Without a coin there is neither a network nor a sum that it could be about.
        (error(4901),                             Refusal::Disconnected),
        (error(4902),                             Refusal::Unknown("insufficient funds".into())),
        (error(-32_000),                          Refusal::Unknown("insufficient funds".into())),
        (accounts(&[]),                           Refusal::NoAccount),
        (Ok(WalletAnswer::Done),                  Refusal::NoAccount),
        (Ok(WalletAnswer::Text("0xf".into())),    Refusal::NoAccount),
    ];
    for (answer, refusal) in table {
        let mut model = picked_first(at_pay_page());
        model.update(shown(answer));
        assert_eq!((model.screen().name(), model.title().as_str()), ("wallet", "Not connected"), "{refusal:?}");
        assert!(
            matches!(&model.place, Place::Picked(flow) if flow.step == Step::Refused(Stage::Connect, refusal.clone())),
            "{refusal:?}"
        );
        // A coin chosen all the same is not its to pay.
        let mut other = model.clone();
        other.update(Message::Act(Act::Choose(TOKEN.into())));
        other.update(made());
        assert_eq!(other.screen().name(), "paying");
        assert_eq!(request_of(&model.update(Message::Act(Act::AskAgain))), Some((2, "eth_requestAccounts")));
        assert_eq!(model.title(), "Connect Rabby");
        // What it says to the first question is no answer to the second.
        model.update(shown(accounts(&["0xf"])));
        assert_eq!(model.screen().name(), "wallet");
        // Left, it is not waited for.
        for leave in [Act::Details, Act::Back] {
            let mut model = model.clone();
            model.update(Message::Act(leave));
            assert_eq!(model.screen().name(), "choosing");
            assert_eq!(model.update(Message::WalletAnswered { id: 2, result: accounts(&["0xf"]) }), []);
            model.update(Message::Act(Act::Choose(TOKEN.into())));
            model.update(made());
            assert_eq!(model.screen().name(), "paying");
        }
    }
}

#[test]
fn a_picked_wallet_pays_nothing_that_was_chosen_elsewhere() {
    // The same invoice in another tab: its coin is shown, and the wallet is asked for no more than an account.
    let mut model = picked_first(at_invoice(invoice(1, Status::Open, None)));
    model.update(Message::Snapshot(invoice(2, Status::Open, Some(quote(TOKEN)))));
    assert_eq!(model.screen().name(), "paying");
    assert_eq!(model.update(shown(accounts(&["0xf"]))), []);
    assert_eq!(model.screen().name(), "paying");
    // Where there is an amount, a wallet is asked to pay it.
    let mut model = at_paying();
    model.update(Message::Wallets(vec![wallet("w")]));
    model.update(Message::Act(Act::Wallet("w".into())));
    assert!(matches!(model.place, Place::Wallet(_)));
    // A coin that is changed is chosen without it.
    let mut model = at_paying();
    model.update(Message::Act(Act::ChangeAsset));
    assert_eq!(model.screen().name(), "choosing");
}
