//! A wallet elsewhere: everything that WalletConnect's module can tell, at every step.

use super::testing::{TOKEN, at_paying, hash, invoice, quote};
use super::{Act, Copied, Effect, Message, Model, Place, Refusal, Remote, RemoteEvent, RemoteRefusal, RemoteRequest};
use super::{RemoteStep, Stage};
use crate::wire::WalletConnect;
use groat_core::invoice::Status;

const URI: &str = "wc:ab@2?relay-protocol=irn&symKey=cd";
/// What this invoice's quote is asked by.
const OURS: &str = "inv_1 quo_1";

fn at_shop() -> Model {
    let mut model = at_paying();
    model.page.walletconnect = Some(WalletConnect {
        project_id: "p".into(),
        relay_url: "wss://relay.example".into(),
        script: "/assets/w.js".into(),
        wasm: "/assets/w.wasm".into(),
    });
    model
}

fn ask(request: RemoteRequest) -> Effect {
    Effect::AskRemote { chain: "eip155:31337".into(), request }
}

fn send() -> Effect {
    ask(RemoteRequest::Send {
        to: "0xabc".into(),
        value: "0x0".into(),
        data: "0xa9059cbb".into(),
        reference: OURS.into(),
    })
}

fn code() -> RemoteEvent {
    RemoteEvent::Code(URI.into())
}

fn connected(asked: Option<&str>) -> RemoteEvent {
    RemoteEvent::Connected { wallet: "Rabby".into(), link: Some("rabby://".into()), asked: asked.map(str::to_owned) }
}

fn failed(code: &str) -> RemoteEvent {
    RemoteEvent::Failed { code: code.into(), detail: String::new() }
}

fn says(words: &str) -> RemoteEvent {
    RemoteEvent::Failed { code: "wallet_error".into(), detail: words.into() }
}

fn sent(reference: &str) -> RemoteEvent {
    RemoteEvent::Sent { hash: hash(), chain: "eip155:31337".into(), reference: reference.into() }
}

fn hint(invoice: &str) -> Effect {
    Effect::Hint { invoice: invoice.into(), chain: "eip155:31337".into(), hash: hash() }
}

/// WalletConnect has been picked, or taken up after a reload; then this is told. Where it ends, and what the last led to.
fn run(is_resumed: bool, events: Vec<RemoteEvent>) -> (RemoteStep, Vec<Effect>) {
    let mut model = at_shop();
    let mut last = if is_resumed { model.resume_remote() } else { model.update(Message::Act(Act::Remote)) };
    for event in events {
        last = model.update(Message::RemoteTold(event));
    }
    let Place::Remote(remote) = model.place else { panic!("left the wallet: {:?}", model.place) };
    (remote.step, last)
}

/// A name, whether it is taken up after a reload, what is told, where that ends, and what the last led to.
type Row = (&'static str, bool, Vec<RemoteEvent>, RemoteStep, Vec<Effect>);

#[test]
fn everything_that_is_told_at_every_step() {
    use RemoteRefusal as R;
    let at = |stage, refusal| RemoteStep::Refused(stage, refusal);
    let opening = |is_resumed| RemoteStep::Opening { is_resumed };
    let no_step = || RemoteStep::Code(URI.into());
    let asking = RemoteStep::Confirming;
    let done = || RemoteStep::Sent(hash());
    #[rustfmt::skip]
    let table: Vec<Row> = vec![
        // the straight way
        ("picked",            false, vec![],                                     opening(false),                      vec![ask(RemoteRequest::Connect), Effect::KeepRemote(true)]),
        ("code",              false, vec![code()],                               no_step(),                           vec![]),
        ("new code",          false, vec![RemoteEvent::Code("wc:old".into()), code()], no_step(),                     vec![]),
        ("connected",         false, vec![code(), connected(None)],              asking.clone(),                      vec![send()]),
        ("connected before",  false, vec![connected(None)],                      asking.clone(),                      vec![send()]),
        ("sent",              false, vec![connected(None), sent(OURS)],          done(),                              vec![hint("inv_1"), Effect::KeepRemote(false)]),
        // accounts change, or the same is told again: nothing is asked twice
        ("told again",        false, vec![connected(None), connected(None)],     asking.clone(),                      vec![]),
        ("told again asked",  false, vec![connected(None), connected(Some(OURS))], asking.clone(),                    vec![]),
        ("told after no",     false, vec![connected(None), failed("transaction_refused"), connected(None)],
                                                                                 at(Stage::Pay, R::Wallet(Refusal::Rejected)), vec![]),
        // asked for something else before: that has to be answered first
        ("asked elsewhere",   false, vec![connected(Some("inv_0 quo_9"))],       at(Stage::Pay, R::Wallet(Refusal::AlreadyAsking)), vec![]),
        ("asked other coin",  false, vec![connected(Some("inv_1 quo_0"))],       at(Stage::Pay, R::Wallet(Refusal::AlreadyAsking)), vec![]),
        // after a reload: nothing is asked by itself
        ("taken up",          true,  vec![],                                     opening(true),                       vec![ask(RemoteRequest::Resume)]),
        ("code again",        true,  vec![code()],                               no_step(),                           vec![]),
        ("code, then wallet", true,  vec![code(), connected(None)],              asking.clone(),                      vec![send()]),
        ("still asked",       true,  vec![connected(Some(OURS))],                asking.clone(),                      vec![]),
        ("no more asked",     true,  vec![connected(None)],                      at(Stage::Pay, R::NoAnswer),         vec![]),
        ("sent meanwhile",    true,  vec![connected(Some(OURS)), sent(OURS)],    done(),                              vec![hint("inv_1"), Effect::KeepRemote(false)]),
        // no at each step
        ("connection no",     false, vec![code(), failed("wallet_rejected")],    at(Stage::Connect, R::Declined),     vec![]),
        ("code over",         false, vec![code(), failed("pairing_expired")],    at(Stage::Connect, R::CodeOver),     vec![]),
        ("no payments",       false, vec![code(), failed("wallet_unsupported")], at(Stage::Connect, R::Unsupported),  vec![]),
        ("other chains",      false, vec![code(), failed("wrong_chain")],        at(Stage::Connect, R::NoAccount),    vec![]),
        ("no chain any more", false, vec![connected(None), failed("wrong_chain")], at(Stage::Pay, R::NoAccount),      vec![]),
        ("shop not admitted", false, vec![failed("project_refused")],            at(Stage::Connect, R::Unavailable),  vec![]),
        ("not loaded",        false, vec![failed("not_loaded")],                 at(Stage::Connect, R::Trouble),      vec![]),
        ("payment no",        false, vec![connected(None), failed("transaction_refused")], at(Stage::Pay, R::Wallet(Refusal::Rejected)), vec![]),
        ("busy",              false, vec![connected(None), failed("already_asking")], at(Stage::Pay, R::Wallet(Refusal::AlreadyAsking)), vec![]),
        ("no answer",         false, vec![connected(None), failed("request_expired")], at(Stage::Pay, R::NoAnswer),   vec![]),
        ("late answer",       false, vec![connected(None), failed("request_expired"), sent(OURS)], done(),            vec![hint("inv_1"), Effect::KeepRemote(false)]),
        ("wallet gone",       false, vec![connected(None), failed("wallet_gone")], at(Stage::Pay, R::NoAnswer),       vec![]),
        ("session over",      false, vec![connected(None), failed("session_expired")], at(Stage::Pay, R::NoAnswer),   vec![]),
        ("gone at reload",    true,  vec![failed("wallet_gone")],                at(Stage::Pay, R::NoAnswer),         vec![]),
        ("gone before asked", false, vec![code(), failed("wallet_gone")],        at(Stage::Connect, R::Over),         vec![]),
        ("no token",          false, vec![connected(None), says("transfer amount exceeds balance")], at(Stage::Pay, R::Wallet(Refusal::NotEnough)), vec![]),
        ("no fee",            false, vec![connected(None), says("insufficient funds for gas")], at(Stage::Pay, R::Wallet(Refusal::NotEnoughFee)), vec![]),
        ("odd words",         false, vec![connected(None), says("nonce too low")], at(Stage::Pay, R::Wallet(Refusal::Unknown("nonce too low".into()))), vec![]),
        // leaving is no refusal; and what is sent is sent
        ("left",              false, vec![code(), failed("disconnected")],       no_step(),                           vec![]),
        ("gone after sent",   false, vec![connected(None), sent(OURS), failed("wallet_gone")], done(),                vec![]),
        ("code after sent",   false, vec![connected(None), sent(OURS), code()],  done(),                              vec![]),
    ];
    for (name, is_resumed, events, step, effects) in table {
        assert_eq!(run(is_resumed, events), (step, effects), "{name}");
    }
}

/// Every code that the module has, and the one of a module that did not come.
#[test]
fn every_failure_says_what_to_do() {
    let (name, quote) = ("Rabby", quote(TOKEN));
    #[rustfmt::skip]
    let table = [
        ("no_project_id",       Some("WalletConnect does not work in this shop right now. Choose another way to pay.")),
        ("relay_unreachable",   None),
        ("project_refused",     Some("WalletConnect does not work in this shop right now. Choose another way to pay.")),
        ("relay_refused",       Some("That did not work. Try again, or choose another way to pay.")),
        ("wallet_rejected",     Some("You declined the connection in your wallet. Nothing has been paid.")),
        ("wallet_unsupported",  Some("This wallet can’t send payments by WalletConnect. Choose another wallet or another way to pay.")),
        ("wrong_chain",         Some("This wallet has no account on Local chain. Switch that network on in the wallet, or choose another wallet or coin.")),
        ("wallet_gone",         Some("The connection to your wallet was lost. Try again to reconnect.")),
        ("disconnected",        None),
        ("pairing_expired",     Some("The code was not used within five minutes. Try again for a new one.")),
        ("session_expired",     Some("The connection to your wallet was lost. Try again to reconnect.")),
        ("request_expired",     Some("If you confirmed the payment there, wait: it is found by itself. If not, try again.")),
        ("transaction_refused", Some("You declined the payment in Rabby. Nothing has been sent.")),
        ("wallet_error",        Some("Rabby could not send the payment. Please try again, or pay by QR code.")),
        ("already_asking",      Some("Rabby is already asking you something. Open it, answer there, then try again.")),
        ("not_connected",       Some("The connection to your wallet was lost. Try again to reconnect.")),
        ("malformed",           Some("That did not work. Try again, or choose another way to pay.")),
        ("not_loaded",          Some("That did not work. Try again, or choose another way to pay.")),
    ];
    for (code, expected) in table {
        let found = RemoteRefusal::of(code, "", &quote).map(|refusal| refusal.explain(Stage::Pay, name, &quote));
        assert_eq!(found.as_deref(), expected, "{code}");
    }
    let module = include_str!("../../../walletconnect/src/error.rs");
    let codes: Vec<&str> =
        module.lines().filter_map(|line| line.trim().strip_suffix("\",")?.split("=> \"").nth(1)).collect();
    assert!(codes.len() > 15, "{codes:?}");
    for code in codes.into_iter().filter(|code| !code.is_empty()) {
        assert!(table.iter().any(|(known, _)| *known == code), "{code} has no words");
    }
}

#[test]
fn the_buyer_may_ask_again_leave_and_take_another_wallet() {
    let mut model = at_shop();
    model.update(Message::Act(Act::Remote));
    model.update(Message::RemoteTold(connected(None)));
    model.update(Message::RemoteTold(failed("transaction_refused")));
    assert_eq!(model.title(), "Not paid");
    assert_eq!(model.update(Message::Act(Act::AskAgain)), [ask(RemoteRequest::Connect)]);
    assert_eq!(model.update(Message::RemoteTold(connected(None))), [send()]);
    // Another wallet: this one is left, and what it says to that is not shown.
    let change = [ask(RemoteRequest::Leave), ask(RemoteRequest::Connect)];
    assert_eq!(model.update(Message::Act(Act::OtherRemote)), change);
    model.update(Message::RemoteTold(failed("disconnected")));
    model.update(Message::RemoteTold(code()));
    assert_eq!(model.title(), "Scan with your wallet");
    assert_eq!(model.update(Message::Act(Act::Back)), [Effect::KeepRemote(false)]);
    assert_eq!(model.place, Place::Wallets);
}

#[test]
fn money_that_is_sent_behind_the_buyers_back_is_told_and_shown() {
    for leave in [Act::Details, Act::Back, Act::ChangeAsset] {
        let mut model = at_shop();
        model.update(Message::Act(Act::Remote));
        model.update(Message::RemoteTold(connected(None)));
        model.update(Message::Act(leave.clone()));
        // Nothing but that is heard.
        assert_eq!(model.update(Message::RemoteTold(connected(None))), [], "{leave:?}");
        assert_eq!(model.update(Message::RemoteTold(failed("wallet_gone"))), [], "{leave:?}");
        assert_eq!(model.update(Message::RemoteTold(sent(OURS))), [hint("inv_1")], "{leave:?}");
        assert_eq!(model.title(), "Payment sent", "{leave:?}");
    }
    // Of an earlier invoice: told for that one, and not shown on this.
    let mut model = at_shop();
    assert_eq!(model.update(Message::RemoteTold(sent("inv_0 quo_0"))), [hint("inv_0")]);
    assert_eq!(model.place, Place::Paying);
}

#[test]
fn a_reload_goes_on_only_where_there_is_something_to_pay() {
    assert!(at_paying().resume_remote().is_empty(), "not set up");
    assert!(at_paying().update(Message::Act(Act::Remote)).is_empty(), "not set up");
    for (status, goes_on) in [(Status::Open, true), (Status::Paid, false), (Status::Expired, false)] {
        let mut model = at_shop();
        model.invoice = Some(invoice(2, status, Some(quote(TOKEN))));
        assert_eq!(!model.resume_remote().is_empty(), goes_on, "{status:?}");
    }
    // However old the quote gets, what is sent is waited for.
    let mut model = at_shop();
    model.update(Message::Act(Act::Remote));
    model.update(Message::RemoteTold(connected(None)));
    if let Some(quote) = model.invoice.as_mut().and_then(|invoice| invoice.quote.as_mut()) {
        quote.expires_at_ms = 0;
    }
    assert_eq!(model.title(), "This amount is no longer valid");
    model.update(Message::RemoteTold(sent(OURS)));
    assert_eq!(model.title(), "Payment sent");
}

#[test]
fn a_relay_that_is_away_is_said_and_the_code_stays() {
    let mut model = at_shop();
    model.update(Message::Act(Act::Remote));
    model.update(Message::RemoteTold(code()));
    let is_cut_off = |model: &Model| matches!(&model.place, Place::Remote(Remote { is_cut_off: true, .. }));
    model.update(Message::RemoteTold(failed("relay_unreachable")));
    assert!(is_cut_off(&model));
    assert_eq!(model.update(Message::Act(Act::Copy(Copied::Link))), [Effect::Copy(Copied::Link, URI.into())]);
    model.update(Message::RemoteTold(RemoteEvent::Restored));
    assert!(!is_cut_off(&model));
}

#[test]
fn in_the_hand_apps_come_first() {
    let mut model = at_shop();
    model.is_handheld = true;
    model.update(Message::Act(Act::Remote));
    model.update(Message::RemoteTold(code()));
    assert_eq!(model.title(), "Choose your wallet");
    model.update(Message::Act(Act::RemoteCode));
    assert_eq!(model.title(), "Scan with your wallet");
    model.update(Message::Act(Act::RemoteCode));
    assert_eq!(model.title(), "Choose your wallet");
}
