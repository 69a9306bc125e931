//! From press to call and back: the whole checkout in this page, with `fetch` and `WebSocket` played by the test.

use groat_checkout::model::Model;
use groat_checkout::view::{self, Html};
use groat_widget::app;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fixture::{
    HASH, document, find, fresh, invoice_page, list, pay_page, place, read_page, run, screen, snapshot, text, until,
    wait, window,
};

/// Plays the edge. `window.replies` holds what is answered, first come first served, by path's end; every call is kept
/// in `window.calls`, every socket in `window.sockets`.
const EDGE: &str = r#"
    window.calls = [];
    window.replies = [];
    window.sockets = [];
    window.fetch = async (path, { method = "GET", headers = {}, body } = {}) => {
        calls.push({ path, method, headers, body: body ? JSON.parse(body) : null });
        const at = replies.findIndex((reply) => path.endsWith(reply.end) && method === reply.method);
        if (at < 0) return new Response(null, { status: 304 });
        const [{ status = 200, json, broken }] = replies.splice(at, 1);
        if (broken) throw new TypeError("no network");
        return new Response(JSON.stringify(json), { status, headers: { etag: '"9"' } });
    };
    window.WebSocket = class {
        constructor(address) { this.address = address; sockets.push(this); }
        close() { this.closed = true; }
    };
"#;

fn start(page: &Value) {
    run(EDGE);
    let (page, invoice) = read_page(page);
    app::run(&place(), page, invoice);
}

fn reply(method: &str, end: &str, status: u16, json: &Value) {
    let reply = json!({"method": method, "end": end, "status": status, "json": json});
    run(&format!("replies.push({reply})"));
}

fn calls(method: &str) -> Vec<Value> {
    let all = list("calls").as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|call| call["method"] == method).collect()
}

fn press(selector: &str) {
    find(selector).click();
}

fn push(snapshot: &Value) {
    let data = snapshot.to_string();
    run(&format!("sockets.at(-1).onmessage(new MessageEvent('message', {{ data: {} }}))", json!(data)));
}

#[wasm_bindgen_test]
async fn choosing_makes_one_invoice_and_the_address_bar_keeps_it() {
    let path = window().location().pathname().unwrap();
    run("history.replaceState(null, '', '/pay/prod_1?theme=dark&amount=5&utm=x')");
    start(&pay_page());
    assert_eq!(screen(), "choosing");
    reply("POST", "/v1/invoices", 500, &json!({"detail": "Try again in a moment.", "code": "internal"}));
    press("[value^='choose:eip155:31337/erc20']");
    assert_eq!(screen(), "preparing");
    until("the refusal", || screen() == "failed").await;
    assert!(text().contains("Try again in a moment.") && text().contains("Code: internal"));

    reply("POST", "/v1/invoices", 200, &fresh(1));
    press("[data-screen=failed] [value^='choose:']");
    until("the invoice", || screen() == "paying").await;
    let posts = calls("POST");
    assert_eq!(posts.len(), 2);
    let body = json!({
        "product": "prod_1", "reference": "order-7",
        "asset": "eip155:31337/erc20:0x5fbdb2315678afecb367f032d93f642f64180aa3",
    });
    for call in &posts {
        assert_eq!((&call["path"], &call["body"]), (&json!("/v1/invoices"), &body));
        assert_eq!(call["headers"]["authorization"], "Bearer pk_live_1");
        assert_eq!(call["headers"]["idempotency-key"], posts[0]["headers"]["idempotency-key"], "the same attempt");
    }
    assert!(posts[0]["headers"]["idempotency-key"].as_str().is_some_and(|key| key.len() > 36));
    let location = window().location();
    assert_eq!(location.pathname().unwrap() + &location.search().unwrap(), "/i/inv_7Gq2?theme=dark");
    run(&format!("history.replaceState(null, '', '{path}')"));
}

#[wasm_bindgen_test]
async fn no_network_is_said_and_tried_again() {
    start(&pay_page());
    run("replies.push({ method: 'POST', end: '/v1/invoices', broken: true })");
    press("[value^='choose:']");
    until("the failure", || screen() == "failed").await;
    assert!(text().contains("could not reach the shop"));
    press("[value=back]");
    assert_eq!(screen(), "choosing");
}

#[wasm_bindgen_test]
async fn a_payment_is_seen_by_push_without_a_reload() {
    start(&invoice_page(&fresh(2)));
    assert_eq!(screen(), "paying");
    let address = run("return sockets.at(-1).address").as_string().unwrap();
    assert!(address.starts_with("ws://") && address.ends_with("/v1/invoices/inv_7Gq2/events"), "{address}");
    run("sockets.at(-1).onopen()");
    // One conditional question, in case something changed while the page was on its way.
    until("the question", || calls("GET").len() == 1).await;

    let mut seen = snapshot(3, "confirming");
    seen["payments"][0]["confirmations"] = json!(0);
    push(&seen);
    assert_eq!((screen().as_str(), find("h1").text_content().unwrap().as_str()), ("confirming", "Payment seen"));
    let mut counted = snapshot(4, "confirming");
    counted["payments"][0]["confirmations"] = json!(1);
    push(&counted);
    assert!(text().contains("1 of 2 confirmations"));
    push(&snapshot(3, "open"));
    assert_eq!(screen(), "confirming", "an older one is dropped");
    run("sockets.at(-1).onmessage(new MessageEvent('message', { data: '{broken' }))");
    run("sockets.at(-1).onmessage(new MessageEvent('message', { data: new Blob() }))");
    push(&snapshot(5, "paid"));
    assert_eq!(screen(), "paid");
    assert!(find("[role=status]").text_content().is_some());
}

#[wasm_bindgen_test]
async fn a_line_that_breaks_is_mended_and_meanwhile_it_asks() {
    start(&invoice_page(&fresh(2)));
    run("sockets.at(-1).onopen()");
    until("the first question", || calls("GET").len() == 1).await;
    run("replies.push({ method: 'GET', end: '/inv_7Gq2', broken: true }); window.old = sockets.at(-1); old.onclose()");
    until("a new socket", || run("return sockets.length").as_f64() == Some(2.0)).await;
    until("the notice", || text().contains("Reconnecting.")).await;
    // What the old socket still says is not heard.
    let data = json!(snapshot(8, "paid").to_string());
    run(&format!("old.onmessage(new MessageEvent('message', {{ data: {data} }}))"));
    assert_eq!(screen(), "paying");
    reply("GET", "/inv_7Gq2", 200, &snapshot(7, "paid"));
    run("sockets.at(-1).onopen()");
    until("the answer", || screen() == "paid").await;
    assert!(!text().contains("Reconnecting."));
    // From now on only what has changed is fetched.
    run("document.dispatchEvent(new Event('visibilitychange'))");
    until("a conditional question", || calls("GET").iter().any(|call| call["headers"]["if-none-match"] == "\"9\""))
        .await;
}

#[wasm_bindgen_test]
async fn a_wallet_in_this_window_pays() {
    run(&format!(
        r#"
        window.sent = null;
        window.counted = [];
        const request = async ({{ method, params }}) => {{
            if (method === "eth_requestAccounts") return ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"];
            if (method === "eth_chainId") return "0x7a69";
            if (method !== "eth_sendTransaction") {{ counted.push({{ method, params }}); return "0x" + "f".repeat(64); }}
            sent = params[0];
            return "{HASH}";
        }};
        window.onRequest = () => dispatchEvent(new CustomEvent("eip6963:announceProvider",
            {{ detail: {{ info: {{ uuid: "p", name: "Pocket", icon: "" }}, provider: {{ request, on() {{}} }} }} }}));
        addEventListener("eip6963:requestProvider", onRequest);
    "#
    ));
    start(&invoice_page(&fresh(2)));
    // The only wallet there is: no list comes before it.
    reply("POST", "/transactions", 202, &json!({"accepted": true}));
    press("[value='wallet:p']");
    until("the transaction", || text().contains("Payment sent")).await;
    let golden = &fresh(2)["quote"]["wallet_call"];
    assert_eq!(
        list("sent"),
        json!({"from": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "to": golden["to"], "value": "0x0", "data": golden["data"], "chainId": "0x7a69"})
    );
    // Before, it was asked what the account holds: of the coin, then for the fee.
    let balance_of = format!("0x70a08231{:0>24}{}", "", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    assert_eq!(
        list("counted"),
        json!([
            {"method": "eth_call", "params": [{"to": golden["to"], "data": balance_of}, "latest"]},
            {"method": "eth_getBalance", "params": ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "latest"]},
        ])
    );
    until("the hint", || calls("POST").len() == 1).await;
    let hint = &calls("POST")[0];
    assert_eq!(hint["path"], "/v1/invoices/inv_7Gq2/transactions");
    assert_eq!(hint["body"], json!({"chain": "eip155:31337", "hash": HASH}));
    assert_eq!(screen(), "wallet", "a hash is no payment");
    run("removeEventListener('eip6963:requestProvider', onRequest)");
}

/// Starts the checkout over what the edge has printed, with a form around it.
fn take_over(page: &Value, meanwhile: impl FnOnce()) {
    run(EDGE);
    let (data, invoice) = read_page(page);
    let root = place();
    let mut model = Model::new(data.clone(), invoice.clone(), String::new());
    model.edge = window().location().origin().unwrap();
    root.set_inner_html(&view::checkout::<Html>(&model).into_text());
    run("document.getElementById('groat').insertAdjacentHTML('beforebegin', '<input type=hidden name=key value=1f>')");
    meanwhile();
    app::run(&root, data, invoice);
    run("document.querySelector('[name=key]').remove()");
}

fn focused() -> String {
    let active = document().active_element().unwrap();
    active.get_attribute("value").unwrap_or_else(|| active.tag_name())
}

#[wasm_bindgen_test]
fn who_walks_by_keyboard_stays_where_they_are() {
    take_over(&pay_page(), || find("[value$='slip44:60']").focus().unwrap());
    assert_eq!(focused(), "choose:eip155:31337/slip44:60");
    take_over(&invoice_page(&fresh(2)), || find("[value=exchange]").focus().unwrap());
    assert_eq!(focused(), "exchange");
    // Another screen than the one that was left: its heading.
    let mut only = pay_page();
    only["options"].as_array_mut().unwrap().truncate(1);
    take_over(&only, || find("[value^='choose:']").focus().unwrap());
    assert_eq!((screen().as_str(), focused().as_str()), ("preparing", "H1"));
    // Nobody was there: focus is taken from nobody.
    take_over(&pay_page(), || ());
    assert_eq!(focused(), "BODY");
}

#[wasm_bindgen_test]
async fn the_first_thing_asked_has_the_forms_key() {
    let mut only = pay_page();
    only["options"].as_array_mut().unwrap().truncate(1);
    take_over(&only, || ());
    let asset = only["options"][0]["asset"].as_str().unwrap().to_owned();
    // A checkout of a test before may still have a call on its way.
    let is_with_it = |call: &Value| call["headers"]["idempotency-key"] == format!("form-1f-{asset}");
    until("the call with the form's key", || calls("POST").iter().any(is_with_it)).await;
}

#[wasm_bindgen_test]
async fn what_was_taken_last_is_marked_and_chooses_nothing() {
    run("localStorage.clear()");
    start(&pay_page());
    assert!(!text().contains("Last used"));
    press("[value$='slip44:60']");
    run("localStorage.setItem('groat-way', 'exchange')");
    start(&pay_page());
    assert_eq!(screen(), "choosing");
    let marked = find(".last").closest("button").unwrap().unwrap();
    assert_eq!(marked.get_attribute("value").as_deref(), Some("choose:eip155:31337/slip44:60"));
    start(&invoice_page(&fresh(2)));
    assert_eq!(screen(), "paying");
    assert_eq!(find(".last").closest("button").unwrap().unwrap().get_attribute("value").as_deref(), Some("exchange"));
    let kept = run("return JSON.stringify(Object.entries(localStorage).sort())").as_string().unwrap();
    assert_eq!(kept, r#"[["groat-asset","eip155:31337/slip44:60"],["groat-way","exchange"]]"#, "ids alone");
    // Forbidden: nothing is marked, and everything works.
    run("window.real = Object.getOwnPropertyDescriptor(window, 'localStorage')");
    run(
        "Object.defineProperty(window, 'localStorage', { configurable: true, get() { throw new DOMException('no', 'SecurityError') } })",
    );
    start(&pay_page());
    assert!(!text().contains("Last used"));
    press("[value$='slip44:60']");
    assert_eq!(screen(), "preparing");
    run("Object.defineProperty(window, 'localStorage', real); localStorage.clear()");
}

#[wasm_bindgen_test]
async fn copying_copies_the_exact_text() {
    start(&invoice_page(&fresh(2)));
    run("window.copied = []; navigator.clipboard.writeText = async (text) => { copied.push(text) }");
    press("[value=copy-amount]");
    press("[value=copy-address]");
    until("both copies", || list("copied").as_array().is_some_and(|copied| copied.len() == 2)).await;
    assert_eq!(list("copied"), json!(["49.01", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]));
    until("the confirmation", || text().contains("Copied")).await;
    assert_eq!(find("[role=status]").text_content().unwrap(), "Address copied");
    // Refused: then what is shown is selected, whole.
    run("navigator.clipboard.writeText = async () => { throw new Error('refused') }");
    press("[value=copy-address]");
    wait(50).await;
    let selected = String::from(window().get_selection().unwrap().unwrap().to_string());
    assert_eq!(selected.replace(char::is_whitespace, ""), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
}

#[wasm_bindgen_test]
async fn a_framed_checkout_tells_its_height_and_its_end() {
    run(r#"
        window.said = [];
        window.onmessage = ({ data }) => {
            if (data?.type !== "ready") return;
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => said.push(data);
            postMessage({ groat: 1, type: "port" }, location.origin, [port2]);
        };
    "#);
    let origin = window().location().origin().unwrap();
    let said = |kind: &str| {
        let all = list("said").as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|message| message["type"] == kind).collect::<Vec<_>>()
    };
    let mut inline = invoice_page(&fresh(2));
    inline["embed"] = json!("inline");
    inline["origin"] = json!(origin);
    start(&inline);
    until("a height", || !said("resize").is_empty()).await;
    let height = find(".card").get_bounding_client_rect().height().ceil();
    assert_eq!(said("resize").last().unwrap()["height"].as_f64(), Some(height));
    assert_eq!(said("status")[0]["status"], "open");
    run("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))");
    assert!(document().query_selector("#groat [value=close]").unwrap().is_none());

    run("said.length = 0");
    let mut modal = invoice_page(&fresh(2));
    modal["embed"] = json!("modal");
    modal["origin"] = json!(origin);
    start(&modal);
    until("the status", || !said("status").is_empty()).await;
    assert!(said("close").is_empty(), "Escape inline closes nothing");
    run("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))");
    press("[value=close]");
    until("the end", || said("close").len() == 1).await;
    run("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))");
    until("Escape", || said("close").len() > 1).await;
    run("window.onmessage = null");
}
