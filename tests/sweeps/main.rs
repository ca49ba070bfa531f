//! Sweeps over what can go wrong around the real operator on a real control plane: at each point the same oracle decides.
//! It must not end without the line that says how many points were judged, nor well if one of them was wrong.
//!
//! A quick selection by default, everything with `--all`.

#![allow(
    clippy::unwrap_used,
    reason = "a story fails by panicking, also in its own functions"
)]

mod clock;
mod election;
mod kills;
mod moment;
mod oracle;
mod pauses;
mod restored;
mod scope;
mod settle;
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the stage is that of the faults; not every prop is needed here"
)]
#[path = "../faults/stage/mod.rs"]
mod stage;
mod struck;
mod tally;
mod tenants;
mod world;

use libtest_mimic::{Arguments, Conclusion, Trial};
use std::process::ExitCode;

/// How many stories are told at once: each has a control plane of its own (300 MB), and most of them wait.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_iter(scope::read(std::env::args()));
    arguments.test_threads.get_or_insert(AT_ONCE);
    let stories: Vec<Trial> = [
        vec![
            tally::story("oracle::finds_what_is_wrong", oracle::finds_what_is_wrong),
            tally::story("tally::counts", tally::counts),
        ],
        // The longest first.
        kills::stories(),
        tenants::stories(),
        struck::stories(),
        clock::stories(),
        restored::stories(),
        if scope::is_whole() {
            restored::stories_of_survivors()
        } else {
            Vec::new()
        },
        pauses::stories(),
        election::stories(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let told: Conclusion = libtest_mimic::run(&arguments, stories);
    if arguments.list {
        return ExitCode::SUCCESS;
    }
    let (line, well) = tally::TALLY.line();
    let missed = tally::TALLY.unreached();
    if missed > 0 {
        println!("{missed} points of the reference runs were not reached again");
    }
    println!("{line}");
    let only_some = arguments.filter.is_some() || !arguments.skip.is_empty();
    if told.has_failed() || !(well || only_some) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
