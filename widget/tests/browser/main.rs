//! The checkout in a real browser: the reader on the browser's JSON, the markup of every state, and the shell from
//! press to call, with the edge, the loader and wallets played by the test.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod fixture;
mod host;
mod hours;
mod reading;
mod shell;
mod views;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
