//! The API's description: generated in a test from the types that serve, committed, and served as it stands.
//!
//! `routes` lists the calls; `generate` (tests only) makes the document of them and of the wire types. After a change,
//! `GROAT_BLESS=1 cargo test -p groat-edge openapi` writes `edge/openapi.json` again.

#[cfg(test)]
mod generate;
pub mod routes;

/// `GET /openapi.json`.
pub const DOCUMENT: &str = include_str!("../../openapi.json");
