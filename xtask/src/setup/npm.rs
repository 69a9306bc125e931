//! The npm packages of `package.json` and of the peers, and the programs that lie among them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::command::{find, program, run};
use crate::console::Step;
use crate::paths;

/// A copy of the lock file as it was at the last install.
const STAMP: &str = "node_modules/.groat-lock";

/// Other checkouts, each in a folder of its own as somebody who uses only that one has it.
const PEERS: &str = "tests/bench/peers";

/// Installs what the project is built and tested with.
pub fn npm() -> Result<()> {
    install(&paths::root(), "npm packages", "local chain, Workers runtime, bundlers, test libraries (about 30 s)")
}

/// Installs the checkouts that Groat's is measured beside. Nothing else needs them.
pub fn peers() -> Result<()> {
    let entries = std::fs::read_dir(paths::at(PEERS)).with_context(|| format!("there is no {PEERS}"))?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("package.json").is_file());
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        install(&folder, &format!("peer {name}"), "another checkout, to measure beside ours (one to five minutes)")?;
    }
    Ok(())
}

/// Installs the packages of a folder unless they are there as its lock file has them.
fn install(folder: &Path, name: &str, what: &str) -> Result<()> {
    let read_lock = || {
        let lock = folder.join("package-lock.json");
        std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))
    };
    let lock = read_lock()?;
    if std::fs::read(folder.join(STAMP)).is_ok_and(|stamp| stamp == lock) {
        return Ok(());
    }
    let Some(npm) = find(&["npm"]) else {
        bail!("no npm on the PATH: install Node.js 20 or newer, which brings it (https://nodejs.org)");
    };
    let step = Step::start(name, what);
    // Not `npm ci`: it refuses a lock whose optional packages are for other platforms. No scripts: none is needed, and
    // what does not run can't surprise.
    let mut command = program(npm);
    command.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    run("npm", &mut command)?;
    std::fs::write(folder.join(STAMP), read_lock()?).context("cannot write in node_modules")?;
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
pub fn binaryen(tool: &str) -> PathBuf {
    paths::at("node_modules/binaryen/bin").join(tool)
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
