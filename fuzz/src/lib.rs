//! What strangers can send, thrown at what reads it: texts, JSON, stored rows, nodes' and exchanges' answers.
//!
//! Each target takes any bytes and panics where a promise is broken. `tests/bounded.rs` runs them on mutated seeds in
//! `cargo test`; the program `groat-fuzz` runs them with coverage-guided mutation (`cargo xtask fuzz`). Nothing here is shipped.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a broken promise is a panic here, and that is the purpose"
)]

pub mod mutate;
mod seeds;
mod targets;

// The same stories and readers as core's property tests tell and use.
#[path = "../../core/tests/invoice_model/mod.rs"]
mod invoice_model;
#[path = "../../core/tests/readers/mod.rs"]
mod readers;

pub use targets::{TARGETS, Target};

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
