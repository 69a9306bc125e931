//! What the tests of the tree's structure share: where it is, what stands in it, what cargo says of it.
//!
//! Changes nothing and reads nothing but the sources. The tests on the running whole are JavaScript, in `edge/` and
//! `browser/` beside this.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is built, fetched or hidden: no part of the sources.
const NOT_SOURCES: [&str; 3] = ["target", "node_modules", "edge/build"];

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A source's text, by its path from the root.
///
/// # Panics
/// If it is not there: a test that can't read proves nothing.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Folders at the top of the tree that hold sources.
pub fn top_folders() -> BTreeSet<String> {
    entries(&root()).into_iter().filter(|path| path.is_dir()).map(|path| name(&path)).collect()
}

/// Every source below `folder`, by its path from the root.
pub fn sources_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(entries(&path));
        } else if let Ok(path) = path.strip_prefix(root()) {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

/// What `cargo` prints when it is asked offline, of exactly the crates that the lock file names.
///
/// # Panics
/// If cargo can't answer.
pub fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).args(["--offline", "--locked"]).current_dir(root());
    let output = command.output().unwrap_or_else(|error| panic!("cargo does not start: {error}"));
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| !name(path).starts_with('.') && !NOT_SOURCES.iter().any(|not| path.ends_with(not))).collect()
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
