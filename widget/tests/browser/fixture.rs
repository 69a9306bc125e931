//! Data for the tests, and small ways to look at the page.

use groat_checkout::wire::{self, Json};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Window};

pub const HASH: &str = "0xabababababababababababababababababababababababababababababababab";

pub fn window() -> Window {
    web_sys::window().unwrap()
}

pub fn document() -> Document {
    window().document().unwrap()
}

/// A golden snapshot whose time is not over.
pub fn snapshot(version: u64, status: &str) -> Value {
    let mut snapshot: Value =
        serde_json::from_str(include_str!("../../../checkout/tests/golden/snapshot.json")).unwrap();
    snapshot["version"] = json!(version);
    snapshot["status"] = json!(status);
    snapshot["exceptions"] = json!([]);
    snapshot
}

/// The same before anything has arrived.
pub fn fresh(version: u64) -> Value {
    let mut snapshot = snapshot(version, "open");
    let quote = &mut snapshot["quote"];
    quote["amount_received"] = json!("0");
    quote["base_units_received"] = json!("0");
    quote["amount_due"] = json!("49.01");
    snapshot["payments"] = json!([]);
    snapshot
}

pub fn invoice_page(snapshot: &Value) -> Value {
    let mut page: Value =
        serde_json::from_str(include_str!("../../../checkout/tests/golden/invoice-page.json")).unwrap();
    page["invoice"] = snapshot.clone();
    page
}

/// A product's page, as a page of its own, where two assets can be had.
pub fn pay_page() -> Value {
    let mut page: Value = serde_json::from_str(include_str!("../../../checkout/tests/golden/pay-page.json")).unwrap();
    page["embed"] = json!(null);
    page["origin"] = json!(null);
    let mut other = page["options"][0].clone();
    other["asset"] = json!("eip155:31337/slip44:60");
    other["symbol"] = json!("ETH");
    page["options"].as_array_mut().unwrap().push(other);
    page
}

pub fn parse(json: &Value) -> JsValue {
    js_sys::JSON::parse(&json.to_string()).unwrap()
}

pub fn read_page(json: &Value) -> (wire::Page, Option<wire::Invoice>) {
    wire::page(&parse(json)).unwrap()
}

/// A fresh place in the document; what tests before left is taken away.
pub fn place() -> Element {
    if let Some(old) = document().get_element_by_id("groat") {
        old.remove();
    }
    let place = document().create_element("main").unwrap();
    place.set_id("groat");
    document().body().unwrap().append_child(&place).unwrap();
    place
}

/// The first element that fits, which must be there.
pub fn find(selector: &str) -> HtmlElement {
    let found = document().query_selector(&["#groat ", selector].concat()).unwrap();
    // An SVG element is none of HTML's, but has all that is asked for here.
    found.unwrap_or_else(|| panic!("no {selector} in {}", text())).unchecked_into()
}

pub fn all(selector: &str) -> Vec<Element> {
    let place = document().get_element_by_id("groat").unwrap();
    let found = place.query_selector_all(selector).unwrap();
    (0..found.length()).map(|at| found.get(at).unwrap().dyn_into().unwrap()).collect()
}

pub fn text() -> String {
    // An amount and its symbol hold together: to whoever reads it that is a space.
    document().get_element_by_id("groat").unwrap().text_content().unwrap().replace('\u{a0}', " ")
}

/// The state shown, by its name.
pub fn screen() -> String {
    find(".card").get_attribute("data-screen").unwrap()
}

pub async fn wait(after_ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, after_ms).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}

/// Waits until `is_so`, for two seconds at most.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        wait(10).await;
    }
    panic!("waited in vain: {what}; shown: {}", text());
}

/// Runs JavaScript and gives its value: the other side in these tests is written in its own language.
pub fn run(script: &str) -> JsValue {
    js_sys::Function::new_no_args(script).call0(&JsValue::UNDEFINED).unwrap()
}

/// A list that JavaScript keeps in `window.{name}`, as JSON.
pub fn list(name: &str) -> Value {
    let value = JsValue::from(window()).field(name).unwrap_or(JsValue::NULL);
    serde_json::from_str(&value.print()).unwrap()
}
