//! Content hashes and compressed sizes, by Node: it has both compressors built in, so no crate is needed for them.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command::{capture, program};
use crate::{paths, setup};

/// One file, measured. Sizes in bytes; gzip at level 9, brotli at quality 11.
#[derive(Clone, Default)]
pub struct Measure {
    pub hash: String,
    pub raw: u64,
    pub gzip: u64,
    pub br: u64,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {} gzip, {} brotli", self.raw, self.gzip, self.br)
    }
}

/// Measures `files`, in their order.
pub fn measure(files: &[PathBuf]) -> Result<Vec<Measure>> {
    let text = capture(program(setup::node()?).arg(paths::at("xtask/measure.mjs")).args(files))?;
    let list: Vec<Value> = serde_json::from_str(&text).context("measure.mjs printed no JSON list")?;
    let number =
        |entry: &Value, key: &str| entry.get(key).and_then(Value::as_u64).context("measure.mjs left out a size");
    list.iter()
        .map(|entry| {
            let hash = entry.get("hash").and_then(Value::as_str).context("measure.mjs left out a hash")?.to_owned();
            Ok(Measure { hash, raw: number(entry, "raw")?, gzip: number(entry, "gzip")?, br: number(entry, "br")? })
        })
        .collect()
}
