//! Answers: the good ones, and every problem that a call can meet, with its codes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::operations::{Good, Operation, operation};
use super::schemas::reference;
use crate::openapi::routes::{Auth, Gives, Method, ROUTES, Route};
use crate::problem::Code;

/// The codes that a call can answer with.
pub fn codes(route: &Route, operation: &Operation) -> Vec<Code> {
    let mut codes = operation.codes.to_vec();
    if !matches!(route.gives, Gives::Json | Gives::WebSocket) {
        return codes;
    }
    // A key that is given must be right, even where none is needed.
    codes.extend([Code::Internal, Code::KeyInvalid, Code::RateLimited]);
    if matches!(route.auth, Auth::Secret) {
        codes.push(Code::KeyNotAllowed);
    }
    if matches!(route.method, Method::Post | Method::Patch) {
        codes.extend([Code::BodyInvalid, Code::BodyTooLarge, Code::ContentType]);
    }
    if route.method == Method::Post {
        codes.extend([Code::ParameterInvalid, Code::IdempotencyConflict]);
    }
    if operation.parameters.iter().any(|name| matches!(*name, "Cursor" | "Limit" | "Status" | "Currency" | "Upgrade")) {
        codes.push(Code::ParameterInvalid);
    }
    if route.path.contains('{') {
        codes.push(Code::NotFound);
    }
    codes
}

/// All answers of a call, by status.
pub fn responses(route: &Route, operation: &Operation) -> Value {
    let mut responses = Map::new();
    for good in operation.good {
        let (status, mut response) = good_response(good);
        let links = links(route.operation_id, status);
        if !links.is_empty() {
            response["links"] = links.into();
        }
        responses.insert(status.to_owned(), response);
    }
    for codes in by_status(&codes(route, operation)) {
        let reference = format!("#/components/responses/{}", problem_name(&codes));
        responses.insert(codes[0].status().to_string(), json!({"$ref": reference}));
    }
    for (status, description) in operation.pages {
        responses.insert(status.to_string(), page(description));
    }
    if route.gives == Gives::WebSocket {
        let content = json!({"text/plain": {"schema": {"type": "string"}}});
        let description = "The rest of the WebSocket handshake is missing. The runtime's own answer.";
        responses.insert("426".to_owned(), json!({"description": description, "content": content}));
    }
    responses.into()
}

/// Where the id of what was made goes: the call that makes it, the parameter, and the calls that take it.
#[rustfmt::skip]
const LINKS: [(&str, &str, &[&str]); 4] = [
    ("createProduct",         "product_id",  &["getProduct", "updateProduct", "deleteProduct"]),
    ("createInvoice",         "invoice_id",  &["getInvoice", "createQuote", "announceTransaction", "watchInvoice", "cancelInvoice", "acceptInvoice", "createRefund", "showInvoicePage"]),
    ("createWebhookEndpoint", "endpoint_id", &["getWebhookEndpoint", "deleteWebhookEndpoint"]),
    ("createKey",             "key_id",      &["revokeKey"]),
];

fn links(from: &str, status: &str) -> Map<String, Value> {
    let of = LINKS.iter().filter(|(known, ..)| *known == from && status == "201");
    let each = of.flat_map(|(_, parameter, targets)| {
        targets.iter().map(move |to| {
            let link = json!({"operationId": to, "parameters": {*parameter: "$response.body#/id"}});
            ((*to).to_owned(), link)
        })
    });
    each.collect()
}

#[test]
fn links_lead_to_calls_that_take_the_id() {
    for (from, parameter, targets) in LINKS {
        assert!(ROUTES.iter().any(|route| route.operation_id == from));
        for to in targets {
            let route = ROUTES.iter().find(|route| route.operation_id == *to).unwrap();
            assert!(route.path.contains(&format!("{{{parameter}}}")), "{to}");
        }
    }
}

fn good_response(good: &Good) -> (&'static str, Value) {
    match *good {
        Good::Made(name) => ("201", json_response("Made.", name, false)),
        Good::MadeInvoice => ("201", json_response("Made.", "InvoiceSnapshot", true)),
        Good::Here(name) => ("200", json_response("Here it is.", name, false)),
        Good::HereInvoice => ("200", json_response("The invoice as it stands.", "InvoiceSnapshot", true)),
        Good::TakenInvoice => {
            ("202", json_response("Taken as a hint. The invoice as it stands.", "InvoiceSnapshot", true))
        }
        Good::Gone => ("204", json!({"description": "Done."})),
        Good::Unchanged => ("304", json!({"description": "Nothing has changed.", "headers": etag()})),
        Good::Switching => (
            "101",
            json!({"description": "The connection is a WebSocket now. Each message is an InvoiceSnapshot as JSON, the first at once."}),
        ),
        Good::Page(description) => ("200", page(description)),
        Good::LedOn => {
            let location = json!({"schema": {"type": "string"}, "description": "Where to go on."});
            let description = "Done; the page to go on with is in `Location`.";
            ("303", json!({"description": description, "headers": {"Location": location}}))
        }
        Good::Document => {
            let content = json!({"application/json": {"schema": {"type": "object"}}});
            ("200", json!({"description": "An OpenAPI 3.1 document.", "content": content}))
        }
        Good::Script => {
            let content = json!({"text/javascript": {"schema": {"type": "string"}}});
            ("200", json!({"description": "The loader.", "content": content}))
        }
        Good::Style => {
            let content = json!({"text/css": {"schema": {"type": "string"}}});
            ("200", json!({"description": "The style sheet.", "content": content}))
        }
        Good::Picture => {
            let content = json!({"image/png": {}, "image/svg+xml": {}, "image/webp": {}});
            ("200", json!({"description": "The picture.", "content": content}))
        }
    }
}

fn json_response(description: &str, name: &str, has_etag: bool) -> Value {
    let content = json!({"application/json": {"schema": reference(name)}});
    let mut response = json!({"description": description, "content": content});
    if has_etag {
        response["headers"] = etag();
    }
    response
}

fn etag() -> Value {
    json!({"ETag": {"$ref": "#/components/headers/ETag"}})
}

fn page(description: &str) -> Value {
    json!({"description": description, "content": {"text/html": {"schema": {"type": "string"}}}})
}

/// Groups codes by their status, each group in the order of their declaration.
fn by_status(codes: &[Code]) -> Vec<Vec<Code>> {
    let mut groups: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in Code::ALL.iter().filter(|code| codes.contains(code)) {
        groups.entry(code.status()).or_default().push(*code);
    }
    groups.into_values().collect()
}

fn problem_name(codes: &[Code]) -> String {
    codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(".")
}

/// The problems that calls can answer with, each combination once.
pub fn shared() -> Value {
    let mut shared = Map::new();
    for route in &ROUTES {
        for codes in by_status(&codes(route, &operation(route.operation_id))) {
            shared.entry(problem_name(&codes)).or_insert_with(|| problem(codes[0].status(), &codes));
        }
    }
    shared.into()
}

/// The answer for all problems of one status.
fn problem(status: u16, codes: &[Code]) -> Value {
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let lines: Vec<String> = codes.iter().map(|code| format!("- `{}`: {}.", code.as_str(), code.title())).collect();
    let narrowed = json!({"properties": {"code": {"enum": words}, "status": {"const": status}}});
    let schema = json!({"allOf": [reference("Problem"), narrowed]});
    let content = json!({"application/problem+json": {"schema": schema}});
    let mut response = json!({"description": lines.join("\n"), "content": content});
    if matches!(status, 429 | 503) {
        response["headers"] = json!({"Retry-After": {"$ref": "#/components/headers/RetryAfter"}});
    }
    response
}

/// Headers that several answers share.
pub fn shared_headers() -> Value {
    json!({
        "ETag": {
            "description": "Names this version of the invoice; give it as `If-None-Match` to poll cheaply.",
            "schema": {"type": "string"},
        },
        "RetryAfter": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 0}},
    })
}
