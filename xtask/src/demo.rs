//! `cargo xtask demo`: one address where anyone can buy something, with or without a wallet of their own.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;

use crate::command::{program, run_limited, tail};
use crate::console::say;
use crate::stack::{self, Plan, Ports, Runtime, Stack};
use crate::{build, paths, setup};

const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A purchase takes seconds; one that takes minutes hangs.
const LIMIT: Duration = Duration::from_mins(5);
const TRANSCRIPT_LINES: usize = 200;

/// Runs until Ctrl-C, or until the edge ends by itself.
pub fn run() -> Result<ExitCode> {
    let mut stack = start("demo")?;
    let shop = text(&stack, "shop");
    say(&format!("\n  Open  {shop}\n\n  target/demo.json has the keys and addresses; Ctrl-C stops everything.\n"));
    loop {
        if let Some(status) = stack.edge.ended()? {
            anyhow::bail!("the edge ended by itself ({status}); its log is {}", stack.edge.log.display());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Buys something in headless Chromium; the exit code is the purchase's.
pub fn check() -> Result<ExitCode> {
    let chromium = setup::chromium()?;
    let stack = start("demo")?;
    say(&format!("\n▸ purchase in headless Chromium at {}", text(&stack, "shop")));
    let mut command = program(setup::node()?);
    command.arg("tests/browser/check.mjs").arg(paths::target("demo.json")).env("CHROME", chromium);
    let (log, status) = run_limited("check", &mut command, LIMIT)?;
    say(&tail(&log, TRANSCRIPT_LINES));
    let code = status.and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn start(name: &'static str) -> Result<Stack> {
    build::all()?;
    let out = paths::target("demo.json");
    stack::start(&Plan {
        name,
        state: paths::target("demo-state"),
        out,
        ports: Ports::usual()?,
        runtime: Runtime::Wrangler,
    })
}

fn text(stack: &Stack, key: &str) -> String {
    stack.described.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
