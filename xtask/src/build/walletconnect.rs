//! WalletConnect's module: Rust to Wasm with its script, loaded only by a buyer who chooses it.

use std::fs;

use anyhow::{Context as _, Result, bail};

use super::checkout::{place, remove_older};
use super::lean::{self, Lean};
use super::quick::is_quick;
use super::record;
use crate::console::Step;
use crate::paths;

/// The files by their names in the manifest and in `GROAT_ASSETS`.
pub const NAMES: [&str; 2] = ["walletconnect_js", "walletconnect_wasm"];
/// Wasm and script together, brotli.
pub const LIMIT: u64 = 35_000;

/// Begins the names of the files.
const STEM: &str = "walletconnect";

pub fn build() -> Result<()> {
    let step =
        Step::start("walletconnect", "Rust to Wasm, with the standard library (2 min the first time, then seconds)");
    let lean = Lean {
        package: "groat-walletconnect",
        library: "walletconnect",
        name: "walletconnect",
        entry: "walletconnect/entry.js",
        never_called: &[],
    };
    let [script, wasm] = lean::build(&lean)?;
    let assets = paths::target("site/assets");
    fs::create_dir_all(&assets).context("cannot make target/site/assets")?;
    let files = [place(&script, &assets, STEM, ".js")?, place(&wasm, &assets, STEM, ".wasm")?];
    for (name, file) in NAMES.iter().zip(&files) {
        record(name, &format!("/assets/{}", file.name), &file.measure)?;
    }
    remove_older(&assets, &[STEM], &files)?;
    let together: u64 = files.iter().map(|file| file.measure.br).sum();
    if together > LIMIT && !is_quick() {
        bail!("WalletConnect's module weighs {together} bytes of brotli, over its limit of {LIMIT}");
    }
    step.done(&format!("{together} bytes of brotli of {LIMIT}"));
    Ok(())
}
