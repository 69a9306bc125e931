//! The rules of Groat, shared by the Worker, the checkout and the tests.
//!
//! What it is for: money, assets, quotes, the invoice and its events, deposit addresses, payment URIs, the JSON types of
//! the API, and webhook signatures. It decides; its callers carry.
//!
//! What it never does: read a clock, a file, the network or a source of randomness; know of Cloudflare, a browser or a
//! database; use a floating-point number.

pub mod asset;
pub mod evm;
pub mod id;
pub mod invoice;
pub mod money;
pub mod planted;
pub mod quote;
pub mod theme;
pub mod time;
pub mod uri;
pub mod webhook;
pub mod wire;
