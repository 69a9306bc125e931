//! The checkout: Rust to Wasm, its JavaScript and its style, each named by its content under `target/site/assets/`.
//!
//! `widget/boot.js` is the script's entry; it takes the address of the Wasm from the page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::lean::{self, Lean};
use super::measure::{Measure, measure};
use super::record;
use crate::console::Step;
use crate::paths;

/// The files by their names in the manifest and in `GROAT_ASSETS`.
pub const NAMES: [&str; 3] = ["checkout_js", "checkout_wasm", "checkout_css"];

pub fn build() -> Result<()> {
    let step = Step::start("checkout", "Rust to Wasm for the buyer's browser (2 min the first time, then seconds)");
    let work = paths::target("checkout");
    let assets = paths::target("site/assets");
    fs::create_dir_all(&assets).context("cannot make target/site/assets")?;

    let lean = Lean { package: "groat-widget", library: "widget", name: "checkout", entry: "widget/boot.js" };
    let [script, wasm] = lean::build(&lean)?;
    let wasm = place(&wasm, &assets, "_bg.wasm")?;
    let script = place(&script, &assets, ".js")?;
    let style = work.join("entry.css");
    fs::write(&style, styles()?).with_context(|| format!("cannot write {}", style.display()))?;
    let style = lean::bundle(&work, &style, "checkout.css", &["--minify"])?;
    let style = place(&style, &assets, ".css")?;

    let files = [script, wasm, style];
    for (name, file) in NAMES.iter().zip(&files) {
        record(name, &format!("/assets/{}", file.name), &file.measure)?;
    }
    remove_older(&assets, &files)?;
    step.done(&files.map(|file| format!("{} {}", file.name, file.measure)).join("; "));
    Ok(())
}

/// A file that has been given its place and name.
struct Placed {
    name: String,
    measure: Measure,
}

fn place(file: &Path, assets: &Path, ending: &str) -> Result<Placed> {
    let measure = measure(&[file.to_path_buf()])?.remove(0);
    let name = format!("checkout.{}{ending}", measure.hash);
    fs::copy(file, assets.join(&name)).with_context(|| format!("cannot write {name}"))?;
    Ok(Placed { name, measure })
}

/// What is left from builds before is not deployed.
fn remove_older(assets: &Path, files: &[Placed]) -> Result<()> {
    for entry in fs::read_dir(assets)?.flatten() {
        let name = entry.file_name();
        if files.iter().all(|file| *file.name != *name) {
            fs::remove_file(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// Every style sheet of the widget, in the order of their names.
fn styles() -> Result<String> {
    let folder = paths::at("widget/style");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
    files.sort();
    let imports: Vec<String> = files.iter().map(|file| format!("@import \"{}\";", file.display())).collect();
    Ok(imports.join("\n"))
}
