//! `cargo xtask sim`: builds the simulator and runs it. What it does is in `docs/simulator.md`.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::command::program;

/// The simulator with these arguments; with planted bugs only where they are asked for.
pub fn command(arguments: &[&str]) -> Command {
    let mut cargo = program("cargo");
    cargo.args(["run", "--quiet", "--profile", "simulator", "--package", "groat-simulator"]);
    if arguments.iter().any(|argument| matches!(*argument, "--planted" | "--bug")) {
        cargo.args(["--features", "planted"]);
    }
    cargo.arg("--").args(arguments);
    cargo
}

/// Runs it in the foreground.
pub fn run(arguments: &[&str]) -> Result<ExitCode> {
    let status = command(arguments).status().context("cargo does not start")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
