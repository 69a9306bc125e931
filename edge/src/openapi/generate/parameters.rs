//! Parameters: of paths, by the id they carry; of queries and headers, by the call.

use groat_core::invoice::Status;
use serde_json::{Value, json};

use super::operations::Operation;
use super::pattern;
use super::schemas::reference;
use crate::openapi::routes::{Gives, Method, Route};

/// Parameters of one call.
pub fn of(route: &Route, operation: &Operation) -> Vec<Value> {
    let path = route.path.split('{').skip(1).filter_map(|part| part.split('}').next()).map(path_parameter);
    let mut parameters: Vec<Value> = path.collect();
    parameters.extend(operation.parameters.iter().map(|name| shared_reference(name)));
    if route.gives == Gives::Page {
        parameters.extend(["embed", "origin", "reference", "locale", "theme"].map(shared_reference));
    }
    if route.method == Method::Post && route.gives != Gives::Page {
        parameters.push(shared_reference("IdempotencyKey"));
    }
    parameters
}

fn shared_reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn path_parameter(name: &str) -> Value {
    let (description, pattern) = match name {
        "store_id" => ("The store.", pattern::STORE),
        "key_id" => ("The key's id, which is not the key.", pattern::KEY),
        "product_id" => ("The product.", pattern::PRODUCT),
        "invoice_id" => {
            ("The invoice. Its id is unguessable: whoever has it may see the public view.", pattern::INVOICE)
        }
        "endpoint_id" => ("The webhook endpoint.", pattern::ENDPOINT),
        "delivery_id" => ("The delivery.", pattern::DELIVERY),
        "style" => ("A store's public key, or its id, and `.css`.", pattern::STYLE),
        "logo" => ("The logo's own name.", pattern::LOGO),
        "target" => ("A product, or a store's public key with `amount` and `currency`.", pattern::PAY_TARGET),
        other => panic!("the path parameter {other} is not described"),
    };
    let schema = json!({"type": "string", "pattern": pattern});
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}

fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn header(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "header", "description": description, "schema": schema})
}

/// Parameters that several calls share, by their names in `components`.
pub fn shared() -> Value {
    let statuses: Vec<&str> = ["open", "confirming", "paid", "expired", "cancelled"].to_vec();
    assert!(statuses.iter().all(|word| Status::parse(word).is_some()), "the API knows these statuses");
    let text = json!({"type": "string"});
    let required = |mut parameter: Value| {
        parameter["required"] = true.into();
        parameter
    };
    json!({
        "IdempotencyKey": header(
            "Idempotency-Key",
            "Any text of yours that names this request, such as an order number. The same key and body give the same answer.",
            &json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": pattern::IDEMPOTENCY_KEY}),
        ),
        "IfNoneMatch": header("If-None-Match", "The `ETag` of the snapshot you have: 304 if it is still the newest.", &text),
        "Upgrade": required(header(
            "Upgrade",
            "With the rest of the WebSocket handshake of RFC 6455, which clients do by themselves.",
            &json!({"type": "string", "enum": ["websocket"]}),
        )),
        "Cursor": query("cursor", "`next_cursor` of the page before.", &json!({"type": "string", "pattern": pattern::CURSOR})),
        "EventCursor": query(
            "cursor",
            "An event's id, such as the `webhook-id` of the last one handled: the log after it. From the beginning if absent.",
            &json!({"type": "string", "pattern": pattern::EVENT}),
        ),
        "Limit": query("limit", "Entries on a page.", &json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20})),
        "Status": query("status", "Only invoices in this status.", &json!({"type": "string", "enum": statuses})),
        "Currency": required(query("currency", "The currency to price in.", &reference("Currency"))),
        "amount": query("amount", "With a public key: the amount, such as `5.00`.", &text),
        "currency": query("currency", "With a public key: the currency of `amount`.", &text),
        "embed": query("embed", "With `origin`: how the page's frame stands in the seller's page. Absent as a page of its own.", &json!({"type": "string", "enum": ["modal", "inline"]})),
        "origin": query("origin", "With `embed`: the origin of the page that holds the frame.", &json!({"type": "string", "pattern": pattern::ORIGIN})),
        "reference": query("reference", "The seller's own word for the order.", &json!({"type": "string", "maxLength": 200})),
        "locale": query("locale", "A language tag; what is none is passed over.", &text),
        "theme": query("theme", "Words between spaces: `light`, `dark` or `auto`; a preset such as `midnight`; a setting such as `radius:4`. What makes no sense, or could not be read, is as the store has it.", &text),
    })
}
