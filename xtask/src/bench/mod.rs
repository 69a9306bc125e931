use anyhow::Result;
pub fn run() -> Result<std::process::ExitCode> {
    anyhow::bail!("not yet")
}
