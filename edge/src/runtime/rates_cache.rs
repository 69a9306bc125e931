//! [`SharedCache`] on the runtime's Cache API: an isolate that has just started does not ask the exchanges again.
//!
//! Where there is no Cache API (the runtime alone, without Cloudflare around it) loading finds nothing and storing does
//! nothing: then each isolate asks for itself.

use worker::{Cache, Headers, Response};

use crate::rates::{RateCache, SharedCache};

/// Keys are addresses there; this host exists nowhere, so that no page can stand under one.
const KEY_BASE: &str = "https://cache.groat.invalid/";

thread_local! {
    static MEMORY: RateCache = RateCache::default();
}

/// This isolate's memory of prices.
pub fn memory() -> RateCache {
    MEMORY.with(RateCache::clone)
}

/// The Cache API of the data centre that this runs in.
#[derive(Debug, Clone, Copy)]
pub struct RuntimeRatesCache;

impl SharedCache for RuntimeRatesCache {
    async fn load(&self, key: &str) -> Option<String> {
        let mut response = Cache::default().get(format!("{KEY_BASE}{key}"), false).await.ok()??;
        response.text().await.ok()
    }

    async fn store(&self, key: &str, text: String, keep_ms: i64) {
        let seconds = keep_ms / 1_000;
        let stored = async {
            let headers = Headers::new();
            headers.set("content-type", "application/json")?;
            headers.set("cache-control", &format!("max-age={seconds}"))?;
            Cache::default().put(format!("{KEY_BASE}{key}"), Response::ok(text)?.with_headers(headers)).await
        };
        // Not stored: the next isolate asks for itself.
        let _: Result<(), worker::Error> = stored.await;
    }
}
