//! The checkout: Rust to Wasm, its JavaScript and its style, each named by its content under `target/site/assets/`.
//!
//! `widget/boot.js` is the script's entry; it takes the address of the Wasm from the page.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::lean::{self, Lean};
use super::measure::{Measure, measure};
use super::record;
use crate::command::{program, run};
use crate::console::Step;
use crate::paths;

/// The files by their names in the manifest and in `GROAT_ASSETS`.
pub const NAMES: [&str; 3] = ["checkout_js", "checkout_wasm", "checkout_css"];

/// What their names begin with, and those of the texts.
const STEM: &str = "checkout";
const TEXTS_STEM: &str = "text";
/// What the names of the languages' files in the manifest begin with; the language's tag follows.
pub const TEXTS: &str = "text_";

/// Leptos brings its server functions, and these streams of bytes from and to them; the checkout has no server functions.
const NEVER_CALLED: [&str; 1] = ["wasm_streams"];

pub fn build() -> Result<()> {
    let step = Step::start("checkout", "Rust to Wasm for the buyer's browser (2 min the first time, then seconds)");
    let work = paths::target("checkout");
    let assets = paths::target("site/assets");
    fs::create_dir_all(&assets).context("cannot make target/site/assets")?;

    let lean = Lean {
        package: "groat-widget",
        library: "widget",
        name: "checkout",
        entry: "widget/boot.js",
        never_called: &NEVER_CALLED,
    };
    let [script, wasm] = lean::build(&lean)?;
    let wasm = place(&wasm, &assets, STEM, "_bg.wasm")?;
    let script = place(&script, &assets, STEM, ".js")?;
    let style = work.join("entry.css");
    fs::write(&style, styles()?).with_context(|| format!("cannot write {}", style.display()))?;
    let style = lean::bundle(&work, &style, "checkout.css", &["--minify"])?;
    let style = place(&style, &assets, STEM, ".css")?;

    let mut files = vec![script, wasm, style];
    for (name, file) in NAMES.iter().zip(&files) {
        record(name, &format!("/assets/{}", file.name), &file.measure)?;
    }
    let shown: Vec<String> = files.iter().map(|file| format!("{} {}", file.name, file.measure)).collect();
    files.extend(texts(&work.join("texts"), &assets)?);
    remove_older(&assets, &[STEM, TEXTS_STEM], &files)?;
    step.done(&shown.join("; "));
    Ok(())
}

/// The texts of each language, as a file of their own.
fn texts(work: &Path, assets: &Path) -> Result<Vec<Placed>> {
    if work.exists() {
        fs::remove_dir_all(work).with_context(|| format!("cannot empty {}", work.display()))?;
    }
    let mut cargo = program("cargo");
    cargo.args(["run", "--quiet", "-p", "groat-checkout", "--example", "languages", "--features", "languages", "--"]);
    run("widget-texts", cargo.arg(work))?;
    let mut files: Vec<PathBuf> = fs::read_dir(work)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut placed = Vec::new();
    for (file, measure) in files.iter().zip(measure(&files)?) {
        let tag = file.file_stem().and_then(OsStr::to_str).context("a language without a name")?;
        let name = format!("{TEXTS_STEM}.{tag}.{}.txt", measure.hash);
        fs::copy(file, assets.join(&name)).with_context(|| format!("cannot write {name}"))?;
        record(&format!("{TEXTS}{tag}"), &format!("/assets/{name}"), &measure)?;
        placed.push(Placed { name, measure });
    }
    Ok(placed)
}

/// A file that has been given its place and name.
pub struct Placed {
    pub name: String,
    pub measure: Measure,
}

/// Copies a file to where it is served from, named by its content.
pub fn place(file: &Path, assets: &Path, stem: &str, ending: &str) -> Result<Placed> {
    let measure = measure(&[file.to_path_buf()])?.remove(0);
    let name = format!("{stem}.{}{ending}", measure.hash);
    fs::copy(file, assets.join(&name)).with_context(|| format!("cannot write {name}"))?;
    Ok(Placed { name, measure })
}

/// What is left of these stems from builds before is not deployed.
pub fn remove_older(assets: &Path, stems: &[&str], files: &[Placed]) -> Result<()> {
    for entry in fs::read_dir(assets)?.flatten() {
        let name = entry.file_name();
        let is_of_stem = name.to_string_lossy().split('.').next().is_some_and(|stem| stems.contains(&stem));
        if is_of_stem && files.iter().all(|file| *file.name != *name) {
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
