//! The local chain, with the contracts and test tokens on it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{PATIENCE, Plan};
use crate::command::{program, run};
use crate::http::Connection;
use crate::processes::{Process, wait_for};
use crate::setup;

/// The number that wallets know as a developer's local chain.
pub const CHAIN_ID: u64 = 31337;

/// One block a second: confirmations count up while the buyer looks, and a payment is final within a few seconds.
const BLOCK_SECONDS: &str = "1";

pub fn start(plan: &Plan) -> Result<Process> {
    let port = plan.ports.rpc;
    let mut command = program(setup::anvil()?);
    command
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .args(["--chain-id", &CHAIN_ID.to_string(), "--block-time", BLOCK_SECONDS])
        // Blocks keep coming; a demo left open for days must not fill the memory.
        .args(["--prune-history", "1000", "--slots-in-an-epoch", "1"]);
    let mut chain = Process::background(&format!("{}-chain", plan.name), &mut command)?;
    wait_for(&mut chain, PATIENCE, |_| answers(port))?;
    Ok(chain)
}

fn answers(port: u16) -> Option<()> {
    let mut connection = Connection::open(port, Duration::from_secs(1)).ok()?;
    let question = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;
    let answer = connection.request("POST", "/", &[("Connection", "close")], question).ok()?;
    (answer.status == 200).then_some(())
}

/// Deploys everything; the addresses are in the file that is returned.
pub fn deploy(plan: &Plan) -> Result<PathBuf> {
    let mut command = program(setup::node()?);
    command.arg("contracts/deploy.mjs").arg("--rpc").arg(format!("http://127.0.0.1:{}", plan.ports.rpc));
    let log = run(&format!("{}-deploy", plan.name), &mut command)?;
    let text = fs::read_to_string(&log).context("cannot read the log of contracts/deploy.mjs")?;
    let json = text.find('{').and_then(|start| text.get(start..)).context("contracts/deploy.mjs printed no JSON")?;
    let addresses: serde_json::Value = serde_json::from_str(json).context("contracts/deploy.mjs printed no JSON")?;
    let file = plan.state.join("addresses.json");
    fs::write(&file, serde_json::to_vec_pretty(&addresses)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
