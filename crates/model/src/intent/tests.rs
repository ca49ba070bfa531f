//! The whole model of an intent, explored: the design, and those that are known to be wrong.
//! They must not pass over a design that is known to be wrong and was not found.

use super::*;

#[test]
fn the_design_holds_and_those_that_are_known_to_be_wrong_are_found() {
    let lines = run(false);
    lines.iter().for_each(|line| println!("{line}"));
    for line in lines {
        assert!(line.is_good(), "{line}\n{}", line.steps());
    }
}
