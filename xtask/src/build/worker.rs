//! The Worker, built so that a panic unwinds (`docs/decisions/0002-panics.md` says why and what it costs).

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::measure::{Measure, measure};
use super::optimise::optimise;
use super::quick::set_profile;
use super::record;
use crate::command::{program, run};
use crate::console::Step;
use crate::{paths, setup};

/// `assets` is the JSON that the Worker's pages take the checkout's file names from.
pub fn build(assets: &str) -> Result<()> {
    let step = Step::start("edge", "the Worker and its standard library, to Wasm (3 min the first time, then seconds)");
    let mut command = program(paths::tool("worker-build"));
    // Not optimised by worker-build: it keeps every function's name, half the weight of the file.
    command.args(["--release", "--no-opt", "--out-dir", "build", "edge", "-Z", "build-std=std,panic_unwind"]);
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cpanic=unwind")
        .env("CARGO_PROFILE_RELEASE_PANIC", "unwind")
        .env("GROAT_ASSETS", assets)
        // worker-build adds its own stack to the compiler's errors otherwise.
        .env("RUST_BACKTRACE", "0")
        // A folder of its own: in the checkout's, either build would throw away the other's crates, whose flags differ.
        .env("CARGO_TARGET_DIR", paths::target("edge"))
        // What it would download otherwise.
        .env("WASM_BINDGEN_BIN", paths::tool("wasm-bindgen"))
        .env("ESBUILD_BIN", setup::esbuild()?);
    run("edge", set_profile(&mut command))?;
    let wasm = paths::at("edge/build/index_bg.wasm");
    optimise("edge-optimise", &wasm, &wasm)?;
    let weight = weight()?;
    record("worker", "edge/build", &weight)?;
    step.done(&weight.to_string());
    Ok(())
}

/// What is uploaded: the Wasm and its JavaScript together.
fn weight() -> Result<Measure> {
    let files: Vec<PathBuf> =
        ["index_bg.wasm", "index.js"].iter().map(|name| paths::at("edge/build").join(name)).collect();
    let parts = measure(&files)?;
    let first = parts.first().context("nothing was measured")?;
    Ok(parts.iter().skip(1).fold(first.clone(), |sum, part| Measure {
        hash: sum.hash,
        raw: sum.raw + part.raw,
        gzip: sum.gzip + part.gzip,
        br: sum.br + part.br,
    }))
}
