//! Reads what wallets and loader say.

use wasm_bindgen::JsValue;

use groat_checkout::model::{Wallet, WalletAnswer, WalletError, WalletEvent};
use groat_checkout::wire::Json;

/// More wallets than any browser holds.
const WALLETS_MAX: usize = 32;
/// Accounts read of an answer; the first is the one that pays.
const ACCOUNTS_MAX: usize = 16;
/// Characters of a wallet's name that are shown.
const NAME_LENGTH_MAX: usize = 40;
/// A longer id is not one.
const UUID_LENGTH_MAX: usize = 128;
/// JSON-RPC's internal error, for an error that names no code.
const INTERNAL: i64 = -32_603;

/// A list of wallets; what does not fit is left out.
pub fn wallets(json: &impl Json) -> Vec<Wallet> {
    json.items().unwrap_or_default().iter().take(WALLETS_MAX).filter_map(wallet).collect()
}

/// One wallet's announcement (EIP-6963 `info`).
pub fn wallet(json: &impl Json) -> Option<Wallet> {
    let text = |name| json.field(name).and_then(|value| value.text());
    let uuid = text("uuid").filter(|uuid| !uuid.is_empty() && uuid.len() <= UUID_LENGTH_MAX)?;
    // Spaces beyond ASCII's stay: the table of them would weigh more than this file.
    let name = text("name").unwrap_or_default().trim_ascii().chars().take(NAME_LENGTH_MAX).collect::<String>();
    // Only pictures that carry themselves: nothing is fetched because a wallet says so.
    let icon = text("icon").filter(|icon| icon.starts_with("data:image/")).unwrap_or_default();
    (!name.is_empty()).then_some(Wallet { uuid, name, icon })
}

/// The result of a request, as far as the checkout reads it.
pub fn answer(json: &impl Json) -> WalletAnswer {
    if let Some(text) = json.text() {
        return WalletAnswer::Text(text);
    }
    match json.items() {
        Some(items) => WalletAnswer::List(items.iter().take(ACCOUNTS_MAX).filter_map(Json::text).collect()),
        None => WalletAnswer::Done,
    }
}

/// A wallet's own error, where the inner code is `data.originalError.code`, or the loader's, where it is
/// `data.originalErrorCode`.
pub fn error(json: &JsValue) -> WalletError {
    let data = json.field("data");
    let field = |name| data.as_ref().and_then(|data| data.field(name));
    let inner = field("originalErrorCode").or_else(|| field("originalError").and_then(|inner| inner.field("code")));
    WalletError {
        code: json.field("code").as_ref().and_then(code).unwrap_or(INTERNAL),
        original_code: inner.as_ref().and_then(code),
        message: json.field("message").and_then(|message| message.text()).unwrap_or_default(),
    }
}

/// An event's name and data.
pub fn event(name: &str, data: Option<&JsValue>) -> WalletEvent {
    match (name, data.map(answer)) {
        ("accountsChanged", Some(WalletAnswer::List(accounts))) => WalletEvent::AccountsChanged(accounts),
        _ => WalletEvent::Other,
    }
}

/// Error codes are small whole numbers, mostly negative; some wallets send them as text.
#[expect(clippy::cast_possible_truncation, reason = "a float cast to an integer saturates")]
fn code(value: &JsValue) -> Option<i64> {
    match value.as_f64() {
        Some(number) => Some(number as i64),
        None => value.text()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn takes_only_wallets_that_fit() {
        let icon = "data:image/svg+xml,x";
        #[rustfmt::skip]
        let table = [
            (json!({"uuid": "a", "name": "Rabby", "icon": icon}),              Some(("Rabby", icon))),
            (json!({"uuid": "a", "name": "Rabby", "icon": "https://x/y.png"}), Some(("Rabby", ""))),
            (json!({"uuid": "a", "name": " Rabby "}),                          Some(("Rabby", ""))),
            (json!({"uuid": "", "name": "Rabby"}),                             None),
            (json!({"uuid": "a", "name": "  "}),                               None),
            (json!({"name": "Rabby"}),                                         None),
            (json!({"uuid": 7, "name": "Rabby"}),                              None),
            (json!("a"),                                                       None),
        ];
        for (json, expected) in table {
            let read = wallet(&json);
            assert_eq!(read.as_ref().map(|wallet| (wallet.name.as_str(), wallet.icon.as_str())), expected, "{json}");
        }
        let long = wallet(&json!({"uuid": "a", "name": "é".repeat(100)})).unwrap();
        assert_eq!(long.name.chars().count(), NAME_LENGTH_MAX);
        assert!(wallet(&json!({"uuid": "x".repeat(129), "name": "Rabby"})).is_none());
        let many = json!((0..50).map(|n| json!({"uuid": n.to_string(), "name": "W"})).collect::<Vec<_>>());
        assert_eq!(wallets(&many).len(), WALLETS_MAX);
    }

    #[test]
    fn reads_answers() {
        assert_eq!(answer(&json!("0x1")), WalletAnswer::Text("0x1".into()));
        assert_eq!(answer(&json!(["0xa", 5, "0xb"])), WalletAnswer::List(vec!["0xa".into(), "0xb".into()]));
        assert_eq!(answer(&json!(null)), WalletAnswer::Done);
        assert_eq!(answer(&json!({"permissions": []})), WalletAnswer::Done);
    }
}
