//! `cargo xtask test`: every check and every test in order.
//! Must not pass over a stage that cannot run.

use anyhow::{Result, bail};

/// Run every check and every test.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args) -> Result<()> {
    bail!("not built yet");
}
