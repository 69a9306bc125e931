//! Small bridges to JavaScript values. Each exists once and not once per type: that is what keeps them small.

use std::pin::Pin;

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::EventTarget;

/// An object with these fields.
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh object can't fail.
        _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

/// Parses JSON; nothing if it is broken.
pub fn parse(json: &str) -> Option<JsValue> {
    js_sys::JSON::parse(json).ok()
}

/// A function for the browser to call; what it is called with, or `undefined`, is the argument. It lives as long as the
/// browser holds it.
pub fn callback(act: impl FnMut(JsValue) + 'static) -> Function {
    fn wrap(act: Box<dyn FnMut(JsValue)>) -> Function {
        Closure::wrap(act).into_js_value().unchecked_into()
    }
    wrap(Box::new(act))
}

/// Listens for an event as long as the target lives.
pub fn listen(target: &EventTarget, name: &str, act: impl FnMut(JsValue) + 'static) {
    // Only an unknown option makes this fail, and there are none.
    _ = target.add_event_listener_with_callback(name, &callback(act));
}

/// Runs a task beside everything else.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    fn spawn_boxed(task: Pin<Box<dyn Future<Output = ()>>>) {
        spawn_local(task);
    }
    spawn_boxed(Box::pin(task));
}

/// Calls back after this many milliseconds; gives the timer's handle.
pub fn after(after_ms: i32, act: impl FnMut(JsValue) + 'static) -> Option<i32> {
    let window = web_sys::window()?;
    window.set_timeout_with_callback_and_timeout_and_arguments_0(&callback(act), after_ms).ok()
}
