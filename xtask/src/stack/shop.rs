//! The demo shop, which is also the receiver of its own webhooks.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::Plan;
use crate::command::program;
use crate::processes::{Process, json_line, wait_for};
use crate::setup;

/// It makes a store and its products first.
const PATIENCE: Duration = Duration::from_secs(40);

pub fn start(plan: &Plan, addresses: &Path, operator_token: &str) -> Result<Process> {
    let address = |port: u16| format!("http://127.0.0.1:{port}");
    let mut command = program(setup::node()?);
    command
        .arg("demo-site/server.mjs")
        .args(["--port", &plan.ports.shop.to_string()])
        .args(["--edge", &address(plan.ports.edge)])
        .args(["--rpc", &address(plan.ports.rpc)])
        .args(["--operator-token", operator_token])
        .arg("--addresses")
        .arg(addresses)
        .arg("--out")
        .arg(&plan.out);
    let mut shop = Process::background(&format!("{}-shop", plan.name), &mut command)?;
    wait_for(&mut shop, PATIENCE, |process| json_line(process, "shop"))?;
    Ok(shop)
}
