//! The Workers runtime without wrangler, from a configuration of its own: for the bench, where wrangler's proxy would be
//! measured instead of the Worker, and for edges that are killed and started again many times. Beside the edge it serves a
//! baseline worker, in the same process and run.
//!
//! The edge's variables come from the environment, and its address and folder can be given on the command line, so one
//! configuration serves any number of edges.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::paths;

/// The handler that does nothing, the one that inserts one row, the edge's cache and its absent assets.
const BASELINE: &str = include_str!("baseline.js");

/// Writes configuration and modules into `folder`; returns the configuration's path. `edge` are the names of the edge's
/// variables; without, there is only the baseline.
pub fn write(folder: &Path, ports: (u16, u16), edge: Option<&[&str]>) -> Result<PathBuf> {
    let disk = folder.join("data");
    fs::create_dir_all(&disk).with_context(|| format!("cannot make {}", disk.display()))?;
    fs::write(folder.join("baseline.js"), BASELINE).context("cannot write the baseline worker")?;
    let mut text = HEAD.replace("{BASELINE_PORT}", &ports.1.to_string()).replace("{DATA}", &disk.display().to_string());
    let date = compatibility_date()?;
    if let Some(variables) = edge {
        for name in ["index.js", "index_bg.wasm"] {
            fs::copy(paths::at("edge/build").join(name), folder.join(name))
                .with_context(|| format!("cannot copy {name}"))?;
        }
        let binding = |name: &&str| format!("    (name = \"{name}\", fromEnvironment = \"{name}\"),\n");
        let bindings: String = variables.iter().map(binding).collect();
        let edge = EDGE.replace("{BINDINGS}", &bindings);
        text =
            text.replace("{EDGE_SERVICE}", EDGE_SERVICE).replace("{EDGE_SOCKET}", EDGE_SOCKET).replace("{EDGE}", &edge);
        text = text.replace("{EDGE_PORT}", &ports.0.to_string());
    }
    for blank in ["{EDGE_SERVICE}", "{EDGE_SOCKET}", "{EDGE}"] {
        text = text.replace(blank, "");
    }
    let config = folder.join("config.capnp");
    fs::write(&config, text.replace("{DATE}", &date)).with_context(|| format!("cannot write {}", config.display()))?;
    Ok(config)
}

/// The one that is deployed with.
fn compatibility_date() -> Result<String> {
    let table = super::wrangler_toml()?;
    let date = table.get("compatibility_date").and_then(toml::Value::as_str);
    Ok(date.context("edge/wrangler.toml lacks compatibility_date")?.to_owned())
}

const HEAD: &str = r#"using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "baseline", worker = .baseline),{EDGE_SERVICE}
    (name = "data", disk = (path = "{DATA}", writable = true)),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [
    (name = "baseline", address = "127.0.0.1:{BASELINE_PORT}", http = (), service = "baseline"),{EDGE_SOCKET}
  ],
);

const baseline :Workerd.Worker = (
  modules = [(name = "baseline.js", esModule = embed "baseline.js")],
  compatibilityDate = "{DATE}",
  bindings = [(name = "ROWS", durableObjectNamespace = "Rows")],
  durableObjectNamespaces = [(className = "Rows", uniqueKey = "baseline-rows", enableSql = true)],
  durableObjectStorage = (localDisk = "data"),
);
{EDGE}"#;

const EDGE_SERVICE: &str = "\n    (name = \"edge\", worker = .edge),";

const EDGE_SOCKET: &str = r#"
    (name = "edge", address = "127.0.0.1:{EDGE_PORT}", http = (), service = "edge"),"#;

const EDGE: &str = r#"
const edge :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "index.js"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  compatibilityDate = "{DATE}",
  bindings = [
{BINDINGS}    (name = "STORE", durableObjectNamespace = "StoreDo"),
    (name = "CHAIN", durableObjectNamespace = "ChainDo"),
    (name = "ASSETS", service = (name = "baseline", entrypoint = "NoAssets")),
  ],
  cacheApiOutbound = (name = "baseline", entrypoint = "Cache"),
  durableObjectNamespaces = [
    (className = "StoreDo", uniqueKey = "groat-store", enableSql = true),
    (className = "ChainDo", uniqueKey = "groat-chain", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "data"),
);
"#;
