//! Where things lie. Nothing is written outside `target/`, `node_modules/` and `edge/build/`.

use std::path::{Path, PathBuf};

/// The repository: the folder above this crate, as cargo said when it built it.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A path inside the repository.
pub fn at(relative: &str) -> PathBuf {
    root().join(relative)
}

/// A path inside `target/`.
pub fn target(relative: &str) -> PathBuf {
    root().join("target").join(relative)
}

/// A program that setup has installed by cargo.
pub fn tool(name: &str) -> PathBuf {
    target("tools/bin").join(name)
}
