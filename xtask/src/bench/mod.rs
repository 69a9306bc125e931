//! `cargo xtask bench`: the figures the project claims. Times are only ever shown as ratios to a handler that does nothing
//! and to one that inserts a row, measured in the same process and run: what they are by themselves, the machine decides.

mod load;
mod startup;
mod throughput;
mod weight;

use std::process::ExitCode;

use anyhow::Result;

use crate::console::say;
use crate::stack::{self, Plan, Ports, Runtime};
use crate::{build, paths, processes, setup};

/// Prints all of it; fails when a promised limit is passed.
pub fn run() -> Result<ExitCode> {
    setup::for_building()?;
    build::all()?;
    let baseline = processes::free_port()?;
    let state = paths::target("bench-state");
    let out = state.join("demo.json");
    let plan = Plan { name: "bench", state, out, ports: Ports::any()?, runtime: Runtime::Workerd { baseline } };
    let stack = stack::start(&plan)?;

    let mut kept = weight::checkout(&stack, plan.ports.edge)?;
    kept &= weight::worker()?;
    throughput::print(&stack, plan.ports.edge, baseline)?;
    drop(stack);
    startup::print()?;
    if !kept {
        say("\na promised limit is passed: see above");
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
