//! The whole model of claims, explored: the protocol, and those that are known to be wrong.
//! They must not pass over a protocol that is known to be wrong and was not found.

use super::*;

#[test]
fn the_protocol_holds_and_those_that_are_known_to_be_wrong_are_found() {
    let lines: Vec<_> = run(false).collect();
    lines.iter().for_each(|line| println!("{line}"));
    for line in lines {
        assert!(line.is_good(), "{line}\n{}", line.steps());
    }
}

#[test]
fn the_page_names_each_known_bad_protocol_and_no_other() {
    let page = include_str!("../../../../docs/proof/sets.md");
    let mut names: Vec<&str> = runs::known_bad().into_iter().map(|(name, ..)| name).collect();
    names.sort_unstable();
    assert_eq!(crate::named_on(page), names);
}
