//! `cargo xtask mutants [file …]`: breaks core in one place at a time and sees whether a test turns red.
//!
//! Two rounds, because most mutants die in the unit tests within a second: the second asks all of core's tests, and only
//! about those that lived. What lives on must stand in `docs/mutants.md` with its reason. The score is the last line.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::command::{log_path, program, run_limited, tail};
use crate::console::say;
use crate::{paths, setup};

/// The table of what may live.
const TABLE: &str = "docs/mutants.md";

/// Runs both rounds on the files, or on all of core.
pub fn run(files: &[&str]) -> Result<ExitCode> {
    let tool = setup::cargo_mutants()?;
    let (out, temporary) = (paths::target("mutants"), paths::target("mutants-tmp"));
    for folder in [&out, &temporary] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let lists = out.join("mutants.out");
    if lists.is_dir() {
        std::fs::remove_dir_all(&lists).context("cannot remove the last run")?;
    }
    let mut score = Score::default();
    for (round, arguments) in [("unit tests", &["--cargo-arg=--lib"][..]), ("all tests", &["--iterate"][..])] {
        say(&format!("mutants: {round}; the log is {}", log_path("mutants")?.display()));
        let mut command = program(&tool);
        command.args(["mutants", "-p", "groat-core", "--no-shuffle", "-o"]).arg(&out).args(arguments);
        for file in files {
            command.args(["--file", file]);
        }
        // Symbols are of no use to a mutant, a failed property need not be made small, and fewer cases find it as well.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "1").env("TMPDIR", &temporary);
        command.env("PROPTEST_CASES", "64").env("PROPTEST_MAX_SHRINK_ITERS", "0");
        let (log, status) = run_limited("mutants", &mut command, Duration::MAX)?;
        // 2: some were missed, 3: some ran into the time limit. Anything else is no result.
        if !status.and_then(|status| status.code()).is_some_and(|code| matches!(code, 0 | 2 | 3)) {
            bail!("cargo-mutants stopped:\n\n{}", tail(&log, 30));
        }
        score.add(&lists)?;
        if score.missed.is_empty() && score.timeouts == 0 {
            break;
        }
    }
    score.report()
}

/// What became of the mutants of both rounds.
#[derive(Default)]
struct Score {
    caught: usize,
    unviable: usize,
    /// Of the last round: the round before handed them on.
    timeouts: usize,
    missed: Vec<String>,
}

impl Score {
    fn add(&mut self, lists: &Path) -> Result<()> {
        let read = |name: &str| {
            let path = lists.join(name);
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok::<_, anyhow::Error>(text.lines().map(str::to_owned).collect::<Vec<String>>())
        };
        self.caught += read("caught.txt")?.len();
        self.unviable += read("unviable.txt")?.len();
        self.timeouts = read("timeout.txt")?.len();
        self.missed = read("missed.txt")?;
        Ok(())
    }

    fn report(&self) -> Result<ExitCode> {
        let table = std::fs::read_to_string(paths::at(TABLE)).with_context(|| format!("cannot read {TABLE}"))?;
        let has_reason = |mutant: &&String| table.contains(&format!("`{}`", without_place(mutant)));
        let unexplained: Vec<&String> = self.missed.iter().filter(|mutant| !has_reason(mutant)).collect();
        for mutant in &unexplained {
            say(&format!("lives without a reason: {mutant}"));
        }
        let noticed = self.caught + self.timeouts;
        let share = noticed * 1_000 / (noticed + self.missed.len()).max(1);
        say(&format!(
            "{} caught, {} timeouts, {} missed ({} without a reason), {} unviable: {}.{} %",
            self.caught,
            self.timeouts,
            self.missed.len(),
            unexplained.len(),
            self.unviable,
            share / 10,
            share % 10
        ));
        Ok(if unexplained.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// `file: what was changed`, without the line, which every edit moves.
fn without_place(mutant: &str) -> String {
    let mut parts = mutant.splitn(4, ':');
    let (file, _, _, change) = (parts.next(), parts.next(), parts.next(), parts.next());
    format!("{}:{}", file.unwrap_or_default(), change.unwrap_or_default())
}
