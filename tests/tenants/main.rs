//! One namespace against the others: a hostile one does all that it may beside an honest one, with the real operator on a real control plane.
//! It must not judge by seconds of this machine where a count tells the same.

#![allow(
    clippy::unwrap_used,
    reason = "the story fails by panicking, also in its own functions"
)]

mod attack;
mod honest;
mod hostile;
mod observed;
mod pages;
mod story;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let story = Trial::test("a_hostile_namespace_costs_no_other", || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(story::told());
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![story]).exit();
}
