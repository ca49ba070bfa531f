//! Explores the models and prints a line for each; `--long` goes further. Fails where one is not as it should be.
//! It must not hold a model: the library does.

use clap::Parser;
use stationmaster_model::{intent, submission};
use std::process::ExitCode;

/// Explore how an intent is read, and how a call is submitted.
#[derive(Parser)]
struct Args {
    /// Go further: minutes instead of seconds
    #[arg(long)]
    long: bool,
}

fn main() -> ExitCode {
    let Args { long } = Args::parse();
    let mut good = true;
    for line in intent::run(long).into_iter().chain(submission::run(long)) {
        println!("{line}");
        if !line.is_good() {
            good = false;
            print!("{}", line.steps());
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
