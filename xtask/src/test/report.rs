//! How steps end, and how that is told.

use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Ready;
use super::count::Count;
use super::steps::Step;
use crate::console::{say, seconds};
use crate::processes;

/// How one step ended.
pub struct Outcome {
    name: &'static str,
    count: Count,
    took: Duration,
}

/// Tests that failed, counted, and what is to be said of them.
#[derive(Debug)]
pub struct Failing {
    pub count: Count,
    pub words: String,
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Failing {}

/// Runs one step; an error is printed and counted, and the next step follows.
pub fn attempt(step: &Step, ready: &Ready) -> Outcome {
    made((step.name, step.why), || (step.run)(ready))
}

/// The same for what is made on the way, by its name and why.
pub fn made((name, why): (&'static str, &str), run: impl FnOnce() -> Result<Count>) -> Outcome {
    say(&headline(name, why));
    let (outcome, words) = ended(name, run);
    say(&format!("{words}{}", outcome.line()));
    outcome
}

/// Runs one of several steps at a time: all there is to say of it comes in one piece, at its end.
pub fn quietly(step: &Step, ready: &Ready) -> Outcome {
    let (outcome, words) = ended(step.name, || (step.run)(ready));
    say(&format!("{}\n{words}{}", headline(step.name, step.why), outcome.line()));
    outcome
}

fn ended(name: &'static str, run: impl FnOnce() -> Result<Count>) -> (Outcome, String) {
    let started = Instant::now();
    let (count, words) = match run() {
        Ok(count) => (count, String::new()),
        Err(error) => {
            processes::park_if_stopping();
            let count = error.downcast_ref::<Failing>().map_or_else(Count::one_failed, |failing| failing.count);
            (count, format!("{error:#}\n"))
        }
    };
    (Outcome { name, count, took: started.elapsed() }, words)
}

fn headline(name: &str, why: &str) -> String {
    format!("\n== {name}: {why}")
}

impl Outcome {
    fn line(&self) -> String {
        format!("== {}: {} in {}", self.name, self.count, seconds(self.took))
    }
}

/// The table of all steps, and the sum.
pub fn report(outcomes: &[Outcome], took: Duration) -> ExitCode {
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
