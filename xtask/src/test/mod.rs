//! `cargo xtask test`: every test there is, in one order, to the end even when one fails.
//!
//! The last line is `N passed, N failed`: tests where a step counts them, otherwise the step itself.

mod count;
mod steps;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

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
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    setup::everything()?;
    let mut outcomes = Vec::new();
    for step in steps::ALONE.iter().filter(|step| wanted(step.name)) {
        outcomes.push(attempt(step.name, step.why, step.run));
    }
    let together: Vec<_> = steps::TOGETHER.iter().filter(|step| wanted(step.name)).collect();
    if !together.is_empty() {
        let mut stack = None;
        outcomes.push(attempt("stack", "builds what is deployed and starts it with a chain of its own", || {
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
    Ok(report(&outcomes))
}

fn start() -> Result<Stack> {
    build::all()?;
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

fn report(outcomes: &[Outcome]) -> ExitCode {
    say("\n  step                passed  failed  time");
    for Outcome { name, count, took } in outcomes {
        let mark = if count.failed > 0 { "✗" } else { "✓" };
        say(&format!("{mark} {name:<18} {:>7} {:>7}  {}", count.passed, count.failed, seconds(*took)));
    }
    let sum = outcomes.iter().fold(Count::default(), |sum, outcome| sum.plus(outcome.count));
    let all: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    say(&format!("\n  in {}", seconds(all)));
    say(&format!("{} passed, {} failed", sum.passed, sum.failed));
    if sum.failed == 0 && sum.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
