//! The simulator's command: `cargo xtask sim` builds and runs it.

use std::process::ExitCode;
use std::time::Instant;

use groat_core::planted::Bug;
use groat_simulator::campaign::{campaign, plant};
use groat_simulator::plan::Plan;
use groat_simulator::pool::Pool;
use groat_simulator::run::run;
use groat_simulator::shrink::shrink;

const HELP: &str = "\
--seed N            tell one story again, with its trace; a failing one is shrunk
--runs N [--from M] many seeds on all cores; fails if any invariant breaks
--planted [--quick] each planted bug must be found; --quick stops at the first seed that does (feature `planted`)
--bug NAME          with --seed: the story with that bug planted";

/// Seeds that are tried for each planted bug at most.
const SEEDS_PER_BUG: u64 = 2_000;
/// Seeds after which it is said how many of them found a bug.
const SHARE_OF: u64 = 200;
/// Failures after which a campaign ends: more tell nothing new.
const ENOUGH: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let text = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number = |name: &str| text(name).and_then(|text| text.parse::<u64>().ok());
    let bug = text("--bug").and_then(|name| Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name));
    let is_right = if let Some(seed) = number("--seed") {
        replay(seed, bug)
    } else if has("--planted") {
        planted(has("--quick"))
    } else if let Some(runs) = number("--runs") {
        many(number("--from").unwrap_or(1), runs)
    } else {
        println!("{HELP}");
        true
    };
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells one story, and the shortest form of it if it fails.
fn replay(seed: u64, bug: Option<Bug>) -> bool {
    plant(bug);
    let mut databases = Pool::default();
    let plan = Plan::of(seed);
    let outcome = run(&plan, &mut databases, true);
    for line in &outcome.lines {
        println!("{line}");
    }
    let Some(violation) = outcome.violation else {
        println!("\nseed {seed}: {} actions, {} checks, nothing broke", plan.steps.len(), outcome.checks);
        return true;
    };
    let short = shrink(&plan, violation.invariant, &mut databases);
    println!("\n--- seed {seed} shrunk from {} to {} actions ---", plan.steps.len(), short.steps.len());
    println!("{} stores, {:?}", short.stores, short.chains);
    println!("top-up {} min, grace {} min", short.top_up_minutes, short.late_grace_minutes);
    for step in &short.steps {
        println!("{:>9} ms  {:?}", step.at_ms, step.action);
    }
    println!("\n--- its trace ---");
    let outcome = run(&short, &mut databases, true);
    for line in outcome.lines {
        println!("{line}");
    }
    println!("\nseed {seed} breaks: {}\n{}", violation.invariant, violation.detail);
    false
}

/// Runs many seeds, and tells the first failing one.
fn many(from: u64, runs: u64) -> bool {
    let started = Instant::now();
    let summary = campaign(from, runs, None, ENOUGH);
    let elapsed_ms = started.elapsed().as_millis();
    let per_run_ms = elapsed_ms / u128::from(summary.runs.max(1));
    for (seed, violation) in &summary.failures {
        let detail: String = violation.detail.chars().take(300).collect();
        println!("seed {seed} breaks: {}\n    {detail}", violation.invariant);
    }
    println!(
        "{} seeds, {} checks, {} violations, {} s, {per_run_ms} s per 1,000 seeds",
        summary.runs,
        summary.checks,
        summary.failures.len(),
        elapsed_ms / 1_000,
    );
    if let Some((seed, _)) = summary.failures.first() {
        println!();
        replay(*seed, None);
    }
    summary.failures.is_empty() && summary.runs == runs && summary.checks > runs
}

/// Looks for each planted bug.
fn planted(is_quick: bool) -> bool {
    let mut missed = 0;
    for bug in Bug::ALL {
        let share = if is_quick { 0 } else { SHARE_OF };
        let mut summary = campaign(1, share, Some(bug), usize::MAX);
        if summary.failures.is_empty() {
            let more = campaign(share + 1, SEEDS_PER_BUG - share, Some(bug), 1);
            summary.runs += more.runs;
            summary.failures = more.failures;
        }
        let name = format!("{bug:?}");
        if let Some((seed, violation)) = summary.failures.first() {
            let (found, runs) = (summary.failures.len(), summary.runs);
            println!("{name:<24} found in {found} of {runs} seeds, first by seed {seed}: {}", violation.invariant);
        } else {
            missed += 1;
            println!("{name:<24} NOT FOUND in {} seeds", summary.runs);
        }
    }
    println!("{} of {} planted bugs found", Bug::ALL.len() - missed, Bug::ALL.len());
    missed == 0
}
