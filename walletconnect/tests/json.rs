//! The reader takes what another JSON reader takes, refuses what it refuses, and what is printed is read back.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the right line")]

use groat_walletconnect::json::{DEPTH_MAX, Object, Value};
use proptest::prelude::*;

/// Values that another library prints.
fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        "[\\x00-\\x22\\\\/\u{2028}é☕🦀]{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(".{0,6}", inner, 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Texts that are nearly JSON.
fn nearly() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\[\\]{}:,\"\\\\ \n0-9.eE+\\-truefalsn]{0,14}",
        "\"(\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fD][0-9a-f89]{1,3}|[a\u{1}é]){0,5}\"?",
        "-?[0-9]{0,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?",
        ".{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn what_another_prints_is_read_and_printed_the_same(value in values()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let read = Value::read(&text).unwrap();
            let again: serde_json::Value = serde_json::from_str(&read.print()).unwrap();
            prop_assert_eq!(&again, &value);
        }
    }

    #[test]
    fn what_another_refuses_is_refused_and_nothing_else(text in nearly()) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Numbers keep their digits here, so none is out of range.
        let is_range = theirs.as_ref().is_err_and(|error| error.to_string().starts_with("number out of range"));
        prop_assert_eq!(Value::read(&text).is_ok(), theirs.is_ok() || is_range, "{:?}", text);
    }

    #[test]
    fn a_text_is_written_so_that_another_reads_it(name in ".{0,8}", text in ".{0,20}") {
        let written = Object::new().text(&name, &text).end();
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read[&name].as_str(), Some(&*text));
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(value) = Value::read(&text) {
            prop_assert_eq!(Value::read(&value.print()).unwrap(), value);
        }
    }
}

#[test]
fn nineteen_digits_are_kept() {
    let value = Value::read(r#"{"id":1687239522123456789,"text":"1687239522123456789"}"#).unwrap();
    assert_eq!(value.integer_of("id"), Some(1_687_239_522_123_456_789));
    assert_eq!(value.integer_of("text"), Some(1_687_239_522_123_456_789));
    assert_eq!(value.get("id").unwrap().print(), "1687239522123456789");
    for no_integer in ["-1", "1.5", "1e3", "18446744073709551616", "\"+1\"", "\"\"", "true"] {
        assert_eq!(Value::read(no_integer).unwrap().as_integer(), None, "{no_integer}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Value::read(&nested(DEPTH_MAX + 1)).is_ok());
    assert!(Value::read(&nested(DEPTH_MAX + 2)).is_err());
    assert!(Value::read(&"[".repeat(1_000_000)).is_err());
}
