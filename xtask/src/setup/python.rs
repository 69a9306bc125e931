//! schemathesis, in a virtual environment under `target/tools/venv`: it attacks the API as `openapi.json` describes it.

use std::path::PathBuf;

use anyhow::Result;

use super::apt;
use crate::command::{capture, program, run};
use crate::console::Step;
use crate::paths;
use crate::pins::Pins;

/// The program, installed if need be.
pub fn schemathesis() -> Result<PathBuf> {
    let version = Pins::read()?.text(&["python", "schemathesis"])?;
    let venv = paths::target("tools/venv");
    let installed = venv.join("bin/schemathesis");
    let said = capture(program(&installed).arg("--version")).unwrap_or_default();
    if said.split_whitespace().any(|word| word == version) {
        return Ok(installed);
    }
    if capture(program("python3").args(["-c", "import ensurepip, venv"])).is_err() {
        apt::install(&["python3", "python3-venv"], "schemathesis, which attacks the API, is a Python program")?;
    }
    let step =
        Step::start(&format!("schemathesis {version}"), "attacks the API as its own description allows (about 40 s)");
    run("venv", program("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(
        "pip",
        program(venv.join("bin/pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            &format!("schemathesis=={version}"),
        ]),
    )?;
    step.done("");
    Ok(installed)
}
