//! `cargo xtask test`: every test there is, in one order, to the end even when one fails.
//!
//! The last line is `N passed, N failed`: tests where a step counts them, otherwise the step itself.

mod count;
mod steps;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::console::{say, seconds};
use crate::stack::{self, Plan, Ports, Runtime, Stack};
use crate::{build, paths, processes, setup};
use count::Count;

/// How one step ended.
struct Outcome {
    name: &'static str,
    count: Count,
    took: Duration,
}

/// Runs the steps whose name contains one of `filters`; all of them when there is none.
pub fn run(filters: &[&str]) -> Result<ExitCode> {
    let started = Instant::now();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    let together: Vec<_> = steps::TOGETHER.iter().filter(|step| wanted(step.name)).collect();
    setup::toolchain()?;
    // Much of setting up and building keeps one core busy and leaves the other.
    let builds = if together.is_empty() {
        setup::everything()?;
        None
    } else {
        Some(thread::spawn(|| setup::everything().and_then(|()| build::all())))
    };
    let mut outcomes = Vec::new();
    let mut is_built = false;
    for step in steps::BESIDE_BUILDS.iter().filter(|step| wanted(step.name)) {
        outcomes.push(attempt(step.name, step.why, step.run));
    }
    if let Some(builds) = builds {
        outcomes.push(attempt("build", "the tools, and what is deployed: begun beside the steps before", || {
            match builds.join() {
                Ok(built) => built?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
            is_built = true;
            Ok(Count::one_passed())
        }));
    }
    for step in steps::ALONE.iter().filter(|step| wanted(step.name)) {
        outcomes.push(attempt(step.name, step.why, step.run));
    }
    if !together.is_empty() {
        let mut stack = None;
        outcomes.push(attempt("stack", "starts what was built, with a chain of its own", || {
            ensure!(is_built, "not started, because the build failed");
            stack = Some(start()?);
            Ok(Count::one_passed())
        }));
        for step in together {
            outcomes.push(attempt(step.name, step.why, || match &stack {
                Some(stack) => (step.run)(stack),
                None => anyhow::bail!("not run, because the stack did not start"),
            }));
        }
    }
    Ok(report(&outcomes, started.elapsed()))
}

fn start() -> Result<Stack> {
    let state = paths::target("test-state");
    let out = state.join("demo.json");
    stack::start(&Plan { name: "test", state, out, ports: Ports::any()?, runtime: Runtime::Wrangler })
}

/// Runs one step; an error is printed and counted, and the next step follows.
fn attempt(name: &'static str, why: &str, run: impl FnOnce() -> Result<Count>) -> Outcome {
    say(&format!("\n== {name}: {why}"));
    let started = Instant::now();
    let count = run().unwrap_or_else(|error| {
        processes::park_if_stopping();
        say(&format!("{error:#}"));
        Count::one_failed()
    });
    let took = started.elapsed();
    say(&format!("== {name}: {count} in {}", seconds(took)));
    Outcome { name, count, took }
}

fn report(outcomes: &[Outcome], took: Duration) -> ExitCode {
    say("\n  step                passed  failed  time");
    for Outcome { name, count, took } in outcomes {
        let mark = if count.failed > 0 { "✗" } else { "✓" };
        say(&format!("{mark} {name:<18} {:>7} {:>7}  {}", count.passed, count.failed, seconds(*took)));
    }
    let sum = outcomes.iter().fold(Count::default(), |sum, outcome| sum.plus(outcome.count));
    say(&format!("\n  in {}, tools included", seconds(took)));
    say(&format!("{} passed, {} failed", sum.passed, sum.failed));
    if sum.failed == 0 && sum.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
