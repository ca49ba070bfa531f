//! Runs the test suites, passes their output on and counts.
//! It must not hide a line of it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::counts::Counts;
use super::programs::{self, Program};
use super::side_by_side::{self, Job, Ran};
use crate::workspace;

/// A suite failed; the counts of what ran all the same.
#[derive(Debug)]
pub struct Failed(pub Counts, String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} passed, {} failed)", self.1, self.0.passed, self.0.failed)
    }
}

impl std::error::Error for Failed {}

/// Unit and property tests.
pub fn unit() -> Result<Counts> {
    // They compute: more of them than there are cores gain nothing.
    side_by_side(false, cores())
}

/// Examples in the documentation.
pub fn doc() -> Result<Counts> {
    let mut command = workspace::cargo();
    command.args(["test", "--locked", "--workspace", "--no-fail-fast", "--doc"]);
    run(command, &mut std::io::stdout())
}

/// The tests in the `tests` directories.
pub fn integration() -> Result<Counts> {
    // They wait half of the time. Each of the long ones has control planes of its own, of 300 MB: more cores are no reason for more of them.
    side_by_side(true, (cores() + 1).min(4))
}

/// The programs that take longest, the longest first: one that began last would be waited for alone.
const LONGEST: &[&str] = &[
    "stationmaster/sweeps",
    "stationmaster/faults",
    "stationmaster/operations",
    "stationmaster/ocp",
    "stationmaster/scale",
    "stationmaster/tenants",
    "xtask/tour",
    "stationmaster-testkit-proxy/fault_proxy",
    "stationmaster/virtual",
    "stationmaster-model/library",
    "stationmaster/library",
];

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn side_by_side(integration: bool, at_once: usize) -> Result<Counts> {
    let programs = programs::built()?.iter();
    let mut programs: Vec<&Program> = programs
        .filter(|program| program.is_integration == integration)
        .collect();
    let rank = |program: &Program| LONGEST.iter().position(|name| *name == program.name);
    programs.sort_by_key(|program| rank(program).unwrap_or(LONGEST.len()));
    let jobs = programs.iter().map(|program| Job {
        name: program.name.clone(),
        command: program.command(),
    });
    let directory = programs::output_directory()?;
    let ran = side_by_side::run(jobs.collect(), at_once, &directory, &mut std::io::stdout())?;
    judge(&ran)
}

/// All must have ended well and said so, and something must have run.
fn judge(ran: &[Ran]) -> Result<Counts> {
    let mut counts = Counts::default();
    ran.iter().for_each(|ran| counts += ran.counts);
    let failed: Vec<String> = ran.iter().filter_map(Ran::failure).collect();
    if !failed.is_empty() {
        return Err(Failed(counts, failed.join("; ")).into());
    }
    if counts.passed == 0 {
        return Err(Failed(counts, NOTHING.into()).into());
    }
    Ok(counts)
}

/// Cargo is content when a pattern names no test; we are not.
const NOTHING: &str = "not a single test ran";

/// Runs a test command, passes its output on, and sums what the test programs say.
fn run(mut command: Command, passed_on_to: &mut impl Write) -> Result<Counts> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the suite cannot be run")?;
    let mut counts = Counts::default();
    let output = child.stdout.take().context("standard output of the suite")?;
    // Bytes, not text: a test may print anything.
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        passed_on_to.write_all(&line)?;
        passed_on_to.write_all(b"\n")?;
        passed_on_to.flush()?;
        if let Some(more) = Counts::from_line(&String::from_utf8_lossy(&line)) {
            counts += more;
        }
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(Failed(counts, format!("ended with {status}")).into());
    }
    if counts.failed > 0 {
        return Err(Failed(counts, "a test program hid its failures".into()).into());
    }
    if counts.passed == 0 {
        return Err(Failed(counts, NOTHING.into()).into());
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output goes to a buffer: an outer run of the stages would count what these scripts print.
    fn shell(script: &str) -> (Result<Counts>, String) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut output = Vec::new();
        let result = run(command, &mut output);
        (result, String::from_utf8(output).unwrap())
    }

    const FAILED: &str = "echo 'test result: FAILED. 1 passed; 1 failed; 0 ignored'";

    #[test]
    fn counts_are_summed_also_when_the_suite_fails() {
        let ok = "echo 'test result: ok. 2 passed; 0 failed; 1 ignored'";
        let (counts, output) = shell(&format!("echo hello; {ok}; {ok}"));
        assert_eq!(
            counts.unwrap(),
            Counts {
                passed: 4,
                failed: 0,
                ignored: 2
            }
        );
        assert!(output.starts_with("hello\n") && output.lines().count() == 3, "{output}");
        let error = shell(&format!("{ok}; {FAILED}; exit 101")).0.unwrap_err();
        assert_eq!(
            error.downcast_ref::<Failed>().unwrap().0,
            Counts {
                passed: 3,
                failed: 1,
                ignored: 1
            }
        );
    }

    #[test]
    fn a_suite_that_ran_nothing_or_lies_or_cannot_start_has_failed() {
        assert!(shell("true").0.is_err(), "nothing ran");
        assert!(
            shell("echo 'test result: ok. 0 passed; 0 failed; 9 ignored'")
                .0
                .is_err(),
            "all ignored"
        );
        assert!(shell(FAILED).0.is_err(), "exit code 0 in spite of a failure");
        assert!(run(Command::new("/no/such/program"), &mut Vec::new()).is_err());
    }
}
