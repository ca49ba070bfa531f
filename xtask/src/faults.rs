//! `cargo xtask faults`: sweeps faults over the real operator on a real control plane, and ends with how many points were judged.
//! It must not judge a point itself; `tests/sweeps` does.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace;

/// Sweep faults over the real operator.
#[derive(clap::Args)]
pub struct Args {
    /// Sweep every point instead of a selection; takes the better part of an hour on two cores
    #[arg(long)]
    all: bool,
    /// Run only stories whose name holds this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let mut command = workspace::cargo();
    command.args([
        "test",
        "--locked",
        "--package",
        "stationmaster",
        "--test",
        "sweeps",
        "--",
    ]);
    command.args(args.only.as_deref());
    command.args(args.all.then_some("--all"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the sweep cannot be run")?;
    let output = child.stdout.take().context("standard output of the sweep")?;
    let sum = pass_on(BufReader::new(output), &mut std::io::stdout())?;
    let status = child.wait()?;
    // Whatever cargo says about a failure has been said by now: the sum is the last line.
    let sum = sum.context("the sweep ended without saying how many points it judged")?;
    println!("{}", sum.line);
    ensure!(status.success(), "the sweep ended with {status}");
    if sum.points == 0 || sum.violations > 0 {
        bail!("a sweep must judge points and find no violation");
    }
    Ok(())
}

/// The line `N points, V violations`.
#[derive(Debug, PartialEq, Eq)]
struct Sum {
    line: String,
    points: u64,
    violations: u64,
}

impl Sum {
    fn read(line: &str) -> Option<Self> {
        let (points, rest) = line.split_once(" points, ")?;
        let violations = rest.strip_suffix(" violations")?;
        Some(Self {
            line: line.to_owned(),
            points: points.parse().ok()?,
            violations: violations.parse().ok()?,
        })
    }
}

/// Passes every line on but the sum, which is kept for the end. Two sums are none: each run has one.
fn pass_on(output: impl BufRead, to: &mut impl Write) -> Result<Option<Sum>> {
    let mut sums = Vec::new();
    for line in output.split(b'\n') {
        let line = line?;
        match Sum::read(&String::from_utf8_lossy(&line)) {
            Some(sum) => sums.push(sum),
            None => {
                to.write_all(&line)?;
                to.write_all(b"\n")?;
                to.flush()?;
            }
        }
    }
    let sum = sums.pop();
    ensure!(
        sums.is_empty(),
        "the sweep said more than once how many points it judged"
    );
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_kept_for_the_end_and_the_rest_is_passed_on() {
        let mut passed = Vec::new();
        let text = "test a ... ok\n12 points, 1 violations\n3 points, or so\n";
        let sum = pass_on(text.as_bytes(), &mut passed).unwrap().unwrap();
        assert_eq!(
            (sum.points, sum.violations, &*sum.line),
            (12, 1, "12 points, 1 violations")
        );
        assert_eq!(passed, b"test a ... ok\n3 points, or so\n");
    }

    #[test]
    fn no_sum_is_none_and_two_are_an_error() {
        assert_eq!(pass_on("nothing\n".as_bytes(), &mut Vec::new()).unwrap(), None);
        let twice = "1 points, 0 violations\n1 points, 0 violations\n";
        assert!(pass_on(twice.as_bytes(), &mut Vec::new()).is_err());
    }
}
