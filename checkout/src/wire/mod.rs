//! What the edge sends: the page's data, snapshots and problems, read from JSON into plain types.
//!
//! What it is for: one set of checks on everything that comes from outside. The reader is written once against
//! [`Json`]; in the page that is the browser's own parser, on the edge and in tests it is `serde_json`.
//!
//! What it never does: arithmetic on amounts, or deciding from them. They are decimal strings from the edge to the page.

mod json;
mod read;
mod time;
mod types;

#[cfg(test)]
mod read_test;

pub use json::{Json, Malformed};
pub use read::{answer, page, problem, snapshot};
pub use time::parse_rfc3339;
pub use types::{
    AssetOption, Brand, Delivery, Embed, Invoice, Money, Page, Payment, Problem, Product, Quote, Refund, Source, Theme,
    Unavailable, WalletCall, WalletConnect,
};
