//! `cargo xtask fuzz [target] [--minutes N]`: strangers' bytes for every parser and for the invoice, guided by coverage.
//!
//! libFuzzer on the stable compiler: the coverage is LLVM's own, asked for by flags, and no sanitizer is, because there is
//! no unsafe code to watch. What is found lies in `target/fuzz/found`; the corpus grows in `target/fuzz/corpus`.
//! A bounded share of the same targets runs in `cargo xtask test`, without coverage (`fuzz/tests/bounded.rs`).

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::command::{self, capture, program, run, run_limited};
use crate::console::{Step, say};
use crate::{paths, pins};

/// What libFuzzer sees: every edge, counted in place, and the operands of comparisons.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// Longer inputs find nothing that shorter ones don't, and cost time.
const MAX_LENGTH: u32 = 4_096;
/// An input that takes longer is a finding.
const INPUT_SECONDS: u32 = 20;

/// Builds the targets and runs one of them, or each.
pub fn run_targets(options: &[&str]) -> Result<ExitCode> {
    let all = pins::fuzz_targets()?;
    let (mut chosen, mut minutes) = (None, 1);
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--minutes" => {
                minutes = rest.next().and_then(|text| text.parse().ok()).context("--minutes wants a number")?;
            }
            name if all.iter().any(|known| known == name) => chosen = Some(name.to_owned()),
            other => bail!("there is no target {other}; there are {}", all.join(", ")),
        }
    }
    let binary = build()?;
    let targets = chosen.map_or(all, |name| vec![name]);
    let mut failed = Vec::new();
    for target in &targets {
        let step = Step::start(&format!("fuzz {target}"), &format!("{minutes} min"));
        let (log, ok) = one(&binary, target, minutes)?;
        step.done(&summary(&log));
        if !ok {
            say(&command::tail(&log, 40));
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("broken: {}; the inputs lie in target/fuzz/found", failed.join(", ")));
    Ok(ExitCode::FAILURE)
}

fn build() -> Result<PathBuf> {
    let step = Step::start("build the fuzzer", "with LLVM's coverage; the first time takes 3 min and a C++ compiler");
    let about = capture(program("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say its host")?;
    let mut cargo = program("cargo");
    // With a target named, the flags are for what is fuzzed and not for build scripts.
    cargo.args(["build", "--profile", "fuzz", "-p", "groat-fuzz", "--features", "libfuzzer", "--target", host]);
    run("fuzz-build", cargo.env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", paths::target("fuzz")))?;
    step.done("");
    Ok(paths::target("fuzz").join(host).join("fuzz/groat-fuzz"))
}

/// Runs one target; its log, and whether nothing was found.
fn one(binary: &PathBuf, target: &str, minutes: u32) -> Result<(PathBuf, bool)> {
    let (corpus, found) = (paths::target("fuzz/corpus").join(target), paths::target("fuzz/found"));
    for folder in [&corpus, &found] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut fuzzer = program(binary);
    fuzzer.env("GROAT_FUZZ_TARGET", target).env("GROAT_FUZZ_SEEDS", &corpus);
    fuzzer.arg(&corpus).arg(format!("-artifact_prefix={}/{target}-", found.display())).args([
        format!("-max_total_time={}", minutes * 60),
        format!("-max_len={MAX_LENGTH}"),
        format!("-timeout={INPUT_SECONDS}"),
        "-print_final_stats=1".to_owned(),
    ]);
    let limit = Duration::from_secs(u64::from(minutes) * 60 + 120);
    let (log, status) = run_limited(&format!("fuzz-{target}"), &mut fuzzer, limit)?;
    Ok((log, command::succeeded(status)))
}

/// Inputs that were run, and edges that they reached.
fn summary(log: &PathBuf) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let after = |mark: &str| {
        let rest = text.rsplit_once(mark).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split_whitespace().next()).unwrap_or("?").to_owned()
    };
    format!("{} inputs, {} edges", after("stat::number_of_executed_units:"), after(" cov: "))
}
