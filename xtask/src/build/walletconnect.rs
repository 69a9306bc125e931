//! WalletConnect's module: Rust to Wasm with its script, loaded only by a buyer who chooses it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::checkout::bundle;
use super::measure::measure;
use super::quick::is_quick;
use super::{lean, optimise::optimise, record};
use crate::command::{program, run};
use crate::console::Step;
use crate::paths;

/// The files by their names in the manifest.
pub const NAMES: [&str; 2] = ["walletconnect_js", "walletconnect_wasm"];
/// Wasm and script together, brotli.
pub const LIMIT: u64 = 43_500;

pub fn build() -> Result<()> {
    let step =
        Step::start("walletconnect", "Rust to Wasm, with the standard library (2 min the first time, then seconds)");
    let work = paths::target("walletconnect");
    fs::create_dir_all(&work).context("cannot make target/walletconnect")?;
    let compiled = lean::compile("groat-walletconnect", "walletconnect")?;
    let mut bindgen = program(paths::tool("wasm-bindgen"));
    bindgen.arg(compiled).arg("--out-dir").arg(&work).args(["--out-name", "glue", "--target", "web"]);
    run("walletconnect-bindgen", bindgen.args(["--no-typescript", "--omit-default-module-path"]))?;
    let wasm = work.join("walletconnect.wasm");
    optimise("walletconnect-optimise", &work.join("glue_bg.wasm"), &wasm)?;
    let script = bundle(&work, &paths::at("walletconnect/entry.js"), "walletconnect.js")?;
    let files: [PathBuf; 2] = [script, wasm];
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
