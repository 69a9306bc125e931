//! Data beside the markup. From text to markup there is one way, `groat_checkout::view::escape`.

/// JSON as it may stand inside a `<script type="application/json">`: what could end the element or start a comment is
/// written as a JSON escape, so that the text parses to the same value. These characters stand only inside strings.
pub fn json_for_html(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + json.len() / 16);
    for character in json.chars() {
        match character {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use groat_checkout::view::escape;

    use super::*;

    #[test]
    fn json_stays_the_same_value() {
        let nasty = "</script><!-- ]]> & \u{2028}\u{2029} \\u003c \" '";
        let json = serde_json::to_string(&[nasty]).unwrap();
        let escaped = json_for_html(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
        assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap(), [nasty]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_gets_through(text in ".{0,80}") {
            proptest::prop_assert!(!escape(&text).contains(['<', '>', '"', '\'']));
            let json = serde_json::to_string(&text).unwrap();
            let escaped = json_for_html(&json);
            proptest::prop_assert!(!escaped.contains(['<', '>', '&']));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
