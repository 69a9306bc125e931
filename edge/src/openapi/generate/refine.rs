//! What the types alone can't say: the forms of ids, amounts, times and addresses. Each rule must meet a field that
//! exists, so that a renamed field is noticed.

use groat_core::invoice::Notice;
use groat_core::theme::{Button, Font, MAX_RADIUS, Mode, Preset};
use serde_json::{Map, Value, json};

use super::pattern::{
    ANY_KEY, ASSET, CHAIN, COLOUR, DECIMAL, DELIVERY, ENDPOINT, EVENT, EVM_ADDRESS, EVM_HASH, HEX, HTTPS, INTEGER,
    INVOICE, KEY, LINES, LINK, ORIGIN, PRICE, PRODUCT, PUBLIC_KEY, QUANTITY, QUOTE, RELAY, REQUEST, SECRET_KEY, STORE,
    TEXT,
};

/// A field of a schema and what is added to it.
type Rule = (&'static str, &'static str, Value);

fn form(pattern: &str) -> Value {
    json!({"pattern": pattern})
}

fn text(most: u32) -> Value {
    json!({"pattern": TEXT, "maxLength": most})
}

fn link() -> Value {
    json!({"pattern": LINK, "maxLength": 2000})
}

fn range(least: u32, most: u32) -> Value {
    json!({"minimum": least, "maximum": most})
}

fn one_of(words: &[&str]) -> Value {
    json!({"enum": words})
}

fn words<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

fn time() -> Value {
    json!({"format": "date-time"})
}

fn currency() -> Value {
    json!({"$ref": "#/components/schemas/Currency"})
}

fn event_types() -> Vec<&'static str> {
    Notice::ALL.iter().map(|notice| notice.webhook_type()).collect()
}

fn assets() -> Value {
    json!({"items": {"type": "string", "pattern": ASSET}})
}

fn payouts() -> Value {
    let address = json!({"type": "string", "pattern": EVM_ADDRESS});
    json!({"propertyNames": {"enum": ["eip155"]}, "additionalProperties": address})
}

fn confirmations() -> Value {
    let count = json!({"type": "integer", "minimum": 1, "maximum": 1000});
    json!({"propertyNames": {"pattern": CHAIN}, "additionalProperties": count})
}

fn metadata() -> Value {
    let key = json!({"minLength": 1, "maxLength": 40});
    let value = json!({"type": "string", "maxLength": 500});
    json!({"maxProperties": 20, "propertyNames": key, "additionalProperties": value})
}

/// What is asked.
#[rustfmt::skip]
fn request_rules() -> Vec<Rule> {
    vec![
        ("StoreCreate",            "name",               text(80)),
        ("KeyCreate",              "name",               text(80)),
        ("StoreUpdate",            "name",               text(80)),
        ("StoreUpdate",            "payout_addresses",   payouts()),
        ("StoreUpdate",            "assets",             assets()),
        ("StoreUpdate",            "allowed_origins",    json!({"maxItems": 20, "items": {"type": "string", "pattern": ORIGIN, "maxLength": 253}})),
        ("StoreUpdate",            "confirmations",      confirmations()),
        ("StoreUpdate",            "underpayment_tolerance_basis_points", range(0, 500)),
        ("StoreUpdate",            "peg_deviation_basis_points", range(10, 1000)),
        ("StoreUpdate",            "confirmations_by_amount", json!({"maxItems": 10})),
        ("StoreUpdate",            "invoice_minutes",    range(1, 1440)),
        ("StoreUpdate",            "quote_minutes",      range(1, 1440)),
        ("StoreUpdate",            "top_up_minutes",     range(0, 1440)),
        ("StoreUpdate",            "late_grace_minutes", range(0, 1440)),
        ("ThemeSetting",           "preset",             one_of(&Preset::ALL.map(Preset::as_str))),
        ("ThemeSetting",           "mode",               one_of(&words(Mode::ALL, Mode::as_str))),
        ("ThemeSetting",           "radius",             range(0, u32::from(MAX_RADIUS))),
        ("ThemeSetting",           "font",               one_of(&words(Font::ALL, Font::as_str))),
        ("ThemeSetting",           "button",             one_of(&words(Button::ALL, Button::as_str))),
        ("ThemeColours",           "accent",             form(COLOUR)),
        ("ThemeColours",           "ground",             form(COLOUR)),
        ("ThemeColours",           "text",               form(COLOUR)),
        ("BrandingUpdate",         "logo",               json!({"maxLength": 32_900})),
        ("BrandTexts",             "note",               json!({"maxLength": 140})),
        ("BrandTexts",             "thanks",             json!({"maxLength": 280})),
        ("BrandTexts",             "support",            json!({"maxLength": 200})),
        ("WalletConnectSettings",  "project_id",         json!({"pattern": "^[A-Za-z0-9_-]*$", "maxLength": 64})),
        ("WalletConnectSettings",  "relay_url",          json!({"pattern": RELAY, "maxLength": 253})),
        ("ConfirmationsFrom",      "amount",             form(PRICE)),
        ("ConfirmationsFrom",      "currency",           currency()),
        ("ConfirmationsFrom",      "confirmations",      confirmations()),
        ("OpenAmounts",            "currency",           json!({"pattern": "^[A-Z]{3}$"})),
        ("OpenAmounts",            "minimum",            form(PRICE)),
        ("OpenAmounts",            "maximum",            form(PRICE)),
        ("ProductCreate",          "name",               text(120)),
        ("ProductCreate",          "description",        form(LINES)),
        ("ProductUpdate",          "name",               text(120)),
        ("ProductUpdate",          "description",        form(LINES)),
        ("Delivery",               "url",                link()),
        ("Delivery",               "message",            text(1000)),
        ("PriceInput",             "amount",             form(PRICE)),
        ("PriceInput",             "currency",           currency()),
        ("InvoiceCreate",          "product",            form(PRODUCT)),
        ("InvoiceCreate",          "asset",              form(ASSET)),
        ("InvoiceCreate",          "reference",          text(200)),
        ("InvoiceCreate",          "metadata",           metadata()),
        ("InvoiceCreate",          "redirect_url",       link()),
        ("QuoteCreate",            "asset",              form(ASSET)),
        ("TransactionHint",        "chain",              form(CHAIN)),
        ("TransactionHint",        "hash",               form(EVM_HASH)),
        ("RefundCreate",           "asset",              form(ASSET)),
        ("RefundCreate",           "amount",             form(DECIMAL)),
        ("RefundCreate",           "transaction",        form(EVM_HASH)),
        ("WebhookEndpointCreate",  "url",                json!({"pattern": HTTPS, "maxLength": 2000})),
        ("WebhookEndpointCreate",  "types",              json!({"minItems": 1, "items": {"type": "string", "enum": event_types()}})),
    ]
}

/// What is answered.
#[rustfmt::skip]
fn answer_rules() -> Vec<Rule> {
    vec![
        ("Money",                  "amount",             form(DECIMAL)),
        ("Money",                  "currency",           currency()),
        ("Store",                  "id",                 form(STORE)),
        ("Store",                  "public_key",         form(PUBLIC_KEY)),
        ("Store",                  "payout_addresses",   payouts()),
        ("Store",                  "assets",             assets()),
        ("Store",                  "confirmations",      confirmations()),
        ("Store",                  "underpayment_tolerance_basis_points", range(0, 500)),
        ("Store",                  "peg_deviation_basis_points", range(10, 1000)),
        ("Store",                  "invoice_minutes",    range(1, 1440)),
        ("Store",                  "quote_minutes",      range(1, 1440)),
        ("Store",                  "top_up_minutes",     range(0, 1440)),
        ("Store",                  "late_grace_minutes", range(0, 1440)),
        ("Store",                  "created_at",         time()),
        ("StoreCreated",           "id",                 form(STORE)),
        ("StoreCreated",           "public_key",         form(PUBLIC_KEY)),
        ("StoreCreated",           "secret_key",         form(SECRET_KEY)),
        ("Key",                    "id",                 form(KEY)),
        ("Key",                    "created_at",         time()),
        ("Key",                    "last_used_at",       time()),
        ("KeyCreated",             "id",                 form(KEY)),
        ("KeyCreated",             "created_at",         time()),
        ("KeyCreated",             "key",                form(ANY_KEY)),
        ("Product",                "id",                 form(PRODUCT)),
        ("Product",                "created_at",         time()),
        ("ProductView",            "id",                 form(PRODUCT)),
        ("OptionView",             "asset",              form(ASSET)),
        ("OptionView",             "chain",              form(CHAIN)),
        ("OptionView",             "amount",             form(DECIMAL)),
        ("QuoteView",              "id",                 form(QUOTE)),
        ("QuoteView",              "asset",              form(ASSET)),
        ("QuoteView",              "chain",              form(CHAIN)),
        ("QuoteView",              "amount",             form(DECIMAL)),
        ("QuoteView",              "base_units",         form(INTEGER)),
        ("QuoteView",              "amount_received",    form(DECIMAL)),
        ("QuoteView",              "base_units_received", form(INTEGER)),
        ("QuoteView",              "amount_due",         form(DECIMAL)),
        ("QuoteView",              "base_units_due",     form(INTEGER)),
        ("QuoteView",              "address",            form(EVM_ADDRESS)),
        ("QuoteView",              "created_at",         time()),
        ("QuoteView",              "expires_at",         time()),
        ("UrisView",               "plain",              form(EVM_ADDRESS)),
        ("UrisView",               "eip681",             form("^ethereum:")),
        ("WalletCallView",         "chain",              form(CHAIN)),
        ("WalletCallView",         "to",                 form(EVM_ADDRESS)),
        ("WalletCallView",         "value",              form(QUANTITY)),
        ("WalletCallView",         "data",               form(HEX)),
        ("AddChain",               "chainId",            form(QUANTITY)),
        ("PaymentView",            "asset",              form(ASSET)),
        ("PaymentView",            "amount",             form(DECIMAL)),
        ("PaymentView",            "base_units",         form(INTEGER)),
        ("PaymentView",            "transaction",        form(EVM_HASH)),
        ("PaymentView",            "arrived_at",         time()),
        ("PaymentView",            "seen_at",            time()),
        ("RefundView",             "asset",              form(ASSET)),
        ("RefundView",             "amount",             form(DECIMAL)),
        ("RefundView",             "base_units",         form(INTEGER)),
        ("RefundView",             "transaction",        form(EVM_HASH)),
        ("RefundView",             "recorded_at",        time()),
        ("InvoiceSnapshot",        "id",                 form(INVOICE)),
        ("InvoiceSnapshot",        "version",            json!({"minimum": 1})),
        ("InvoiceSnapshot",        "created_at",         time()),
        ("InvoiceSnapshot",        "expires_at",         time()),
        ("InvoiceSnapshot",        "cancelled_at",       time()),
        ("InvoiceSnapshot",        "accepted_at",        time()),
        ("InvoiceSnapshot",        "server_time",        time()),
        ("RatesView",              "currency",           currency()),
        ("RatesView",              "fetched_at",         time()),
        ("RateView",               "rate",               form(DECIMAL)),
        ("RateSourceView",         "source",             one_of(&["coinbase", "kraken", "coingecko", "bitstamp"])),
        ("RateSourceView",         "rate",               form(DECIMAL)),
        ("WebhookEndpoint",        "id",                 form(ENDPOINT)),
        ("WebhookEndpoint",        "created_at",         time()),
        ("WebhookEndpoint",        "disabled_at",        time()),
        ("WebhookEndpoint",        "old_secret_valid_until", time()),
        ("WebhookEndpointCreated", "id",                 form(ENDPOINT)),
        ("WebhookEndpointCreated", "created_at",         time()),
        ("WebhookEndpointCreated", "disabled_at",        time()),
        ("WebhookEndpointCreated", "old_secret_valid_until", time()),
        ("WebhookEndpointCreated", "secret",             form("^whsec_")),
        ("WebhookDelivery",        "id",                 form(DELIVERY)),
        ("WebhookDelivery",        "event_id",           form(EVENT)),
        ("WebhookDelivery",        "type",               one_of(&event_types())),
        ("WebhookDelivery",        "endpoint_id",        form(ENDPOINT)),
        ("WebhookDelivery",        "invoice_id",         form(INVOICE)),
        ("WebhookDelivery",        "status",             one_of(&["pending", "delivered", "failed"])),
        ("WebhookDelivery",        "next_attempt_at",    time()),
        ("WebhookDelivery",        "created_at",         time()),
        ("WebhookEvent",           "type",               one_of(&event_types())),
        ("WebhookEvent",           "timestamp",          time()),
        ("WebhookEventLog",        "ids",                json!({"items": {"type": "string", "pattern": EVENT}})),
        ("WebhookEventLog",        "next_cursor",        form(EVENT)),
        ("Health",                 "status",             one_of(&["ok", "degraded"])),
        ("HealthChain",            "chain",              form(CHAIN)),
        ("Problem",                "type",               json!({"format": "uri"})),
        ("Problem",                "status",             range(400, 599)),
        ("Problem",                "request_id",         form(REQUEST)),
    ]
}

/// Applies all rules, and what concerns whole schemas.
pub fn refine(schemas: &mut Map<String, Value>) {
    for (schema, field, rule) in request_rules().into_iter().chain(answer_rules()) {
        let property = schemas.get_mut(schema).and_then(|schema| schema["properties"].get_mut(field));
        let property = property.and_then(Value::as_object_mut);
        let property = property.unwrap_or_else(|| panic!("{schema}.{field} does not exist"));
        if rule.get("$ref").is_some() {
            property.remove("type");
        }
        for (name, value) in rule.as_object().into_iter().flatten() {
            property.insert(name.clone(), value.clone());
        }
    }
    // A price belongs to a product already.
    let exactly_one = json!([
        {"required": ["product"], "properties": {"product": {"type": "string"}, "price": {"type": "null"}}},
        {"required": ["price"], "properties": {"price": {"type": "object"}, "product": {"type": "null"}}},
    ]);
    schemas["InvoiceCreate"]["oneOf"] = exactly_one;
}
