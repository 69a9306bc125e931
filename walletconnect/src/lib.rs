//! WalletConnect v2 for a checkout: a wallet in another app or on another device approves a session and signs the payment.
//!
//! Two layers. The protocol ([`Client`]) is a pure state machine: it takes commands, the relay's frames, the time and
//! random bytes, and says what to send, to keep and to show; it runs under plain `cargo test`. The shell (`shell/`, Wasm
//! only) is what it has of the browser: a socket, a timer, storage, and an API for the checkout's script.
//!
//! What it never does: hold a key that can move money, decide whether an invoice is paid (a hash is a hint), or show a
//! wallet a transaction that the checkout did not give it. docs/walletconnect.md says what is spoken and what is not.

pub mod client;
pub mod crypto;
pub mod error;
pub mod json;
pub mod pairing;
pub mod relay;
pub mod session;
#[cfg(target_arch = "wasm32")]
mod shell;
pub mod text;

pub use client::{Client, Config, Event, Input, Output, Random};
pub use error::Failure;
