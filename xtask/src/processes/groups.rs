//! The process groups that we started, and how they are ended: SIGTERM, two seconds, SIGKILL.
//!
//! SIGKILL is not only for the stubborn: the Workers runtime with a hung request ignores SIGTERM. What is running is also
//! written to `target/run/`, so that after our own SIGKILL the next start finds and ends what was left.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use crate::{console, paths};

/// What a group gets to end by itself.
const GRACE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(20);
/// The usual code of a program that Ctrl-C ended.
const EXIT_INTERRUPTED: i32 = 130;

static RUNNING: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
static STOPPING: AtomicBool = AtomicBool::new(false);

struct Entry {
    name: String,
    id: u32,
}

/// A registered group; its leader's process id is its id.
pub struct Group {
    id: u32,
}

impl Group {
    pub fn register(name: &str, id: u32) -> Result<Self> {
        let mut running = running();
        running.push(Entry { name: name.to_owned(), id });
        write_record(&running)?;
        Ok(Self { id })
    }

    /// Ends the group and forgets it.
    pub fn stop(&self) {
        end(&[self.id]);
        let mut running = running();
        running.retain(|entry| entry.id != self.id);
        let _ = write_record(&running);
    }
}

/// Stops everything when it is dropped: the last line of `main`, whichever way it is left.
pub struct StopAll;

impl Drop for StopAll {
    fn drop(&mut self) {
        stop_all();
    }
}

/// From here on Ctrl-C, SIGTERM and a closed terminal stop everything and then us.
pub fn stop_all_on_signal() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    match signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        Ok(mut signals) => {
            std::thread::spawn(move || {
                if signals.forever().next().is_some() {
                    STOPPING.store(true, Ordering::SeqCst);
                    console::say("\nstopping …");
                    stop_all();
                    std::process::exit(EXIT_INTERRUPTED);
                }
            });
        }
        Err(error) => console::say(&format!("cannot listen for Ctrl-C: {error}")),
    }
}

/// While a signal stops everything, programs end around us: no other thread should take that for news.
pub fn park_if_stopping() {
    while STOPPING.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Ends what an earlier run left behind because it was killed itself.
pub fn stop_leftovers() {
    let Ok(records) = std::fs::read_dir(paths::target("run")) else { return };
    for record in records.flatten() {
        let path = record.path();
        let owner = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<u32>().ok());
        if owner.is_none_or(|owner| command_line(owner).is_some_and(|line| line.contains("xtask"))) {
            continue;
        }
        let entries: Value =
            std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let left: Vec<u32> = entries.as_array().into_iter().flatten().filter_map(still_running).collect();
        if !left.is_empty() {
            console::say(&format!("an earlier run left {} programs running; ending them", left.len()));
            end(&left);
        }
        let _ = std::fs::remove_file(path);
    }
}

/// The id of a recorded leader, if that process still is what it was.
fn still_running(entry: &Value) -> Option<u32> {
    let id = u32::try_from(entry.get("id")?.as_u64()?).ok()?;
    (started_at(id)? == entry.get("started_at")?.as_str()?).then_some(id)
}

fn stop_all() {
    let ids: Vec<u32> = running().drain(..).rev().map(|entry| entry.id).collect();
    end(&ids);
    let _ = std::fs::remove_file(record_path());
}

fn end(ids: &[u32]) {
    let alive = |ids: &[u32]| ids.iter().copied().filter(|id| is_alive(*id)).collect::<Vec<_>>();
    for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, GRACE)] {
        let left = alive(ids);
        for id in &left {
            signal_group(*id, signal);
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline && !alive(ids).is_empty() {
            std::thread::sleep(POLL);
        }
    }
}

fn signal_group(id: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, signal);
    }
}

/// Whether any member of the group still runs. The dead that nobody has waited for do not count.
#[cfg(target_os = "linux")]
fn is_alive(group: u32) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    entries.flatten().any(|entry| {
        let Some(fields) = entry.file_name().to_str().and_then(stat) else { return false };
        // state, parent, group
        let of = fields.get(2).and_then(|field| field.parse::<u32>().ok());
        of == Some(group) && !matches!(fields.first().map(String::as_str), Some("Z" | "X"))
    })
}

#[cfg(not(target_os = "linux"))]
fn is_alive(group: u32) -> bool {
    let pid = i32::try_from(group).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process_group(pid).is_ok())
}

/// A process's command line; `None` where it can't be known (no such process, or not Linux).
fn command_line(id: u32) -> Option<String> {
    let bytes = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// When a process began, in the kernel's own count. With the id it names one process for good; the command line would
/// not, since programs replace themselves.
fn started_at(id: u32) -> Option<String> {
    const FIELD: usize = 19;
    stat(&id.to_string())?.into_iter().nth(FIELD)
}

/// The fields of `/proc/<id>/stat` after the name, which may itself hold spaces and brackets.
fn stat(id: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    Some(text.rsplit(')').next()?.split_whitespace().map(str::to_owned).collect())
}

fn write_record(running: &[Entry]) -> Result<()> {
    let path = record_path();
    if running.is_empty() {
        let _ = std::fs::remove_file(path);
        return Ok(());
    }
    let entries: Vec<Value> = running
        .iter()
        .map(|entry| json!({"name": entry.name, "id": entry.id, "started_at": started_at(entry.id)}))
        .collect();
    std::fs::create_dir_all(paths::target("run"))?;
    std::fs::write(&path, serde_json::to_vec(&entries)?).with_context(|| format!("cannot write {}", path.display()))
}

fn record_path() -> PathBuf {
    paths::target("run").join(format!("{}.json", std::process::id()))
}

fn running() -> MutexGuard<'static, Vec<Entry>> {
    // A thread that panicked while it held the list has left it whole: pushes and drains don't tear.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
