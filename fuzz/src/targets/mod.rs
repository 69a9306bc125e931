//! The list of targets.

mod api;
mod config;
mod ids;
mod money;
mod rates;
mod rows;
mod rpc;
mod shop;
mod stored;
mod uri;
mod webhook_url;

/// One reader, or one group of readers of the same kind of text.
pub struct Target {
    pub name: &'static str,
    pub seeds: fn() -> Vec<Vec<u8>>,
    pub run: fn(&[u8]),
}

pub const TARGETS: &[Target] = &[
    Target { name: "money", seeds: money::seeds, run: money::run },
    Target { name: "ids", seeds: ids::seeds, run: ids::run },
    Target { name: "uri", seeds: uri::seeds, run: uri::run },
    Target { name: "invoice", seeds: || crate::seeds::decisions(24, 240), run: crate::invoice_model::run },
    Target { name: "stored", seeds: stored::seeds, run: stored::run },
    Target { name: "rpc", seeds: rpc::seeds, run: rpc::run },
    Target { name: "rates", seeds: rates::seeds, run: rates::run },
    Target { name: "api", seeds: api::seeds, run: api::run },
    Target { name: "rows", seeds: rows::seeds, run: rows::run },
    Target { name: "config", seeds: config::seeds, run: config::run },
    Target { name: "webhook_url", seeds: webhook_url::seeds, run: webhook_url::run },
];

/// The first byte as a choice, the rest as text.
fn choice_and_text(data: &[u8]) -> Option<(usize, &str)> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first), std::str::from_utf8(rest).ok()?))
}
