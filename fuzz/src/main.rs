//! libFuzzer over one target, which `GROAT_FUZZ_TARGET` names. `cargo xtask fuzz` builds and runs it.

#![no_main]
#![allow(clippy::expect_used, reason = "without its target there is nothing to do")]

use std::path::PathBuf;
use std::sync::OnceLock;

use groat_fuzz::{Target, target};
use libfuzzer_sys::fuzz_target;

fn chosen() -> &'static Target {
    static CHOSEN: OnceLock<&Target> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let name = std::env::var("GROAT_FUZZ_TARGET").unwrap_or_default();
        target(&name).expect("GROAT_FUZZ_TARGET names no target")
    })
}

/// Puts the seeds where libFuzzer reads its corpus.
fn write_seeds() {
    let Some(folder) = std::env::var_os("GROAT_FUZZ_SEEDS").map(PathBuf::from) else { return };
    for (index, seed) in (chosen().seeds)().into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{index}")), seed).expect("the seeds can't be written");
    }
}

fuzz_target!(init: write_seeds(), |data: &[u8]| (chosen().run)(data));
