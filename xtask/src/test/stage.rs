//! The stages in their order, cheap ones first, and how one is run.
//! It must not hold what a stage does.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use stationmaster_testkit::control_plane::binaries::{Binaries, Tool};

use super::counts::Counts;
use super::{advisories, dependencies, licences, programs, suites};
use crate::{check_generated, workspace};

/// One stage.
pub struct Stage {
    /// Its name on the command line and in the table.
    pub name: &'static str,
    /// What it checks.
    pub what: &'static str,
    /// The seconds that it may take on two cores when everything is built. None where nearly all of it is compiling.
    pub budget: Option<u64>,
    /// Whether it runs what [`BUILD`] builds.
    pub needs_programs: bool,
    work: fn() -> Result<Counts>,
}

/// How a stage went.
pub struct StageResult {
    /// The stage.
    pub name: &'static str,
    /// The seconds that it may take.
    pub budget: Option<u64>,
    /// How long it took.
    pub took: Duration,
    /// The tests that it ran, also when it failed.
    pub counts: Counts,
    /// Why it failed.
    pub error: Option<anyhow::Error>,
}

/// The stage that compiles, so that the times of those after it are those of tests.
pub const BUILD: &str = "build";

/// All stages.
pub const STAGES: &[Stage] = &[
    Stage {
        name: "formatting",
        what: "rustfmt would change nothing",
        budget: Some(10),
        needs_programs: false,
        work: formatting,
    },
    Stage {
        name: "clippy",
        what: "no warning of the compiler or clippy, in any target",
        budget: None,
        needs_programs: false,
        work: clippy,
    },
    Stage {
        name: "generated",
        what: "generated files are what their sources give",
        budget: Some(10),
        needs_programs: false,
        work: generated,
    },
    Stage {
        name: "dependencies",
        what: "who may depend on whom, and on what nobody may",
        budget: Some(10),
        needs_programs: false,
        work: dependencies::stage,
    },
    Stage {
        name: "licences",
        what: "every dependency is under a licence of the list",
        budget: Some(10),
        needs_programs: false,
        work: licences::stage,
    },
    Stage {
        name: "advisories",
        what: "no version of the committed list of bad ones is used",
        budget: Some(10),
        needs_programs: false,
        work: advisories::stage,
    },
    Stage {
        name: BUILD,
        what: "all test programs and what they run are compiled",
        budget: None,
        needs_programs: false,
        work: build,
    },
    Stage {
        name: "unit",
        what: "unit and property tests of all crates",
        budget: Some(90),
        needs_programs: true,
        work: suites::unit,
    },
    Stage {
        name: "doc",
        what: "examples in the documentation",
        budget: None,
        needs_programs: false,
        work: suites::doc,
    },
    Stage {
        name: "binaries",
        what: "etcd, API server and the rest are found or built",
        budget: Some(10),
        needs_programs: false,
        work: binaries,
    },
    Stage {
        name: "integration",
        what: "tests against a real control plane and the simulators",
        budget: Some(480),
        needs_programs: true,
        work: suites::integration,
    },
];

impl Stage {
    /// Runs it and says so.
    pub fn run(&self) -> StageResult {
        eprintln!("\n=== {}: {}", self.name, self.what);
        let started = Instant::now();
        let (counts, error) = match (self.work)() {
            Ok(counts) => (counts, None),
            Err(error) => (
                error
                    .downcast_ref::<suites::Failed>()
                    .map_or(Counts::default(), |failed| failed.0),
                Some(error),
            ),
        };
        let took = started.elapsed();
        match &error {
            None => eprintln!("=== {}: ok after {:.1} s", self.name, took.as_secs_f64()),
            Some(error) => eprintln!("=== {}: FAILED after {:.1} s: {error:#}", self.name, took.as_secs_f64()),
        }
        StageResult {
            name: self.name,
            budget: self.budget,
            took,
            counts,
            error,
        }
    }
}

fn formatting() -> Result<Counts> {
    cargo(&["fmt", "--all", "--check"])
}

fn clippy() -> Result<Counts> {
    cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
}

fn build() -> Result<Counts> {
    let programs = programs::built()?;
    eprintln!("{} test programs", programs.len());
    Ok(Counts::default())
}

fn generated() -> Result<Counts> {
    check_generated::check()?;
    Ok(Counts::default())
}

/// A stage of its own, so that the minutes of a first build are not taken for a test that hangs.
fn binaries() -> Result<Counts> {
    for (_, binary) in Binaries::find(&Tool::ALL)?.iter() {
        eprintln!("{} {}", binary.version, binary.path.display());
    }
    Ok(Counts::default())
}

fn cargo(arguments: &[&str]) -> Result<Counts> {
    let status = workspace::cargo()
        .args(arguments)
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "cargo {} ended with {status}", arguments[0]);
    Ok(Counts::default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_a_stage_that_cannot_run_has_failed() {
        let names: BTreeSet<_> = STAGES.iter().map(|stage| stage.name).collect();
        assert_eq!(names.len(), STAGES.len());
        let stage = Stage {
            name: "no-such-command",
            what: "",
            budget: None,
            needs_programs: false,
            work: || cargo(&["no-such-command-of-cargo"]),
        };
        assert!(stage.run().error.is_some());
    }
}
