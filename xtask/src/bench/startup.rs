//! How long the runtime takes from its start to the first answer, with the Worker and with the baseline alone. The
//! difference is the Worker's script: reading, compiling, its first instance.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::command::program;
use crate::console::say;
use crate::processes::{Process, free_port, wait_for};
use crate::stack::workerd_config;
use crate::{http, paths, setup};

const TIMES: usize = 5;
/// What the platform allows a script.
const MOST: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(20);

pub fn print() -> Result<bool> {
    let with = middle(true)?;
    let without = middle(false)?;
    let script = with.saturating_sub(without);
    say(&format!("\nStart of the runtime to the first answer, middle of {TIMES}"));
    say(&format!("  baseline alone {:>5} ms", without.as_millis()));
    say(&format!("  with the Worker {:>4} ms", with.as_millis()));
    say(&format!("  the Worker's script {} ms (the platform allows 1000)", script.as_millis()));
    Ok(script < MOST)
}

fn middle(with_worker: bool) -> Result<Duration> {
    let mut times = (0..TIMES).map(|_| once(with_worker)).collect::<Result<Vec<_>>>()?;
    times.sort_unstable();
    times.get(TIMES / 2).copied().context("nothing was measured")
}

fn once(with_worker: bool) -> Result<Duration> {
    let folder = paths::target("bench-state/startup");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (edge, baseline) = (free_port()?, free_port()?);
    let config = workerd_config(&folder, (edge, baseline), with_worker.then_some(["ENVIRONMENT"].as_slice()))?;
    let mut command = program(setup::workerd()?);
    command.args(["serve", "--experimental"]).arg(config).env("ENVIRONMENT", "local");
    let (port, path) = if with_worker { (edge, "/healthz") } else { (baseline, "/") };
    let started = Instant::now();
    let mut process = Process::background("bench-startup", &mut command)?;
    wait_for(&mut process, PATIENCE, |_| http::get(port, path))?;
    Ok(started.elapsed())
}
