//! Makes the machine ready: each function checks first, does nothing when the right version is there, and otherwise says
//! what it does, why and about how long. What it can't do it says plainly, with the command that would.

mod apt;
mod browser;
mod node;
mod npm;
mod python;
mod rust;

use anyhow::Result;

pub use browser::{chromedriver, chromium};
pub use node::node;
pub use npm::{anvil, binaryen, esbuild, npm, peers, workerd};
pub use python::schemathesis;

use crate::pins::Pins;

/// What compiling and testing on this machine needs.
pub fn toolchain() -> Result<()> {
    rust::toolchain(&Pins::read()?)
}

/// What building needs: Rust's Wasm target and sources, the packers, the npm packages.
pub fn for_building() -> Result<()> {
    let pins = Pins::read()?;
    rust::toolchain(&pins)?;
    npm()?;
    rust::cargo_tools(&pins)
}

/// The mutation tester, whose path this gives.
pub fn cargo_mutants() -> Result<std::path::PathBuf> {
    rust::cargo_mutants(&Pins::read()?)?;
    Ok(crate::paths::tool("cargo-mutants"))
}

/// What `cargo xtask test` needs, and so everything.
pub fn everything() -> Result<()> {
    for_building()?;
    node()?;
    chromium()?;
    chromedriver()?;
    schemathesis()?;
    Ok(())
}
