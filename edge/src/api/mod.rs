//! The HTTP API's outer layer: which call a request is, and how its parts are read. Decides nothing about stores.

mod headers;
mod options;
mod read;
mod router;

pub use headers::{api_headers, file_headers, preflight_headers};
pub use options::{ChainAvailability, asset_options};
pub use read::{
    MAX_BODY_BYTES, bearer, check_json, event_query, idempotency_key, list_query, parse_body, query_value,
    status_filter,
};
pub use router::{Call, route};
