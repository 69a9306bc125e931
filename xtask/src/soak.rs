//! `cargo xtask soak`: hundreds of purchases on the real runtime while it is killed, replaced, cut off and its clock moved.

use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::command::program;
use crate::console::say;
use crate::processes::{self, Process};
use crate::stack::{self, Plan, Ports, Runtime};
use crate::{build, paths, setup};

/// Two hundred purchases take some ten minutes; who asks for thousands may wait.
const LIMIT: Duration = Duration::from_hours(6);

/// Runs it with what was given on the command line, which the script checks.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    build::all()?;
    let baseline = processes::free_port()?;
    let state = paths::target("soak-state");
    let out = state.join("demo.json");
    let temporary = state.join("tmp");
    let plan = Plan { name: "soak", state, out, ports: Ports::any()?, runtime: Runtime::Workerd { baseline } };
    let stack = stack::start(&plan)?;
    std::fs::create_dir_all(&temporary).with_context(|| format!("cannot make {}", temporary.display()))?;
    let mut node = program(setup::node()?);
    node.arg("tests/soak/main.mjs").args(words).env("GROAT_DEMO", &stack.out).env("TMPDIR", &temporary);
    node.stdin(Stdio::null());
    say("");
    let mut soak = Process::start("soak", &mut node, paths::target("logs/soak-edge.log"))?;
    let status = soak.wait(LIMIT)?;
    Ok(if crate::command::succeeded(status) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
