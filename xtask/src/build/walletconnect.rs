//! WalletConnect's module: Rust to Wasm with its script, loaded only by a buyer who chooses it.
//!
//! Its standard library is built with it, so that a panic aborts at once: without the texts and the code that would print
//! them it is a fifth lighter.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::checkout::bundle;
use super::measure::measure;
use super::quick::{is_quick, set_profile};
use super::{optimise::optimise, record};
use crate::command::{program, run};
use crate::console::Step;
use crate::paths;

/// The files by their names in the manifest.
pub const NAMES: [&str; 2] = ["walletconnect_js", "walletconnect_wasm"];
/// Wasm and script together, brotli.
pub const LIMIT: u64 = 43_500;

const WASM: &str = "lean/wasm32-unknown-unknown/release/groat_walletconnect.wasm";

pub fn build() -> Result<()> {
    let step =
        Step::start("walletconnect", "Rust to Wasm, with the standard library (2 min the first time, then seconds)");
    let work = paths::target("walletconnect");
    fs::create_dir_all(&work).context("cannot make target/walletconnect")?;
    let mut cargo = program("cargo");
    cargo
        .args(["build", "--release", "--target", "wasm32-unknown-unknown", "-p", "groat-walletconnect"])
        .args(["-Z", "build-std=std,panic_abort"])
        // Beside the other builds: these flags would make them start anew.
        .arg("--target-dir")
        .arg(paths::target("lean"))
        // Stable Rust has it behind these two only; the Worker's build needs the first as well.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort");
    run("walletconnect", set_profile(&mut cargo))?;
    let mut bindgen = program(paths::tool("wasm-bindgen"));
    bindgen.arg(paths::target(WASM)).arg("--out-dir").arg(&work).args(["--out-name", "glue", "--target", "web"]);
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
