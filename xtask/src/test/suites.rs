//! Runs the test suites through cargo, passes their output on and counts.
//! Must not hide a line of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::counts::Counts;
use super::{graph, lanes};
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

/// The tests in the `tests` directories: built first, then run in lanes. Each lane's output is passed on when its program has ended, whole.
pub fn integration() -> Result<Counts> {
    let built = cargo_test(&["--test", "*", "--no-run"])
        .status()
        .context("cargo cannot be run")?;
    ensure!(built.success(), "the tests do not build");
    let programs = graph::test_programs(&graph::metadata()?);
    let results = lanes::side_by_side(lanes::parts(programs), |part| {
        let names: Vec<&str> = part.iter().flat_map(|name| ["--test", name]).collect();
        let mut output = Vec::new();
        let result = run_merged(cargo_test(&names), &mut output);
        // One piece: the lock is held until all of it is written.
        std::io::stdout().lock().write_all(&output)?;
        result
    });
    sum(results)
}

/// The sum of the parts, and every failure among them.
fn sum(results: Vec<Result<Counts>>) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut errors = Vec::new();
    for result in results {
        match result {
            Ok(more) => counts += more,
            Err(error) => match error.downcast::<Failed>() {
                Ok(failed) => {
                    counts += failed.0;
                    errors.push(failed.1);
                }
                Err(other) => errors.push(format!("{other:#}")),
            },
        }
    }
    if errors.is_empty() {
        Ok(counts)
    } else {
        Err(Failed(counts, errors.join("; ")).into())
    }
}

fn cargo_test(which: &[&str]) -> Command {
    let mut command = workspace::cargo();
    command
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        .args(which);
    command
}

/// Runs a test command, passes its standard output on, and sums what the test programs say.
fn run(mut command: Command, passed_on_to: &mut impl Write) -> Result<Counts> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the suite cannot be run")?;
    let output = child.stdout.take().context("standard output of the suite")?;
    follow(child, output, passed_on_to)
}

/// The same with standard error in its place among the output.
fn run_merged(mut command: Command, passed_on_to: &mut impl Write) -> Result<Counts> {
    let (output, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let child = command.spawn().context("the suite cannot be run")?;
    // The command holds the writing ends, and the output would not end.
    drop(command);
    follow(child, output, passed_on_to)
}

fn follow(mut child: Child, output: impl Read, passed_on_to: &mut impl Write) -> Result<Counts> {
    let mut counts = Counts::default();
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
    fn parts_are_summed_and_one_that_failed_fails_them_all() {
        let ok = || shell("echo 'test result: ok. 2 passed; 0 failed; 0 ignored'").0;
        assert_eq!(sum(vec![ok(), ok()]).unwrap().passed, 4);
        for bad in [
            shell(&format!("{FAILED}; exit 101")).0,
            shell("exit 7").0,
            shell("true").0,
        ] {
            let error = sum(vec![ok(), bad, ok()]).unwrap_err();
            let failed = error.downcast_ref::<Failed>().unwrap();
            assert!(failed.0.passed >= 4, "{failed}");
        }
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "echo one >&2; echo 'test result: ok. 1 passed; 0 failed; 0 ignored'; echo two >&2",
        ]);
        let mut output = Vec::new();
        assert_eq!(run_merged(command, &mut output).unwrap().passed, 1);
        let output = String::from_utf8(output).unwrap();
        assert!(output.starts_with("one\n") && output.ends_with("two\n"), "{output}");
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
