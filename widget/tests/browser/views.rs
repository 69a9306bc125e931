//! The markup of every state: what it must have, and what it must never have.

use std::collections::BTreeSet;

use groat_checkout::model::{Act, Last, Message, Model, Wallet, WalletAnswer};
use groat_checkout::view::{self, Html};
use groat_checkout::wire::Problem;
use groat_widget::parts;
use leptos::prelude::Render;
use leptos::tachys::view::Mountable;
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Node};

use crate::fixture::{all, document, find, fresh, invoice_page, pay_page, place, read_page, screen, snapshot, text};

fn model(page: &Value) -> Model {
    let (page, invoice) = read_page(page);
    Model::new(page, invoice, "seed".into())
}

pub fn at_paying() -> Model {
    model(&invoice_page(&fresh(2)))
}

fn after(mut model: Model, messages: impl IntoIterator<Item = Message>) -> Model {
    for message in messages {
        model.update(message);
    }
    model
}

fn wallet(name: &str, icon: &str) -> Wallet {
    Wallet { uuid: "w".into(), name: name.into(), icon: icon.into() }
}

/// No wallet, and the links into wallets' apps.
fn with_apps() -> Model {
    let mut model = after(at_paying(), [Message::Act(Act::Wallets)]);
    model.edge = "https://pay.example".into();
    model
}

/// An edge that refused.
fn failed() -> Model {
    let mut model = after(model(&pay_page()), [Message::Act(Act::Choose("x".into()))]);
    let problem = Problem { code: "internal".into(), detail: "Try again.".into(), request_id: None };
    model.update(Message::Answered { key: "seed-1".into(), result: Err(problem) });
    model
}

/// A wallet whose account holds too little.
fn short_of_coin() -> Model {
    let answer = |id, answer| Message::WalletAnswered { id, result: Ok(answer) };
    let text = |text: &str| WalletAnswer::Text(text.into());
    after(
        at_paying(),
        [
            Message::Wallets(vec![wallet("Rabby", "")]),
            Message::Act(Act::Wallet("w".into())),
            answer(1, WalletAnswer::List(vec!["0xme".into()])),
            answer(2, text("0x7a69")),
            answer(3, text("0x30d400")),
        ],
    )
}

/// What was taken last is marked.
fn marked() -> Model {
    let mut model = after(at_paying(), [Message::Wallets(vec![wallet("Rabby", "")])]);
    model.last = Last::kept(None, Some("wallet:Rabby".into()));
    after(model, [Message::Act(Act::Wallets)])
}

pub fn every_state() -> Vec<Model> {
    let acted = |act| after(at_paying(), [Message::Act(act)]);
    let mut models = vec![
        model(&pay_page()),
        after(model(&pay_page()), [Message::Act(Act::Choose("x".into()))]),
        at_paying(),
        acted(Act::Qr),
        acted(Act::HavePaid),
        acted(Act::Wallets),
        acted(Act::Exchange),
        with_apps(),
        failed(),
        short_of_coin(),
        marked(),
        acted(Act::ChangeAsset),
        after(at_paying(), [Message::Tick(i64::MAX / 2)]),
        after(
            at_paying(),
            [Message::Wallets(vec![wallet("Rabby", "data:image/png;base64,AA==")]), Message::Act(Act::Wallets)],
        ),
        after(at_paying(), [Message::Wallets(vec![wallet("Rabby", "")]), Message::Act(Act::Wallet("w".into()))]),
        model(&json!({"kind": "problem", "server_time": "2026-11-21T10:00:00Z"})),
    ];
    for status in ["open", "confirming", "paid", "expired", "cancelled"] {
        models.push(model(&invoice_page(&snapshot(4, status))));
    }
    models
}

/// Shows a model and keeps what is shown, so that it can be shown anew.
fn show(model: &Model) -> <Vec<leptos::prelude::AnyView> as Render>::State {
    let root = place();
    let mut state = parts::views(model).build();
    state.mount(&root, None);
    state
}

#[wasm_bindgen_test]
fn every_state_is_whole() {
    let mut screens = BTreeSet::new();
    for model in every_state() {
        let _state = show(&model);
        let name = screen();
        assert_eq!(name, model.screen().name());
        let title = find("h1#groat-title");
        assert_eq!(title.text_content().unwrap(), model.title(), "{name}");
        assert_eq!(title.get_attribute("tabindex").as_deref(), Some("-1"), "{name}");
        assert_eq!(find("section").get_attribute("aria-labelledby").as_deref(), Some("groat-title"));
        assert_eq!(all("h1").len(), 1, "{name}");
        for button in all("button") {
            let named = button.get_attribute("aria-label").or_else(|| button.text_content()).unwrap_or_default();
            assert!(!named.trim().is_empty(), "{name}: a button without a name");
            let acts = button.get_attribute("value").is_some_and(|act| Act::parse(&act).is_some());
            let is_off = button.get_attribute("aria-disabled").as_deref() == Some("true");
            assert!(acts != is_off, "{name}: {named} does nothing, or something while it is off");
            let act = button.get_attribute("value").and_then(|act| Act::parse(&act));
            let submits = act.is_some_and(|act| act.is_for_edge());
            let expected = if submits { "submit" } else { "button" };
            assert_eq!(button.get_attribute("type").as_deref(), Some(expected), "{name}: {named}");
        }
        for link in all("a") {
            assert_eq!(link.get_attribute("rel").as_deref(), Some("noopener noreferrer"), "{name}");
        }
        assert!(all("[style], style, script, [onclick]").is_empty(), "{name}: nothing inline, by the page's policy");
        let ids: Vec<_> = all("[id]").iter().map(Element::id).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
        assert!(!text().contains("{0}") && !text().contains("undefined"), "{name}: {}", text());
        screens.insert(name);
    }
    let expected = [
        "cancelled",
        "choosing",
        "confirming",
        "exchange",
        "expired",
        "failed",
        "looking",
        "missing",
        "paid",
        "paying",
        "preparing",
        "time-up",
        "wallet",
        "wallets",
    ];
    assert_eq!(screens.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[wasm_bindgen_test]
fn the_pay_view_has_all_that_is_needed_to_pay() {
    let _state = show(&at_paying());
    assert_eq!(find(".digits").text_content().unwrap(), "49.01");
    assert_eq!(find("code.grouped").text_content().unwrap(), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    assert!(text().contains("Send only USDC on Local chain."));
    assert!(text().contains("Test network"));
    assert_eq!(find("[role=timer]").text_content().unwrap(), "10:49");
    assert_eq!(find("svg.qr").get_attribute("viewBox").as_deref(), Some("0 0 37 37"));
    assert_eq!(find("svg.qr path").namespace_uri().as_deref(), Some("http://www.w3.org/2000/svg"));
    assert_eq!(find("[role=switch]").get_attribute("aria-checked").as_deref(), Some("false"));
}

#[wasm_bindgen_test]
fn an_exchange_gets_all_that_its_form_asks_for() {
    let _state = show(&after(at_paying(), [Message::Act(Act::Exchange)]));
    let large: Vec<_> = all(".large").iter().map(|line| line.text_content().unwrap()).collect();
    assert_eq!(large, ["USDC", "Local chain"]);
    assert_eq!(find(".digits").text_content().unwrap(), "49.01");
    assert_eq!(find("code.grouped").text_content().unwrap(), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    assert!(text().contains("comes on top: make sure that 49.01 USDC arrives."));
    assert!(text().contains("Choose Local chain and no other network"));
    assert!(text().contains("not Ethereum (ERC-20), Solana, Base."));
    // Always the plain address: an exchange's scanner may misread anything more.
    let plain = find("svg.qr path").get_attribute("d");
    let _state = show(&after(at_paying(), [Message::Act(Act::Qr), Message::Act(Act::Exchange)]));
    assert_eq!(find("svg.qr path").get_attribute("d"), plain);
}

#[wasm_bindgen_test]
fn where_there_is_no_wallet_there_are_links_into_its_app() {
    let _state = show(&with_apps());
    let links: Vec<_> = all(".phone a").iter().map(|link| link.get_attribute("href").unwrap()).collect();
    assert_eq!(
        links,
        [
            "https://link.metamask.io/dapp/pay.example/i/inv_7Gq2",
            "https://link.trustwallet.com/open_url?coin_id=60&url=https%3A%2F%2Fpay.example%2Fi%2Finv_7Gq2",
            "https://go.cb-w.com/dapp?cb_url=https%3A%2F%2Fpay.example%2Fi%2Finv_7Gq2",
        ]
    );
    let with_wallet = after(with_apps(), [Message::Wallets(vec![wallet("Rabby", "")])]);
    let _state = show(&with_wallet);
    assert!(all("a").is_empty(), "who has a wallet here needs no app");
}

#[wasm_bindgen_test]
fn too_little_is_said_in_figures_and_the_wallet_can_be_asked_all_the_same() {
    let _state = show(&short_of_coin());
    assert!(text().contains("This account has 3.20 USDC, and 49.01 USDC is needed."), "{}", text());
    assert_eq!(find("[value=ask-anyway]").text_content().unwrap(), "Ask Rabby all the same");
}

#[wasm_bindgen_test]
fn a_part_that_arrived_asks_for_the_rest() {
    let _state = show(&model(&invoice_page(&snapshot(4, "open"))));
    assert!(text().contains("10 USDC has arrived. Please send the rest"));
    assert_eq!(find(".digits").text_content().unwrap(), "39.01");
    assert!(all("[value=change]").is_empty());
}

#[wasm_bindgen_test]
fn what_others_wrote_stays_text() {
    let nasty = "<img src=x onerror=alert(1)>";
    let mut page = invoice_page(&fresh(2));
    page["invoice"]["store"]["name"] = json!(nasty);
    page["invoice"]["product"]["name"] = json!(nasty);
    page["invoice"]["quote"]["symbol"] = json!(nasty);
    page["invoice"]["quote"]["chain_name"] = json!(nasty);
    let wallets = Message::Wallets(vec![wallet(nasty, "data:image/svg+xml,<svg onload='alert(1)'/>")]);
    let model = after(model(&page), [wallets]);
    for act in [Act::Details, Act::Wallets, Act::Wallet("w".into())] {
        let _state = show(&after(model.clone(), [Message::Act(act)]));
        assert!(text().contains(nasty));
        for image in all("img") {
            assert_eq!(image.class_name(), "logo");
            assert!(image.get_attribute("src").unwrap().starts_with("data:image/"));
        }
        assert!(all("[onerror], [onload]").is_empty());
    }
}

#[wasm_bindgen_test]
fn a_second_changes_only_the_time() {
    let mut model = at_paying();
    let mut state = show(&model);
    let (copy, path) = (find("[value=copy-address]"), find("svg.qr path"));
    copy.focus().unwrap();
    model.update(Message::Tick(model.now_ms + 1_000));
    parts::views(&model).rebuild(&mut state);
    assert_eq!(find("[role=timer]").text_content().unwrap(), "10:48");
    assert!(copy.is_same_node(Some(&find("[value=copy-address]"))));
    assert!(path.is_same_node(Some(&find("svg.qr path"))));
    assert!(document().active_element().unwrap().is_same_node(Some(&copy)), "focus stays where it was");
}

#[wasm_bindgen_test]
fn states_follow_one_another_in_place() {
    let mut state = show(&at_paying());
    for model in every_state().into_iter().chain(every_state().into_iter().rev()) {
        parts::views(&model).rebuild(&mut state);
        let (shown, title) = (find(".card").outer_html(), model.title());
        assert_eq!(find("h1").text_content().unwrap(), title);
        let _fresh = show(&model);
        // Attributes may come in another order after a change: compare what is read and pressed.
        let acts = |html: &str| html.matches("name=\"do\"").count();
        let fresh = find(".card");
        assert_eq!(acts(&shown), acts(&fresh.outer_html()), "{title}");
        state = show(&model);
    }
}

/// Tags, attributes in one order, and text: what two pages that look the same have in common.
fn shape(element: &Element) -> String {
    let mut names: Vec<String> = element.get_attribute_names().iter().filter_map(|name| name.as_string()).collect();
    names.sort();
    let mut shape = format!("<{}", element.tag_name());
    for name in names {
        shape.push_str(&format!(" {name}={:?}", element.get_attribute(&name).unwrap()));
    }
    shape.push('>');
    let nodes = element.child_nodes();
    for at in 0..nodes.length() {
        let node = nodes.get(at).unwrap();
        match node.dyn_ref::<Element>() {
            Some(element) => shape.push_str(&self::shape(element)),
            // Comments hold the places of parts that are not there.
            None if node.node_type() == Node::COMMENT_NODE => {}
            None => shape.push_str(&node.text_content().unwrap_or_default()),
        }
    }
    shape.push_str("</>");
    shape
}

/// The edge prints the very markup that the checkout shows: it can take over without anything moving.
#[wasm_bindgen_test]
fn the_edges_html_is_the_checkouts_own() {
    let mut models = every_state();
    let mut folded = pay_page();
    for chain in ["Base", "Polygon", "Ethereum"] {
        let mut option = folded["options"][0].clone();
        option["chain_name"] = json!(chain);
        folded["options"].as_array_mut().unwrap().push(option);
    }
    models.push(model(&folded));
    models.push(after(model(&folded), [Message::Act(Act::Group("USDC".into()))]));
    for model in models {
        let _state = show(&model);
        let card = find(".card");
        let place = document().create_element("div").unwrap();
        place.set_inner_html(&view::checkout::<Html>(&model).into_text());
        let printed = place.first_element_child().unwrap();
        // The edge does not know the buyer's time zone, and says so.
        assert_eq!(shape(&printed).replace(" UTC<", "<"), shape(&card), "{}", model.title());
    }
}

#[wasm_bindgen_test]
fn prices_are_printed_by_the_browser() {
    let mut page = pay_page();
    #[rustfmt::skip]
    let table = [
        ("49.00",                "USD", "$49.00"),
        ("1234.50",              "EUR", "€1,234.50"),
        ("500",                  "JPY", "¥500"),
        // More digits than a float holds.
        ("90071992547409931.23", "USD", "$90,071,992,547,409,931.23"),
        ("1.00",                 "XYZ", "XYZ\u{a0}1.00"),
    ];
    for (amount, currency, expected) in table {
        page["price"] = json!({"amount": amount, "currency": currency});
        let _state = show(&model(&page));
        assert_eq!(find(".price").text_content().unwrap(), expected);
    }
}
