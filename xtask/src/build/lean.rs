//! A Wasm module with its script, for the buyer's browser, as small as it gets.
//!
//! The standard library is built with it, so that a panic aborts at once: the texts and the code that would print them are
//! not there. What the script does not call is taken out, and the names between the two, which nobody reads, are made short.
//! What each step saves is in `docs/decisions/0003-what-the-checkout-leaves-out.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::json;

use super::optimise::{FEATURES, INLINED_INTO_ONE, optimise};
use super::quick::{is_quick, set_profile};
use crate::command::{program, run};
use crate::{paths, setup};

/// What is built.
pub struct Lean<'a> {
    /// The package; its library is `groat_<library>`.
    pub package: &'a str,
    pub library: &'a str,
    /// The folder under `target/`, and the name of the files.
    pub name: &'a str,
    /// The script's entry, which imports `groat-glue`.
    pub entry: &'a str,
    /// Crates that a dependency brings and nothing calls, by their names in Rust.
    pub never_called: &'a [&'a str],
}

/// What nobody would read is not there: texts of panics, where in the sources one was, and values printed for debugging.
const FLAGS: [&str; 4] =
    ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"];

/// wasm-bindgen's glue says when an object of a class that nobody uses may go; that alone is no reason to keep the class.
const UNUSED_CLASSES_GO: &str = "--pure:FinalizationRegistry";
/// It also begins the line that lets `using` free an object of a class. No script here does that, and each such line keeps
/// its class.
const FREED_BY_USING: &str = "if (Symbol.dispose)";

/// Builds it; answers the script and the Wasm.
pub fn build(lean: &Lean) -> Result<[PathBuf; 2]> {
    let work = paths::target(lean.name);
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    let entry = paths::at(lean.entry);
    let log = |step: &str| format!("{}-{step}", lean.name);

    let compiled = empty(lean, &work, compile(lean)?)?;
    let mut bindgen = program(paths::tool("wasm-bindgen"));
    bindgen.arg(compiled).arg("--out-dir").arg(&work).args(["--out-name", "glue", "--target", "web"]);
    // The glue must not guess the Wasm's address: its name has the hash, and the page gives it.
    run(&log("bindgen"), bindgen.args(["--no-typescript", "--omit-default-module-path"]))?;

    let (from, wasm) = (work.join("glue_bg.wasm"), work.join(format!("{}.wasm", lean.name)));
    if is_quick() {
        optimise(&log("optimise"), &from, &wasm)?;
    } else {
        let glue = work.join("glue.js");
        let kept: Vec<_> =
            read(&glue)?.lines().filter(|line| !line.starts_with(FREED_BY_USING)).map(String::from).collect();
        write(&glue, &kept.join("\n"))?;
        let whole = bundle(&work, &entry, "whole.js", &[UNUSED_CLASSES_GO])?;
        let trimmed = trim(&log("trim"), &work, &from, &called(&read(&whole)?))?;
        let names = shorten(&work, lean.name, &trimmed, &wasm)?;
        write(&glue, &names.renamed(&read(&glue)?))?;
    }
    let script = bundle(&work, &entry, &format!("{}.js", lean.name), &["--minify", UNUSED_CLASSES_GO])?;
    Ok([script, wasm])
}

fn compile(lean: &Lean) -> Result<PathBuf> {
    let mut cargo = program("cargo");
    cargo
        .args(["build", "--release", "--target", "wasm32-unknown-unknown", "-p", lean.package])
        .args(["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"])
        // Beside the tests' builds: these flags would make them start anew.
        .arg("--target-dir")
        .arg(paths::target("lean"))
        // Stable Rust has it behind these two only; the Worker's build needs the first as well.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS.join(" "));
    run(lean.name, set_profile(&mut cargo))?;
    Ok(paths::target("lean/wasm32-unknown-unknown/release").join(format!("groat_{}.wasm", lean.library)))
}

/// Empties the functions of crates that nothing calls. The linker keeps whatever a crate exports to JavaScript, and all that
/// this calls in turn; before wasm-bindgen, so that what only they import goes as well.
fn empty(lean: &Lean, work: &Path, compiled: PathBuf) -> Result<PathBuf> {
    if is_quick() || lean.never_called.is_empty() {
        return Ok(compiled);
    }
    let to = work.join("emptied.wasm");
    let mut node = program(setup::node()?);
    node.arg(paths::at("xtask/empty.mjs")).arg(compiled).arg(&to).args(lean.never_called);
    run(&format!("{}-empty", lean.name), &mut node)?;
    Ok(to)
}

/// Bundles `from` with what it imports; `groat-glue` is what wasm-bindgen made.
pub fn bundle(work: &Path, from: &Path, into: &str, options: &[&str]) -> Result<PathBuf> {
    let to = work.join(into);
    let mut esbuild = program(setup::esbuild()?);
    esbuild.arg(from).arg(format!("--alias:groat-glue={}", work.join("glue.js").display())).args([
        "--bundle",
        "--format=esm",
        "--target=es2022,safari16.4",
        "--charset=utf8",
        "--legal-comments=none",
        "--log-level=warning",
    ]);
    run(&format!("bundle-{into}"), esbuild.args(options).arg(format!("--outfile={}", to.display())))?;
    Ok(to)
}

/// What a script calls of its Wasm: each name after `wasm.`
fn called(script: &str) -> BTreeSet<&str> {
    words(script).filter(|word| word.of_wasm).map(|word| word.text).collect()
}

/// Takes out what neither the script nor anything it calls needs.
fn trim(log: &str, work: &Path, from: &Path, called: &BTreeSet<&str>) -> Result<PathBuf> {
    let graph: Vec<_> = called.iter().map(|name| json!({"name": name, "export": name, "root": true})).collect();
    let (path, to) = (work.join("called.json"), work.join("trimmed.wasm"));
    write(&path, &json!(graph).to_string())?;
    let mut metadce = program(setup::node()?);
    // With the names of functions: their order follows them.
    metadce.arg(setup::binaryen("wasm-metadce")).arg("-g").arg(from).arg("--graph-file").arg(path).arg("-o").arg(&to);
    run(log, metadce.args(FEATURES))?;
    Ok(to)
}

/// Optimises for size and gives everything between the Wasm and its script a short name; answers which.
fn shorten(work: &Path, name: &str, from: &Path, to: &Path) -> Result<Names> {
    let wasm_opt = || -> Result<_> {
        let mut command = program(setup::node()?);
        command.arg(setup::binaryen("wasm-opt"));
        Ok(command)
    };
    let optimised = work.join("optimised.wasm");
    let mut optimise = wasm_opt()?;
    optimise.arg(from).arg("-o").arg(&optimised).args(["-Oz", "--converge", INLINED_INTO_ONE]).args(FEATURES);
    run(&format!("{name}-optimise"), optimise.args(["-g", "--strip-producers"]))?;
    // On its own: the passes above come again until nothing changes, and names must change once. It prints them, and
    // nothing else.
    let mut shorten = wasm_opt()?;
    shorten.arg(&optimised).arg("-o").arg(to).args(FEATURES).args([
        // Those of one generic function, and of one module, side by side: brotli finds what they have in common.
        "--reorder-functions-by-name",
        "--strip-debug",
        "--minify-imports-and-exports-and-modules",
    ]);
    let printed = run(&format!("{name}-shorten"), &mut shorten)?;
    serde_json::from_str(&read(&printed)?).with_context(|| format!("cannot read the names in {}", printed.display()))
}

/// Old names and new.
#[derive(Deserialize)]
struct Names {
    /// Module, name, new name.
    imports: Vec<(String, String, String)>,
    /// Name, new name.
    exports: Vec<(String, String)>,
}

/// The module that every import has afterwards.
const MODULE: &str = "a";

impl Names {
    /// The script, calling everything by its new name.
    fn renamed(&self, script: &str) -> String {
        let imports: BTreeMap<&str, &str> = self.imports.iter().map(|(_, old, new)| (&**old, &**new)).collect();
        let exports: BTreeMap<&str, &str> = self.exports.iter().map(|(old, new)| (&**old, &**new)).collect();
        let modules: BTreeSet<String> = self.imports.iter().map(|(module, ..)| format!("\"{module}\"")).collect();
        let mut renamed = String::with_capacity(script.len());
        let mut done = 0;
        for word in words(script) {
            let names = if word.of_wasm { &exports } else { &imports };
            if let Some(new) = names.get(word.text) {
                renamed.push_str(script.get(done..word.at).unwrap_or_default());
                renamed.push_str(new);
                done = word.at + word.text.len();
            }
        }
        renamed.push_str(script.get(done..).unwrap_or_default());
        modules.iter().fold(renamed, |script, module| script.replace(module, &format!("\"{MODULE}\"")))
    }
}

/// A name in a script.
struct Word<'a> {
    text: &'a str,
    at: usize,
    /// It stands after `wasm.`
    of_wasm: bool,
}

fn words(script: &str) -> impl Iterator<Item = Word<'_>> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let at = rest + script.get(rest..)?.find(is_part)?;
        let tail = script.get(at..)?;
        let text = tail.get(..tail.find(|letter| !is_part(letter)).unwrap_or(tail.len()))?;
        rest = at + text.len();
        let before = script.get(..at)?.strip_suffix("wasm.");
        let of_wasm = before.is_some_and(|before| !before.ends_with(is_part));
        Some(Word { text, at, of_wasm })
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = r#"function start() { wasm.start(); mywasm.start(); return wasm.__wbindgen_malloc(1) }
        const imports = { __wbg_close_1a: function() { close() } }; return { "./glue_bg.js": imports };"#;

    #[test]
    fn sees_what_is_called() {
        assert_eq!(called(GLUE), BTreeSet::from(["start", "__wbindgen_malloc"]));
    }

    #[test]
    fn renames_what_stands_between_the_two_and_nothing_else() {
        let names: Names = serde_json::from_str(
            r#"{"imports": [["./glue_bg.js", "__wbg_close_1a", "$"]], "exports": [["start", "b"], ["__wbindgen_malloc", "c"]]}"#,
        )
        .unwrap();
        let expected = r#"function start() { wasm.b(); mywasm.start(); return wasm.c(1) }
        const imports = { $: function() { close() } }; return { "a": imports };"#;
        assert_eq!(names.renamed(GLUE), expected);
    }
}
