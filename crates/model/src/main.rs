//! Explores the models and prints a line for each; `--long` goes further. Fails where one is not as it should be.
//! It must not hold a model: the library does.

use clap::{Parser, ValueEnum};
use stationmaster_model::{intent, parts, sets, submission};
use std::process::ExitCode;

/// Explore how an intent is read, how several objects are claimed, and how a call is submitted.
#[derive(Parser)]
struct Args {
    /// Go further: minutes instead of seconds
    #[arg(long)]
    long: bool,
    /// Only one of the models
    #[arg(long)]
    only: Option<Model>,
}

/// A model, by its name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Model {
    /// How an intent is read
    Intent,
    /// How several objects are claimed
    Sets,
    /// What a person decides of a part of a job
    Parts,
    /// How a call is submitted
    Submission,
}

fn main() -> ExitCode {
    let Args { long, only } = Args::parse();
    let asked = |model| only.is_none_or(|only| only == model);
    let mut good = true;
    let intent = asked(Model::Intent).then(|| intent::run(long)).into_iter().flatten();
    let sets = asked(Model::Sets).then(|| sets::run(long)).into_iter().flatten();
    let parts = asked(Model::Parts).then(|| parts::run(long)).into_iter().flatten();
    let submission = asked(Model::Submission)
        .then(|| submission::run(long))
        .into_iter()
        .flatten();
    for line in intent.chain(sets).chain(parts).chain(submission) {
        println!("{line}");
        if !line.is_good() {
            good = false;
            print!("{}", line.steps());
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
