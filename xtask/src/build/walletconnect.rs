//! WalletConnect's module: Rust to Wasm with its script, loaded only by a buyer who chooses it.

use anyhow::{Result, bail};

use super::lean::{self, Lean};
use super::measure::measure;
use super::quick::is_quick;
use super::record;
use crate::console::Step;

/// The files by their names in the manifest.
pub const NAMES: [&str; 2] = ["walletconnect_js", "walletconnect_wasm"];
/// Wasm and script together, brotli.
pub const LIMIT: u64 = 43_500;

pub fn build() -> Result<()> {
    let step =
        Step::start("walletconnect", "Rust to Wasm, with the standard library (2 min the first time, then seconds)");
    let lean = Lean {
        package: "groat-walletconnect",
        library: "walletconnect",
        name: "walletconnect",
        entry: "walletconnect/entry.js",
    };
    let files = lean::build(&lean)?;
    let measures = measure(&files)?;
    for (name, measure) in NAMES.iter().zip(&measures) {
        record(name, "", measure)?;
    }
    let together: u64 = measures.iter().map(|measure| measure.br).sum();
    if together > LIMIT && !is_quick() {
        bail!("WalletConnect's module weighs {together} bytes of brotli, over its limit of {LIMIT}");
    }
    step.done(&format!("{together} bytes of brotli of {LIMIT}"));
    Ok(())
}
