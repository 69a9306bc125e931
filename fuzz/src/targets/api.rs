//! What the API is sent: bodies into each wire type and through the store; routes, headers and queries.

use groat_core::wire::{
    InvoiceCreate, ProductCreate, ProductUpdate, QuoteCreate, RefundCreate, StoreCreate, StoreUpdate, TransactionHint,
    WebhookEndpointCreate,
};
use groat_edge::api::{bearer, check_json, idempotency_key, list_query, parse_body, query_value, status_filter};
use groat_edge::store::StoreRequest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::choice_and_text;
use super::shop::{Shop, USDC, rates, with_shop};
use crate::seeds::texts;

pub fn seeds() -> Vec<Vec<u8>> {
    let refund = json!({"asset": USDC, "amount": "5", "transaction": format!("0x{}", "ab".repeat(32)), "transaction_hash": "0x"});
    let bodies = [
        json!({"name": "Paper Boat", "assets": [USDC], "open_amounts": {"enabled": true, "currency": "EUR", "minimum": "1.00", "maximum": "99"},
            "confirmations": {"eip155:31337": 3}, "allowed_origins": ["https://shop.example"], "invoice_minutes": 15}),
        json!({"name": "Guide", "description": "84 pages", "price": {"amount": "49.00", "currency": "USD"}, "delivery": {"url": "https://shop.example/x"}}),
        json!({"price": {"amount": "0.01", "currency": "JPY"}, "asset": USDC, "reference": "order-7", "metadata": {"cart": "17"}, "redirect_url": "https://shop.example/"}),
        json!({"product": "prod_0123456789abcdefghjkmnpqrs"}),
        json!({"url": "https://shop.example/webhooks", "types": ["invoice.paid"]}),
        refund,
        json!({"asset": "eip155:31337/slip44:60"}),
        json!({"do": "list_invoices", "status": "open", "cursor": 5, "limit": 20}),
        json!({"chain": "eip155:1", "hash": format!("0x{}", "cd".repeat(32))}),
    ];
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        seeds.push([&[u8::try_from(index).unwrap_or_default()], body.to_string().as_bytes()].concat());
    }
    seeds.extend(texts(&[
        "\x09limit=100&cursor=7&status=paid",
        "\x0aBearer sk_test_1",
        "\x0bapplication/json; charset=utf-8",
    ]));
    seeds
}

pub fn run(data: &[u8]) {
    let Some((which, text)) = choice_and_text(data) else { return };
    reads(text);
    // A body that is refused ends here; what is taken goes on to the store.
    let Ok(body) = parse_body::<Value>(text) else { return };
    with_shop(|shop| serve(shop, which, body));
}

fn serve(shop: &mut Shop, which: usize, body: Value) {
    let [first, second] = shop.invoices.clone();
    let command = match which % 12 {
        0 => json!({"do": "update_store", "update": body}),
        1 => json!({"do": "create_product", "create": body}),
        2 | 3 => json!({"do": "create_invoice", "create": body, "rates": rates()}),
        4 => json!({"do": "create_webhook_endpoint", "create": body}),
        5 => json!({"do": "create_refund", "id": first, "create": body}),
        6 => json!({"do": "create_quote", "id": second, "asset": body["asset"], "rates": rates()}),
        8 => json!({"do": "update_product", "id": shop.product, "update": body}),
        9 => json!({"do": "observe", "observations": [body]}),
        _ => body,
    };
    let before = shop.ask(None, &json!({"do": "get_invoice", "id": second}));
    for key in [Some(shop.secret_key.clone()), Some(shop.public_key.clone()), None] {
        let request = json!({"request_id": "req_fuzz", "key": key, "idempotency": ["key", "hash"], "command": command});
        if let Ok(request) = serde_json::from_value::<StoreRequest>(request) {
            let reply = shop.serve(request);
            assert!(reply.status < 500, "{command}: {}", reply.body);
        }
    }
    // Whatever was asked, the store still serves, and no body makes an invoice paid.
    let after = shop.ask(None, &json!({"do": "get_invoice", "id": second}));
    assert_eq!((before.status, after.status), (200, 200));
    let status: Value = serde_json::from_str(&after.body).unwrap();
    assert!(status["status"] != "paid" || which % 12 >= 9, "{command}");
}

fn reads(text: &str) {
    round::<StoreCreate>(text);
    round::<StoreUpdate>(text);
    round::<ProductCreate>(text);
    round::<ProductUpdate>(text);
    round::<InvoiceCreate>(text);
    round::<QuoteCreate>(text);
    round::<RefundCreate>(text);
    round::<TransactionHint>(text);
    round::<WebhookEndpointCreate>(text);
    let _ = (bearer(Some(text)), check_json(Some(text)), query_value(text, "limit"), status_filter(text));
    if let Ok(Some(key)) = idempotency_key(Some(text.to_owned())) {
        assert!((1..=255).contains(&key.len()) && key == text);
    }
    if let Ok(list) = list_query(text) {
        assert!((1..=100).contains(&list.limit) && list.cursor.is_none_or(|cursor| cursor >= 0));
    }
}

/// What is taken means the same when it is sent on.
fn round<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(text: &str) {
    if let Ok(value) = parse_body::<T>(text) {
        let again = serde_json::to_string(&value).unwrap();
        assert_eq!(parse_body::<T>(&again).unwrap(), value);
    }
}
