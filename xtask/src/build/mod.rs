//! Builds what is deployed: the loader and the checkout into `target/site/`, the Worker into `edge/build/`.
//!
//! The order matters: the checkout's files are named by their content, and the Worker is compiled with those names.

mod checkout;
mod lean;
mod measure;
mod optimise;
mod quick;
pub mod walletconnect;
mod worker;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

pub use measure::{Measure, measure};

use crate::command::{program, run};
use crate::console::{Step, say};
use crate::{paths, setup};

/// What the built site holds and weighs; `bench` prints it.
pub const MANIFEST: &str = "site-manifest.json";

/// How the platform serves the files; it reads this from a file of that name among them.
const HEADERS: &str = "\
/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
/groat.js
  Cache-Control: public, max-age=300
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  X-Content-Type-Options: nosniff
";

/// Everything that is deployed. With `GROAT_PREBUILT` set, what is there is taken as it is.
pub fn all() -> Result<()> {
    setup::for_building()?;
    if is_prebuilt() {
        return Ok(());
    }
    loader()?;
    checkout::build()?;
    walletconnect::build()?;
    worker::build(&assets()?)
}

/// What was built before is to be taken as it is.
fn is_prebuilt() -> bool {
    let is_set = std::env::var_os("GROAT_PREBUILT").is_some();
    if is_set {
        say("GROAT_PREBUILT is set: nothing is built");
    }
    is_set
}

/// The loader alone.
pub fn embed() -> Result<()> {
    setup::npm()?;
    loader()
}

/// The checkout alone. The Worker must be built after it: it holds the names.
pub fn widget() -> Result<()> {
    setup::for_building()?;
    checkout::build()
}

/// The checkout alone, for whoever looks at it; with `GROAT_PREBUILT` set, as it is.
pub fn widget_or_prebuilt() -> Result<()> {
    if is_prebuilt() { setup::for_building() } else { widget() }
}

/// WalletConnect's module alone.
pub fn walletconnect() -> Result<()> {
    setup::for_building()?;
    walletconnect::build()
}

/// The Worker alone, with the checkout that was built last.
pub fn edge() -> Result<()> {
    setup::for_building()?;
    worker::build(&assets()?)
}

fn loader() -> Result<()> {
    let step = Step::start("loader", "groat.js, the tag that sellers paste (1 s)");
    let site = paths::target("site");
    std::fs::create_dir_all(&site).context("cannot make target/site")?;
    std::fs::write(site.join("_headers"), HEADERS).context("cannot write target/site/_headers")?;
    run("embed", program(setup::node()?).arg("embed/build.mjs").arg("--out").arg(&site))?;
    let file = measure(&[site.join("groat.js")])?.remove(0);
    record("loader", "/groat.js", &file)?;
    step.done(&file.to_string());
    Ok(())
}

/// Writes one file's path and weight into the manifest.
fn record(name: &str, path: &str, file: &Measure) -> Result<()> {
    let mut manifest = manifest().unwrap_or_default();
    manifest.insert(name.to_owned(), json!({"path": path, "raw": file.raw, "gzip": file.gzip, "br": file.br}));
    std::fs::write(paths::target(MANIFEST), serde_json::to_vec_pretty(&manifest)?).context("cannot write the manifest")
}

/// The manifest as it is.
pub fn manifest() -> Result<Map<String, Value>> {
    let text = std::fs::read(paths::target(MANIFEST)).context("nothing is built yet: run `cargo xtask build`")?;
    serde_json::from_slice(&text).with_context(|| format!("cannot read target/{MANIFEST}"))
}

/// The names that the Worker's pages refer to, as the JSON text that its compilation takes in `GROAT_ASSETS`.
fn assets() -> Result<String> {
    let mut assets = Map::new();
    for name in checkout::NAMES.into_iter().chain(walletconnect::NAMES) {
        assets.insert(name.to_owned(), path_of(name)?.into());
    }
    let texts: Map<String, Value> = manifest()?
        .iter()
        .filter_map(|(name, entry)| Some((name.strip_prefix(checkout::TEXTS)?.to_owned(), entry.get("path")?.clone())))
        .collect();
    assets.insert("texts".to_owned(), Value::Object(texts));
    Ok(Value::Object(assets).to_string())
}

/// Where a file of the checkout is served.
fn path_of(name: &str) -> Result<String> {
    let manifest = manifest()?;
    let path = manifest.get(name).and_then(|entry| entry.get("path")?.as_str());
    path.map(str::to_owned).with_context(|| format!("the manifest lacks {name}: run `cargo xtask build widget`"))
}
