//! OceanBase under the real operator: a real control plane, and a simulated OCP with its databases that keeps a journal.
//! It must not be content with what a person sees: no call was made but the one that was asked for.

#![allow(
    clippy::unwrap_used,
    reason = "a story fails by panicking, also in its own functions"
)]

#[allow(
    dead_code,
    unused_imports,
    reason = "the stage is that of the operations; not every prop is needed here"
)]
#[macro_use]
#[path = "../operations/stage/mod.rs"]
mod stage;

mod again;
mod claims;
mod lost;
mod moves;
mod parts;
mod refused;
mod tenants;
mod without_sql;

use libtest_mimic::Arguments;

/// How many stories are told at once. They wait for tasks and for the operator's next look far more than they compute.
const AT_ONCE: usize = 12;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let stories = [
        // The longest first.
        lost::stories(),
        again::stories(),
        moves::stories(),
        parts::stories(),
        without_sql::stories(),
        refused::stories(),
        claims::stories(),
    ];
    libtest_mimic::run(&arguments, stories.into_iter().flatten().collect()).exit();
}
