//! `cargo xtask manifests`: the install manifests, made from their sources.
//! Must not write anything by itself; `generated` writes and compares.

use anyhow::{Result, bail};

use crate::generated::Generated;
use crate::workspace;

/// Write the generated files, or only compare them.
#[derive(clap::Args)]
pub struct Args {
    /// Write nothing; fail if a file in the checkout is stale
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    workspace::write_or_check(&render()?, args.check)
}

/// What the sources give now.
pub fn render() -> Result<Vec<Generated>> {
    bail!("the install manifests are not generated yet");
}
