//! The npm packages of `package.json`, and the programs that lie among them.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::command::{find, program, run};
use crate::console::Step;
use crate::paths;

/// A copy of the lock file as it was at the last install.
const STAMP: &str = "node_modules/.groat-lock";

/// Installs the packages unless they are there as the lock file has them.
pub fn npm() -> Result<()> {
    let lock = std::fs::read(paths::at("package-lock.json")).context("cannot read package-lock.json")?;
    if std::fs::read(paths::at(STAMP)).is_ok_and(|stamp| stamp == lock) {
        return Ok(());
    }
    let Some(npm) = find(&["npm"]) else {
        bail!("no npm on the PATH: install Node.js 20 or newer, which brings it (https://nodejs.org)");
    };
    let step = Step::start("npm packages", "local chain, Workers runtime, bundlers, test libraries (about 30 s)");
    // Not `npm ci`: it refuses a lock whose optional packages are for other platforms. No scripts: none is needed, and
    // what does not run can't surprise.
    run("npm", program(npm).args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    let lock = std::fs::read(paths::at("package-lock.json")).context("cannot read package-lock.json")?;
    std::fs::write(paths::at(STAMP), lock).context("cannot write in node_modules")?;
    step.done("");
    Ok(())
}

/// esbuild's own program: the wrapper in `node_modules/.bin` would start Node each time.
pub fn esbuild() -> Result<PathBuf> {
    platform_program("@esbuild", "", "bin/esbuild")
}

/// The local chain.
pub fn anvil() -> Result<PathBuf> {
    platform_program("@foundry-rs", "anvil-", "bin/anvil")
}

/// The Workers runtime.
pub fn workerd() -> Result<PathBuf> {
    platform_program("@cloudflare", "workerd-", "bin/workerd")
}

/// A script that Node runs.
pub fn wasm_opt() -> PathBuf {
    paths::at("node_modules/binaryen/bin/wasm-opt")
}

/// npm installs only this platform's variant of such a package: the one folder of that scope and prefix with the program.
fn platform_program(scope: &str, prefix: &str, inside: &str) -> Result<PathBuf> {
    let folder = paths::at("node_modules").join(scope);
    let entries = std::fs::read_dir(&folder).with_context(|| format!("{} is missing", folder.display()))?;
    for entry in entries.flatten() {
        let candidate = entry.path().join(inside);
        if entry.file_name().to_string_lossy().starts_with(prefix) && candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!(
        "node_modules/{scope} has no program for {}-{}: this platform is not among those the package supports",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
