//! x
use anyhow::Result;
#[derive(clap::Args)]
pub(crate) struct Settings {}
pub(crate) fn run(_s: &Settings) -> Result<u64> {
    Ok(0)
}
