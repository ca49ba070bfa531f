//! `cargo xtask control-plane`: a real control plane from the shell.
//! Must not know how components are started; the testkit does.

use anyhow::{Result, bail};

/// Start, stop and look at a control plane.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: Args) -> Result<()> {
    bail!("not built yet");
}
