//! The tools' versions, from `xtask/tools.toml`.

use anyhow::{Context as _, Result, bail};
use toml::{Table, Value};

use crate::paths;

/// The parsed file.
pub struct Pins(Table);

/// A tool that cargo installs.
pub struct CargoTool {
    pub package: String,
    pub version: String,
    pub binaries: Vec<String>,
    pub why: String,
    pub about: String,
}

impl Pins {
    /// Reads the file and checks that it agrees with `Cargo.toml`.
    pub fn read() -> Result<Self> {
        let pins = Self(table("xtask/tools.toml")?);
        let cli = pins.text(&["cargo", "wasm-bindgen-cli", "version"])?;
        let library = wasm_bindgen_of_workspace()?;
        if library != format!("={cli}") {
            bail!(
                "Cargo.toml asks for wasm-bindgen {library}, xtask/tools.toml for wasm-bindgen-cli {cli}: make them the same version"
            );
        }
        Ok(pins)
    }

    pub fn text(&self, path: &[&str]) -> Result<String> {
        let value = self.value(path)?;
        value.as_str().map(str::to_owned).with_context(|| format!("xtask/tools.toml: {} is not text", path.join(".")))
    }

    pub fn texts(&self, path: &[&str]) -> Result<Vec<String>> {
        let list = self
            .value(path)?
            .as_array()
            .with_context(|| format!("xtask/tools.toml: {} is not a list", path.join(".")))?;
        Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The tools of a table: `cargo`, or `cargo_on_demand` for what only one command needs.
    pub fn cargo_tools(&self, table: &str) -> Result<Vec<CargoTool>> {
        let tools =
            self.value(&[table])?.as_table().with_context(|| format!("xtask/tools.toml: [{table}] is no table"))?;
        let mut found = Vec::new();
        for package in tools.keys() {
            let at = |key| [table, package.as_str(), key];
            found.push(CargoTool {
                package: package.clone(),
                version: self.text(&at("version"))?,
                binaries: self.texts(&at("binaries"))?,
                why: self.text(&at("why"))?,
                about: self.text(&at("about"))?,
            });
        }
        Ok(found)
    }

    fn value(&self, path: &[&str]) -> Result<&Value> {
        let (first, rest) = path.split_first().context("an empty path")?;
        let mut value = self.0.get(*first);
        for key in rest {
            value = value.and_then(|inner| inner.get(*key));
        }
        value.with_context(|| format!("xtask/tools.toml lacks {}", path.join(".")))
    }
}

/// The fuzz targets, as `fuzz/Cargo.toml` lists them.
pub fn fuzz_targets() -> Result<Vec<String>> {
    let manifest = table("fuzz/Cargo.toml")?;
    let list =
        manifest.get("package").and_then(|package| package.get("metadata")?.get("fuzz")?.get("targets")?.as_array());
    let list = list.context("fuzz/Cargo.toml lacks package.metadata.fuzz.targets")?;
    Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The compiler version that the workspace needs, e.g. `1.95`.
pub fn rust_version() -> Result<String> {
    let manifest = table("Cargo.toml")?;
    let version = manifest.get("workspace").and_then(|w| w.get("package")?.get("rust-version")?.as_str());
    Ok(version.context("Cargo.toml lacks workspace.package.rust-version")?.to_owned())
}

fn wasm_bindgen_of_workspace() -> Result<String> {
    let manifest = table("Cargo.toml")?;
    let entry = manifest.get("workspace").and_then(|w| w.get("dependencies")?.get("wasm-bindgen"));
    let entry = entry.context("Cargo.toml lacks workspace.dependencies.wasm-bindgen")?;
    let version = entry.as_str().or_else(|| entry.get("version")?.as_str());
    Ok(version.context("Cargo.toml names no version of wasm-bindgen")?.to_owned())
}

fn table(relative: &str) -> Result<Table> {
    let path = paths::at(relative);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {relative}"))?;
    text.parse().with_context(|| format!("cannot parse {relative}"))
}
