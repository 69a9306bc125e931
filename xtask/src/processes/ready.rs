//! Waiting until a program answers, with its log in the error when it doesn't.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::Value;

use super::Process;
use crate::command;

const POLL: Duration = Duration::from_millis(5);
const TAIL_LINES: usize = 30;

/// Asks `probe` until it has an answer. Fails when the process ends or `patience` is over.
pub fn wait_for<T>(
    process: &mut Process,
    patience: Duration,
    mut probe: impl FnMut(&Process) -> Option<T>,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = probe(process) {
            return Ok(answer);
        }
        let problem = if let Some(status) = process.ended()? {
            format!("ended by itself ({status})")
        } else if Instant::now() > deadline {
            format!("was not ready after {} s", patience.as_secs())
        } else {
            std::thread::sleep(POLL);
            continue;
        };
        let log = command::tail(&process.log, TAIL_LINES);
        bail!("{} {problem}; its log is {}:\n\n{log}", process.name, process.log.display());
    }
}

/// The first line of a process's log that is a JSON object with that key.
pub fn json_line(process: &Process, key: &str) -> Option<Value> {
    let text = std::fs::read_to_string(&process.log).ok()?;
    text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|value| value.get(key).is_some())
}
