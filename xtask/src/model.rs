//! `cargo xtask model`: explores the models of the protocols and fails where one is not as it should be.
//! It must not hold a model: the crate `stationmaster-model` does.

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// Explore the models: a line for each, and one for each design that is known to be wrong.
#[derive(clap::Args)]
pub struct Args {
    /// Go further: minutes instead of seconds
    #[arg(long)]
    long: bool,
    /// Only one of them: `intent`, `sets`, `parts` or `submission`
    #[arg(long)]
    only: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let mut command = workspace::cargo();
    command.args(["run", "--locked", "--package", "stationmaster-model", "--"]);
    command.args(args.long.then_some("--long"));
    command.args(args.only.iter().flat_map(|model| ["--only", model.as_str()]));
    let status = command.status().context("cargo cannot be run")?;
    ensure!(status.success(), "a model is not as it should be");
    Ok(())
}
