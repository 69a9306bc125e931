//! Starting and stopping other programs, each in a process group of its own, so that what they start ends with them.
//!
//! Ctrl-C reaches only xtask (the others are not in the terminal's foreground group); it then stops every group.

mod groups;
mod ports;
mod ready;

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

pub use groups::{StopAll, own, park_if_stopping, stop_all_on_signal, stop_leftovers};
pub use ports::{free_port, port_near};
pub use ready::{json_line, wait_for};

use crate::command;

const POLL: Duration = Duration::from_millis(20);

/// A program that runs beside us. Dropped, it is stopped.
pub struct Process {
    pub name: String,
    pub log: PathBuf,
    child: Child,
    group: groups::Group,
}

impl Process {
    /// Starts a program that runs until it is stopped, with its output in `target/logs/<name>.log`.
    pub fn background(name: &str, program: &mut Command) -> Result<Self> {
        let log = command::log_path(name)?;
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        program.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Self::start(name, program, log)
    }

    /// Starts a program whose output the caller has already sent somewhere.
    pub fn start(name: &str, program: &mut Command, log: PathBuf) -> Result<Self> {
        park_if_stopping();
        let child = program
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name} ({})", program.get_program().to_string_lossy()))?;
        let group = groups::Group::register(name, child.id())?;
        Ok(Self { name: name.to_owned(), log, child, group })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end, but no longer than `limit`.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let started = Instant::now();
        while started.elapsed() < limit {
            if let Some(status) = self.child.try_wait()? {
                park_if_stopping();
                return Ok(Some(status));
            }
            std::thread::sleep(POLL);
        }
        Ok(None)
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.stop();
        // Ends at once: the group is gone.
        let _ = self.child.wait();
    }
}
