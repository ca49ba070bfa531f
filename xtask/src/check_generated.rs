//! `cargo xtask check-generated`: is every generated file in the checkout what its source gives now?
//! It must not write anything.

use anyhow::{Context, Result};

use crate::{crds, manifests, references, workspace};

/// Fail if a generated file is stale.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args) -> Result<()> {
    check()
}

/// Fails if a generated file is stale, and names each.
pub fn check() -> Result<()> {
    let mut sets = crds::render().context("crds")?;
    sets.extend(manifests::render().context("manifests")?);
    sets.extend(references::render().context("references")?);
    workspace::write_or_check(&sets, true)
}
