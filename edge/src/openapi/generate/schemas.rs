//! Schemas of the wire types, by schemars, made exact by `refine`.

use groat_core::money::Currency;
use groat_core::wire;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::refine::refine;

/// A reference to a schema of the components.
pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// All schemas, by name.
pub fn schemas() -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut requests = settings().for_deserialize().into_generator();
    add::<wire::StoreCreate>(&mut requests);
    add::<wire::StoreUpdate>(&mut requests);
    add::<wire::KeyCreate>(&mut requests);
    add::<wire::ProductCreate>(&mut requests);
    add::<wire::ProductUpdate>(&mut requests);
    add::<wire::InvoiceCreate>(&mut requests);
    add::<wire::QuoteCreate>(&mut requests);
    add::<wire::TransactionHint>(&mut requests);
    add::<wire::RefundCreate>(&mut requests);
    add::<wire::WebhookEndpointCreate>(&mut requests);
    add::<wire::WebhookEndpointUpdate>(&mut requests);

    let mut answers = settings().for_serialize().into_generator();
    add::<wire::Store>(&mut answers);
    add::<wire::StoreCreated>(&mut answers);
    add::<wire::Key>(&mut answers);
    add::<wire::KeyCreated>(&mut answers);
    add::<wire::Product>(&mut answers);
    add::<wire::InvoiceSnapshot>(&mut answers);
    add::<wire::RatesView>(&mut answers);
    add::<wire::WebhookEndpoint>(&mut answers);
    add::<wire::WebhookEndpointCreated>(&mut answers);
    add::<wire::WebhookDelivery>(&mut answers);
    add::<wire::WebhookEvent>(&mut answers);
    add::<wire::WebhookEventLog<wire::WebhookEvent>>(&mut answers);
    add::<wire::Health>(&mut answers);
    add::<wire::Problem>(&mut answers);

    let mut schemas: Map<String, Value> = answers.take_definitions(true).into_iter().collect();
    for (name, schema) in requests.take_definitions(true) {
        // A type that travels both ways is as strict as its request.
        schemas.insert(name, schema);
    }
    for (name, entry) in [
        ("KeyList", "Key"),
        ("ProductList", "Product"),
        ("InvoiceList", "InvoiceSnapshot"),
        ("WebhookEndpointList", "WebhookEndpoint"),
        ("WebhookDeliveryList", "WebhookDelivery"),
    ] {
        schemas.insert(name.to_owned(), list(entry));
    }
    schemas.insert("Currency".to_owned(), currency());
    refine(&mut schemas);
    schemas.into()
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

/// [`wire::List`] of one type. Written by hand, because a generic type's name would read badly; a test compares.
fn list(entry: &str) -> Value {
    json!({
        "type": "object",
        "description": "One page of a list, newest first.",
        "required": ["data", "next_cursor"],
        "properties": {
            "data": {"type": "array", "description": "The entries.", "items": reference(entry)},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Give this as `cursor` for the next page; null on the last.",
            },
        },
    })
}

/// The codes that readers and tools look for first.
const COMMON: [&str; 3] = ["USD", "EUR", "GBP"];

/// All codes that core knows: it is asked for each.
fn currency() -> Value {
    let letters = || (b'A'..=b'Z').map(char::from);
    let pairs = letters().flat_map(|first| letters().map(move |second| [first, second]));
    let codes = pairs.flat_map(|[first, second]| letters().map(move |third| String::from_iter([first, second, third])));
    let others = codes.filter(|code| !COMMON.contains(&code.as_str()));
    let all = COMMON.map(str::to_owned).into_iter().chain(others);
    let known: Vec<String> = all.filter(|code| Currency::parse(code).is_ok()).collect();
    json!({"type": "string", "description": "An ISO 4217 code.", "enum": known})
}

#[test]
fn lists_are_the_wires_own() {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut generated = generator.root_schema_for::<wire::List<wire::Product>>().to_value();
    let mut written = list("Product");
    for schema in [&mut generated, &mut written] {
        let fields = schema.as_object_mut().unwrap();
        fields.retain(|name, _| ["type", "required", "properties"].contains(&name.as_str()));
        fields["properties"]["data"]["items"] = Value::Null;
    }
    assert_eq!(generated, written);
}

/// Requests refuse what they don't know; answers may grow.
#[test]
fn requests_are_closed_and_answers_are_open() {
    let schemas = schemas();
    for (name, schema) in schemas.as_object().unwrap() {
        let Some(_) = schema.get("properties") else { continue };
        let is_request = ["Create", "Update", "Input", "Hint"].iter().any(|end| name.ends_with(end));
        let is_both = [
            "BrandTexts",
            "ConfirmationsFrom",
            "Delivery",
            "OpenAmounts",
            "ThemeColours",
            "ThemeSetting",
            "WalletConnectSettings",
        ]
        .contains(&name.as_str());
        assert_eq!(schema["additionalProperties"] == false, is_request || is_both, "{name}");
    }
}
