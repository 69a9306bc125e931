//! `cargo xtask screens`: every state of the checkout as pictures, in every look. `widget/dev/shots.mjs` makes them.

use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{program, succeeded};
use crate::processes::Process;
use crate::{build, paths, setup};

/// All pictures take some minutes on two cores; whoever runs them beside other work may wait.
const LIMIT: Duration = Duration::from_hours(1);

/// Takes the pictures that the words ask for; all of them when there are none. With `--accept` alone, the states as they
/// look now are what the tests expect from now on.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    build::widget_or_prebuilt()?;
    let mut node = program(setup::node()?);
    match words {
        ["--accept"] => node.arg("tests/screens/accept.mjs"),
        words if words.contains(&"--accept") => bail!("`--accept` is of all states: it stands alone"),
        words => node.arg("widget/dev/shots.mjs").args(words),
    };
    node.env("CHROME", setup::chromium()?).stdin(Stdio::null());
    let mut pictures = Process::start("screens", &mut node, paths::target("logs/screens.log"))?;
    let status = pictures.wait(LIMIT)?;
    Ok(if succeeded(status) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
