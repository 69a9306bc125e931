//! The steps, in the order in which they run: what only compiles and computes, then what may have company, then buyers'
//! wallets and purchases, alone, and last what changes the store that the others use.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::Ready;
use super::count::Count;
use super::report::Failing;
use crate::command::{self, program, run, run_limited};
use crate::stack::Stack;
use crate::{build, paths, setup, sim};

/// More than any step takes, cold, on two cores: what is still running then, hangs.
const LIMIT: Duration = Duration::from_mins(25);
/// What a failing step repeats of its log.
const TAIL_LINES: usize = 150;

/// What has to be there before a step can run; each includes those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    Sources,
    /// What is deployed.
    Build,
    /// All of it running, with a chain.
    Stack,
}

pub struct Step {
    pub name: &'static str,
    pub why: &'static str,
    pub needs: Needs,
    pub run: fn(&Ready) -> Result<Count>,
}

/// One after the other, beside the builds of what is deployed: none of these looks at a clock.
#[rustfmt::skip]
pub const BESIDE_BUILDS: &[Step] = &[
    Step { name: "format", why: "rustfmt on the workspace", needs: Needs::Sources, run: format },
    Step { name: "lint", why: "clippy, warnings refused, for this machine", needs: Needs::Sources, run: lint },
    Step { name: "lint-wasm", why: "clippy on the checkout, WalletConnect and the Worker as they ship", needs: Needs::Sources, run: lint_wasm },
    Step { name: "native", why: "core, the edge's logic on SQLite, the structure of the tree", needs: Needs::Sources, run: native },
    Step { name: "simulator", why: "300 stories of one seed each, and every planted bug found", needs: Needs::Sources, run: simulator },
];

/// Then these, in groups of lanes. Only what looks at no clock runs beside something else, except the edge's tests: they
/// mostly wait, for windows that close and tries that come again, and what is beside them yields to them (`YIELDS`).
#[rustfmt::skip]
pub const AFTER_BUILDS: &[&[&[Step]]] = &[
    &[
        &[
            Step { name: "edge", why: "the API on the Workers runtime with the chain", needs: Needs::Stack, run: edge },
        ],
        &[
            Step { name: "contracts", why: "forwarder and factory on a real local chain", needs: Needs::Sources, run: contracts },
            Step { name: "embed", why: "the loader", needs: Needs::Sources, run: embed },
            Step { name: "shop", why: "the demo shop: its wallet's refusals, its webhooks, its amounts", needs: Needs::Sources, run: shop },
            Step { name: "screens", why: "every state of the checkout: axe, zoom, and how it looked", needs: Needs::Build, run: screens },
        ],
    ],
    &[
        &[
            Step { name: "walletconnect", why: "its module in headless Chromium against the official wallets", needs: Needs::Sources, run: walletconnect },
            Step { name: "browser", why: "purchases in headless Chromium", needs: Needs::Stack, run: browser },
        ],
    ],
    // The last: it changes the demo's store as it likes.
    &[
        &[
            Step { name: "schemathesis", why: "the API attacked as its own description allows", needs: Needs::Stack, run: schemathesis },
        ],
        &[
            Step { name: "widget", why: "the checkout's views in headless Chromium", needs: Needs::Sources, run: widget },
        ],
    ],
];

fn format(_: &Ready) -> Result<Count> {
    run("step-format", program("cargo").args(["fmt", "--all", "--check"]))?;
    Ok(Count::one_passed())
}

fn lint(_: &Ready) -> Result<Count> {
    let arguments = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run("step-lint", program("cargo").args(arguments))?;
    Ok(Count::one_passed())
}

fn lint_wasm(_: &Ready) -> Result<Count> {
    let mut cargo = program("cargo");
    cargo.args(["clippy", "--quiet", "--target", "wasm32-unknown-unknown", "-p", "groat-edge", "-p", "groat-widget"]);
    run("step-lint-wasm", cargo.args(["-p", "groat-walletconnect", "--", "-D", "warnings"]))?;
    Ok(Count::one_passed())
}

fn native(_: &Ready) -> Result<Count> {
    // The checkout's tests run where it runs: in the browser (`widget`).
    let arguments = ["test", "--workspace", "--exclude", "groat-widget", "--no-fail-fast"];
    counted("step-native", program("cargo").args(arguments))
}

fn simulator(_: &Ready) -> Result<Count> {
    // One build for both: a bug that is not asked for is off.
    run("step-simulator", &mut sim::command(&["--runs", "300"], true))?;
    run("step-simulator-planted", &mut sim::command(&["--planted", "--quick"], true))?;
    Ok(Count::one_passed().plus(Count::one_passed()))
}

fn contracts(_: &Ready) -> Result<Count> {
    yielding("contracts", "contracts/test", &[])
}

fn embed(_: &Ready) -> Result<Count> {
    yielding("embed", "embed/test", &[])
}

fn shop(_: &Ready) -> Result<Count> {
    yielding("shop", "demo-site/test", &[])
}

fn walletconnect(ready: &Ready) -> Result<Count> {
    if !ready.is_built {
        build::walletconnect()?;
    }
    let chrome = setup::chromium()?;
    // The wallets' timers outlive their sessions.
    node("walletconnect", "tests/walletconnect", &["--test-force-exit"], &[("CHROME", chrome)])
}

fn widget(_: &Ready) -> Result<Count> {
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

fn edge(ready: &Ready) -> Result<Count> {
    node("edge", "tests/edge", &[], &environment(ready.stack()?)?)
}

fn browser(ready: &Ready) -> Result<Count> {
    // Its WalletConnect wallets' timers outlive their sessions.
    node("browser", "tests/browser", &["--test-force-exit"], &environment(ready.stack()?)?)
}

/// Needs the built checkout, not the stack: its states bring their own data.
fn screens(ready: &Ready) -> Result<Count> {
    ensure!(ready.is_built, "not run, because the build failed");
    yielding("screens", "tests/screens", &[("CHROME", setup::chromium()?)])
}

/// What the tests find the running stack by.
fn environment(stack: &Stack) -> Result<Vec<(&'static str, PathBuf)>> {
    // Their temporary files lie with the stack's state: what they start on databases there is ended with the stack.
    let temporary = stack.out.with_file_name("tmp");
    std::fs::create_dir_all(&temporary).with_context(|| format!("cannot make {}", temporary.display()))?;
    Ok(vec![("GROAT_DEMO", stack.out.clone()), ("CHROME", setup::chromium()?), ("TMPDIR", temporary)])
}

fn schemathesis(ready: &Ready) -> Result<Count> {
    let stack = ready.stack()?;
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

/// How much sooner than these the scheduler serves what runs beside them: only what it leaves over is for them.
const YIELDS: &str = "10";

/// Runs the `*.test.mjs` files of a folder one after the other, yielding to what runs beside them.
fn yielding(name: &str, folder: &str, environment: &[(&str, PathBuf)]) -> Result<Count> {
    let mut command = program("nice");
    command.args(["-n", YIELDS]).arg(setup::node()?);
    files(command, name, folder, environment)
}

/// The same, with every right to the processor, and with options for Node.
fn node(name: &str, folder: &str, options: &[&str], environment: &[(&str, PathBuf)]) -> Result<Count> {
    let mut command = program(setup::node()?);
    command.args(options);
    files(command, name, folder, environment)
}

fn files(mut command: Command, name: &str, folder: &str, environment: &[(&str, PathBuf)]) -> Result<Count> {
    let entries = std::fs::read_dir(paths::at(folder)).with_context(|| format!("there is no {folder}"))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
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
    if ok {
        return Ok(count);
    }
    let words = format!("{}\n\nthe whole log is {}", command::tail(&path, TAIL_LINES), path.display());
    // A runner that could not even compile or start counts nothing, yet fails.
    let count = if count.failed > 0 { count } else { count.plus(Count::one_failed()) };
    Err(Failing { count, words }.into())
}
