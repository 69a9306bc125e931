//! The reader on the browser's own JSON: the same table as the native one is built on must hold where a float is the
//! only number there is.

use groat_checkout::wire::{self, Json, Malformed};
use groat_core::invoice::Status;
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fixture::{parse, read_page, snapshot};

#[wasm_bindgen_test]
fn reads_the_golden_snapshot() {
    let invoice = wire::snapshot(&parse(&snapshot(4, "open"))).unwrap();
    assert_eq!((invoice.id.as_str(), invoice.version, invoice.status), ("inv_7Gq2", 4, Status::Open));
    let quote = invoice.quote.unwrap();
    assert_eq!((quote.amount_due.as_str(), quote.has_received), ("39.01", true));
    assert_eq!(quote.wallet_call.unwrap().chain_id, 31_337);
    let add_chain: serde_json::Value = serde_json::from_str(&quote.add_chain.unwrap()).unwrap();
    assert_eq!(add_chain, snapshot(4, "open")["quote"]["add_chain"]);
    assert_eq!(invoice.payments[0].confirmations, 1);
    assert_eq!(invoice.options[1].amount, None);
}

#[wasm_bindgen_test]
fn reads_the_golden_pages() {
    let (page, invoice) = read_page(&crate::fixture::invoice_page(&snapshot(4, "paid")));
    assert_eq!((page.origin, invoice.unwrap().status), (None, Status::Paid));
    let (page, invoice) = read_page(&crate::fixture::pay_page());
    assert!(matches!(page.source, wire::Source::Pay { .. }) && invoice.is_none());
}

#[wasm_bindgen_test]
fn whole_numbers_only() {
    #[rustfmt::skip]
    let table = [
        ("0",                  Some(0)),
        ("31337",              Some(31_337)),
        ("9007199254740991",   Some(9_007_199_254_740_991)),
        ("9007199254740993",   None),
        ("1e400",              None),
        ("-1",                 None),
        ("1.5",                None),
        ("\"1\"",              None),
        ("null",               None),
        ("[1]",                None),
    ];
    for (text, expected) in table {
        assert_eq!(js_sys::JSON::parse(text).unwrap().integer(), expected, "{text}");
    }
}

#[wasm_bindgen_test]
fn what_is_no_object_has_no_fields() {
    for value in [JsValue::NULL, JsValue::UNDEFINED, JsValue::from_str("id"), JsValue::from_f64(1.0)] {
        assert!(value.field("id").is_none() && value.items().is_none());
        assert_eq!(wire::snapshot(&value), Err(Malformed("id")));
    }
    // A field that throws when it is looked at is no field.
    let trap = crate::fixture::run("return { get id() { throw new Error('trap') } }");
    assert!(trap.field("id").is_none());
    // An amount that is a number would be a float.
    let mut json = snapshot(4, "open");
    json["quote"]["amount_due"] = json!(39.01);
    assert_eq!(wire::snapshot(&parse(&json)), Err(Malformed("amount_due")));
}

#[wasm_bindgen_test]
fn a_page_that_cannot_be_read_says_so() {
    for json in ["", "{", "null", "{\"kind\":\"gift\"}"] {
        let (page, invoice) = groat_widget::read_page(json);
        let wire::Source::Problem(problem) = page.source else { panic!("{json} was read") };
        assert!(problem.code.starts_with("unreadable_") && !problem.detail.is_empty() && invoice.is_none());
    }
}
