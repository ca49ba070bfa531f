//! Runs the test suites through cargo, passes their output on and counts.
//! It must not hide a line of it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::counts::Counts;
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
    run(cargo_test(&["--lib", "--bins"]), &mut std::io::stdout())
}

/// Examples in the documentation.
pub fn doc() -> Result<Counts> {
    run(cargo_test(&["--doc"]), &mut std::io::stdout())
}

/// The tests in the `tests` directories.
pub fn integration() -> Result<Counts> {
    run(cargo_test(&["--test", "*"]), &mut std::io::stdout())
}

fn cargo_test(which: &[&str]) -> Command {
    let mut command = workspace::cargo();
    command
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        .args(which);
    command
}

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
        // Cargo is content when a pattern names no test; we are not.
        return Err(Failed(counts, "not a single test ran".into()).into());
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
