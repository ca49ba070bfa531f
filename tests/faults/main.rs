//! What goes wrong, against the real operator on a real control plane: crashes, lost answers, throttling, replicas, wrong input.
//! It must not run a story by the clock: each waits for what it needs to see, and nearly all of them run side by side.

#![allow(
    clippy::unwrap_used,
    reason = "a story fails by panicking, also in its own functions"
)]

mod crashes;
mod lost;
mod replicas;
mod secrets;
mod stage;
mod throttled;
mod wrong;

use libtest_mimic::{Arguments, Trial};

/// How many stories are told at once. They wait for leases, for the half minute in which evidence is looked for, and for each other.
const AT_ONCE: usize = 24;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let stories: Vec<Trial> = [
        // The longest first.
        lost::stories(),
        crashes::stories(),
        replicas::stories(),
        throttled::stories(),
        wrong::stories(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let told = libtest_mimic::run(&arguments, stories);
    // Only when all of them are over has everything been written that could hold a secret.
    let kept = libtest_mimic::run(&arguments, secrets::stories());
    if told.has_failed() {
        told.exit();
    }
    kept.exit();
}
