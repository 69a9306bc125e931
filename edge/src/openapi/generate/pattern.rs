//! Regular expressions of the document, in the dialect that JSON Schema shares with everybody.

pub const STORE: &str = "^st_[0-9a-hjkmnp-tv-z]{10}$";
pub const PRODUCT: &str = "^prod_[0-9a-hjkmnp-tv-z]{26}$";
pub const INVOICE: &str = "^inv_[0-9a-hjkmnp-tv-z]{36}$";
pub const QUOTE: &str = "^quo_[0-9a-hjkmnp-tv-z]{26}$";
pub const ENDPOINT: &str = "^we_[0-9a-hjkmnp-tv-z]{26}$";
pub const EVENT: &str = "^evt_[0-9a-hjkmnp-tv-z]{26}$";
pub const DELIVERY: &str = "^del_[0-9a-hjkmnp-tv-z]{26}$";
pub const KEY: &str = "^key_[0-9a-hjkmnp-tv-z]{26}$";
/// A key of either kind.
pub const ANY_KEY: &str = "^(pk|sk)_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26}$";
pub const PUBLIC_KEY: &str = "^pk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26}$";
pub const SECRET_KEY: &str = "^sk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26}$";
pub const PAY_TARGET: &str =
    "^(prod_[0-9a-hjkmnp-tv-z]{26}|pk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26})$";
pub const STYLE: &str =
    r"^(st_[0-9a-hjkmnp-tv-z]{10}|pk_(live|test)_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{26})\.css$";
pub const LOGO: &str = r"^[0-9a-f]{20}\.(png|svg|webp)$";
pub const COLOUR: &str = "^#[0-9a-fA-F]{6}$";
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
pub const RELAY: &str = "^wss?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$";
pub const HTTPS: &str =
    "^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9][0-9]{0,4})?([/?#][!#-;=?-\\[\\]-~]*)?$";
/// Where a buyer may be sent: the same, or a page of the machine itself, for a shop that is tried out on a laptop.
pub const LINK: &str = "^(https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9][0-9]{0,4})?|http://(127\\.0\\.0\\.1|localhost)(:[1-9][0-9]{0,4})?)([/?#][!#-;=?-\\[\\]-~]*)?$";
/// Any text without control characters but line ends.
pub const LINES: &str = "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$";
/// The same, and not blank.
pub const TEXT: &str = "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f][^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$";
pub const REQUEST: &str = "^req_[0-9a-z]+$";

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
        (STORE,      store.to_string()),
        (PRODUCT,    id(IdKind::Product)),
        (INVOICE,    id(IdKind::Invoice)),
        (QUOTE,      id(IdKind::Quote)),
        (ENDPOINT,   id(IdKind::WebhookEndpoint)),
        (EVENT,      id(IdKind::Event)),
        (DELIVERY,   id(IdKind::Delivery)),
        (KEY,        id(IdKind::Key)),
        (ANY_KEY,    key(KeyKind::Secret)),
        (PUBLIC_KEY, key(KeyKind::Public)),
        (SECRET_KEY, key(KeyKind::Secret)),
        (PAY_TARGET, key(KeyKind::Public)),
        (PAY_TARGET, id(IdKind::Product)),
        (ASSET,      "eip155:1/slip44:60".to_owned()),
        (ASSET,      checksummed.to_owned()),
        (CHAIN,      "eip155:31337".to_owned()),
    ];
    for (pattern, text) in fits {
        assert!(regex(pattern).is_match(text), "{pattern} {text}");
        for other in [text.to_uppercase(), format!("{text}!"), text[..text.len() - 20.min(text.len() - 1)].to_owned()] {
            assert!(!regex(pattern).is_match(&other), "{pattern} {other}");
        }
    }
}

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
        (PRICE,    &["1", "0.01", "49.00", "10000000000", "0.10"],                 &["", "0", "0.00", "-1", "01", "1.", ".5", "1e3", "1,0", " 1", "1.23456"]),
        (TEXT,     &["a", " a ", "Café ☕", "a\nb"],                                &["", " ", "\n", "a\tb", "a\u{0}", "a\u{7f}b", "\u{85}x"]),
        (HTTPS,    &["https://shop.example/thanks?a=1#b", "https://a"],            &["http://a", "https://", "https:///x", "https://a b", "https://a\"", "https://a[b", "https://user@a/", "https://a\\b", "javascript:x"]),
        (LINK,     &["https://shop.example/thanks?a=1#b", "http://127.0.0.1:4600/x"], &["http://a", "http://127.0.0.1:80@a/", "http://localhost.a/", "https://a b", "javascript:x"]),
        (CURSOR,   &["0", "17"],                                                   &["", "-1", "x", "1.5"]),
        (IDEMPOTENCY_KEY, &["a", "order 7", "~"],                                  &["", " ", "a ", " a", "é", "a\u{7f}"]),
        (ORIGIN,   &["https://shop.example", "http://127.0.0.1:8080"],             &["https://shop.example/", "https://", "shop.example", "https://A.example", "https://a:080", "null"]),
        (RELAY,    &["wss://relay.example", "ws://127.0.0.1:8080"],                &["wss://relay.example/", "wss://", "https://a", "wss://a b", "wss://*"]),
        (QUANTITY, &["0x0", "0x1f"],                                               &["0x", "0x01", "1", "0xG"]),
        (HEX,      &["0x", "0xa9059cbb"],                                          &["", "0xa", "a9"]),
        (DECIMAL,  &["0", "0.016337", "49", "49.00"],                              &["", "00", "1.", "-1", "1e5"]),
    ];
    for (pattern, fit, refused) in table {
        assert!(fit.iter().all(|text| regex(pattern).is_match(text)), "{pattern}");
        assert_eq!(refused.iter().find(|text| regex(pattern).is_match(text)), None, "{pattern}");
    }
    let (_, prices, no_prices) = table[0];
    assert!(prices.iter().all(|text| Price::parse(text, "USD").is_ok()));
    assert!(no_prices.iter().all(|text| Price::parse(text, "USD").is_err()));
    let (_, origins, no_origins) = table[6];
    assert!(origins.iter().all(|text| is_origin(text)));
    assert!(no_origins.iter().all(|text| !is_origin(text)));
}
