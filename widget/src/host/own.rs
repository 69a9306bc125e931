//! Wallets in this very window, where the checkout is a page of its own: EIP-6963, else `window.ethereum`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CustomEvent, Event};

use super::{Sink, read};
use crate::js::{after, callback, listen, object, spawn};
use groat_checkout::model::{Message, Wallet, WalletError};
use groat_checkout::wire::Json;

/// How long wallets have to announce themselves before `window.ethereum` is taken, in milliseconds.
const ANNOUNCE_WITHIN_MS: i32 = 300;
/// Names `window.ethereum`, as the loader does.
const INJECTED: &str = "injected";
/// EIP-1193: the wallet is not there.
const DISCONNECTED: i64 = 4_900;

#[derive(Default)]
struct Known {
    wallets: Vec<Wallet>,
    providers: Vec<JsValue>,
}

/// The wallets of this window.
pub struct Own {
    known: Rc<RefCell<Known>>,
    sink: Sink,
}

impl Own {
    /// Asks wallets to announce themselves, and keeps listening for those that come late.
    pub fn connect(sink: Sink) -> Self {
        let known = Rc::new(RefCell::new(Known::default()));
        if let Some(window) = web_sys::window() {
            let shared = Rc::clone(&known);
            listen(&window, "eip6963:announceProvider", move |event| {
                let detail = event.unchecked_into::<CustomEvent>().detail();
                if let (Some(info), Some(provider)) = (detail.field("info"), detail.field("provider"))
                    && let Some(wallet) = read::wallet(&info)
                {
                    add(&shared, wallet, provider, sink);
                }
            });
            if let Ok(event) = Event::new("eip6963:requestProvider") {
                _ = window.dispatch_event(&event);
            }

            let shared = Rc::clone(&known);
            after(ANNOUNCE_WITHIN_MS, move |_| {
                let provider = web_sys::window().and_then(|window| JsValue::from(window).field("ethereum"));
                if let Some(provider) = provider.filter(|_| shared.borrow().wallets.is_empty()) {
                    let wallet =
                        Wallet { uuid: INJECTED.to_owned(), name: injected_name(&provider), icon: String::new() };
                    add(&shared, wallet, provider, sink);
                }
            });
        }
        Self { known, sink }
    }

    /// Asks a wallet.
    pub fn ask(&self, id: u32, uuid: &str, method: &str, parameters: &Array) {
        let sink = self.sink;
        let known = self.known.borrow();
        let at = known.wallets.iter().position(|wallet| wallet.uuid == uuid);
        let provider = at.and_then(|at| known.providers.get(at)).cloned();
        let request = object(&[("method", method.into()), ("params", parameters.into())]);
        spawn(async move {
            let result = match provider.and_then(|provider| call(&provider, "request", &[request.into()])) {
                Some(promise) => JsFuture::from(Promise::resolve(&promise)).await,
                None => return sink(Message::WalletAnswered { id, result: Err(gone()) }),
            };
            let result = result.map(|answer| read::answer(&answer)).map_err(|error| read::error(&error));
            sink(Message::WalletAnswered { id, result });
        });
    }
}

/// A wallet without EIP-6963 says by a flag which it is, if at all.
fn injected_name(provider: &JsValue) -> String {
    let is_metamask = provider.field("isMetaMask").is_some_and(|flag| flag.is_true());
    if is_metamask { "MetaMask" } else { "Wallet" }.to_owned()
}

fn add(known: &Rc<RefCell<Known>>, wallet: Wallet, provider: JsValue, sink: Sink) {
    let wallets = {
        let mut known = known.borrow_mut();
        if known.wallets.iter().any(|other| other.uuid == wallet.uuid) {
            return;
        }
        hear(&provider, wallet.uuid.clone(), sink);
        known.wallets.push(wallet);
        known.providers.push(provider);
        known.wallets.clone()
    };
    sink(Message::Wallets(wallets));
}

/// Hears of changed accounts; nothing else of what a wallet tells matters here.
fn hear(provider: &JsValue, uuid: String, sink: Sink) {
    const EVENT: &str = "accountsChanged";
    let on_event = callback(move |data| {
        sink(Message::WalletTold { uuid: uuid.clone(), event: read::event(EVENT, Some(&data)) });
    });
    call(provider, "on", &[EVENT.into(), on_event.into()]);
}

/// Calls a method of a wallet; nothing if it has none or throws.
fn call(provider: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = provider.field(method)?.dyn_into().ok()?;
    Reflect::apply(&function, provider, &arguments.iter().collect::<Array>()).ok()
}

fn gone() -> WalletError {
    WalletError { code: DISCONNECTED, original_code: None, message: String::new() }
}
