//! Chromium for the purchases, chromedriver for the widget's tests. `CHROME` and `CHROMEDRIVER` name others.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::apt;
use crate::command::find;

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_CHROME: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

pub fn chromium() -> Result<PathBuf> {
    found_or_installed("CHROME", &["chromium"], "a browser is needed to buy something in", || {
        find(CHROMIUM).or_else(|| Some(PathBuf::from(MAC_CHROME)).filter(|path| path.is_file()))
    })
}

pub fn chromedriver() -> Result<PathBuf> {
    found_or_installed("CHROMEDRIVER", &["chromium", "chromium-driver"], "the widget's tests run in a browser", || {
        find(&["chromedriver"])
    })
}

fn found_or_installed(
    variable: &str,
    packages: &[&str],
    why: &str,
    look: impl Fn() -> Option<PathBuf>,
) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable).map(PathBuf::from) {
        if path.is_file() {
            return Ok(path);
        }
        bail!("{variable} names {}, which does not exist", path.display());
    }
    if let Some(path) = look() {
        return Ok(path);
    }
    apt::install(packages, why)?;
    match look() {
        Some(path) => Ok(path),
        None => bail!("installed {}, yet the program is not on the PATH; name it in {variable}", packages.join(" ")),
    }
}
