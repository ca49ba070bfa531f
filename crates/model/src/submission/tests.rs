//! The whole model of a call, explored: the protocol, those that are known to be wrong, and what cannot be promised.
//! They must not pass over a protocol that is known to be wrong and was not found.

use super::*;

#[test]
fn the_protocol_holds_those_that_are_known_to_be_wrong_are_found_and_what_cannot_be_promised_is_seen() {
    let lines: Vec<_> = run(false).collect();
    lines.iter().for_each(|line| println!("{line}"));
    for line in lines {
        assert!(line.is_good(), "{line}\n{}", line.steps());
    }
}
