//! `cargo xtask test`: every check and every test in order, with times, and one line that sums up the tests.
//! It must not pass over a stage: one that cannot run has failed.

mod advisories;
mod counts;
mod dependencies;
mod graph;
mod licences;
mod stage;
mod suites;
mod summary;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;

use self::stage::STAGES;

/// Run every check and every test.
#[derive(clap::Args)]
pub struct Args {
    /// Run only this stage; may be repeated
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(STAGES.iter().map(|stage| stage.name)))]
    stage: Vec<String>,
    /// List the stages in their order and run none
    #[arg(long)]
    list: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let wanted = |name: &str| args.stage.is_empty() || args.stage.iter().any(|wanted| wanted == name);
    let stages: Vec<_> = STAGES.iter().filter(|stage| wanted(stage.name)).collect();
    if args.list {
        stages
            .iter()
            .for_each(|stage| println!("{:<14} {}", stage.name, stage.what));
        return Ok(());
    }
    let outcomes: Vec<_> = stages.iter().map(|stage| stage.run()).collect();
    print!("{}", summary::text(&outcomes));
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.error.is_some())
        .map(|outcome| outcome.name)
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}
