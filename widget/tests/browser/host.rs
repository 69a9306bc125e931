//! The two sides that hold wallets: the loader behind a channel, and this window. The test plays the other side; in the
//! test page the parent window is the window itself.

use std::cell::RefCell;

use groat_checkout::model::{Message, WalletAnswer, WalletError, WalletEvent, WalletRequest};
use groat_checkout::wire::{Embed, Page};
use groat_core::invoice::Status;
use groat_widget::host::Host;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fixture::{list, pay_page, read_page, run, until, wait, window};

thread_local! {
    static HEARD: RefCell<Vec<Message>> = const { RefCell::new(Vec::new()) };
    static ETHEREUM: RefCell<Vec<Message>> = const { RefCell::new(Vec::new()) };
    static ELSEWHERE: RefCell<usize> = const { RefCell::new(0) };
}

/// A checkout of another test goes on listening to the window: what it hears is not counted with the rest.
fn elsewhere(_: Message) {
    ELSEWHERE.with_borrow_mut(|count| *count += 1);
}

fn hear(message: Message) {
    HEARD.with_borrow_mut(|heard| heard.push(message));
}

fn hear_ethereum(message: Message) {
    ETHEREUM.with_borrow_mut(|heard| heard.push(message));
}

fn heard() -> Vec<Message> {
    HEARD.take()
}

fn count() -> usize {
    HEARD.with_borrow(Vec::len)
}

fn page(embed: Embed, origin: &str) -> Page {
    let (mut page, _) = read_page(&pay_page());
    page.embed = embed;
    page.origin = Some(origin.to_owned());
    page
}

/// Plays a loader: answers `ready` with a channel, and keeps what comes through it in `window.said`.
const LOADER: &str = r#"
    window.said = [];
    window.readies = [];
    window.onmessage = ({ data }) => {
        if (data?.type !== "ready") return;
        readies.push(data);
        const { port1, port2 } = new MessageChannel();
        window.port = port1;
        port1.onmessage = ({ data }) => said.push(data);
        postMessage({ groat: 1, type: "port" }, location.origin, [port2]);
    };
"#;

#[wasm_bindgen_test]
async fn shakes_hands_and_speaks_by_the_protocol() {
    run(LOADER);
    heard();
    let host = Host::connect(&page(Embed::Modal, &window().location().origin().unwrap()), hear);
    // Said before the channel is there: it waits.
    host.tell_status("inv_1", Status::Open, None);
    until("the first message", || list("said").as_array().is_some_and(|said| !said.is_empty())).await;
    assert_eq!(list("readies"), json!([{"groat": 1, "type": "ready"}]));

    host.tell_status("inv_1", Status::Paid, Some("order-7"));
    host.tell_height(612.0);
    host.tell_close();
    host.ask(1, "w", &WalletRequest::Accounts);
    host.ask(2, "w", &WalletRequest::ChainId);
    host.ask(3, "w", &WalletRequest::SwitchChain(8_453));
    host.ask(4, "w", &WalletRequest::AddChain(r#"{"chainId":"0x2105"}"#.into()));
    host.ask(
        5,
        "w",
        &WalletRequest::Send {
            from: "0xme".into(),
            to: "0xto".into(),
            value: "0x0".into(),
            data: "0xa9".into(),
            chain_id: 31_337,
        },
    );
    until("all messages", || list("said").as_array().is_some_and(|said| said.len() == 9)).await;
    let request = |id: u32, method: &str, params: serde_json::Value| json!({"type": "request", "id": id, "uuid": "w", "method": method, "params": params});
    let call = json!({"from": "0xme", "to": "0xto", "value": "0x0", "data": "0xa9", "chainId": "0x7a69"});
    assert_eq!(
        list("said"),
        json!([
            {"type": "status", "invoice": "inv_1", "status": "open", "reference": null},
            {"type": "status", "invoice": "inv_1", "status": "paid", "reference": "order-7"},
            {"type": "resize", "height": 612},
            {"type": "close"},
            request(1, "eth_requestAccounts", json!([])),
            request(2, "eth_chainId", json!([])),
            request(3, "wallet_switchEthereumChain", json!([{"chainId": "0x2105"}])),
            request(4, "wallet_addEthereumChain", json!([{"chainId": "0x2105"}])),
            request(5, "eth_sendTransaction", json!([call])),
        ])
    );
}

#[wasm_bindgen_test]
async fn hears_the_loader_and_drops_what_does_not_fit() {
    run(LOADER);
    heard();
    let host = Host::connect(&page(Embed::Inline, &window().location().origin().unwrap()), hear);
    host.tell_close();
    until("the channel", || list("said").as_array().is_some_and(|said| !said.is_empty())).await;
    run(r#"
        const icon = "data:image/png;base64,AA==";
        for (const message of [
            { type: "wallets", wallets: [{ uuid: "a", name: "Rabby", icon, rdns: "x" }, { uuid: "b" }, null, 7] },
            { type: "result", id: 1, result: ["0xme"] },
            { type: "result", id: 2, result: "0x1" },
            { type: "result", id: 3, result: null },
            { type: "error", id: 4, code: -32603, message: "no", data: { originalErrorCode: 4902 } },
            { type: "error", id: 5, code: 4001, message: "User rejected", data: {} },
            { type: "error", id: 6 },
            { type: "wallet_event", uuid: "a", event: "accountsChanged", data: ["0xyou"] },
            { type: "wallet_event", uuid: "a", event: "chainChanged", data: "0x1" },
            // None of these:
            { type: "result", id: -1, result: "0x1" }, { type: "result", id: "1", result: "0x1" }, { type: "result" },
            { type: "status", invoice: "inv_1" }, { type: "wallets" }, { type: "wallet_event" }, { type: 5 }, null, "x",
            { type: "wallets", wallets: [] },
        ]) port.postMessage(message);
    "#);
    until("the last message", || count() == 10).await;
    let error = |code, original_code, message: &str| WalletError { code, original_code, message: message.into() };
    let heard = heard();
    let Message::Wallets(wallets) = &heard[0] else { panic!("{:?}", heard[0]) };
    assert_eq!((wallets.len(), wallets[0].uuid.as_str(), wallets[0].icon.len()), (1, "a", 26));
    let told = |event| Message::WalletTold { uuid: "a".into(), event };
    assert_eq!(
        heard[1..],
        [
            Message::WalletAnswered { id: 1, result: Ok(WalletAnswer::List(vec!["0xme".into()])) },
            Message::WalletAnswered { id: 2, result: Ok(WalletAnswer::Text("0x1".into())) },
            Message::WalletAnswered { id: 3, result: Ok(WalletAnswer::Done) },
            Message::WalletAnswered { id: 4, result: Err(error(-32_603, Some(4902), "no")) },
            Message::WalletAnswered { id: 5, result: Err(error(4001, None, "User rejected")) },
            Message::WalletAnswered { id: 6, result: Err(error(-32_603, None, "")) },
            told(WalletEvent::AccountsChanged(vec!["0xyou".into()])),
            told(WalletEvent::Other),
            Message::Wallets(Vec::new()),
        ]
    );
}

/// Only the parent, only from the origin of the address, only `port`: anybody else's channel is never spoken into.
#[wasm_bindgen_test]
async fn takes_a_channel_from_nobody_else() {
    run("window.onmessage = null; window.readies = []; window.strange = [];");
    heard();
    let origin = window().location().origin().unwrap();
    let host = Host::connect(&page(Embed::Modal, &origin), hear);
    host.tell_close();
    run(r#"
        const offer = (data, origin, source) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => strange.push(data);
            dispatchEvent(new MessageEvent("message", { data, origin, source, ports: [port2] }));
            port1.postMessage({ type: "wallets", wallets: [] });
        };
        const port = { groat: 1, type: "port" };
        const frame = document.body.appendChild(document.createElement("iframe"));
        offer(port, "https://evil.example", window);
        offer(port, location.origin + ".evil.example", window);
        offer(port, "null", window);
        offer(port, location.origin, frame.contentWindow);
        offer(port, location.origin, null);
        offer({ groat: 2, type: "port" }, location.origin, window);
        offer({ groat: 1, type: "ready" }, location.origin, window);
        offer({ type: "port" }, location.origin, window);
        offer("port", location.origin, window);
        frame.remove();
    "#);
    wait(100).await;
    assert_eq!((list("strange"), count()), (json!([]), 0));
    // The right one is taken, and hears what has waited.
    run(r#"
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => strange.push(data);
        dispatchEvent(new MessageEvent("message", { data: { groat: 1, type: "port" }, origin: location.origin, source: window, ports: [port2] }));
    "#);
    until("the right channel", || list("strange") == json!([{"type": "close"}])).await;
    // And no other after it, whoever offers it.
    run(r#"
        window.late = [];
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => late.push(data);
        dispatchEvent(new MessageEvent("message", { data: { groat: 1, type: "port" }, origin: location.origin, source: window, ports: [port2] }));
    "#);
    host.tell_close();
    until("the first channel", || list("strange") == json!([{"type": "close"}, {"type": "close"}])).await;
    assert_eq!(list("late"), json!([]));
}

#[wasm_bindgen_test]
async fn says_ready_to_the_named_origin_only() {
    run("window.readies = []; window.onmessage = ({ data }) => { if (data?.type === 'ready') readies.push(data) };");
    for origin in ["https://evil.example", "http://", "http:// x", "*", "/", "", "null", "javascript:0"] {
        // As it comes from the address of the page: `*` and `/` mean something to postMessage, and are no origins.
        let mut json = pay_page();
        (json["embed"], json["origin"]) = (json!("modal"), json!(origin));
        let host = Host::connect(&read_page(&json).0, elsewhere);
        host.tell_close();
    }
    wait(50).await;
    assert_eq!(list("readies"), json!([]));
}

#[wasm_bindgen_test]
async fn finds_wallets_in_its_own_window() {
    run(r#"
        window.asked = [];
        window.listeners = {};
        const provider = (name) => ({
            request: async ({ method, params }) => {
                asked.push([name, method, params]);
                if (method === "eth_chainId") throw { code: -32603, message: "inner", data: { originalError: { code: 4902 } } };
                return ["0xme"];
            },
            on: (event, listener) => { listeners[name + event] = listener },
        });
        const announce = (uuid, name, provider) => dispatchEvent(
            new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info: { uuid, name, icon: "", rdns: "x" }, provider }) }));
        window.announceAll = () => {
            announce("a", "Rabby", provider("first"));
            announce("a", "Rabby again", provider("second"));
            announce("b", "Frame", provider("third"));
            announce("", "Nameless", provider("fourth"));
            dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: null }));
        };
        addEventListener("eip6963:requestProvider", announceAll, { once: true });
        window.ethereum = provider("injected");
    "#);
    heard();
    let host = Host::connect(&page(Embed::Link, "unused"), hear);
    // Later than the time that window.ethereum would be taken after.
    wait(400).await;
    let messages = heard();
    let Some(Message::Wallets(wallets)) = messages.last() else { panic!("{messages:?}") };
    let names: Vec<_> = wallets.iter().map(|wallet| (wallet.uuid.as_str(), wallet.name.as_str())).collect();
    assert_eq!((messages.len(), names), (2, vec![("a", "Rabby"), ("b", "Frame")]));

    host.ask(1, "a", &WalletRequest::Accounts);
    host.ask(2, "b", &WalletRequest::ChainId);
    host.ask(3, "gone", &WalletRequest::ChainId);
    until("three answers", || count() == 3).await;
    let error = |code, original_code, message: &str| WalletError { code, original_code, message: message.into() };
    let mut answers = heard();
    answers.sort_by_key(|message| if let Message::WalletAnswered { id, .. } = message { *id } else { 0 });
    assert_eq!(
        answers,
        [
            Message::WalletAnswered { id: 1, result: Ok(WalletAnswer::List(vec!["0xme".into()])) },
            Message::WalletAnswered { id: 2, result: Err(error(-32_603, Some(4902), "inner")) },
            Message::WalletAnswered { id: 3, result: Err(error(4900, None, "")) },
        ]
    );
    assert_eq!(list("asked"), json!([["first", "eth_requestAccounts", []], ["third", "eth_chainId", []]]));
    run("listeners.firstaccountsChanged(['0xyou'])");
    let event = WalletEvent::AccountsChanged(vec!["0xyou".into()]);
    assert_eq!(heard(), [Message::WalletTold { uuid: "a".into(), event }]);
}

#[wasm_bindgen_test]
async fn takes_window_ethereum_where_nothing_announces_itself() {
    run(
        "removeEventListener('eip6963:requestProvider', window.announceAll); window.ethereum = { isMetaMask: true, request: async () => 5 };",
    );
    let host = Host::connect(&page(Embed::Link, "unused"), hear_ethereum);
    assert_eq!(ETHEREUM.with_borrow(Vec::len), 0);
    until("the fall-back", || ETHEREUM.with_borrow(Vec::len) == 1).await;
    let messages = ETHEREUM.take();
    let Message::Wallets(wallets) = &messages[0] else { panic!("{messages:?}") };
    assert_eq!((wallets[0].uuid.as_str(), wallets[0].name.as_str()), ("injected", "MetaMask"));
    host.ask(1, "injected", &WalletRequest::Accounts);
    until("an answer", || ETHEREUM.with_borrow(Vec::len) == 1).await;
    assert_eq!(ETHEREUM.take(), [Message::WalletAnswered { id: 1, result: Ok(WalletAnswer::Done) }]);
    run("delete window.ethereum");
}
