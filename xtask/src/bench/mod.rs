//! `cargo xtask bench`: the figures the project claims. Times are only ever shown as ratios to a handler that does nothing
//! and to one that inserts a row, measured in the same process and run: what they are by themselves, the machine decides.

mod calls;
mod driven;
mod load;
mod startup;
mod throughput;
mod weight;

use std::process::ExitCode;

use anyhow::Result;

use crate::console::say;
use crate::stack::{self, Plan, Ports, Runtime, Stack};
use crate::{build, paths, processes, setup};

/// What a section may ask.
pub struct Bench<'a> {
    pub stack: &'a Stack,
    pub edge: u16,
    pub baseline: u16,
}

/// Some of the figures. `run` says whether the promised limits are kept.
struct Section {
    name: &'static str,
    /// Only when it is asked for by its whole name: it fetches what no other command needs.
    alone: bool,
    run: fn(&Bench) -> Result<bool>,
}

const SECTIONS: &[Section] = &[
    Section {
        name: "weight",
        alone: false,
        run: |bench| Ok(weight::checkout(bench.stack, bench.edge)? & weight::worker()?),
    },
    Section {
        name: "throughput",
        alone: false,
        run: |bench| throughput::print(bench.stack, bench.edge, bench.baseline),
    },
    Section { name: "startup", alone: false, run: |_| startup::print() },
    Section { name: "calls", alone: false, run: |_| calls::print() },
    Section { name: "sale", alone: false, run: |bench| driven::print(bench.stack, "sale") },
    Section { name: "lists", alone: false, run: |bench| driven::print(bench.stack, "lists") },
    Section { name: "push", alone: false, run: |bench| driven::print(bench.stack, "push") },
    Section {
        name: "checkout",
        alone: true,
        run: |bench| setup::peers().and_then(|()| driven::print(bench.stack, "checkout")),
    },
];

/// Prints the sections whose name contains one of `words`, without words all but those that want to be asked for; fails when a promised limit is passed.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    let wanted = |section: &&Section| {
        let by_part = !section.alone && (words.is_empty() || words.iter().any(|word| section.name.contains(word)));
        by_part || words.contains(&section.name)
    };
    let sections: Vec<_> = SECTIONS.iter().filter(wanted).collect();
    if sections.is_empty() {
        let names: Vec<_> = SECTIONS.iter().map(|section| section.name).collect();
        anyhow::bail!("there is no such section; there are {}", names.join(", "));
    }
    setup::for_building()?;
    build::all()?;
    let baseline = processes::free_port()?;
    let state = paths::target("bench-state");
    let out = state.join("demo.json");
    let plan = Plan { name: "bench", state, out, ports: Ports::any()?, runtime: Runtime::Workerd { baseline } };
    let stack = stack::start(&plan)?;

    let bench = Bench { stack: &stack, edge: plan.ports.edge, baseline };
    let mut kept = true;
    for section in sections {
        kept &= (section.run)(&bench)?;
    }
    if !kept {
        say("\na promised limit is passed: see above");
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
