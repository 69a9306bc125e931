//! The few things of the browser that the shell uses.

use js_sys::Function;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Storage, VisibilityState};

use crate::Random;

/// The browser's random bytes.
pub struct Browser;

impl Random for Browser {
    fn fill(&mut self, bytes: &mut [u8]) {
        let crypto = web_sys::window().and_then(|window| window.crypto().ok());
        if crypto.is_none_or(|crypto| crypto.get_random_values_with_u8_array(bytes).is_err()) {
            // Keys that can be guessed are worse than no wallet.
            wasm_bindgen::throw_str("the browser has no random bytes");
        }
    }
}

/// Milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive and far below 2^53")]
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// The tab's storage; a browser may refuse it inside of frames.
fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// What has been kept, if anything.
pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Keeps it; without storage a reload begins anew.
pub fn keep(name: &str, text: &str) {
    if let Some(storage) = storage() {
        _ = storage.set_item(name, text);
    }
}

/// A function for the browser to call; it lives as long as the browser holds it.
pub fn callback(act: impl FnMut(JsValue) + 'static) -> Function {
    fn wrap(act: Box<dyn FnMut(JsValue)>) -> Function {
        Closure::wrap(act).into_js_value().unchecked_into()
    }
    wrap(Box::new(act))
}

/// Calls back after this many milliseconds; gives the timer's handle.
pub fn after(after_ms: i32, mut act: impl FnMut() + 'static) -> Option<i32> {
    let window = web_sys::window()?;
    window.set_timeout_with_callback_and_timeout_and_arguments_0(&callback(move |_| act()), after_ms).ok()
}

/// Forgets a timer.
pub fn forget(timer: i32) {
    if let Some(window) = web_sys::window() {
        window.clear_timeout_with_handle(timer);
    }
}

/// Calls back whenever the page comes to the front, out of the browser's cache, or online.
pub fn when_awake(mut act: impl FnMut() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    let target = document.clone();
    let act = callback(move |_| {
        if document.visibility_state() == VisibilityState::Visible {
            act();
        }
    });
    // Only an unknown option makes these fail, and there are none.
    _ = target.add_event_listener_with_callback("visibilitychange", &act);
    _ = window.add_event_listener_with_callback("pageshow", &act);
    _ = window.add_event_listener_with_callback("online", &act);
}
