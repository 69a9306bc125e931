use anyhow::Result;
pub fn run(_filters: &[&str]) -> Result<std::process::ExitCode> {
    anyhow::bail!("not yet")
}
