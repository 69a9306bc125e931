//! `cargo xtask`: sets up, builds, starts and stops things.
//!
//! It holds no product logic: what it starts is what a seller deploys, and it never reads or writes a store.

mod bench;
mod build;
mod command;
mod console;
mod demo;
mod fuzz;
mod http;
mod mutants;
mod paths;
mod pins;
mod processes;
mod screens;
mod setup;
mod sim;
mod soak;
mod stack;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  demo            set up, build, start a local chain, the edge and the demo shop; print one address to open
  demo --check    the same, then buy something in headless Chromium and exit with the outcome
  test [words]    every test; with words, only the steps whose name contains one of them
  bench [words]   the figures the project claims, measured side by side; with words, only some sections
  bench checkout  Groat's checkout beside others, which it fetches from npm (1 GB); docs/comparison.md
  screens [words] every state of the checkout as pictures, in target/screens; with words, only those states and looks
  screens --axe   asks axe of every state in every look, and takes no pictures; with words, only of those
  screens --accept  the states as they look now are what the tests expect from now on
  soak            purchases on the real runtime while it is killed, replaced, cut off; [--purchases N] [--seed S]
  fuzz [target]   strangers' bytes for every parser and the invoice, guided by coverage; [--minutes N] for each
  mutants [files] breaks core in one place at a time and counts what no test notices
  sim             the simulator: --seed N | --runs N [--from M] | --planted [--quick]; docs/simulator.md
  build [part]    embed, widget, walletconnect, edge, or all of them
  setup           only the tools that the other commands need

Each command sets up what it needs by itself. Logs go to target/logs.";

fn main() -> ExitCode {
    // Whatever way main is left, also by a panic, nothing that was started stays behind.
    let _stop_all = processes::StopAll;
    processes::stop_all_on_signal();
    processes::stop_leftovers();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            processes::park_if_stopping();
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo"] => demo::run(),
        ["demo", "--check"] => demo::check(),
        ["test", filters @ ..] => test::run(filters),
        ["bench", words @ ..] => bench::run(words),
        ["screens", words @ ..] => screens::run(words),
        ["soak", options @ ..] => soak::run(options),
        ["fuzz", options @ ..] => fuzz::run_targets(options),
        ["mutants", files @ ..] => mutants::run(files),
        ["sim", arguments @ ..] => sim::run(arguments),
        ["build"] => build::all().map(|()| ExitCode::SUCCESS),
        ["build", "embed"] => build::embed().map(|()| ExitCode::SUCCESS),
        ["build", "widget"] => build::widget().map(|()| ExitCode::SUCCESS),
        ["build", "walletconnect"] => build::walletconnect().map(|()| ExitCode::SUCCESS),
        ["build", "edge"] => build::edge().map(|()| ExitCode::SUCCESS),
        ["setup"] => setup::everything().map(|()| ExitCode::SUCCESS),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no `cargo xtask {}`\n\n{HELP}", other.join(" ")),
    }
}
