//! Rust to Wasm for the buyer's browser, with its standard library: so built, a panic aborts at once, and the texts and the
//! code that would print them are not there.

use std::path::PathBuf;

use anyhow::Result;

use super::quick::set_profile;
use crate::command::{program, run};
use crate::paths;

/// Compiles `package` (whose library is `groat_<file>`) and gives the Wasm's path, before wasm-bindgen.
pub fn compile(package: &str, file: &str) -> Result<PathBuf> {
    let mut cargo = program("cargo");
    cargo
        .args(["build", "--release", "--target", "wasm32-unknown-unknown", "-p", package])
        .args(["-Z", "build-std=std,panic_abort"])
        // Beside the tests' builds: these flags would make them start anew.
        .arg("--target-dir")
        .arg(paths::target("lean"))
        // Stable Rust has it behind these two only; the Worker's build needs the first as well.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort");
    run(file, set_profile(&mut cargo))?;
    Ok(paths::target("lean/wasm32-unknown-unknown/release").join(format!("groat_{file}.wasm")))
}
