//! The edge: one Cloudflare Worker with two kinds of Durable Object.
//!
//! Everything but `runtime` is plain Rust over traits for storage ([`sql::Sql`]) and the network ([`outbound::Http`]), takes
//! the time as an argument, and runs natively under `cargo test`. `runtime` holds the shells: decode, call, encode.

pub mod api;
pub mod chain;
pub mod config;
pub mod limits;
pub mod openapi;
pub mod outbound;
pub mod pages;
pub mod problem;
pub mod rates;
pub mod sql;
pub mod store;

#[cfg(target_arch = "wasm32")]
mod runtime;
