//! The steps, in the order in which they run: what only compiles and computes, then browsers on their own, then those that
//! need everything running.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::count::Count;
use crate::command::{self, program, run, run_limited};
use crate::stack::Stack;
use crate::{build, paths, setup, sim};

/// More than any step takes, cold, on two cores: what is still running then, hangs.
const LIMIT: Duration = Duration::from_mins(25);
/// What a failing step repeats of its log.
const TAIL_LINES: usize = 150;

/// A step that needs nothing but the sources.
pub struct Alone {
    pub name: &'static str,
    pub why: &'static str,
    pub run: fn() -> Result<Count>,
}

/// A step that needs the stack.
pub struct Together {
    pub name: &'static str,
    pub why: &'static str,
    pub run: fn(&Stack) -> Result<Count>,
}

/// Beside the builds of what is deployed: none of these looks at a clock.
pub const BESIDE_BUILDS: &[Alone] = &[
    Alone { name: "format", why: "rustfmt on the workspace", run: format },
    Alone { name: "lint", why: "clippy, warnings refused, for this machine", run: lint },
    Alone {
        name: "lint-wasm",
        why: "clippy on the checkout, WalletConnect and the Worker as they ship",
        run: lint_wasm,
    },
    Alone { name: "native", why: "core, the edge's logic on SQLite, the structure of the tree", run: native },
    Alone { name: "simulator", why: "300 stories of one seed each, and every planted bug found", run: simulator },
];

pub const ALONE: &[Alone] = &[
    Alone { name: "contracts", why: "forwarder and factory on a real local chain", run: contracts },
    Alone { name: "embed", why: "the loader", run: embed },
    Alone { name: "shop", why: "the demo shop: its wallet's refusals, its webhooks, its amounts", run: shop },
    Alone {
        name: "walletconnect",
        why: "its module in headless Chromium against the official wallets",
        run: walletconnect,
    },
    Alone { name: "widget", why: "the checkout's views in headless Chromium", run: widget },
];

pub const TOGETHER: &[Together] = &[
    Together { name: "edge", why: "the API on the Workers runtime with the chain", run: edge },
    Together { name: "browser", why: "purchases in headless Chromium", run: browser },
    Together { name: "screens", why: "every state of the checkout: axe, zoom, and how it looked", run: screens },
    Together { name: "schemathesis", why: "the API attacked as its own description allows", run: schemathesis },
];

fn format() -> Result<Count> {
    run("step-format", program("cargo").args(["fmt", "--all", "--check"]))?;
    Ok(Count::one_passed())
}

fn lint() -> Result<Count> {
    let arguments = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run("step-lint", program("cargo").args(arguments))?;
    Ok(Count::one_passed())
}

fn lint_wasm() -> Result<Count> {
    let mut cargo = program("cargo");
    cargo.args(["clippy", "--quiet", "--target", "wasm32-unknown-unknown", "-p", "groat-edge", "-p", "groat-widget"]);
    run("step-lint-wasm", cargo.args(["-p", "groat-walletconnect", "--", "-D", "warnings"]))?;
    Ok(Count::one_passed())
}

fn native() -> Result<Count> {
    counted("step-native", program("cargo").args(["test", "--workspace", "--no-fail-fast"]))
}

fn simulator() -> Result<Count> {
    // One build for both: a bug that is not asked for is off.
    run("step-simulator", &mut sim::command(&["--runs", "300"], true))?;
    run("step-simulator-planted", &mut sim::command(&["--planted", "--quick"], true))?;
    Ok(Count::one_passed().plus(Count::one_passed()))
}

fn contracts() -> Result<Count> {
    node("contracts", "contracts/test", &[])
}

fn embed() -> Result<Count> {
    node("embed", "embed/test", &[])
}

fn shop() -> Result<Count> {
    node("shop", "demo-site/test", &[])
}

fn walletconnect() -> Result<Count> {
    build::walletconnect()?;
    let chrome = setup::chromium()?;
    // The wallets' timers outlive their sessions.
    node_with("walletconnect", "tests/walletconnect", &["--test-force-exit"], &[("CHROME", chrome)])
}

fn widget() -> Result<Count> {
    // As root, Chromium starts only without its sandbox; the pages are ours.
    let chrome = json!({"binary": setup::chromium()?, "args": ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]});
    let capabilities = paths::target("webdriver.json");
    std::fs::write(&capabilities, json!({"goog:chromeOptions": chrome}).to_string())
        .context("cannot write in target/")?;
    let mut cargo = program("cargo");
    cargo
        .args(["test", "--target", "wasm32-unknown-unknown", "-p", "groat-widget", "--no-fail-fast"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", paths::tool("wasm-bindgen-test-runner"))
        .env("CHROMEDRIVER", setup::chromedriver()?)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    counted("step-widget", &mut cargo)
}

fn edge(stack: &Stack) -> Result<Count> {
    node("edge", "tests/edge", &environment(stack)?)
}

fn browser(stack: &Stack) -> Result<Count> {
    // Its WalletConnect wallets' timers outlive their sessions.
    node_with("browser", "tests/browser", &["--test-force-exit"], &environment(stack)?)
}

/// Needs the built checkout, not the stack: its states bring their own data.
fn screens(_: &Stack) -> Result<Count> {
    node("screens", "tests/screens", &[("CHROME", setup::chromium()?)])
}

/// What the tests find the running stack by.
fn environment(stack: &Stack) -> Result<Vec<(&'static str, PathBuf)>> {
    // Their temporary files lie with the stack's state: what they start on databases there is ended with the stack.
    let temporary = stack.out.with_file_name("tmp");
    std::fs::create_dir_all(&temporary).with_context(|| format!("cannot make {}", temporary.display()))?;
    Ok(vec![("GROAT_DEMO", stack.out.clone()), ("CHROME", setup::chromium()?), ("TMPDIR", temporary)])
}

fn schemathesis(stack: &Stack) -> Result<Count> {
    let of =
        |key: &str| stack.described.get(key).and_then(Value::as_str).with_context(|| format!("demo.json lacks {key}"));
    let mut command = program(setup::schemathesis()?);
    command
        .arg("run")
        .arg(format!("{}/openapi.json", of("edge")?))
        .args(["--header", &format!("Authorization: Bearer {}", of("sk")?)])
        // Of what it can check, the two promises that are made of every answer: none is a 5xx, none is undocumented.
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args(["--max-examples", "40", "--seed", "1", "--no-color"]);
    let (log, status) = run_limited("step-schemathesis", &mut command, LIMIT)?;
    if !command::succeeded(status) {
        bail!("{}", command::tail(&log, TAIL_LINES));
    }
    Ok(Count::one_passed())
}

/// Runs the `*.test.mjs` files of a folder one after the other.
fn node(name: &str, folder: &str, environment: &[(&str, PathBuf)]) -> Result<Count> {
    node_with(name, folder, &[], environment)
}

fn node_with(name: &str, folder: &str, options: &[&str], environment: &[(&str, PathBuf)]) -> Result<Count> {
    let entries = std::fs::read_dir(paths::at(folder)).with_context(|| format!("there is no {folder}"))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut command = program(setup::node()?);
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(options).args(files);
    command.envs(environment.iter().map(|(key, value)| (key, value)));
    counted(&format!("step-{name}"), &mut command)
}

/// Runs a test runner and reads its counts. No test at all is a failure: a green nothing proves nothing.
fn counted(log: &str, command: &mut Command) -> Result<Count> {
    let (path, status) = run_limited(log, command, LIMIT)?;
    let ok = command::succeeded(status);
    let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let count = Count::read(&String::from_utf8_lossy(&text));
    if ok && count.passed == 0 {
        bail!("it ran no test; its log is {}:\n\n{}", path.display(), command::tail(&path, TAIL_LINES));
    }
    if !ok {
        crate::console::say(&format!("{}\n\nthe whole log is {}", command::tail(&path, TAIL_LINES), path.display()));
    }
    // A runner that could not even compile or start counts nothing, yet fails.
    Ok(if ok || count.failed > 0 { count } else { count.plus(Count::one_failed()) })
}
