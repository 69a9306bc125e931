//! The edge under `wrangler dev`: the same Worker, configuration and runtime that are deployed, on this machine alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::chain::CHAIN_ID;
use super::{PATIENCE, Plan};
use crate::command::program;
use crate::http;
use crate::processes::{Process, wait_for};
use crate::{paths, setup};

/// Final after three blocks, that is three seconds, of which the buyer sees each.
const CONFIRMATIONS: u32 = 3;
/// Twice a block: a payment is seen within half a second of its block.
const POLL_MS: u32 = 500;

/// How the edge is started.
pub struct Edge {
    name: String,
    port: u16,
    state: PathBuf,
    variables: PathBuf,
    node: PathBuf,
    pub operator_token: String,
}

impl Edge {
    /// Writes the Worker's variables where wrangler will read them: never into the source tree.
    pub fn plan(plan: &Plan) -> Result<Self> {
        let operator_token = format!("op_{}", random_hex()?);
        let variables = plan.state.join("edge.env");
        fs::write(&variables, variables_text(plan, &operator_token))
            .with_context(|| format!("cannot write {}", variables.display()))?;
        Ok(Self {
            name: format!("{}-edge", plan.name),
            port: plan.ports.edge,
            state: plan.state.join("edge"),
            variables,
            node: setup::node()?,
            operator_token,
        })
    }

    /// Started, and answering.
    pub fn start(&self) -> Result<Process> {
        let words = self.command_line();
        let (first, rest) = words.split_first().context("an empty command")?;
        let mut command = program(first);
        command.args(rest).envs(Self::environment());
        let mut process = Process::background(&self.name, &mut command)?;
        wait_for(&mut process, PATIENCE, |_| http::get(self.port, "/healthz"))?;
        Ok(process)
    }

    pub fn command_line(&self) -> Vec<String> {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut words = vec![text(&self.node), text(&paths::at("node_modules/wrangler/bin/wrangler.js"))];
        words.extend(["dev", "--local", "--ip", "127.0.0.1", "--inspector-port", "0", "--port"].map(str::to_owned));
        words.push(self.port.to_string());
        words.extend(["--persist-to".to_owned(), text(&self.state)]);
        words.extend(["--env-file".to_owned(), text(&self.variables)]);
        words.extend(["--config".to_owned(), text(&paths::at("edge/wrangler.toml"))]);
        words
    }

    pub fn environment() -> BTreeMap<&'static str, &'static str> {
        // CI: no questions, no keys to press. Prebuilt: the build was done, and tests must not build beside one another.
        BTreeMap::from([("CI", "1"), ("WRANGLER_SEND_METRICS", "false"), ("GROAT_PREBUILT", "1")])
    }
}

/// The variables that `edge/wrangler.toml` describes, as a dotenv file.
fn variables_text(plan: &Plan, operator_token: &str) -> String {
    let rpc = format!("http://127.0.0.1:{}", plan.ports.rpc);
    let chains =
        json!({format!("eip155:{CHAIN_ID}"): {"rpc": [rpc], "confirmations": CONFIRMATIONS, "poll_ms": POLL_MS}});
    let rates = format!("http://127.0.0.1:{}", plan.ports.rates);
    let rates = json!({"coinbase": rates, "kraken": rates, "coingecko": rates, "bitstamp": rates});
    format!(
        "ENVIRONMENT='local'\nPUBLIC_URL='http://127.0.0.1:{}'\nCHAINS='{chains}'\nRATES='{rates}'\n\
         WEBHOOKS_ALLOW_LOOPBACK='true'\nOPERATOR_TOKEN='{operator_token}'\n",
        plan.ports.edge
    )
}

/// 128 bits from the system.
fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)).context("no random numbers")?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
