//! `cargo xtask mutants`: makes every small change to the engine that cargo-mutants knows, one at a time, and runs the engine's tests on each.
//! It must not install anything, and is no part of `cargo xtask test`: it takes the better part of an hour.

mod survivors;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use self::survivors::{Survivor, difference};
use crate::workspace;

/// The version that the numbers are made with: another one makes other changes.
const VERSION: &str = "27.1.0";
/// How many of a hundred changes that compile must be noticed.
const ENOUGH_PERCENT: f64 = 95.0;

/// The tests of a round.
struct Round {
    /// What cargo test gets.
    tests: &'static [&'static str],
    /// How long they may run on one change, in seconds, before it counts as noticed (a loop without an end): a multiple of what they need,
    /// so that a busy machine notices nothing.
    seconds: u32,
}

/// The scripts take a second. What they notice need not be shown to the properties and the sweeps, which take ten times as long.
const SCRIPTS: Round = Round {
    tests: &[
        "--lib",
        "--test",
        "scripts",
        "--",
        "--skip",
        "properties::",
        "--skip",
        "crashes::",
    ],
    seconds: 40,
};
const ALL: Round = Round {
    tests: &["--lib", "--test", "scripts"],
    seconds: 400,
};

/// Change the engine line by line, and fail where no test notices
#[derive(clap::Args)]
pub struct Args {
    /// How many changes are tried at the same time
    #[arg(long, default_value_t = 2)]
    jobs: u32,
    /// Only files that match this glob; may be repeated
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
}

/// What cargo-mutants counts.
#[derive(Deserialize)]
struct Outcomes {
    caught: usize,
    missed: usize,
    timeout: usize,
}

/// A change that was tried, as cargo-mutants lists it.
#[derive(Deserialize)]
struct Tried {
    file: String,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    tool()?;
    let listed = survivors::committed()?;
    let started = Instant::now();
    let target = workspace::root().join("target/mutants");
    std::fs::create_dir_all(&target).with_context(|| target.display().to_string())?;
    let results = target.join("mutants.out");
    round(args, &target, &SCRIPTS, &[])?;
    let first: Outcomes = read_json(&results.join("outcomes.json"))?;
    let tried: Vec<Tried> = read_json(&results.join("mutants.json"))?;
    if first.missed > 0 {
        round(args, &target, &ALL, &["--iterate"])?;
    }
    let missed = std::fs::read_to_string(results.join("missed.txt")).unwrap_or_default();
    let found = survivors::found(&missed, &workspace::root())?;
    let viable = first.caught + first.missed + first.timeout;
    println!("{}", line(viable, found.len()));
    eprintln!(
        "{} files, {} of the killed ran without an end, {:.0} s in all",
        tried.iter().map(|t| &t.file).collect::<BTreeSet<_>>().len(),
        first.timeout,
        started.elapsed().as_secs_f64()
    );
    judge(viable, &found, &listed, &tried)
}

fn judge(viable: usize, found: &[Survivor], listed: &[Survivor], tried: &[Tried]) -> Result<()> {
    let (new, gone) = difference(found, listed);
    let gone: Vec<&Survivor> = gone
        .into_iter()
        .filter(|g| tried.iter().any(|t| t.file == g.file))
        .collect();
    for survivor in &new {
        eprintln!("survives and is not listed: {survivor}");
    }
    for survivor in &gone {
        eprintln!("is listed and does not survive: {survivor}");
    }
    ensure!(viable > 0, "no change was tried");
    ensure!(
        percent(viable, found.len()) >= ENOUGH_PERCENT,
        "fewer than {ENOUGH_PERCENT} % of the changes are noticed"
    );
    ensure!(
        new.is_empty() && gone.is_empty(),
        "{} is not what was found: {} new, {} gone",
        survivors::PATH,
        new.len(),
        gone.len()
    );
    Ok(())
}

fn line(viable: usize, survived: usize) -> String {
    let killed = viable - survived;
    let percent = percent(viable, survived);
    format!("{viable} viable, {killed} killed, {survived} survived ({percent:.1} %)")
}

/// How many of a hundred were noticed; none when nothing was tried.
fn percent(viable: usize, survived: usize) -> f64 {
    // Counts of some hundreds.
    #[allow(clippy::cast_precision_loss)]
    let share = (viable - survived) as f64 / viable.max(1) as f64;
    share * 100.0
}

/// Whether the right cargo-mutants is there.
fn tool() -> Result<()> {
    let said = workspace::cargo().args(["mutants", "--version"]).output()?;
    let said = String::from_utf8_lossy(&said.stdout);
    let version = said.split_whitespace().last().unwrap_or("none");
    if version != VERSION {
        bail!(
            "cargo-mutants {VERSION} is needed, found {version}; install it with\n\n    cargo install cargo-mutants --version {VERSION} --locked\n"
        );
    }
    Ok(())
}

/// Tries all changes, or those that are left, against these tests.
fn round(args: &Args, target: &Path, round: &Round, more: &[&str]) -> Result<()> {
    let mut command = workspace::cargo();
    command
        .args(["mutants", "--package", "stationmaster-engine", "--profile", "mutants"])
        .args(["--cap-lints", "true", "--colors", "never", "--no-times"])
        .args(["--timeout", &round.seconds.to_string()])
        .args(["--jobs", &args.jobs.to_string()])
        .arg("--output")
        .arg(target)
        .args(more);
    for glob in &args.file {
        command.args(["--file", glob]);
    }
    let status = command.arg("--").args(round.tests).status().context("cargo mutants")?;
    match status.code() {
        // Some were missed, or ran without an end: that is for the judge.
        Some(0 | 2 | 3) => Ok(()),
        Some(4) => bail!("the engine's tests fail without any change"),
        _ => bail!("cargo mutants: {status}"),
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survivor(line: &str) -> Survivor {
        Survivor {
            file: "a.rs".into(),
            mutant: "replace < with <=".into(),
            line: line.into(),
            reason: String::new(),
        }
    }

    #[test]
    fn a_new_survivor_a_stale_entry_and_too_few_noticed_fail() {
        let tried = [Tried { file: "a.rs".into() }];
        let (one, other) = ([survivor("a < b")], [survivor("c < d")]);
        assert!(judge(100, &one, &one, &tried).is_ok());
        assert!(judge(100, &one, &[], &tried).is_err(), "it is not listed");
        assert!(judge(100, &[], &one, &tried).is_err(), "it is listed and noticed");
        assert!(judge(100, &one, &other, &tried).is_err());
        assert!(judge(19, &one, &one, &tried).is_err(), "94.7 %");
        assert!(judge(20, &one, &one, &tried).is_ok(), "95 %");
        assert!(judge(0, &[], &[], &tried).is_err(), "nothing was tried");
        let elsewhere = [Tried { file: "b.rs".into() }];
        assert!(judge(100, &[], &one, &elsewhere).is_ok(), "its file was not tried");
    }

    #[test]
    fn the_line_tells_the_numbers() {
        assert_eq!(line(200, 3), "200 viable, 197 killed, 3 survived (98.5 %)");
    }
}
