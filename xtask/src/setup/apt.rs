//! Debian packages, where we may install them.

use anyhow::{Result, bail};

use crate::command::{capture, find, program, run};
use crate::console::Step;

/// Installs `packages`, or says why it can't and what the person at the keyboard can do.
pub fn install(packages: &[&str], why: &str) -> Result<()> {
    let list = packages.join(" ");
    if find(&["apt-get"]).is_none() {
        bail!("{why}, and this is no Debian or Ubuntu: install what your system calls {list}");
    }
    let root = capture(program("id").arg("-u"))? == "0";
    let sudo = !root && capture(program("sudo").args(["-n", "true"])).is_ok();
    if !root && !sudo {
        bail!("{why}, and installing needs root: run `sudo apt-get install {list}`");
    }
    let step = Step::start(&format!("apt-get install {list}"), &format!("{why} (about 1 min)"));
    let apt = |arguments: &[&str]| {
        let mut command = program(if root { "apt-get" } else { "sudo" });
        if sudo {
            command.args(["-n", "apt-get"]);
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run("apt-update", &mut apt(&["update"]))?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    run("apt-install", &mut apt(&arguments))?;
    step.done("");
    Ok(())
}
