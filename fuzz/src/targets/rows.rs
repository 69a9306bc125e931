//! Stored rows, damaged: the request that needs one is refused, nothing panics, and the rest of the store is served.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method's path is not general enough over the lifetime"
)]

use groat_edge::sql::{Sql as _, Value as Cell};
use serde_json::{Value, json};

use super::shop::{Shop, USDC, rates, with_shop};
use crate::seeds::{GOLDEN, texts};

/// What a row can be damaged in. The text of the statement is ours; the value is a stranger's.
const PLACES: &[(&str, &str)] = &[
    ("settings", "body"),
    ("products", "body"),
    ("invoices", "body"),
    ("invoices", "status"),
    ("invoices", "expires_ms"),
    ("invoices", "recent"),
    ("events", "body"),
    ("events", "type"),
    ("reports", "sequence"),
    ("watch_requests", "chains"),
    ("watch_requests", "next_ms"),
    ("deliveries", "status"),
    ("deliveries", "next_ms"),
    ("deliveries", "attempts"),
    ("webhook_endpoints", "secret"),
    ("webhook_endpoints", "types"),
    ("webhook_endpoints", "url"),
    ("idempotency", "body"),
    ("webhook_endpoints", "settled"),
];

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        "\x03paid",
        "\x04-1",
        "\x080",
        "\x09[\"eip155:31337\"]",
        "\x0bpending",
        "\x0e whsec_",
        "\x0f[\"invoice.paid\"]",
        "\0{}",
    ]);
    seeds.push([b"\x02", GOLDEN[1].as_bytes()].concat());
    // The rows as they are, to be damaged a little.
    let mut shop = Shop::open();
    for (index, (table, column)) in PLACES.iter().enumerate() {
        let rows = shop.sql.run(&format!("SELECT {column} FROM {table} LIMIT 1"), &[]).unwrap_or_default();
        if let Some(Cell::Text(text)) = rows.first().and_then(|row| row.0.first()) {
            seeds.push([&[u8::try_from(index).unwrap_or_default()], text.as_bytes()].concat());
        }
    }
    seeds
}

pub fn run(data: &[u8]) {
    let Some((which, text)) = super::choice_and_text(data) else { return };
    with_shop(|shop| damage(shop, which, text));
}

fn damage(shop: &mut Shop, which: usize, text: &str) {
    let [first, second] = shop.invoices.clone();
    let (table, column) = PLACES[which % PLACES.len()];
    let value = text.parse::<i64>().map_or_else(|_| Cell::Text(text.to_owned()), Cell::Integer);
    // One row, the first invoice's where it has one: the second invoice is whole unless all share the row.
    let only = match table {
        "invoices" => format!(" WHERE id = '{first}'"),
        "events" | "reports" | "watch_requests" => format!(" WHERE invoice_id = '{first}'"),
        _ => String::new(),
    };
    let damaged = shop.sql.run(&format!("UPDATE {table} SET {column} = ?{only}"), &[value]);
    if damaged.is_err() {
        return;
    }
    let shared = matches!(table, "settings");
    let watches = shop.act(|store| store.due_watches());
    let is_handed_over =
        watches.as_ref().is_ok_and(|all| all.iter().flat_map(|of| &of.watches).any(|watch| watch.invoice_id == second));
    assert!(shared || is_handed_over, "{table}.{column} keeps the other invoice from being watched: {watches:?}");
    everything(shop, &first);
    let other = shop.ask(None, &json!({"do": "get_invoice", "id": second}));
    assert!(shared || other.status == 200, "{table}.{column} took the other invoice with it: {}", other.body);
    shop.now_ms += 86_400_000;
    let _ = shop.act(|store| store.expire_due());
    let other: Value = serde_json::from_str(&shop.ask(None, &json!({"do": "get_invoice", "id": second})).body).unwrap();
    assert!(shared || other["status"] == "expired", "{table}.{column} holds up the other invoice: {other}");
}

/// Every command and every turn of the alarm that could meet the row.
fn everything(shop: &mut Shop, invoice: &str) {
    let (key, product) = (shop.secret_key.clone(), shop.product.clone());
    let list = json!({"cursor": null, "limit": 100});
    let with = |what: &str| {
        let mut command = list.clone();
        command["do"] = json!(what);
        command
    };
    let commands = [
        json!({"do": "get_store"}),
        json!({"do": "update_store", "update": {"name": "Other"}}),
        json!({"do": "get_product", "id": product}),
        with("list_products"),
        with("list_invoices"),
        with("list_webhook_endpoints"),
        with("list_deliveries"),
        with("list_events"),
        with("list_keys"),
        json!({"do": "get_invoice", "id": invoice}),
        json!({"do": "create_quote", "id": invoice, "asset": USDC, "rates": rates()}),
        json!({"do": "create_quote", "id": invoice, "asset": "eip155:31337/slip44:60", "rates": rates()}),
        json!({"do": "create_refund", "id": invoice, "create": {"asset": USDC, "amount": "1", "transaction": format!("0x{}", "ab".repeat(32))}}),
        json!({"do": "accept_invoice", "id": invoice}),
        json!({"do": "cancel_invoice", "id": invoice}),
        json!({"do": "create_invoice", "create": {"product": product}, "rates": rates()}),
    ];
    let observation = shop.observation(invoice, 9);
    for command in commands.iter().chain([&observation]) {
        shop.ask(Some(&key), command);
    }
    let _ = shop.act(|store| store.due_watches());
    let _ = shop.act(|store| store.due_deliveries());
    let _ = shop.act(|store| store.expire_due());
}
