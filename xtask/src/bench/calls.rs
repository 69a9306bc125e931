//! What a block costs the watcher in JSON-RPC calls: counted natively on a chain in memory, where it is the same each time.

use anyhow::{Context as _, Result};

use crate::command::{self, program};
use crate::console::say;

const TEST: &str = "chain::tests::growth";

/// Runs the test that counts, which fails when there are more than promised, and prints its lines.
pub fn print() -> Result<bool> {
    let mut cargo = program("cargo");
    cargo.args(["test", "--quiet", "-p", "groat-edge", "--lib", TEST, "--", "--nocapture"]);
    let log = command::run("bench-calls", &mut cargo)?;
    let text = std::fs::read_to_string(&log).with_context(|| format!("cannot read {}", log.display()))?;
    say("\nWhat a block costs the watcher of one chain, with a payment in it");
    let lines: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("figure c: ")).map(|(_, line)| line).collect();
    for line in &lines {
        say(&format!("  {line}"));
    }
    Ok(!lines.is_empty())
}
