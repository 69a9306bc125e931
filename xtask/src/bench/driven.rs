//! Figures that need buyers, pages and a chain: a script in `tests/bench/` makes them, on an edge of its own.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::command::program;
use crate::processes::Process;
use crate::stack::Stack;
use crate::{paths, setup};

/// The longest, `checkout`, takes ten minutes a round on a busy machine; more than this is a hang.
const LIMIT: Duration = Duration::from_hours(2);

/// The exit code by which a script says that a promise is broken.
const BROKEN: i32 = 3;

/// Runs a section's script, which prints. False where it says that a promise is broken.
pub fn print(stack: &Stack, section: &str) -> Result<bool> {
    let temporary = stack.out.with_file_name("tmp");
    std::fs::create_dir_all(&temporary).with_context(|| format!("cannot make {}", temporary.display()))?;
    let mut node = program(setup::node()?);
    node.arg("tests/bench/main.mjs").arg(section).env("GROAT_DEMO", &stack.out).env("TMPDIR", temporary);
    node.env("CHROME", setup::chromium()?).env("NODE_NO_WARNINGS", "1").stdin(Stdio::null());
    let mut process = Process::start(&format!("bench-{section}"), &mut node, paths::target("logs/bench-edge.log"))?;
    match process.wait(LIMIT)? {
        Some(status) if status.success() => Ok(true),
        Some(status) if status.code() == Some(BROKEN) => Ok(false),
        Some(status) => bail!("bench {section} ended with {status}"),
        None => bail!("bench {section} did not end"),
    }
}
