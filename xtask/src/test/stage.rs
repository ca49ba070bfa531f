//! The stages in their order, cheap ones first, and how one is run.
//! It must not hold what a stage does.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use stationmaster_testkit::control_plane::binaries::{Binaries, Tool};

use super::counts::Counts;
use super::{advisories, dependencies, licences, suites};
use crate::{check_generated, workspace};

/// One stage.
pub struct Stage {
    /// Its name on the command line and in the table.
    pub name: &'static str,
    /// What it checks.
    pub what: &'static str,
    work: fn() -> Result<Counts>,
}

/// How a stage went.
pub struct Outcome {
    /// The stage.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
    /// The tests that it ran, also when it failed.
    pub counts: Counts,
    /// Why it failed.
    pub error: Option<anyhow::Error>,
}

/// All stages.
pub const STAGES: &[Stage] = &[
    Stage {
        name: "formatting",
        what: "rustfmt would change nothing",
        work: formatting,
    },
    Stage {
        name: "clippy",
        what: "no warning of the compiler or clippy, in any target",
        work: clippy,
    },
    Stage {
        name: "generated",
        what: "generated files are what their sources give",
        work: generated,
    },
    Stage {
        name: "dependencies",
        what: "who may depend on whom, and on what nobody may",
        work: dependencies::stage,
    },
    Stage {
        name: "licences",
        what: "every dependency is under a licence of the list",
        work: licences::stage,
    },
    Stage {
        name: "advisories",
        what: "no version of the committed list of bad ones is used",
        work: advisories::stage,
    },
    Stage {
        name: "unit",
        what: "unit and property tests of all crates",
        work: suites::unit,
    },
    Stage {
        name: "doc",
        what: "examples in the documentation",
        work: suites::doc,
    },
    Stage {
        name: "binaries",
        what: "etcd, API server and the rest are found or built",
        work: binaries,
    },
    Stage {
        name: "integration",
        what: "tests against a real control plane and the simulators",
        work: suites::integration,
    },
];

impl Stage {
    /// Runs it and says so.
    pub fn run(&self) -> Outcome {
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
        Outcome {
            name: self.name,
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
            work: || cargo(&["no-such-command-of-cargo"]),
        };
        assert!(stage.run().error.is_some());
    }
}
