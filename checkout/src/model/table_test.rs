//! State × message, the whole table: where each message leads from each screen, and what it asks of the world.

use groat_core::invoice::Status;

use super::testing::{
    COIN, END_MS, NOW_MS, TOKEN, at_invoice, at_pay_page, at_paying, hash, invoice, option, page, pay_source, payment,
    quote, wallet,
};
use super::{Act, Attempt, Copied, Effect, Kept, Link, Message, Model, Place, Screen, WalletRequest};
use crate::text::Text;
use crate::wire::{Embed, Invoice, Money, Problem, Source, Unavailable};

fn act(model: &mut Model, act: Act) -> Vec<Effect> {
    model.update(Message::Act(act))
}

fn attempt(asset: &str, key: &str) -> Attempt {
    Attempt { asset: asset.into(), key: key.into() }
}

fn refusal() -> Problem {
    Problem { code: "limit_reached".into(), detail: "Too many.".into(), request_id: None }
}

fn snapshot(version: u64, status: Status) -> Invoice {
    invoice(version, status, Some(quote(TOKEN)))
}

/// A model at each screen that can be reached, by the screen's name.
fn at(screen: &str) -> Model {
    let mut model = match screen {
        "choosing" | "preparing" | "failed" => at_pay_page(),
        "missing" => Model::new(page(Source::Problem(refusal())), None, "seed".into()),
        "confirming" => at_invoice(snapshot(2, Status::Confirming)),
        "paid" => at_invoice(snapshot(2, Status::Paid)),
        "expired" => at_invoice(snapshot(2, Status::Expired)),
        "cancelled" => at_invoice(snapshot(2, Status::Cancelled)),
        "stale" => {
            let mut quote = quote(TOKEN);
            quote.expires_at_ms = NOW_MS;
            at_invoice(invoice(2, Status::Open, Some(quote)))
        }
        _ => at_paying(),
    };
    match screen {
        "preparing" => drop(act(&mut model, Act::Choose(TOKEN.into()))),
        "failed" => {
            act(&mut model, Act::Choose(TOKEN.into()));
            model.update(Message::Answered { key: "seed-1".into(), result: Err(refusal()) });
        }
        "looking" => drop(act(&mut model, Act::HavePaid)),
        "exchange" => drop(act(&mut model, Act::Exchange)),
        "wallets" => drop(act(&mut model, Act::Wallets)),
        "wallet" => {
            model.update(Message::Wallets(vec![wallet("w")]));
            act(&mut model, Act::Wallet("w".into()));
        }
        "time-up" => drop(model.update(Message::Tick(END_MS))),
        _ => {}
    }
    assert_eq!(model.screen().name(), screen, "the test's own set-up");
    model
}

#[test]
fn where_each_message_leads() {
    let ok = |invoice| Message::Answered { key: "seed-1".into(), result: Ok(Some(invoice)) };
    let failed = || Message::Answered { key: "seed-1".into(), result: Err(refusal()) };
    let choose = || Message::Act(Act::Choose(TOKEN.into()));
    let acted = Message::Act;
    let pushed = |status| Message::Snapshot(snapshot(3, status));
    let stale_push = |status| Message::Snapshot(snapshot(2, status));
    #[rustfmt::skip]
    let table: Vec<(&str, Message, &str)> = vec![
        ("missing",    acted(Act::Back),            "missing"),
        ("missing",    Message::Tick(END_MS),       "missing"),

        ("choosing",   choose(),                    "preparing"),
        ("choosing",   acted(Act::Wallets),         "choosing"),
        ("choosing",   acted(Act::HavePaid),        "choosing"),
        ("choosing",   Message::Tick(END_MS),       "choosing"),

        ("preparing",  ok(snapshot(1, Status::Open)), "paying"),
        ("preparing",  failed(),                    "failed"),
        ("preparing",  Message::Tick(NOW_MS + 19_999), "preparing"),
        ("preparing",  Message::Tick(NOW_MS + 20_000), "failed"),

        ("failed",     choose(),                    "preparing"),
        ("failed",     acted(Act::Back),            "choosing"),
        ("failed",     ok(snapshot(1, Status::Open)), "paying"),

        ("paying",     acted(Act::Wallets),         "wallets"),
        ("paying",     acted(Act::HavePaid),        "looking"),
        ("paying",     acted(Act::ChangeAsset),     "choosing"),
        ("paying",     acted(Act::Qr),              "paying"),
        ("paying",     acted(Act::Copy(Copied::Amount)), "paying"),
        ("paying",     acted(Act::Exchange),        "exchange"),
        ("paying",     acted(Act::AskAnyway),       "paying"),
        ("paying",     acted(Act::AskAgain),        "paying"),
        ("paying",     pushed(Status::Confirming),  "confirming"),
        ("paying",     pushed(Status::Paid),        "paid"),
        ("paying",     pushed(Status::Expired),     "expired"),
        ("paying",     pushed(Status::Cancelled),   "cancelled"),
        ("paying",     stale_push(Status::Paid),    "paying"),
        ("paying",     failed(),                    "paying"),
        ("paying",     Message::Tick(END_MS - 1),   "paying"),
        ("paying",     Message::Tick(END_MS),       "time-up"),
        ("paying",     Message::Link(Link::Offline), "paying"),

        ("looking",    acted(Act::Details),         "paying"),
        ("looking",    acted(Act::Back),            "paying"),
        ("looking",    pushed(Status::Confirming),  "confirming"),
        ("looking",    Message::Tick(END_MS),       "time-up"),

        ("exchange",   acted(Act::Back),            "paying"),
        ("exchange",   acted(Act::HavePaid),        "looking"),
        ("exchange",   acted(Act::ChangeAsset),     "choosing"),
        ("exchange",   pushed(Status::Confirming),  "confirming"),
        ("exchange",   pushed(Status::Paid),        "paid"),
        ("exchange",   Message::Tick(END_MS),       "time-up"),

        ("wallets",    acted(Act::Back),            "paying"),
        ("wallets",    acted(Act::Details),         "paying"),
        ("wallets",    acted(Act::Wallet("?".into())), "wallets"),
        ("wallets",    pushed(Status::Confirming),  "confirming"),
        ("wallets",    Message::Tick(END_MS),       "time-up"),

        ("wallet",     acted(Act::Back),            "wallets"),
        ("wallet",     acted(Act::Details),         "paying"),
        ("wallet",     acted(Act::AskAgain),        "wallet"),
        ("wallet",     pushed(Status::Confirming),  "confirming"),
        ("wallet",     pushed(Status::Expired),     "expired"),

        ("stale",      acted(Act::NewAmount),       "preparing"),
        ("stale",      acted(Act::ChangeAsset),     "choosing"),
        ("stale",      acted(Act::Wallets),         "stale"),
        ("stale",      acted(Act::Exchange),        "stale"),
        ("stale",      pushed(Status::Confirming),  "confirming"),
        ("stale",      pushed(Status::Open),        "paying"),

        ("time-up",    acted(Act::Wallets),         "time-up"),
        ("time-up",    acted(Act::HavePaid),        "time-up"),
        ("time-up",    pushed(Status::Expired),     "expired"),
        ("time-up",    pushed(Status::Paid),        "paid"),

        ("confirming", pushed(Status::Paid),        "paid"),
        ("confirming", pushed(Status::Open),        "paying"),
        ("confirming", acted(Act::HavePaid),        "confirming"),
        ("confirming", acted(Act::ChangeAsset),     "confirming"),
        ("confirming", Message::Tick(END_MS),       "confirming"),
        ("confirming", stale_push(Status::Open),    "confirming"),

        ("paid",       pushed(Status::Confirming),  "confirming"),
        ("paid",       pushed(Status::Open),        "paying"),
        ("paid",       Message::Tick(END_MS),       "paid"),
        ("paid",       acted(Act::Back),            "paid"),

        ("expired",    pushed(Status::Paid),        "paid"),
        ("expired",    pushed(Status::Confirming),  "confirming"),
        ("expired",    acted(Act::Wallets),         "expired"),
        ("expired",    acted(Act::NewAmount),       "expired"),

        ("cancelled",  pushed(Status::Paid),        "paid"),
        ("cancelled",  acted(Act::Wallets),         "cancelled"),
    ];
    for (from, message, expected) in table {
        let mut model = at(from);
        let said = format!("{message:?}");
        model.update(message);
        assert_eq!(model.screen().name(), expected, "from {from}: {said}");
    }
}

#[test]
fn what_acts_ask_of_the_world() {
    let keep = |asset: &str| Effect::Keep(Kept::Asset, asset.into());
    let copied = |what, text: &str| vec![Effect::Copy(what, text.into())];
    #[rustfmt::skip]
    let table: Vec<(&str, Act, Vec<Effect>)> = vec![
        ("choosing", Act::Choose(COIN.into()),          vec![keep(COIN), Effect::Create(attempt(COIN, "seed-1"))]),
        // The same again is the same attempt.
        ("failed",   Act::Choose(TOKEN.into()),         vec![keep(TOKEN), Effect::Create(attempt(TOKEN, "seed-1"))]),
        ("failed",   Act::Choose(COIN.into()),          vec![keep(COIN), Effect::Create(attempt(COIN, "seed-2"))]),
        ("paying",   Act::Exchange,                     vec![Effect::Keep(Kept::Way, "exchange".into())]),
        ("paying",   Act::Choose(COIN.into()),          vec![keep(COIN), Effect::Quote { invoice: "inv_1".into(), attempt: attempt(COIN, "seed-1") }]),
        ("stale",    Act::NewAmount,                    vec![Effect::Quote { invoice: "inv_1".into(), attempt: attempt(TOKEN, "seed-1") }]),
        ("paying",   Act::HavePaid,                     vec![Effect::Poll]),
        ("paying",   Act::Copy(Copied::Amount),         copied(Copied::Amount, "49.010000")),
        ("paying",   Act::Copy(Copied::Address),        copied(Copied::Address, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")),
        ("paying",   Act::Copy(Copied::Hash),           vec![]),
        ("choosing", Act::Copy(Copied::Amount),         vec![]),
        ("expired",  Act::StartAgain,                   vec![Effect::Go("/pay/prod_1".into(), None)]),
        ("missing",  Act::StartAgain,                   vec![]),
        ("missing",  Act::Reload,                       vec![Effect::Reload]),
        ("paid",     Act::Print,                        vec![Effect::Print]),
        ("paid",     Act::Close,                        vec![Effect::Close]),
    ];
    for (from, what, expected) in table {
        assert_eq!(act(&mut at(from), what.clone()), expected, "from {from}: {what:?}");
    }
}

#[test]
fn an_open_amount_starts_again_with_its_price() {
    let price = Money { amount: "5.00".into(), currency: "EUR".into() };
    let source = Source::Pay {
        key: "pk_1".into(),
        store_name: "Paper Boat".into(),
        product: None,
        price: price.clone(),
        options: Vec::new(),
    };
    let mut expired = snapshot(2, Status::Expired);
    expired.product = None;
    let mut model = Model::new(page(source), Some(expired.clone()), "seed".into());
    assert!(model.may_start_again());
    assert_eq!(act(&mut model, Act::StartAgain), [Effect::Go("/pay/pk_1".into(), Some(price))]);
    // Made by the seller's own back end: only the seller can make another.
    assert!(!at_invoice(expired).may_start_again());
}

#[test]
fn the_first_snapshot_is_remembered_watched_and_told() {
    let mut model = at("preparing");
    let made = Message::Answered { key: "seed-1".into(), result: Ok(Some(snapshot(1, Status::Open))) };
    let tell = |status| Effect::TellStatus { invoice: "inv_1".into(), status, reference: Some("order-7".into()) };
    assert_eq!(
        model.update(made),
        [Effect::Remember("inv_1".into()), Effect::Watch("inv_1".into()), tell(Status::Open)]
    );
    assert_eq!(model.update(Message::Snapshot(snapshot(2, Status::Confirming))), [tell(Status::Confirming)]);
    // The same again, and a new version with the same status: the loader hears of changes only.
    assert_eq!(model.update(Message::Snapshot(snapshot(2, Status::Confirming))), []);
    assert_eq!(model.update(Message::Snapshot(snapshot(3, Status::Confirming))), []);
    assert_eq!(model.update(Message::Snapshot(snapshot(4, Status::Paid))), [tell(Status::Paid)]);
}

#[test]
fn a_snapshot_of_another_invoice_changes_nothing() {
    let mut model = at_paying();
    let mut other = snapshot(9, Status::Paid);
    other.id = "inv_2".into();
    assert_eq!(model.update(Message::Snapshot(other)), []);
    assert_eq!(model.screen().name(), "paying");
}

#[test]
fn a_push_without_options_leaves_what_can_be_chosen() {
    let mut model = at_paying();
    let mut pushed = snapshot(9, Status::Open);
    pushed.options.clear();
    model.update(Message::Snapshot(pushed));
    assert_eq!(model.invoice.as_ref().map(|invoice| (invoice.version, invoice.options.len())), Some((9, 2)));
}

#[test]
fn a_page_of_an_invoice_watches_and_tells_at_once() {
    let effects = at_paying().open();
    assert!(
        matches!(&effects[..], [Effect::Watch(id), Effect::TellStatus { status: Status::Open, .. }] if id == "inv_1")
    );
}

#[test]
fn one_asset_is_taken_as_soon_as_somebody_looks_but_never_by_a_mere_view_inline() {
    let only = || vec![option("USDC", "Base")];
    let off = || {
        let mut option = option("USDC", "Base");
        option.unavailable = Some(Unavailable::Network);
        vec![option]
    };
    #[rustfmt::skip]
    let table = [
        // A dialog is loaded ahead; it is told of wallets when it is opened.
        (Embed::Modal,  only(),                                          0, 1),
        (Embed::Link,   only(),                                          1, 0),
        (Embed::Inline, only(),                                          0, 0),
        (Embed::Modal,  off(),                                           0, 0),
        (Embed::Modal,  vec![option("USDC", "Base"), option("ETH", "Base")], 0, 0),
        (Embed::Modal,  vec![],                                          0, 0),
    ];
    for (embed, options, loaded, opened) in table {
        let mut page = page(pay_source(options.clone()));
        page.embed = embed;
        let mut model = Model::new(page, None, "seed".into());
        let what = format!("{embed:?} with {} options", options.len());
        assert_eq!(model.open().len(), loaded, "{what} is loaded");
        assert_eq!(model.update(Message::Wallets(vec![])).len(), opened, "{what} is opened");
        assert_eq!(model.update(Message::Wallets(vec![wallet("w")])), [], "{what}: another wallet");
    }
    let mut settled = invoice(1, Status::Expired, None);
    settled.options = only();
    assert!(!at_invoice(settled).open().iter().any(|effect| matches!(effect, Effect::Quote { .. })));
}

#[test]
fn a_quote_that_comes_alone_is_asked_for_with_its_invoice() {
    let mut model = at_paying();
    act(&mut model, Act::ChangeAsset);
    act(&mut model, Act::Choose(COIN.into()));
    assert_eq!(model.update(Message::Answered { key: "seed-1".into(), result: Ok(None) }), [Effect::Poll]);
    assert_eq!(model.screen().name(), "preparing");
    // A push about something else must not end the waiting.
    model.update(Message::Snapshot(snapshot(3, Status::Open)));
    assert_eq!(model.screen().name(), "preparing");
    model.update(Message::Snapshot(invoice(4, Status::Open, Some(quote(COIN)))));
    assert!(matches!(model.screen(), Screen::Paying(quote) if quote.asset == COIN));
}

#[test]
fn a_part_that_arrives_is_shown_whatever_the_buyer_was_doing() {
    for from in ["paying", "looking", "exchange", "wallets", "wallet"] {
        let mut model = at(from);
        let mut part = snapshot(3, Status::Open);
        part.payments.push(payment());
        if let Some(quote) = &mut part.quote {
            quote.has_received = true;
            quote.amount_due = "9.01".into();
        }
        model.update(Message::Snapshot(part));
        assert_eq!((model.screen().name(), model.title().as_str()), ("paying", "A part has arrived"), "{from}");
        assert!(!model.may_change_asset());
        assert_eq!(act(&mut model, Act::Copy(Copied::Amount)), [Effect::Copy(Copied::Amount, "9.01".into())]);
    }
}

#[test]
fn time_is_told_once_and_the_edge_is_asked_when_it_is_over() {
    let mut model = at_paying();
    assert_eq!(model.update(Message::Tick(END_MS - 60_001)), []);
    assert_eq!(model.announcement, "");
    model.update(Message::Tick(END_MS - 60_000));
    assert_eq!(model.announcement, "One minute left to pay.");
    model.announcement.clear();
    assert_eq!(model.update(Message::Tick(END_MS - 30_000)), []);
    assert_eq!(model.announcement, "");
    assert_eq!(model.update(Message::Tick(END_MS)), [Effect::Poll]);
    assert_eq!(model.update(Message::Tick(END_MS + 1_000)), []);
    assert_eq!(model.update(Message::Tick(END_MS + 5_000)), [Effect::Poll]);
    // A tab that slept comes back late, and still asks.
    let mut slept = at_paying();
    assert_eq!(slept.update(Message::Tick(END_MS + 3_600_000)), [Effect::Poll]);
}

#[test]
fn copying_is_confirmed_and_forgotten() {
    let mut model = at_paying();
    assert_eq!(model.update(Message::CopyDone(Copied::Address, true)), [Effect::ForgetCopy]);
    assert_eq!((model.copied, model.announcement.as_str()), (Some(Copied::Address), "Address copied"));
    model.update(Message::CopyShown);
    assert_eq!((model.copied, model.announcement.as_str()), (None, ""));
    model.update(Message::CopyDone(Copied::Amount, false));
    assert_eq!(model.copied, None);
    assert!(model.announcement.starts_with("Selected."));
}

#[test]
fn a_slow_network_is_said_while_money_is_awaited() {
    #[rustfmt::skip]
    let table: &[(Status, &[Text])] = &[
        (Status::Open,       &[Text::NoteDelayed]),
        (Status::Confirming, &[Text::NoteDelayed]),
        (Status::Paid,       &[]),
        (Status::Expired,    &[]),
        (Status::Cancelled,  &[]),
    ];
    for (status, expected) in table {
        let mut invoice = snapshot(2, *status);
        invoice.is_delayed = true;
        assert_eq!(at_invoice(invoice).notes(), *expected, "{status:?}");
    }
    // It comes and goes without a new version, and nothing else of an answer with the same version is taken.
    let mut model = at_paying();
    for is_delayed in [true, false] {
        let mut again = snapshot(2, Status::Paid);
        again.is_delayed = is_delayed;
        model.update(Message::Snapshot(again));
        let known = model.invoice.as_ref().unwrap();
        assert_eq!((known.status, known.is_delayed), (Status::Open, is_delayed));
    }
    let mut older = snapshot(1, Status::Open);
    older.is_delayed = true;
    model.update(Message::Snapshot(older));
    assert!(model.notes().is_empty());
}

#[test]
fn symbols_open_and_close() {
    let mut model = at_pay_page();
    act(&mut model, Act::Group("USDC".into()));
    assert_eq!(model.open_group.as_deref(), Some("USDC"));
    act(&mut model, Act::Group("ETH".into()));
    assert_eq!(model.open_group.as_deref(), Some("ETH"));
    act(&mut model, Act::Group("ETH".into()));
    assert_eq!(model.open_group, None);
}

#[test]
fn a_wallet_is_asked_for_an_account_first() {
    let mut model = at_paying();
    model.update(Message::Wallets(vec![wallet("w")]));
    let request = WalletRequest::Accounts;
    assert_eq!(
        act(&mut model, Act::Wallet("w".into())),
        [Effect::Keep(Kept::Way, "wallet:Rabby".into()), Effect::AskWallet { id: 1, uuid: "w".into(), request }]
    );
    assert!(matches!(model.place, Place::Wallet(_)));
    assert_eq!(hash().len(), 66);
}

/// What an address may ask to see: looks, and nothing that asks the edge or leads a buyer away from money that arrived.
#[test]
fn an_address_only_looks() {
    let looked = |mut model: Model, act: Act| {
        model.look(act);
        model.screen().name()
    };
    let mut part = invoice(3, Status::Open, Some(quote(TOKEN)));
    part.payments = vec![payment()];
    assert_eq!(looked(at_paying(), Act::ChangeAsset), "choosing");
    assert_eq!(looked(at_invoice(part), Act::ChangeAsset), "paying");
    assert_eq!(looked(at_paying(), Act::HavePaid), "looking");
    assert_eq!(looked(at_paying(), Act::Wallets), "wallets");
    assert_eq!(looked(at_paying(), Act::Exchange), "exchange");
    for act in [Act::Choose(COIN.into()), Act::NewAmount, Act::StartAgain, Act::Wallet("w".into()), Act::Close] {
        assert_eq!(looked(at_paying(), act.clone()), "paying", "{act:?}");
        assert!(!act.is_look());
    }
    let mut model = at_paying();
    model.look(Act::Qr);
    assert!(model.eip681);
}

/// A row pressed just as the checkout takes over the edge's page: form and call ask with one key, so one invoice is made.
#[test]
fn what_is_asked_first_is_asked_with_the_forms_key() {
    let mut model = at_pay_page();
    model.form_key = "1f".into();
    let key_of = |effects: &[Effect]| match effects.last() {
        Some(Effect::Create(attempt) | Effect::Quote { attempt, .. }) => attempt.key.clone(),
        other => panic!("{other:?}"),
    };
    let first = act(&mut model, Act::Choose(TOKEN.into()));
    assert_eq!(key_of(&first), format!("form-1f-{TOKEN}"));
    model.update(Message::Answered { key: key_of(&first), result: Err(refusal()) });
    assert_eq!(key_of(&act(&mut model, Act::Choose(TOKEN.into()))), format!("form-1f-{TOKEN}"), "tried again");
    // What is chosen later stands for itself: a new amount of the same asset is a new one.
    act(&mut model, Act::Back);
    assert_eq!(key_of(&act(&mut model, Act::Choose(TOKEN.into()))), "seed-2");
    // The only asset, taken without a press.
    let mut only = Model::new(page(pay_source(vec![option("USDC", "Base")])), None, "seed".into());
    only.form_key = "2e".into();
    assert_eq!(only.open(), []);
    assert_eq!(key_of(&only.update(Message::Wallets(vec![]))), "form-2e-USDC@Base");
}
