//! wasm-opt, for size, the same way for the checkout and the Worker.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::quick::is_quick;
use crate::command::{program, run};
use crate::setup;

/// What rustc's target has on by default, and exception handling for the Worker's unwinding. Named one by one: with all
/// features on, binaryen may use an encoding that runtimes don't read yet.
pub const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The largest function that is put into its one caller. Larger ones make the module shorter and its brotli longer: of 0, 5,
/// 10, 20 and no limit this was the smallest, by 2 kB of the checkout's 66.
pub const INLINED_INTO_ONE: &str = "--one-caller-inline-max-function-size=20";

/// Optimises `from` into `to`; the names of functions and the compilers' names go.
pub fn optimise(log: &str, from: &Path, to: &Path) -> Result<()> {
    // Written beside and renamed: a runtime that watches the file never sees half of it.
    let partial = to.with_extension("partial");
    if is_quick() {
        std::fs::copy(from, &partial).with_context(|| format!("cannot read {}", from.display()))?;
        return std::fs::rename(&partial, to).with_context(|| format!("cannot write {}", to.display()));
    }
    let mut command = program(setup::node()?);
    command
        .arg(setup::binaryen("wasm-opt"))
        .arg(from)
        .arg("-o")
        .arg(&partial)
        .args(["-Oz", INLINED_INTO_ONE])
        .args(FEATURES);
    run(log, command.args(["--strip-debug", "--strip-producers"]))?;
    std::fs::rename(&partial, to).with_context(|| format!("cannot write {}", to.display()))
}
