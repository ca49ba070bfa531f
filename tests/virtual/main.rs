//! The whole controller in virtual time: every operation, providers of every kind, one fault at each of its moments.
//! It must not open a socket, or read a clock of the machine.
//!
//! A selection by default, everything with `--all`.

#![allow(clippy::unwrap_used, reason = "a run fails by panicking, also in its own functions")]

mod asks;
mod case;
mod door;
mod faults;
mod gets_through;
mod known_bad;
mod moments;
mod oracle;
mod people;
mod replay;
mod run;
mod same;
#[path = "../sweeps/scope.rs"]
mod scope;
mod share;
mod stage;
mod sweep;
mod vendors;
mod wrong;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Ok(name) = std::env::var(replay::VARIABLE) {
        return replay::run(&name);
    }
    let arguments = Arguments::from_iter(scope::read(std::env::args()));
    let of_itself = vec![
        Trial::test("sweep::selects", sweep::selects),
        Trial::test("replay::names_are_read", replay::names_are_read),
        Trial::test("replay::a_failure_is_replayed", replay::a_failure_is_replayed),
        Trial::test("same::one_seed_is_one_run", same::one_seed_is_one_run),
        Trial::test("same::another_seed_is_another_run", same::another_seed_is_another_run),
        Trial::test("known_bad::every_one_is_looked_for", known_bad::every_one_is_looked_for),
    ];
    let trials = [sweep::trials(), of_itself, known_bad::trials(), gets_through::trials()];
    let told = libtest_mimic::run(&arguments, trials.into_iter().flatten().collect());
    if arguments.list {
        return ExitCode::SUCCESS;
    }
    let (line, well) = sweep::sum();
    println!("{line}");
    let only_some = arguments.filter.is_some() || !arguments.skip.is_empty();
    if told.has_failed() || !(well || only_some) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
