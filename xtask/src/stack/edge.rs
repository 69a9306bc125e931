//! The edge: the Worker that is deployed, on the runtime that is deployed to, on this machine alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::chain::CHAIN_ID;
use super::{PATIENCE, Plan, Runtime, workerd};
use crate::command::program;
use crate::processes::{Process, wait_for};
use crate::{http, paths, setup};

/// Final after three blocks, that is three seconds, of which the buyer sees each.
const CONFIRMATIONS: u32 = 3;
/// Twice a block: a payment is seen within half a second of its block.
const POLL_MS: u32 = 500;

/// How the edge is started.
pub struct Edge {
    name: String,
    port: u16,
    /// Program and arguments.
    pub command_line: Vec<String>,
    pub environment: BTreeMap<&'static str, String>,
    pub operator_token: String,
    /// The runtime without wrangler: program and arguments, to which a test adds its own address and folder.
    pub workerd_command: Vec<String>,
    /// What it reads its variables from.
    pub workerd_environment: BTreeMap<&'static str, String>,
}

impl Edge {
    /// Writes what the runtime reads, never into the source tree.
    pub fn plan(plan: &Plan) -> Result<Self> {
        let operator_token = format!("op_{}", random_hex()?);
        let variables = variables(plan, &operator_token);
        let baseline = match plan.runtime {
            Runtime::Workerd { baseline } => baseline,
            // Nobody starts it on this one.
            Runtime::Wrangler => 0,
        };
        let names: Vec<&str> = variables.iter().map(|(name, _)| *name).collect();
        let config = workerd::write(&plan.state.join("workerd"), (plan.ports.edge, baseline), Some(&names))?;
        let workerd_command =
            vec![text(&setup::workerd()?), "serve".to_owned(), "--experimental".to_owned(), text(&config)];
        let workerd_environment: BTreeMap<_, _> = variables.iter().cloned().collect();
        let (command_line, environment) = match plan.runtime {
            Runtime::Wrangler => (wrangler(plan, &variables)?, environment(plan)),
            Runtime::Workerd { .. } => (workerd_command.clone(), workerd_environment.clone()),
        };
        let name = format!("{}-edge", plan.name);
        let port = plan.ports.edge;
        Ok(Self { name, port, command_line, environment, operator_token, workerd_command, workerd_environment })
    }

    /// Started, and answering.
    pub fn start(&self) -> Result<Process> {
        let (first, rest) = self.command_line.split_first().context("an empty command")?;
        let mut command = program(first);
        command.args(rest).envs(&self.environment);
        let mut process = Process::background(&self.name, &mut command)?;
        wait_for(&mut process, PATIENCE, |_| http::get(self.port, "/healthz"))?;
        Ok(process)
    }
}

fn wrangler(plan: &Plan, variables: &[(&str, String)]) -> Result<Vec<String>> {
    let file = plan.state.join("edge.env");
    let lines: String = variables.iter().map(|(name, value)| [name, "='", value, "'\n"].concat()).collect();
    fs::write(&file, lines).with_context(|| format!("cannot write {}", file.display()))?;
    let mut words = vec![text(&setup::node()?), text(&paths::at("node_modules/wrangler/bin/wrangler.js"))];
    words.extend(["dev", "--local", "--ip", "127.0.0.1", "--inspector-port", "0", "--port"].map(str::to_owned));
    words.push(plan.ports.edge.to_string());
    words.extend(["--persist-to".to_owned(), text(&plan.state.join("edge"))]);
    words.extend(["--env-file".to_owned(), text(&file)]);
    words.extend(["--config".to_owned(), text(&configuration(&plan.state)?)]);
    Ok(words)
}

/// `edge/wrangler.toml` for a copy of what was built, without its `[build]`: wrangler would watch the sources and drop every
/// request and WebSocket whenever one of them is saved.
fn configuration(state: &Path) -> Result<PathBuf> {
    let (worker, site) = (state.join("worker"), state.join("site"));
    copy_folder(&paths::at("edge/build"), &worker)?;
    copy_folder(&paths::target("site"), &site)?;
    let mut table = super::wrangler_toml()?;
    table.remove("build");
    table.insert("main".to_owned(), text(&worker.join("index.js")).into());
    let assets = table.get_mut("assets").and_then(toml::Value::as_table_mut);
    assets.context("edge/wrangler.toml lacks [assets]")?.insert("directory".to_owned(), text(&site).into());
    let file = state.join("wrangler.json");
    fs::write(&file, serde_json::to_vec_pretty(&table)?).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let entries =
        fs::read_dir(from).with_context(|| format!("{} is missing: run `cargo xtask build`", from.display()))?;
    for entry in entries.flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            fs::copy(&path, &target).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

fn environment(plan: &Plan) -> BTreeMap<&'static str, String> {
    let yes = || "1".to_owned();
    BTreeMap::from([
        // No questions, no keys to press.
        ("CI", yes()),
        // No word to anybody outside: no statistics, no look for updates, no question where on earth we are.
        ("WRANGLER_SEND_METRICS", "false".to_owned()),
        ("WRANGLER_HIDE_BANNER", "true".to_owned()),
        ("CLOUDFLARE_CF_FETCH_ENABLED", "false".to_owned()),
        // What it would write into the home folder.
        ("WRANGLER_LOG_PATH", text(&paths::target("logs/wrangler"))),
        ("CLOUDFLARE_DEV_REGISTRY_PATH", text(&plan.state.join("registry"))),
    ])
}

/// The variables that `edge/wrangler.toml` describes.
fn variables(plan: &Plan, operator_token: &str) -> Vec<(&'static str, String)> {
    let address = |port: u16| format!("http://127.0.0.1:{port}");
    let rpc = [address(plan.ports.rpc)];
    let chains =
        json!({format!("eip155:{CHAIN_ID}"): {"rpc": rpc, "confirmations": CONFIRMATIONS, "poll_ms": POLL_MS}});
    let rates = address(plan.ports.rates);
    let rates = json!({"coinbase": rates, "kraken": rates, "coingecko": rates, "bitstamp": rates});
    vec![
        ("ENVIRONMENT", "local".to_owned()),
        ("PUBLIC_URL", address(plan.ports.edge)),
        ("CHAINS", chains.to_string()),
        ("RATES", rates.to_string()),
        ("WEBHOOKS_ALLOW_LOOPBACK", "true".to_owned()),
        ("LIMITS", limits().to_string()),
        ("OPERATOR_TOKEN", operator_token.to_owned()),
    ]
}

/// All who try, test and measure come from this machine's one address, which nobody in production does. The limits stay
/// in force, out of their way; `tests/edge/limits.test.mjs` meets the real ones on an edge of its own.
fn limits() -> serde_json::Value {
    const OUT_OF_THE_WAY: u32 = 1_000_000;
    json!({
        "client_open_invoices": OUT_OF_THE_WAY,
        "store_open_invoices": OUT_OF_THE_WAY,
        "client_requests_per_minute": OUT_OF_THE_WAY,
        "key_requests_per_minute": OUT_OF_THE_WAY,
        "client_sockets": OUT_OF_THE_WAY,
    })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// 128 bits from the system.
fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)).context("no random numbers")?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
