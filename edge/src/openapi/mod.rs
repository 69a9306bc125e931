//! The API's description: generated in a test from the types that serve, committed, and served as it stands.

pub mod routes;

/// `GET /openapi.json`.
pub const DOCUMENT: &str = include_str!("../../openapi.json");
