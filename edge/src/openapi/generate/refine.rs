//! What the types alone can't say: the forms of ids, amounts, times and addresses. Each rule must meet a field that
//! exists, so that a renamed field is noticed.

use groat_core::invoice::Notice;
use serde_json::{Map, Value, json};

/// Regular expressions that stand in several places, in the dialect that JSON Schema shares with everybody.
pub mod pattern {
    pub const STORE: &str = "^st_[0-9a-hjkmnp-tv-z]{10}$";
    pub const PRODUCT: &str = "^prod_[0-9a-hjkmnp-tv-z]{26}$";
    pub const INVOICE: &str = "^inv_[0-9a-hjkmnp-tv-z]{36}$";
    pub const QUOTE: &str = "^quo_[0-9a-hjkmnp-tv-z]{26}$";
    pub const ENDPOINT: &str = "^we_[0-9a-hjkmnp-tv-z]{26}$";
    pub const EVENT: &str = "^evt_[0-9a-hjkmnp-tv-z]{26}$";
    pub const DELIVERY: &str = "^del_[0-9a-hjkmnp-tv-z]{26}$";
    pub const PUBLIC_KEY: &str = "^pk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26}$";
    pub const SECRET_KEY: &str = "^sk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26}$";
    pub const PAY_TARGET: &str =
        "^(prod_[0-9a-hjkmnp-tv-z]{26}|pk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26})$";
    pub const CHAIN: &str = "^eip155:[1-9][0-9]{0,18}$";
    pub const ASSET: &str = "^eip155:[1-9][0-9]{0,18}/(slip44:(0|[1-9][0-9]{0,8})|erc20:0x[0-9a-fA-F]{40})$";
    pub const EVM_ADDRESS: &str = "^0x[0-9a-fA-F]{40}$";
    pub const EVM_HASH: &str = "^0x[0-9a-fA-F]{64}$";
    pub const HEX: &str = "^0x([0-9a-f]{2})*$";
    pub const QUANTITY: &str = "^0x(0|[1-9a-f][0-9a-f]*)$";
    /// An amount of money more than zero; no currency has more than four decimals.
    pub const PRICE: &str =
        "^([1-9][0-9]{0,11}(\\.[0-9]{1,4})?|0\\.([1-9][0-9]{0,3}|0[1-9][0-9]{0,2}|00[1-9][0-9]?|000[1-9]))$";
    pub const DECIMAL: &str = "^(0|[1-9][0-9]*)(\\.[0-9]+)?$";
    pub const INTEGER: &str = "^(0|[1-9][0-9]*)$";
    pub const CURSOR: &str = "^[0-9]{1,15}$";
    pub const IDEMPOTENCY_KEY: &str = "^[!-~]([ -~]*[!-~])?$";
    pub const ORIGIN: &str = "^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$";
    pub const HTTPS: &str = "^https://[A-Za-z0-9][!#-;=?-\\[\\]-~]*$";
    /// Any text without control characters but line ends.
    pub const LINES: &str = "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$";
    /// The same, and not blank.
    pub const TEXT: &str = "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f][^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$";
    pub const REQUEST: &str = "^req_[0-9a-z]+$";
}

/// Fields of schemas and what is added to them.
fn rules() -> Vec<(&'static str, &'static str, Value)> {
    use pattern::{
        ASSET, CHAIN, DECIMAL, DELIVERY, ENDPOINT, EVENT, EVM_ADDRESS, EVM_HASH, HEX, HTTPS, INTEGER, INVOICE, LINES,
        ORIGIN, PRICE, PRODUCT, PUBLIC_KEY, QUANTITY, QUOTE, REQUEST, SECRET_KEY, STORE, TEXT,
    };
    let form = |pattern: &str| json!({"pattern": pattern});
    let link = || json!({"pattern": HTTPS, "maxLength": 2000});
    let text = |most: u32| json!({"pattern": TEXT, "maxLength": most});
    let time = || json!({"format": "date-time"});
    let one_of = |words: &[&str]| json!({"enum": words});
    let range = |least: u32, most: u32| json!({"minimum": least, "maximum": most});
    let types: Vec<&str> = Notice::ALL.iter().map(|notice| notice.webhook_type()).collect();
    let payouts = json!({
        "propertyNames": {"enum": ["eip155"]},
        "additionalProperties": {"type": "string", "pattern": EVM_ADDRESS},
    });
    let confirmations = || {
        json!({
            "propertyNames": {"pattern": CHAIN},
            "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 1000},
        })
    };
    let metadata = json!({
        "maxProperties": 20,
        "propertyNames": {"minLength": 1, "maxLength": 40},
        "additionalProperties": {"type": "string", "maxLength": 500},
    });
    let currency = || json!({"$ref": "#/components/schemas/Currency"});
    #[rustfmt::skip]
    let rules = vec![
        // What is asked.
        ("StoreCreate",            "name",               text(80)),
        ("StoreUpdate",            "name",               text(80)),
        ("StoreUpdate",            "payout_addresses",   payouts.clone()),
        ("StoreUpdate",            "assets",             json!({"items": {"type": "string", "pattern": ASSET}})),
        ("StoreUpdate",            "allowed_origins",    json!({"maxItems": 20, "items": {"type": "string", "pattern": ORIGIN, "maxLength": 253}})),
        ("StoreUpdate",            "confirmations",      confirmations()),
        ("StoreUpdate",            "underpayment_tolerance_basis_points", range(0, 500)),
        ("StoreUpdate",            "invoice_minutes",    range(1, 1440)),
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
        ("InvoiceCreate",          "metadata",           metadata),
        ("InvoiceCreate",          "redirect_url",       link()),
        ("QuoteCreate",            "asset",              form(ASSET)),
        ("TransactionHint",        "chain",              form(CHAIN)),
        ("TransactionHint",        "hash",               form(EVM_HASH)),
        ("WebhookEndpointCreate",  "url",                json!({"pattern": HTTPS, "maxLength": 2000})),
        ("WebhookEndpointCreate",  "types",              json!({"minItems": 1, "items": {"type": "string", "enum": types}})),
        // What is answered.
        ("Money",                  "amount",             form(DECIMAL)),
        ("Money",                  "currency",           currency()),
        ("Store",                  "id",                 form(STORE)),
        ("Store",                  "public_key",         form(PUBLIC_KEY)),
        ("Store",                  "payout_addresses",   payouts),
        ("Store",                  "assets",             json!({"items": {"type": "string", "pattern": ASSET}})),
        ("Store",                  "confirmations",      confirmations()),
        ("Store",                  "underpayment_tolerance_basis_points", range(0, 500)),
        ("Store",                  "invoice_minutes",    range(1, 1440)),
        ("Store",                  "created_at",         time()),
        ("StoreCreated",           "id",                 form(STORE)),
        ("StoreCreated",           "public_key",         form(PUBLIC_KEY)),
        ("StoreCreated",           "secret_key",         form(SECRET_KEY)),
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
        ("PaymentView",            "seen_at",            time()),
        ("InvoiceSnapshot",        "id",                 form(INVOICE)),
        ("InvoiceSnapshot",        "version",            json!({"minimum": 1})),
        ("InvoiceSnapshot",        "created_at",         time()),
        ("InvoiceSnapshot",        "expires_at",         time()),
        ("InvoiceSnapshot",        "server_time",        time()),
        ("RatesView",              "currency",           currency()),
        ("RatesView",              "fetched_at",         time()),
        ("RateView",               "rate",               form(DECIMAL)),
        ("RateSourceView",         "source",             one_of(&["coinbase", "kraken", "coingecko", "bitstamp"])),
        ("RateSourceView",         "rate",               form(DECIMAL)),
        ("WebhookEndpoint",        "id",                 form(ENDPOINT)),
        ("WebhookEndpoint",        "created_at",         time()),
        ("WebhookEndpointCreated", "id",                 form(ENDPOINT)),
        ("WebhookEndpointCreated", "created_at",         time()),
        ("WebhookEndpointCreated", "secret",             form("^whsec_")),
        ("WebhookDelivery",        "id",                 form(DELIVERY)),
        ("WebhookDelivery",        "event_id",           form(EVENT)),
        ("WebhookDelivery",        "type",               one_of(&types)),
        ("WebhookDelivery",        "endpoint_id",        form(ENDPOINT)),
        ("WebhookDelivery",        "invoice_id",         form(INVOICE)),
        ("WebhookDelivery",        "status",             one_of(&["pending", "delivered", "failed"])),
        ("WebhookDelivery",        "next_attempt_at",    time()),
        ("WebhookDelivery",        "created_at",         time()),
        ("WebhookEvent",           "type",               one_of(&types)),
        ("WebhookEvent",           "timestamp",          time()),
        ("Health",                 "status",             one_of(&["ok", "degraded"])),
        ("HealthChain",            "chain",              form(CHAIN)),
        ("Problem",                "type",               json!({"format": "uri"})),
        ("Problem",                "status",             range(400, 599)),
        ("Problem",                "request_id",         form(REQUEST)),
    ];
    rules
}

/// Applies all rules, and what concerns whole schemas.
pub fn refine(schemas: &mut Map<String, Value>) {
    for (schema, field, rule) in rules() {
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

/// The forms fit what core makes and refuse what it refuses.
#[test]
fn patterns_agree_with_core() {
    use groat_core::id::{ApiKey, IdKind, KeyKind, StoreId};
    let store = StoreId::from_random([0xA7; 16]);
    let id = |kind: IdKind| kind.from_random(&store, [0x5C; 16]);
    let key = |kind| ApiKey::from_random(kind, true, &store, [0x93; 16]).reveal().to_owned();
    let checksummed = "eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    #[rustfmt::skip]
    let fits: &[(&str, String)] = &[
        (pattern::STORE,      store.to_string()),
        (pattern::PRODUCT,    id(IdKind::Product)),
        (pattern::INVOICE,    id(IdKind::Invoice)),
        (pattern::QUOTE,      id(IdKind::Quote)),
        (pattern::ENDPOINT,   id(IdKind::WebhookEndpoint)),
        (pattern::EVENT,      id(IdKind::Event)),
        (pattern::DELIVERY,   id(IdKind::Delivery)),
        (pattern::PUBLIC_KEY, key(KeyKind::Public)),
        (pattern::SECRET_KEY, key(KeyKind::Secret)),
        (pattern::PAY_TARGET, key(KeyKind::Public)),
        (pattern::PAY_TARGET, id(IdKind::Product)),
        (pattern::ASSET,      "eip155:1/slip44:60".to_owned()),
        (pattern::ASSET,      checksummed.to_owned()),
        (pattern::CHAIN,      "eip155:31337".to_owned()),
    ];
    for (pattern, text) in fits {
        assert!(regex(pattern).is_match(text), "{pattern} {text}");
        for other in [text.to_uppercase(), format!("{text}!"), text[..text.len() - 20.min(text.len() - 1)].to_owned()] {
            assert!(!regex(pattern).is_match(&other), "{pattern} {other}");
        }
    }
}

#[cfg(test)]
fn regex(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

/// What a request may hold by these forms is what the edge takes, as far as a form can say it.
#[test]
fn patterns_agree_with_the_edge() {
    use crate::pages::is_origin;
    use groat_core::money::Price;
    #[rustfmt::skip]
    let table: &[(&str, &[&str], &[&str])] = &[
        (pattern::PRICE,    &["1", "0.01", "49.00", "10000000000", "0.10"],                 &["", "0", "0.00", "-1", "01", "1.", ".5", "1e3", "1,0", " 1", "1.23456"]),
        (pattern::TEXT,     &["a", " a ", "Café ☕", "a\nb"],                                &["", " ", "\n", "a\tb", "a\u{0}", "a\u{7f}b", "\u{85}x"]),
        (pattern::HTTPS,    &["https://shop.example/thanks?a=1#b", "https://a"],            &["http://a", "https://", "https:///x", "https://a b", "https://a\"", "https://a\\b", "javascript:x"]),
        (pattern::CURSOR,   &["0", "17"],                                                   &["", "-1", "x", "1.5"]),
        (pattern::IDEMPOTENCY_KEY, &["a", "order 7", "~"],                                  &["", " ", "a ", " a", "é", "a\u{7f}"]),
        (pattern::ORIGIN,   &["https://shop.example", "http://127.0.0.1:8080"],             &["https://shop.example/", "https://", "shop.example", "https://A.example", "https://a:080", "null"]),
        (pattern::QUANTITY, &["0x0", "0x1f"],                                               &["0x", "0x01", "1", "0xG"]),
        (pattern::HEX,      &["0x", "0xa9059cbb"],                                          &["", "0xa", "a9"]),
        (pattern::DECIMAL,  &["0", "0.016337", "49", "49.00"],                              &["", "00", "1.", "-1", "1e5"]),
    ];
    for (pattern, fit, refused) in table {
        assert!(fit.iter().all(|text| regex(pattern).is_match(text)), "{pattern}");
        assert_eq!(refused.iter().find(|text| regex(pattern).is_match(text)), None, "{pattern}");
    }
    let (_, prices, no_prices) = table[0];
    assert!(prices.iter().all(|text| Price::parse(text, "USD").is_ok()));
    assert!(no_prices.iter().all(|text| Price::parse(text, "USD").is_err()));
    let (_, origins, no_origins) = table[5];
    assert!(origins.iter().all(|text| is_origin(text)));
    assert!(no_origins.iter().all(|text| !is_origin(text)));
}
