//! `cargo xtask sim`: builds the simulator and runs it. What it does is in `docs/simulator.md`.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::command::program;

/// The simulator with these arguments. `can_plant` compiles the planted bugs in; each is off unless it is asked for.
pub fn command(arguments: &[&str], can_plant: bool) -> Command {
    let mut cargo = program("cargo");
    cargo.args(["run", "--quiet", "--profile", "simulator", "--package", "groat-simulator"]);
    if can_plant {
        cargo.args(["--features", "planted"]);
    }
    cargo.arg("--").args(arguments);
    cargo
}

/// Runs it in the foreground.
pub fn run(arguments: &[&str]) -> Result<ExitCode> {
    let can_plant = arguments.iter().any(|argument| matches!(*argument, "--planted" | "--bug"));
    let status = command(arguments, can_plant).status().context("cargo does not start")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
