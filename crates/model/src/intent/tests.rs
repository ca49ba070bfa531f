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

#[test]
fn the_page_names_each_known_bad_design_and_no_other() {
    let page = include_str!("../../../../docs/proof/intent.md");
    let mut names = known_bad::KNOWN_BAD.map(|(_, name, ..)| name);
    names.sort_unstable();
    assert_eq!(crate::named_on(page), names);
}
