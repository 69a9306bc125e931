//! Makes `openapi.json`: the calls of `routes`, what `operations` says of each, and the schemas of the wire types.

mod operations;
mod parameters;
mod pattern;
mod refine;
mod responses;
mod schemas;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::operations::{Body, Operation, operation};
use super::routes::{Auth, Gives, ROUTES, Route};

/// The whole document.
fn document() -> Value {
    let mut paths = Map::new();
    for route in &ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = call(route, &operation(route.operation_id));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Groat",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A self-hosted, non-custodial crypto checkout.",
            "description": INTRODUCTION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This deployment."}],
        "tags": operations::tags(),
        "paths": paths,
        "webhooks": {"invoiceEvent": webhook()},
        "components": {
            "schemas": schemas::schemas(),
            "parameters": parameters::shared(),
            "responses": responses::shared(),
            "headers": responses::shared_headers(),
            "securitySchemes": {
                "operatorToken": bearer("The operator's token, as set in OPERATOR_TOKEN."),
                "secretKey": bearer("`sk_…`: the seller's server. All of one store."),
                "publicKey": bearer("`pk_…`: may sit in a page. Makes invoices for products, and for amounts where the store allows it."),
            },
        },
    })
}

const INTRODUCTION: &str = "\
Money is a decimal string with its currency; asset amounts carry a decimal string and an integer string of base units; no \
number in this API is ever a float. Times are RFC 3339 in UTC. Assets and chains are CAIP-19 and CAIP-2 ids.\n\n\
Errors are RFC 9457 problems with a stable `code`, the offending `param` and a `request_id`. 400 means that a request could \
not be read, 422 that it could and a value was refused.\n\n\
Lists are newest first; give `next_cursor` as `cursor` for the next page.\n\n\
Every POST takes an `Idempotency-Key`: the same key and body give the same answer for at least 24 hours, the same key with \
another body gives 409.";

fn bearer(description: &str) -> Value {
    json!({"type": "http", "scheme": "bearer", "description": description})
}

fn call(route: &Route, operation: &Operation) -> Value {
    let mut call = json!({
        "operationId": route.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "security": security(route.auth),
        "responses": responses::responses(route, operation),
    });
    if !operation.description.is_empty() {
        call["description"] = operation.description.into();
    }
    let parameters = parameters::of(route, operation);
    if !parameters.is_empty() {
        call["parameters"] = parameters.into();
    }
    if let Body::Json(name) = operation.body {
        let content = json!({"application/json": {"schema": schemas::reference(name)}});
        call["requestBody"] = json!({"required": true, "content": content});
    }
    if operation.body == Body::Form {
        let field = |description: &str, max: u16| json!({"type": "string", "minLength": 1, "maxLength": max, "description": description});
        let schema = json!({
            "type": "object",
            "required": ["do", "key"],
            "properties": {"do": field("The control that was pressed.", 200), "key": field("The page's own key.", 64)},
        });
        let content = json!({"application/x-www-form-urlencoded": {"schema": schema}});
        call["requestBody"] = json!({"required": true, "content": content});
    }
    call
}

fn security(auth: Auth) -> Value {
    match auth {
        Auth::Open => json!([]),
        Auth::OpenOrSecret => json!([{}, {"secretKey": []}]),
        Auth::PublicOrSecret => json!([{"publicKey": []}, {"secretKey": []}]),
        Auth::Secret => json!([{"secretKey": []}]),
        Auth::Operator => json!([{"operatorToken": []}]),
    }
}

/// What a webhook endpoint is sent.
fn webhook() -> Value {
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"}});
    json!({"post": {
        "operationId": "receiveEvent",
        "tags": ["Webhooks"],
        "summary": "An event of an invoice, signed after Standard Webhooks 1.0.",
        "description": "Verify the signature with the endpoint's secret before reading the body. Answer any 2xx within 15 \
                        seconds; 410 disables the endpoint; anything else is tried again over 75 hours.",
        "parameters": [
            header("webhook-id", "The event's id: the same on every try."),
            header("webhook-timestamp", "Seconds since 1970 of this try."),
            header("webhook-signature", "`v1,` and the base64 of the HMAC-SHA256 over id, timestamp and body."),
        ],
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": schemas::reference("WebhookEvent")}},
        },
        "responses": {"2XX": {"description": "Taken."}, "410": {"description": "Send no more to this endpoint."}},
    }})
}

/// Compares with the committed document, or writes it with `GROAT_BLESS=1`.
#[test]
fn the_committed_document_is_what_serves() {
    let generated = document();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("GROAT_BLESS").is_some() {
        let mut text = serde_json::to_string_pretty(&generated).unwrap();
        text.push('\n');
        std::fs::write(path, text).unwrap();
        return;
    }
    let committed: Value = serde_json::from_str(super::DOCUMENT).unwrap();
    let differs = |name: &&String| committed[name.as_str()] != generated[name.as_str()];
    let parts: Vec<&String> = generated.as_object().unwrap().keys().filter(differs).collect();
    assert!(
        committed == generated,
        "edge/openapi.json is out of date in {parts:?}: run with GROAT_BLESS=1 and look at the diff"
    );
}

/// Every reference leads somewhere, and every schema, parameter and header is used.
#[test]
fn references_are_whole() {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(text) if name == "$ref" => _ = found.insert(text.trim_start_matches('#').to_owned()),
                        _ => collect(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    collect(&document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    for kind in ["schemas", "parameters", "responses", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert!(found.contains(&format!("/components/{kind}/{name}")), "{kind}/{name} is used nowhere");
        }
    }
}

/// Path parameters stand in the path; ids of operations are unique; every code of a problem can be met somewhere.
#[test]
fn calls_are_whole() {
    let document = document();
    let mut ids = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for route in &ROUTES {
        assert!(ids.insert(route.operation_id), "{} twice", route.operation_id);
        let operation = operation(route.operation_id);
        codes.extend(responses::codes(route, &operation).iter().map(|code| code.as_str()));
        let call = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let named: BTreeSet<&str> = route.path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        let empty = Vec::new();
        let given = call["parameters"].as_array().unwrap_or(&empty).iter().filter(|it| it["in"] == "path");
        assert_eq!(given.filter_map(|it| it["name"].as_str()).collect::<BTreeSet<_>>(), named, "{}", route.path);
        assert_eq!(route.body, matches!(operation.body, Body::Json(_)), "{}", route.operation_id);
        assert!(route.gives != Gives::Json || !call["responses"].as_object().unwrap().is_empty());
    }
    for code in crate::problem::Code::ALL {
        use crate::problem::Code;
        // The first is not of any one call; the second is kept for rules on origins.
        let is_apart = matches!(code, Code::MethodNotAllowed | Code::OriginNotAllowed);
        assert_eq!(codes.contains(code.as_str()), !is_apart, "{}", code.as_str());
    }
}
