//! WalletConnect's module, from the checkout's side: nothing of it is fetched until a buyer picks it.

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::js::{callback, object};
use groat_checkout::model::{Message, Model, RemoteEvent, RemoteRequest};
use groat_checkout::wire::Json;

#[wasm_bindgen(module = "/walletconnect.js")]
extern "C" {
    fn ask(options: &JsValue, listener: &Function, act: &str, words: &Array);
}

/// Asks the module; what it tells comes to `sink`.
pub fn request(model: &Model, chain: &str, request: &RemoteRequest, sink: fn(Message)) {
    let Some(settings) = &model.page.walletconnect else { return };
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    let options: &JsValue = &object(&[
        ("script", settings.script.as_str().into()),
        ("wasm", settings.wasm.as_str().into()),
        ("relay_url", settings.relay_url.as_str().into()),
        ("project_id", settings.project_id.as_str().into()),
        ("chains", Array::of1(&chain.into()).into()),
        // What the wallet shows of who asks.
        ("metadata", object(&[("name", model.store_name().into()), ("url", origin.into())]).into()),
    ]);
    let (act, words) = match request {
        RemoteRequest::Connect => ("connect", Array::new()),
        RemoteRequest::Resume => ("resume", Array::new()),
        RemoteRequest::Leave => ("disconnect", Array::new()),
        RemoteRequest::Send { to, value, data, reference } => {
            let call = [("to", to), ("value", value), ("data", data)].map(|(name, text)| (name, text.as_str().into()));
            ("sendTransaction", Array::of3(&chain.into(), &object(&call), &reference.as_str().into()))
        }
    };
    let listener = callback(move |told| {
        if let Some(event) = event(&told) {
            sink(Message::RemoteTold(event));
        }
    });
    ask(options, &listener, act, &words);
}

/// Reads what the module tells; nothing for what the checkout has no use for.
pub fn event(json: &impl Json) -> Option<RemoteEvent> {
    let text = |name| json.field(name).and_then(|value| value.text());
    Some(match text("kind")?.as_str() {
        "uri" => RemoteEvent::Code(text("uri")?),
        "connected" => RemoteEvent::Connected {
            wallet: text("wallet").unwrap_or_default(),
            link: text("link"),
            asked: text("asked"),
        },
        "sent" => RemoteEvent::Sent { hash: text("hash")?, chain: text("chain")?, reference: text("reference")? },
        "restored" => RemoteEvent::Restored,
        "ended" | "failed" => {
            RemoteEvent::Failed { code: text("code").unwrap_or_default(), detail: text("detail").unwrap_or_default() }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn reads_what_the_module_tells() {
        let sent =
            |hash: &str| RemoteEvent::Sent { hash: hash.into(), chain: "eip155:1".into(), reference: "r".into() };
        let failed = |code: &str, detail: &str| RemoteEvent::Failed { code: code.into(), detail: detail.into() };
        let connected = |link: Option<&str>, asked: Option<&str>| RemoteEvent::Connected {
            wallet: "W".into(),
            link: link.map(str::to_owned),
            asked: asked.map(str::to_owned),
        };
        #[rustfmt::skip]
        let table = [
            (json!({"kind": "uri", "uri": "wc:1"}),                                                    Some(RemoteEvent::Code("wc:1".into()))),
            (json!({"kind": "uri"}),                                                                   None),
            (json!({"kind": "connected", "wallet": "W", "link": null, "asked": null, "accounts": []}), Some(connected(None, None))),
            (json!({"kind": "connected", "wallet": "W", "link": "w://", "asked": "r"}),                Some(connected(Some("w://"), Some("r")))),
            (json!({"kind": "sent", "hash": "0x1", "chain": "eip155:1", "reference": "r"}),            Some(sent("0x1"))),
            (json!({"kind": "sent", "hash": "0x1"}),                                                   None),
            (json!({"kind": "restored"}),                                                              Some(RemoteEvent::Restored)),
            (json!({"kind": "ended", "code": "wallet_gone", "detail": ""}),                            Some(failed("wallet_gone", ""))),
            (json!({"kind": "failed", "code": "wallet_error", "detail": "no"}),                        Some(failed("wallet_error", "no"))),
            (json!({"kind": "alive"}),                                                                 None),
            (json!("alive"),                                                                           None),
        ];
        for (json, expected) in table {
            assert_eq!(event(&json), expected, "{json}");
        }
    }
}
