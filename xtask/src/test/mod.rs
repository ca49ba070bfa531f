//! `cargo xtask test`: every check and every test in order, with times, and one line that sums up the tests.
//! It must not pass over a stage: one that cannot run has failed.

mod advisories;
mod counts;
mod dependencies;
mod graph;
mod licences;
mod programs;
mod side_by_side;
mod stage;
mod suites;
mod summary;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;

use self::stage::{BUILD, STAGES, Stage};

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
    let stages = chosen(&args.stage);
    if args.list {
        stages
            .iter()
            .for_each(|stage| println!("{:<14} {}", stage.name, stage.what));
        return Ok(());
    }
    let results: Vec<_> = stages.iter().map(|stage| stage.run()).collect();
    print!("{}", summary::text(&results));
    let failed: Vec<&str> = results
        .iter()
        .filter(|result| result.error.is_some())
        .map(|result| result.name)
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}

/// The stages of these names, else all; what they run is built before.
fn chosen(names: &[String]) -> Vec<&'static Stage> {
    let named = |stage: &Stage| names.is_empty() || names.iter().any(|name| name == stage.name);
    let builds = STAGES.iter().any(|stage| stage.needs_programs && named(stage));
    let wanted = |stage: &&Stage| named(stage) || (builds && stage.name == BUILD);
    STAGES.iter().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_runs_programs_brings_the_one_that_builds_them() {
        let names = |wanted: &[&str]| -> Vec<&str> {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            chosen(&wanted).iter().map(|stage| stage.name).collect()
        };
        assert_eq!(names(&["integration"]), [BUILD, "integration"]);
        assert_eq!(names(&["licences"]), ["licences"]);
        assert_eq!(names(&[]).len(), STAGES.len());
    }
}
