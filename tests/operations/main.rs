//! The operator at work: the real binary under its committed rights, a real control plane, simulated clouds that keep journals.
//! It must not be content with what a person sees: no call was made but the one that was asked for.

#![allow(
    clippy::unwrap_used,
    reason = "a story fails by panicking, also in its own functions"
)]

#[macro_use]
mod stage;

mod confirm;
mod down;
mod failed_job;
mod forced;
mod held;
mod history;
mod kubectl;
mod moves;
mod one_object;
mod refused;
mod rights;
mod taken_back;
mod waiting;

use libtest_mimic::Arguments;

/// How many stories are told at once. They wait for jobs and for the operator's next look far more than they compute.
const AT_ONCE: usize = 12;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let stories = [
        stage::kstatus::tests::stories(),
        stage::honest::tests::stories(),
        // The longest first.
        down::stories(),
        held::stories(),
        history::stories(),
        one_object::stories(),
        moves::stories(),
        taken_back::stories(),
        failed_job::stories(),
        confirm::stories(),
        forced::stories(),
        refused::stories(),
        waiting::stories(),
        kubectl::stories(),
    ];
    let told = libtest_mimic::run(&arguments, stories.into_iter().flatten().collect());
    // Only when all of them are over has everything been asked of the API server.
    let kept = libtest_mimic::run(&arguments, rights::stories());
    if told.has_failed() {
        told.exit();
    }
    kept.exit();
}
