//! One wallet, step by step: every answer at every step.

use super::testing::{COIN, TOKEN, at_paying, hash, invoice, quote, request_of, wallet};
use super::{
    Act, Effect, Last, Message, Model, Place, Refusal, Stage, Step, Wallet, WalletAnswer, WalletError, WalletEvent,
    WalletRequest,
};
use groat_core::invoice::Status;

type Answer = Result<WalletAnswer, WalletError>;

#[expect(clippy::unnecessary_wraps, reason = "answers of all kinds stand in one table")]
fn text(text: &str) -> Answer {
    Ok(WalletAnswer::Text(text.into()))
}

#[expect(clippy::unnecessary_wraps, reason = "as above")]
fn accounts(accounts: &[&str]) -> Answer {
    Ok(WalletAnswer::List(accounts.iter().map(|account| (*account).to_owned()).collect()))
}

#[expect(clippy::unnecessary_wraps, reason = "as above")]
fn done() -> Answer {
    Ok(WalletAnswer::Done)
}

fn error(code: i64) -> Answer {
    Err(WalletError { code, original_code: None, message: String::new() })
}

fn says(code: i64, message: &str) -> Answer {
    Err(WalletError { code, original_code: None, message: message.into() })
}

fn phone_4902() -> Answer {
    Err(WalletError { code: -32_603, original_code: Some(4902), message: "Unrecognized chain".into() })
}

/// A checkout whose wallet `w` has been picked.
fn picked(asset: &str) -> Model {
    let mut model = at_paying();
    model.invoice = Some(invoice(2, Status::Open, Some(quote(asset))));
    model.update(Message::Wallets(vec![wallet("w"), wallet("v")]));
    model.update(Message::Act(Act::Wallet("w".into())));
    model
}

/// Gives the answers one after another, and says which methods were asked for and where it ended.
fn run(asset: &str, answers: &[Answer]) -> (Vec<&'static str>, Step, Vec<Effect>) {
    let mut model = picked(asset);
    let (mut methods, mut id, mut last) = (vec!["eth_requestAccounts"], 1, Vec::new());
    for answer in answers {
        last = model.update(Message::WalletAnswered { id, result: answer.clone() });
        if let Some((next, method)) = request_of(&last) {
            id = next;
            methods.push(method);
        }
    }
    let Place::Wallet(flow) = model.place else { panic!("left the wallet: {:?}", model.place) };
    (methods, flow.step, last)
}

const ACCOUNTS: &str = "eth_requestAccounts";
const CHAIN: &str = "eth_chainId";
const SWITCH: &str = "wallet_switchEthereumChain";
const ADD: &str = "wallet_addEthereumChain";
const SEND: &str = "eth_sendTransaction";

#[test]
fn every_answer_at_every_step() {
    use Refusal as R;
    let refused = |stage, refusal| Step::Refused(stage, refusal);
    let on = || text("0x7a69");
    let off = || text("0x1");
    let who = || accounts(&["0xme"]);
    let hash = hash();
    #[rustfmt::skip]
    let table: Vec<(&str, Vec<Answer>, Vec<&str>, Step)> = vec![
        // the straight way, and with a change of network
        ("sent",            vec![who(), on(), text(&hash)],                      vec![ACCOUNTS, CHAIN, SEND],               Step::Sent(hash.clone())),
        ("decimal chain",   vec![who(), text("31337")],                          vec![ACCOUNTS, CHAIN, SEND],               Step::Confirming),
        ("switched",        vec![who(), off(), done(), on()],                    vec![ACCOUNTS, CHAIN, SWITCH, CHAIN, SEND], Step::Confirming),
        ("added",           vec![who(), off(), error(4902), done(), done(), on()],
                                                                                 vec![ACCOUNTS, CHAIN, SWITCH, ADD, SWITCH, CHAIN, SEND], Step::Confirming),
        ("added on a phone", vec![who(), off(), phone_4902(), done(), done(), on()],
                                                                                 vec![ACCOUNTS, CHAIN, SWITCH, ADD, SWITCH, CHAIN, SEND], Step::Confirming),
        ("odd chain",       vec![who(), done()],                                 vec![ACCOUNTS, CHAIN, SWITCH],             Step::Switching),
        ("waiting",         vec![],                                              vec![ACCOUNTS],                            Step::Connecting),
        ("checking",        vec![who()],                                         vec![ACCOUNTS, CHAIN],                     Step::Checking),
        ("adding",          vec![who(), off(), error(4902)],                     vec![ACCOUNTS, CHAIN, SWITCH, ADD],        Step::Adding),
        // refused while connecting
        ("no account",      vec![accounts(&[])],                                 vec![ACCOUNTS],                            refused(Stage::Connect, R::NoAccount)),
        ("no list",         vec![text("0xme")],                                  vec![ACCOUNTS],                            refused(Stage::Connect, R::NoAccount)),
        ("declined",        vec![error(4001)],                                   vec![ACCOUNTS],                            refused(Stage::Connect, R::Rejected)),
        ("already asking",  vec![error(-32_002)],                                vec![ACCOUNTS],                            refused(Stage::Connect, R::AlreadyAsking)),
        ("unauthorised",    vec![error(4100)],                                   vec![ACCOUNTS],                            refused(Stage::Connect, R::Unauthorised)),
        ("unsupported",     vec![error(4200)],                                   vec![ACCOUNTS],                            refused(Stage::Connect, R::Unsupported)),
        ("disconnected",    vec![error(4900)],                                   vec![ACCOUNTS],                            refused(Stage::Connect, R::Disconnected)),
        // refused at the network
        ("chain gone",      vec![who(), error(4901)],                            vec![ACCOUNTS, CHAIN],                     refused(Stage::Network, R::ChainDisconnected)),
        ("switch declined", vec![who(), off(), error(4001)],                     vec![ACCOUNTS, CHAIN, SWITCH],             refused(Stage::Network, R::Rejected)),
        ("did not switch",  vec![who(), off(), done(), off()],                   vec![ACCOUNTS, CHAIN, SWITCH, CHAIN],      refused(Stage::Network, R::WrongChain)),
        ("add declined",    vec![who(), off(), error(4902), error(4001)],        vec![ACCOUNTS, CHAIN, SWITCH, ADD],        refused(Stage::Network, R::Rejected)),
        ("add impossible",  vec![who(), off(), error(4902), error(4200)],        vec![ACCOUNTS, CHAIN, SWITCH, ADD],        refused(Stage::Network, R::Unsupported)),
        ("added in vain",   vec![who(), off(), error(4902), done(), error(4902)], vec![ACCOUNTS, CHAIN, SWITCH, ADD, SWITCH], refused(Stage::Network, R::ChainMissing)),
        // refused when paying
        ("pay declined",    vec![who(), on(), error(4001)],                      vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::Rejected)),
        ("declined in words", vec![who(), on(), says(-32_000, "User denied transaction signature")],
                                                                                 vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::Rejected)),
        ("no token",        vec![who(), on(), says(-32_603, "execution reverted: ERC20: transfer amount exceeds balance")],
                                                                                 vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::NotEnough)),
        ("no fee",          vec![who(), on(), says(-32_000, "Insufficient funds for gas * price + value")],
                                                                                 vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::NotEnoughFee)),
        ("no gas allowed",  vec![who(), on(), says(-32_000, "gas required exceeds allowance (0)")],
                                                                                 vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::NotEnoughFee)),
        ("locked",          vec![says(-32_603, "Wallet is locked")],             vec![ACCOUNTS],                            refused(Stage::Connect, R::Disconnected)),
        ("odd words",       vec![who(), on(), says(-32_603, "nonce too low")],   vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::Unknown("nonce too low".into()))),
        ("a call trace",    vec![who(), on(), says(-32_603, &"x".repeat(161))],  vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::Unknown(String::new()))),
        ("no hash",         vec![who(), on(), text("0x12")],                     vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::Unknown(String::new()))),
        ("nothing",         vec![who(), on(), done()],                           vec![ACCOUNTS, CHAIN, SEND],               refused(Stage::Pay, R::Unknown(String::new()))),
    ];
    for (name, answers, methods, step) in table {
        let (asked, ended, _) = run(TOKEN, &answers);
        assert_eq!((asked, ended), (methods, step), "{name}");
    }
}

#[test]
fn native_coin_and_fee_are_one_purse() {
    let words = says(-32_000, "insufficient funds for gas * price + value");
    let answers = [accounts(&["0xme"]), text("0x7a69"), error(4200), words];
    assert_eq!(run(COIN, &answers).1, Step::Refused(Stage::Pay, Refusal::NotEnough));
}

#[test]
fn what_is_sent_is_what_the_edge_gave() {
    let (_, _, last) = run(TOKEN, &[accounts(&["0xme", "0xother"]), text("0x7A69")]);
    let request = WalletRequest::Send {
        from: "0xme".into(),
        to: "0xabc".into(),
        value: "0x0".into(),
        data: "0xa9059cbb".into(),
        chain_id: 31_337,
    };
    assert_eq!(last, [Effect::AskWallet { id: 3, uuid: "w".into(), request }]);
}

#[test]
fn a_hash_is_a_hint() {
    let (_, _, last) = run(TOKEN, &[accounts(&["0xme"]), text("0x7a69"), text(&hash())]);
    assert_eq!(last, [Effect::Hint { invoice: "inv_1".into(), chain: "eip155:31337".into(), hash: hash() }]);
}

#[test]
fn the_account_the_buyer_looks_at_pays() {
    let mut model = picked(TOKEN);
    model.update(Message::WalletAnswered { id: 1, result: accounts(&["0xme"]) });
    let changed = |accounts: &[&str]| WalletEvent::AccountsChanged(accounts.iter().map(|a| (*a).into()).collect());
    let told = |uuid: &str, event| Message::WalletTold { uuid: uuid.into(), event };
    model.update(told("v", changed(&["0xforeign"])));
    model.update(told("w", WalletEvent::Other));
    model.update(told("w", changed(&["0xnew"])));
    let effects = model.update(Message::WalletAnswered { id: 2, result: text("0x7a69") });
    assert!(matches!(&effects[..],
        [Effect::AskWallet { request: WalletRequest::Send { from, .. }, .. }] if from == "0xnew"));
    // Once it has been asked to send, the request stands as it is.
    model.update(told("w", changed(&[])));
    assert!(matches!(&model.place, Place::Wallet(flow) if flow.step == Step::Confirming));
    // Locked before that, there is no account.
    let mut locked = picked(TOKEN);
    locked.update(Message::WalletAnswered { id: 1, result: accounts(&["0xme"]) });
    locked.update(told("w", changed(&[])));
    assert!(matches!(&locked.place,
        Place::Wallet(flow) if flow.step == Step::Refused(Stage::Network, Refusal::NoAccount)));
}

#[test]
fn answers_to_what_was_given_up_are_not_taken() {
    let mut model = picked(TOKEN);
    model.update(Message::Act(Act::AskAgain));
    assert_eq!(model.update(Message::WalletAnswered { id: 1, result: error(4001) }), []);
    assert!(matches!(&model.place, Place::Wallet(flow) if flow.step == Step::Connecting && flow.request == 2));
    assert_eq!(model.update(Message::WalletAnswered { id: 99, result: text(&hash()) }), []);
}

#[test]
fn money_that_is_sent_behind_the_buyers_back_is_told_and_shown() {
    for leave in [Act::Details, Act::Back, Act::Wallet("v".into()), Act::Choose(COIN.into())] {
        let mut model = picked(TOKEN);
        model.update(Message::WalletAnswered { id: 1, result: accounts(&["0xme"]) });
        model.update(Message::WalletAnswered { id: 2, result: text("0x7a69") });
        model.update(Message::Act(leave.clone()));
        let late = Message::WalletAnswered { id: 3, result: text(&hash()) };
        let hint = Effect::Hint { invoice: "inv_1".into(), chain: "eip155:31337".into(), hash: hash() };
        assert_eq!(model.update(late.clone()), [hint], "{leave:?}");
        assert_eq!(model.title(), "Payment sent", "{leave:?}");
        assert_eq!(model.update(late), [], "{leave:?}: only once");
    }
}

#[test]
fn sent_is_waited_for_and_not_asked_again() {
    let mut model = picked(TOKEN);
    model.update(Message::WalletAnswered { id: 1, result: accounts(&["0xme"]) });
    model.update(Message::WalletAnswered { id: 2, result: text("0x7a69") });
    model.update(Message::WalletAnswered { id: 3, result: text(&hash()) });
    assert_eq!(model.update(Message::Act(Act::AskAgain)), []);
    assert_eq!(model.title(), "Payment sent");
    // However old the quote gets meanwhile.
    if let Some(quote) = model.invoice.as_mut().and_then(|invoice| invoice.quote.as_mut()) {
        quote.expires_at_ms = 0;
    }
    assert_eq!(model.title(), "Payment sent");
}

#[test]
fn every_refusal_says_what_to_do() {
    use Refusal as R;
    let quote = quote(TOKEN);
    #[rustfmt::skip]
    let table = [
        (R::Rejected,          Stage::Connect, "You declined the connection in Rabby. Nothing has been paid."),
        (R::Rejected,          Stage::Network, "You declined the change of network in Rabby. The payment needs Local chain."),
        (R::Rejected,          Stage::Pay,     "You declined the payment in Rabby. Nothing has been sent."),
        (R::AlreadyAsking,     Stage::Connect, "Rabby is already asking you something. Open it, answer there, then try again."),
        (R::Unauthorised,      Stage::Pay,     "Rabby has not allowed this for your account. Open it, connect this site, then try again."),
        (R::Unsupported,       Stage::Network, "Rabby can’t do this. Choose another wallet, or pay by QR code."),
        (R::Disconnected,      Stage::Connect, "Rabby has lost its connection. Open or unlock it, then try again."),
        (R::ChainDisconnected, Stage::Pay,     "Rabby can’t reach Local chain right now. Check its network settings, then try again."),
        (R::ChainMissing,      Stage::Network, "Rabby does not know Local chain and would not add it. Add the network in the wallet, or pay by QR code."),
        (R::WrongChain,        Stage::Network, "Rabby stayed on another network. Switch it to Local chain by hand, then try again."),
        (R::NoAccount,         Stage::Connect, "Rabby shared no account. Unlock it, choose an account, then try again."),
        (R::NotEnough,         Stage::Pay,     "This account holds too little USDC, or too little for the network fee. Top it up, or choose another account or coin."),
        (R::NotEnoughFee,      Stage::Pay,     "This account lacks the ETH for the network fee. Top it up, or choose another account."),
        (R::Short("3.20".into()), Stage::Pay,  "This account has 3.20\u{a0}USDC, and 49.01\u{a0}USDC is needed. Top it up, or choose another account or coin."),
        (R::NoFee,             Stage::Pay,     "This account lacks the ETH for the network fee. Top it up, or choose another account."),
        (R::Unknown("?".into()), Stage::Pay,   "Rabby could not send the payment. Please try again, or pay by QR code."),
    ];
    for (refusal, stage, expected) in table {
        assert_eq!(refusal.explain(stage, "Rabby", Some(&quote)), expected);
    }
}

#[test]
fn the_heading_says_what_is_lacking() {
    use Refusal as R;
    let quote = quote(TOKEN);
    #[rustfmt::skip]
    let table = [
        (R::Rejected,             Stage::Connect, "Not connected"),
        (R::WrongChain,           Stage::Network, "Wrong network"),
        (R::NoAccount,            Stage::Pay,     "Not connected"),
        (R::Rejected,             Stage::Pay,     "Not paid"),
        (R::NotEnough,            Stage::Pay,     "Not paid"),
        (R::Short("3.20".into()), Stage::Pay,     "Not enough USDC"),
        (R::NotEnoughFee,         Stage::Pay,     "Not enough ETH"),
        (R::NoFee,                Stage::Pay,     "Not enough ETH"),
    ];
    for (refusal, stage, expected) in table {
        assert_eq!(refusal.title(stage, Some(&quote)), expected);
        assert_eq!(refusal.is_of_coin(), matches!(refusal, R::NotEnough | R::Short(_)));
    }
}

/// A checkout at a token payment of 49.01 whose wallet `w` is asked what the account holds.
fn counting(asset: &str) -> Model {
    let mut model = picked(asset);
    if let Some(quote) = model.invoice.as_mut().and_then(|invoice| invoice.quote.as_mut())
        && let Some(call) = &mut quote.wallet_call
    {
        (call.data, call.value) = if asset == COIN {
            ("0x".into(), "0x3a0b3d0a4f2000".into())
        } else {
            (format!("0xa9059cbb{:0>64}{:0>64}", "5aaeb6", "2ebd550"), "0x0".into())
        };
    }
    model.update(Message::WalletAnswered { id: 1, result: accounts(&["0xme"]) });
    let asked = model.update(Message::WalletAnswered { id: 2, result: text("0x7a69") });
    let method = if asset == COIN { BALANCE } else { CALL };
    assert_eq!(request_of(&asked), Some((3, method)));
    assert_eq!(model.title(), "Confirm in Rabby", "no screen of its own");
    model
}

/// Name, asset, answers; then what else is asked, and where it ends.
type Counted = (&'static str, &'static str, Vec<Answer>, Vec<&'static str>, Step);

const CALL: &str = "eth_call";
const BALANCE: &str = "eth_getBalance";

fn step_of(model: &Model) -> Step {
    let Place::Wallet(flow) = &model.place else { panic!("left the wallet: {:?}", model.place) };
    flow.step.clone()
}

#[test]
fn what_the_account_holds_is_told_before_the_wallets_own_error() {
    let short = |held: &str| Step::Refused(Stage::Pay, Refusal::Short(held.into()));
    let no_fee = || Step::Refused(Stage::Pay, Refusal::NoFee);
    let word = |digits: &str| text(&format!("0x{digits:0>64}"));
    let enough = || word("2ebd550");
    #[rustfmt::skip]
    let table: Vec<Counted> = vec![
        ("enough, and a fee",  TOKEN, vec![enough(), text("0x1")],               vec![BALANCE, SEND], Step::Confirming),
        ("too little",         TOKEN, vec![word("30d400")],                      vec![],              short("3.20")),
        ("no fee",             TOKEN, vec![enough(), text("0x0")],               vec![BALANCE],       no_fee()),
        ("refused to tell",    TOKEN, vec![error(4200)],                         vec![SEND],          Step::Confirming),
        ("refused the second", TOKEN, vec![enough(), error(4100)],               vec![BALANCE, SEND], Step::Confirming),
        ("no contract there",  TOKEN, vec![text("0x")],                          vec![SEND],          Step::Confirming),
        ("no number",          TOKEN, vec![done()],                              vec![SEND],          Step::Confirming),
        ("coin",               COIN,  vec![text("0x3a0b3d0a4f2001")],            vec![SEND],          Step::Confirming),
        ("too little coin",    COIN,  vec![text("0x38d7ea4c68000")],             vec![],              short("0.0010")),
        ("coin without a fee", COIN,  vec![text("0x3a0b3d0a4f2000")],            vec![],              no_fee()),
        ("coin refused",       COIN,  vec![error(4900)],                         vec![SEND],          Step::Confirming),
    ];
    for (name, asset, answers, methods, step) in table {
        let mut model = counting(asset);
        let (mut id, mut asked) = (3, Vec::new());
        for answer in answers {
            if let Some((next, method)) = request_of(&model.update(Message::WalletAnswered { id, result: answer })) {
                id = next;
                asked.push(method);
            }
        }
        assert_eq!((asked, step_of(&model)), (methods, step), "{name}");
    }
}

#[test]
fn a_wallet_that_does_not_say_what_the_account_holds_is_not_waited_for() {
    let mut model = counting(TOKEN);
    assert_eq!(model.update(Message::Tick(model.now_ms + 1_000)), []);
    assert!(matches!(step_of(&model), Step::Counting(_)));
    assert_eq!(request_of(&model.update(Message::Tick(model.now_ms + 1_000))), Some((4, SEND)));
    // What it says then is too late.
    let poor = Message::WalletAnswered { id: 3, result: text("0x0") };
    assert_eq!((model.update(poor), step_of(&model)), (vec![], Step::Confirming));
    assert_eq!(model.update(Message::Tick(model.now_ms + 5_000)), [], "asked once");
}

#[test]
fn who_holds_too_little_may_ask_the_wallet_all_the_same() {
    let mut model = counting(TOKEN);
    model.update(Message::WalletAnswered { id: 3, result: text("0x0") });
    assert_eq!(step_of(&model), Step::Refused(Stage::Pay, Refusal::Short("0.00".into())));
    let sent = model.update(Message::Act(Act::AskAnyway));
    assert!(
        matches!(&sent[..], [Effect::AskWallet { id: 4, request: WalletRequest::Send { from, .. }, .. }] if from == "0xme")
    );
    // What the wallet itself refused is not asked for again without its first steps.
    model.update(Message::WalletAnswered { id: 4, result: error(4001) });
    assert_eq!(model.update(Message::Act(Act::AskAnyway)), []);
    assert_eq!(step_of(&model), Step::Refused(Stage::Pay, Refusal::Rejected));
}

#[test]
fn another_account_is_not_judged_by_the_first_ones_balance() {
    let mut model = counting(TOKEN);
    let event = WalletEvent::AccountsChanged(vec!["0xrich".into()]);
    model.update(Message::WalletTold { uuid: "w".into(), event });
    let sent = model.update(Message::WalletAnswered { id: 3, result: text("0x0") });
    assert!(
        matches!(&sent[..], [Effect::AskWallet { request: WalletRequest::Send { from, .. }, .. }] if from == "0xrich")
    );
}

#[test]
fn the_likely_wallet_is_the_only_one_or_the_last_used() {
    let mut model = at_paying();
    let likely = |model: &Model| model.likely_wallet().map(|wallet| wallet.uuid.clone());
    assert_eq!(likely(&model), None);
    model.update(Message::Wallets(vec![wallet("w")]));
    assert_eq!(likely(&model).as_deref(), Some("w"));
    model.update(Message::Wallets(vec![wallet("w"), wallet("v")]));
    assert_eq!(likely(&model), None);
    let named = Wallet { name: "Frame".into(), ..wallet("v") };
    model.update(Message::Wallets(vec![wallet("w"), named]));
    model.last = Last::kept(None, Some("wallet:Frame".into()));
    assert_eq!(likely(&model).as_deref(), Some("v"));
}
