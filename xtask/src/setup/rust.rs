//! Rust: the compiler's version, its Wasm target and sources, and the tools that cargo installs into `target/tools`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::command::{capture, find, program, run};
use crate::console::Step;
use crate::paths;
use crate::pins::{self, CargoTool, Pins};

/// The Wasm target for checkout and Worker; `rust-src` because the Worker's standard library is built to unwind.
pub fn toolchain(pins: &Pins) -> Result<()> {
    compiler_is_new_enough()?;
    let sysroot = PathBuf::from(capture(program("rustc").args(["--print", "sysroot"]))?);
    for target in pins.texts(&["rust", "targets"])? {
        if !sysroot.join("lib/rustlib").join(&target).join("lib").is_dir() {
            rustup(&["target", "add", &target], "the checkout and the Worker are compiled to it (30 s)")?;
        }
    }
    for component in pins.texts(&["rust", "components"])? {
        let there = match component.as_str() {
            "rust-src" => sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file(),
            "clippy" => sysroot.join("bin/cargo-clippy").is_file(),
            other => sysroot.join("bin").join(other).is_file(),
        };
        if !there {
            rustup(&["component", "add", &component], "the build or its checks need it (30 s)")?;
        }
    }
    Ok(())
}

fn compiler_is_new_enough() -> Result<()> {
    let needed = pins::rust_version()?;
    let text = capture(program("rustc").arg("--version")).context("no Rust compiler; see https://rustup.rs")?;
    let have = text.split(' ').nth(1).unwrap_or_default();
    if super::node::version_of(have) < super::node::version_of(&needed) {
        bail!("rustc is {have}, Groat needs {needed}: run `rustup update stable`");
    }
    Ok(())
}

fn rustup(arguments: &[&str], why: &str) -> Result<()> {
    let said = arguments.join(" ");
    if find(&["rustup"]).is_none() {
        bail!("this Rust was not installed by rustup: make the equivalent of `rustup {said}` available ({why})");
    }
    let step = Step::start(&format!("rustup {said}"), why);
    run("rustup", program("rustup").args(arguments))?;
    step.done("");
    Ok(())
}

/// wasm-bindgen's programs and worker-build, each in the version that `tools.toml` names.
pub fn cargo_tools(pins: &Pins) -> Result<()> {
    install(&pins.cargo_tools("cargo")?)
}

/// cargo-mutants, which only `cargo xtask mutants` needs.
pub fn cargo_mutants(pins: &Pins) -> Result<()> {
    install(&pins.cargo_tools("cargo_on_demand")?)
}

fn install(tools: &[CargoTool]) -> Result<()> {
    let missing: Vec<&CargoTool> = tools.iter().filter(|tool| !is_installed(tool)).collect();
    // Shared, because the tools have dependencies in common; large, so it goes when all are there.
    let build = paths::target("tools-build");
    for tool in &missing {
        let step =
            Step::start(&format!("{} {}", tool.package, tool.version), &format!("{} ({})", tool.why, tool.about));
        let mut command = program("cargo");
        command.args(["install", "--debug", "--force", "--root"]).arg(paths::target("tools"));
        for binary in &tool.binaries {
            command.args(["--bin", binary]);
        }
        command.arg(format!("{}@{}", tool.package, tool.version)).env("CARGO_TARGET_DIR", &build);
        // Line tables of three hundred crates are of no use here and take half a gigabyte.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        run(&format!("install-{}", tool.package), &mut command)?;
        step.done("");
    }
    if !missing.is_empty() && build.is_dir() {
        std::fs::remove_dir_all(&build).context("cannot remove target/tools-build")?;
    }
    Ok(())
}

fn is_installed(tool: &CargoTool) -> bool {
    tool.binaries.iter().all(|binary| {
        // What cargo calls as its own command wants its name first.
        let arguments = binary.strip_prefix("cargo-").into_iter().chain(["--version"]);
        let version = capture(program(paths::tool(binary)).args(arguments)).unwrap_or_default();
        version.split_whitespace().any(|word| word == tool.version)
    })
}
