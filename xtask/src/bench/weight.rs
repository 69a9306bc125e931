//! What a buyer downloads to open the checkout, and what the platform loads to run the Worker.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::build::{self, Measure, measure};
use crate::console::say;
use crate::stack::Stack;
use crate::{http, paths};

/// Loader, page, script, Wasm and style together, brotli.
const CHECKOUT_LIMIT: u64 = 80_000;
/// Wasm and script, gzip, as the platform counts it; its own limit is 3 MB on the free plan.
const WORKER_LIMIT: u64 = 1_000_000;

const PARTS: [(&str, &str); 5] = [
    ("loader", "loader (groat.js)"),
    ("checkout_js", "script"),
    ("checkout_wasm", "Wasm"),
    ("checkout_css", "style"),
    ("text_en", "texts, in English"),
];

/// Whether the checkout keeps its limit.
pub fn checkout(stack: &Stack, edge: u16) -> Result<bool> {
    let manifest = build::manifest()?;
    let mut rows = vec![("page (/pay/…)", page(stack, edge)?)];
    for (name, shown) in PARTS {
        let entry = manifest.get(name).with_context(|| format!("the manifest lacks {name}"))?;
        let number = |key: &str| entry.get(key).and_then(Value::as_u64).unwrap_or_default();
        if number("raw") == 0 {
            bail!("{name} is empty: run `cargo xtask build`");
        }
        rows.push((shown, Measure { hash: String::new(), raw: number("raw"), gzip: number("gzip"), br: number("br") }));
    }
    let sum = |of: fn(&Measure) -> u64| rows.iter().map(|(_, measure)| of(measure)).sum();
    let all = Measure { hash: String::new(), raw: sum(|m| m.raw), gzip: sum(|m| m.gzip), br: sum(|m| m.br) };
    let kept = all.br < CHECKOUT_LIMIT;
    rows.push(("in all", all));

    say("\nBytes to open the checkout          raw      gzip    brotli");
    for (name, Measure { raw, gzip, br, .. }) in &rows {
        say(&format!("  {name:<28} {raw:>9} {gzip:>9} {br:>9}"));
    }
    say(&format!("  {} of {CHECKOUT_LIMIT} brotli", if kept { "within the limit" } else { "OVER the limit" }));
    let limit = build::walletconnect::LIMIT;
    say(&format!("  {} of {limit} brotli beside it, for WalletConnect once it is picked", walletconnect(&manifest)?));
    Ok(kept)
}

/// What a buyer fetches besides who picks WalletConnect, brotli; building it fails above its own limit.
fn walletconnect(manifest: &serde_json::Map<String, Value>) -> Result<u64> {
    let br = |name: &str| manifest.get(name).and_then(|entry| entry.get("br")).and_then(Value::as_u64);
    build::walletconnect::NAMES.iter().map(|name| br(name).with_context(|| format!("the manifest lacks {name}"))).sum()
}

fn page(stack: &Stack, edge: u16) -> Result<Measure> {
    let path = format!("/pay/{}", product(stack)?);
    let page = http::get(edge, &path).with_context(|| format!("GET {path} has no page"))?;
    let file = paths::target("bench-state/page.html");
    std::fs::write(&file, page.body).context("cannot write in target/")?;
    Ok(measure(&[file])?.remove(0))
}

/// The id of the first product in demo.json.
pub fn product(stack: &Stack) -> Result<String> {
    let products = stack.described.get("products").context("demo.json lacks products")?;
    let first = match products {
        Value::Array(list) => list.first(),
        Value::Object(map) => map.values().next(),
        _ => None,
    };
    let id = first.and_then(|entry| entry.as_str().or_else(|| entry.get("id")?.as_str()));
    match id {
        Some(id) => Ok(id.to_owned()),
        None => bail!("demo.json names no product"),
    }
}

/// Whether the Worker keeps its limit.
pub fn worker() -> Result<bool> {
    let manifest = build::manifest()?;
    let worker = manifest.get("worker").context("the manifest lacks the worker")?;
    let number = |key: &str| worker.get(key).and_then(Value::as_u64).unwrap_or_default();
    let kept = number("gzip") < WORKER_LIMIT;
    say("\nThe Worker, as it is uploaded        raw      gzip    brotli");
    say(&format!("  {:<28} {:>9} {:>9} {:>9}", "Wasm and script", number("raw"), number("gzip"), number("br")));
    say(&format!("  {} of {WORKER_LIMIT} gzip", if kept { "within the limit" } else { "OVER the limit" }));
    Ok(kept)
}
