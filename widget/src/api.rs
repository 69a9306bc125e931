//! The few calls the checkout makes to the edge that served it. Same origin, no credentials but the public key.

use js_sys::JSON;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

use crate::js::object;
use groat_checkout::model::Attempt;
use groat_checkout::text::Text;
use groat_checkout::wire::{self, Invoice, Malformed, Money, Page, Problem, Source};

/// What an attempt comes to: the invoice, or nothing if the edge answered with a part of it only.
pub type Answer = Result<Option<Invoice>, Problem>;

/// What asking for an invoice came to.
pub enum Asked {
    /// A snapshot, and its `ETag`.
    Fresh(Box<Invoice>, Option<String>),
    /// Nothing has changed.
    Same,
    /// The edge could not be reached, or not understood.
    Unanswered,
}

const INVOICES: &str = "/v1/invoices";

/// A call, ready to be made.
pub struct Call {
    path: String,
    init: RequestInit,
}

/// `POST /v1/invoices`: what the page is for, quoted in this asset at once.
pub fn create(page: &Page, attempt: &Attempt) -> Call {
    let mut fields: Vec<(&str, JsValue)> = vec![("asset", attempt.asset.as_str().into())];
    let mut authorization = None;
    if let Source::Pay { key, product, price, .. } = &page.source {
        authorization = Some(key.as_str());
        // Either names the price to the edge; for a product it is not taken from here.
        fields.push(match product {
            Some(product) => ("product", product.id.as_str().into()),
            None => ("price", money(price)),
        });
    }
    if let Some(reference) = &page.reference {
        fields.push(("reference", reference.as_str().into()));
    }
    post(INVOICES.to_owned(), &fields, &attempt.key, authorization)
}

/// `POST /v1/invoices/{id}/quotes`.
pub fn quote(invoice: &str, attempt: &Attempt) -> Call {
    post(path(invoice, "/quotes"), &[("asset", attempt.asset.as_str().into())], &attempt.key, None)
}

/// `POST /v1/invoices/{id}/transactions`. Only a hint: what comes of it is heard like any other change.
pub fn hint(invoice: &str, chain: &str, hash: &str) -> Call {
    let key = [invoice, "-", hash].concat();
    post(path(invoice, "/transactions"), &[("chain", chain.into()), ("hash", hash.into())], &key, None)
}

/// Makes a call, and reads what the edge answers.
pub async fn make(call: Call) -> Answer {
    let unreachable =
        || Problem { code: "unreachable".to_owned(), detail: Text::FailedNetwork.into(), request_id: None };
    let Some(response) = send(&call).await else { return Err(unreachable()) };
    match body(&response).await {
        Some(json) if response.ok() => wire::answer(&json).map_err(|field| unreadable(&field)),
        // A hint's empty answer.
        None if response.ok() => Ok(None),
        Some(json) => {
            let mut problem = wire::problem(&json);
            if problem.detail.is_empty() {
                problem.detail = Text::FailedNetwork.into();
            }
            Err(problem)
        }
        // Not the edge's: a proxy's error page.
        None => Err(unreachable()),
    }
}

/// `GET /v1/invoices/{id}`, unless it is still the one with this `ETag`.
pub async fn ask(invoice: &str, etag: Option<&str>) -> Asked {
    let init = RequestInit::new();
    if let Some(etag) = etag {
        init.set_headers(&object(&[("if-none-match", etag.into())]));
    }
    let Some(response) = send(&Call { path: path(invoice, ""), init }).await else { return Asked::Unanswered };
    if response.status() == 304 {
        return Asked::Same;
    }
    let etag = response.headers().get("etag").ok().flatten();
    match body(&response).await.map(|json| wire::snapshot(&json)) {
        Some(Ok(invoice)) => Asked::Fresh(Box::new(invoice), etag),
        _ => Asked::Unanswered,
    }
}

/// Where the invoice's WebSocket is.
pub fn events_address(invoice: &str) -> Option<String> {
    let origin = web_sys::window()?.location().origin().ok()?;
    // `http` becomes `ws`, `https` becomes `wss`.
    Some(["ws", origin.strip_prefix("http")?, &path(invoice, "/events")].concat())
}

fn path(invoice: &str, rest: &str) -> String {
    [INVOICES, "/", invoice, rest].concat()
}

fn money(money: &Money) -> JsValue {
    object(&[("amount", money.amount.as_str().into()), ("currency", money.currency.as_str().into())]).into()
}

fn post(path: String, fields: &[(&str, JsValue)], idempotency_key: &str, key: Option<&str>) -> Call {
    let mut headers = vec![("content-type", "application/json".into()), ("idempotency-key", idempotency_key.into())];
    if let Some(key) = key {
        headers.push(("authorization", ["Bearer ", key].concat().into()));
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&object(&headers));
    if let Ok(text) = JSON::stringify(&object(fields)) {
        init.set_body(&text);
    }
    Call { path, init }
}

async fn send(call: &Call) -> Option<Response> {
    let sent = web_sys::window()?.fetch_with_str_and_init(&call.path, &call.init);
    JsFuture::from(sent).await.ok()?.dyn_into().ok()
}

async fn body(response: &Response) -> Option<JsValue> {
    JsFuture::from(response.json().ok()?).await.ok()
}

/// The answer was not what this page was built for: an edge of another version, most likely.
pub fn unreadable(field: &Malformed) -> Problem {
    Problem { code: ["unreadable_", field.0].concat(), detail: Text::UnreadableLead.into(), request_id: None }
}
