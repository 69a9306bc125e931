//! `cargo xtask test`: every test there is, in one order, to the end even when one fails.
//!
//! The last line is `N passed, N failed`: tests where a step counts them, otherwise the step itself.

mod count;
mod report;
mod steps;

use std::panic::resume_unwind;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::console::say;
use crate::stack::{self, Plan, Ports, Runtime, Stack};
use crate::{build, paths, setup};
use count::Count;
use report::{Outcome, attempt, quietly, report};
use steps::{Needs, Step};

/// What is there for the steps to use.
#[derive(Default)]
pub struct Ready {
    is_built: bool,
    stack: Option<Stack>,
}

impl Ready {
    fn stack(&self) -> Result<&Stack> {
        self.stack.as_ref().context("not run, because the stack did not start")
    }
}

/// Runs the steps whose name contains one of `filters`; all of them when there is none.
pub fn run(filters: &[&str]) -> Result<ExitCode> {
    let started = Instant::now();
    let wanted = |step: &&Step| filters.is_empty() || filters.iter().any(|filter| step.name.contains(filter));
    let after: Vec<&Step> = steps::AFTER_BUILDS.iter().copied().flatten().copied().flatten().filter(wanted).collect();
    let needs = after.iter().map(|step| step.needs).max().unwrap_or(Needs::Sources);
    setup::toolchain()?;
    // Much of setting up and building keeps one core busy and leaves the other.
    let builds = if needs == Needs::Sources {
        setup::everything()?;
        None
    } else {
        Some(thread::spawn(|| setup::everything().and_then(|()| build::all())))
    };
    let mut ready = Ready::default();
    let mut outcomes: Vec<Outcome> =
        steps::BESIDE_BUILDS.iter().filter(wanted).map(|step| attempt(step, &ready)).collect();
    if let Some(builds) = builds {
        let step = ("build", "the tools, and what is deployed: begun beside the steps before");
        outcomes.push(report::made(step, || {
            match builds.join() {
                Ok(built) => built?,
                Err(panic) => resume_unwind(panic),
            }
            ready.is_built = true;
            Ok(Count::one_passed())
        }));
    }
    if needs == Needs::Stack {
        outcomes.push(report::made(("stack", "starts what was built, with a chain of its own"), || {
            ensure!(ready.is_built, "not started, because the build failed");
            ready.stack = Some(start()?);
            Ok(Count::one_passed())
        }));
    }
    for lanes in steps::AFTER_BUILDS {
        let lanes: Vec<Vec<&Step>> = lanes.iter().map(|lane| lane.iter().filter(wanted).collect()).collect();
        outcomes.extend(side_by_side(&lanes, &ready));
    }
    Ok(report(&outcomes, started.elapsed()))
}

/// Runs the steps of each lane one after the other, beside those of the other lanes.
fn side_by_side(lanes: &[Vec<&Step>], ready: &Ready) -> Vec<Outcome> {
    let lanes: Vec<&Vec<&Step>> = lanes.iter().filter(|lane| !lane.is_empty()).collect();
    if let [lane] = lanes.as_slice() {
        return lane.iter().map(|step| attempt(step, ready)).collect();
    }
    if !lanes.is_empty() {
        let names = |lane: &[&Step]| lane.iter().map(|step| step.name).collect::<Vec<_>>().join(", then ");
        let shown: Vec<String> = lanes.iter().map(|lane| names(lane)).collect();
        say(&format!("\n.. side by side: {}", shown.join(" | ")));
    }
    thread::scope(|scope| {
        let run_all = |lane: &Vec<&Step>| lane.iter().map(|step| quietly(step, ready)).collect::<Vec<_>>();
        let running: Vec<_> = lanes.into_iter().map(|lane| scope.spawn(move || run_all(lane))).collect();
        let ended = running.into_iter().map(|lane| lane.join().unwrap_or_else(|panic| resume_unwind(panic)));
        ended.flatten().collect()
    })
}

fn start() -> Result<Stack> {
    let state = paths::target("test-state");
    let out = state.join("demo.json");
    stack::start(&Plan { name: "test", state, out, ports: Ports::any()?, runtime: Runtime::Wrangler })
}
