//! Builds for looking at a change: `GROAT_QUICK=1` compiles the same code without the optimisation for size, in a quarter
//! of the time. Nothing is weighed by such a build, and nothing of it is deployed.

use std::process::Command;

/// Cargo's release profile as a quick build wants it.
const PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
];

pub fn is_quick() -> bool {
    std::env::var_os("GROAT_QUICK").is_some()
}

/// Sets the profile for a compiling `command`, where a quick build is asked for.
pub fn set_profile(command: &mut Command) -> &mut Command {
    if is_quick() { command.envs(PROFILE) } else { command }
}
