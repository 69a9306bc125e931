//! Runs other programs to their end, with their output in a log file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::console::say;
use crate::{paths, processes};

/// Lines of a log that an error message repeats.
const TAIL_LINES: usize = 60;

/// A command in the repository's root.
pub fn program(path: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(paths::root());
    command
}

/// Runs `command` with its output in `target/logs/<log>.log`; fails with the log's end unless it exits with 0.
pub fn run(log: &str, command: &mut Command) -> Result<PathBuf> {
    let (path, status) = run_limited(log, command, Duration::MAX)?;
    if !succeeded(status) {
        bail!("{} failed; its log is {}:\n\n{}", shown(command), path.display(), tail(&path, TAIL_LINES));
    }
    Ok(path)
}

/// The same, but any exit is an answer; what still runs after `limit` is ended, and that is `None`.
pub fn run_limited(log: &str, command: &mut Command, limit: Duration) -> Result<(PathBuf, Option<ExitStatus>)> {
    let path = log_path(log)?;
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let mut process = processes::Process::start(log, command, path.clone())?;
    let status = process.wait(limit)?;
    if status.is_none() {
        say(&format!("{} was still running after {} s and was ended", shown(command), limit.as_secs()));
    }
    Ok((path, status))
}

/// Whether it ended by itself and well.
pub fn succeeded(status: Option<ExitStatus>) -> bool {
    status.is_some_and(|status| status.success())
}

/// Runs `command` and returns what it printed to standard output, trimmed.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}", shown(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where the log of that name is.
pub fn log_path(log: &str) -> Result<PathBuf> {
    let folder = paths::target("logs");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.join(format!("{log}.log")))
}

/// The last lines of a file.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text.lines().collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
}

/// The first of `names` that is on the PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|candidate| candidate.is_file()))
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    format!("`{}`", words.join(" "))
}
