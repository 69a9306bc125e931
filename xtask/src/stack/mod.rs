//! The whole of Groat on one machine: a local chain, stand-ins for exchanges and for a WalletConnect relay, the edge on the Workers runtime, and the shop.

mod chain;
mod edge;
mod shop;
mod workerd;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

pub use chain::CHAIN_ID;
pub use workerd::write as workerd_config;

use crate::command::program;
use crate::console::Step;
use crate::processes::{Process, free_port, json_line, port_near, wait_for};
use crate::{paths, processes, setup};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// Where a stack keeps its state and what it listens on.
pub struct Plan {
    /// Begins the names of logs, so that two stacks can run at once.
    pub name: &'static str,
    /// Holds the databases and keys; emptied at the start, since the chain begins anew as well.
    pub state: PathBuf,
    /// What joins in reads this: addresses, keys, products.
    pub out: PathBuf,
    pub ports: Ports,
    pub runtime: Runtime,
}

/// What the Worker runs on.
#[derive(Clone, Copy)]
pub enum Runtime {
    /// As a developer runs it: `wrangler dev` with `edge/wrangler.toml`.
    Wrangler,
    /// The runtime alone, with a baseline worker on a port of its own.
    Workerd { baseline: u16 },
}

/// One for each program.
#[derive(Clone, Copy)]
pub struct Ports {
    pub shop: u16,
    pub edge: u16,
    pub rpc: u16,
    pub rates: u16,
    pub relay: u16,
}

impl Ports {
    /// The ones people get to know, or others where they are taken.
    pub fn usual() -> Result<Self> {
        Ok(Self {
            shop: port_near(4600, "the shop")?,
            edge: port_near(8787, "the edge")?,
            rpc: port_near(8545, "the chain")?,
            rates: port_near(4610, "the price stand-in")?,
            relay: port_near(4620, "the relay stand-in")?,
        })
    }

    /// Any five.
    pub fn any() -> Result<Self> {
        Ok(Self { shop: free_port()?, edge: free_port()?, rpc: free_port()?, rates: free_port()?, relay: free_port()? })
    }
}

/// What runs. Dropped, it is stopped: those who ask before those who answer.
pub struct Stack {
    _shop: Process,
    pub edge: Process,
    _rates: Process,
    _relay: Process,
    _chain: Process,
    /// The plan's `out`, and what stands in it.
    pub out: PathBuf,
    pub described: Map<String, Value>,
}

/// Starts all of it, in the order in which one needs the other.
pub fn start(plan: &Plan) -> Result<Stack> {
    let _ = fs::remove_dir_all(&plan.state);
    let _ = fs::remove_file(&plan.out);
    fs::create_dir_all(&plan.state).with_context(|| format!("cannot make {}", plan.state.display()))?;
    processes::own(&plan.state);
    let ports = plan.ports;

    let step = Step::start("chain", "a local Ethereum chain with one block a second, test tokens and funded accounts");
    let chain = chain::start(plan)?;
    let addresses = chain::deploy(plan)?;
    step.done(&format!("http://127.0.0.1:{}", ports.rpc));

    let step = Step::start("prices", "a stand-in that answers as the exchanges do");
    let rates = stand_in(plan, "rates", ports.rates)?;
    step.done(&format!("http://127.0.0.1:{}", ports.rates));

    let step = Step::start("relay", "a stand-in for WalletConnect's mailboxes");
    let relay = stand_in(plan, "relay", ports.relay)?;
    step.done(&format!("ws://127.0.0.1:{}", ports.relay));

    let step = Step::start("edge", "the Worker on the Workers runtime, its databases on disk");
    let edge = edge::Edge::plan(plan)?;
    let edge_process = edge.start()?;
    step.done(&format!("http://127.0.0.1:{}", ports.edge));

    let step = Step::start("shop", "makes its store, products and webhook endpoint over the public API");
    let shop = shop::start(plan, &addresses, &edge.operator_token)?;
    step.done(&format!("http://127.0.0.1:{}", ports.shop));

    let described = describe(plan, &edge, edge_process.id())?;
    let out = plan.out.clone();
    Ok(Stack { _shop: shop, edge: edge_process, _rates: rates, _relay: relay, _chain: chain, out, described })
}

/// Starts one of `tests/stand-ins`, and waits until it listens.
fn stand_in(plan: &Plan, name: &str, port: u16) -> Result<Process> {
    let mut command = program(setup::node()?);
    command.arg(format!("tests/stand-ins/{name}.mjs")).arg("--port").arg(port.to_string());
    let mut process = Process::background(&format!("{}-{name}", plan.name), &mut command)?;
    wait_for(&mut process, PATIENCE, |process| json_line(process, "port"))?;
    Ok(process)
}

/// Adds what only we know to what the shop wrote down.
fn describe(plan: &Plan, edge: &edge::Edge, edge_id: u32) -> Result<Map<String, Value>> {
    let text = fs::read(&plan.out).with_context(|| format!("the shop wrote no {}", plan.out.display()))?;
    let mut described: Map<String, Value> =
        serde_json::from_slice(&text).with_context(|| format!("{} is no JSON object", plan.out.display()))?;
    let more = json!({
        "chain": format!("eip155:{CHAIN_ID}"),
        "rates": format!("http://127.0.0.1:{}", plan.ports.rates),
        "relay": format!("ws://127.0.0.1:{}", plan.ports.relay),
        "state": plan.state,
        // Enough for a test to stop the runtime hard and start it again on the same databases.
        "edge_pid": edge_id,
        "wrangler_command": edge.command_line,
        "wrangler_cwd": paths::root(),
        "wrangler_env": edge.environment,
        // The same without wrangler, for any number of edges: `--socket-addr` and `--directory-path` tell them apart.
        "workerd_command": edge.workerd_command,
        "workerd_env": edge.workerd_environment,
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        described.insert(key.clone(), value.clone());
    }
    fs::write(&plan.out, serde_json::to_vec_pretty(&described)?)
        .with_context(|| format!("cannot write {}", plan.out.display()))?;
    Ok(described)
}

/// What the Worker is deployed with.
fn wrangler_toml() -> Result<toml::Table> {
    let text = fs::read_to_string(paths::at("edge/wrangler.toml")).context("cannot read edge/wrangler.toml")?;
    text.parse().context("cannot parse edge/wrangler.toml")
}
