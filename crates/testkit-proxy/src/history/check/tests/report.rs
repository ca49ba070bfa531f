//! The report of a judge: what it must not repeat, and that a file tells the same.
//! They must not test an invariant of calls.

use super::script::*;
use super::{again, judge};
use crate::history::History;
use crate::history::check::{Invariant, check};
use crate::vendors::Sdrs;
use std::collections::BTreeSet;

#[test]
fn a_secret_is_found_and_not_repeated() {
    let report = check(&Sdrs, &history(&good()), &[], &["nowhere", "", TOKEN]);
    let broken: BTreeSet<_> = report.violations.iter().map(|v| v.invariant).collect();
    assert_eq!(broken, BTreeSet::from([Invariant::NoSecrets]));
    assert!(!report.to_string().contains(TOKEN));
}

#[test]
fn the_report_is_the_same_for_the_history_in_a_file() {
    let steps = again(End::Lost, "ambiguous");
    let read = History::parse(&history(&steps).to_text()).unwrap();
    assert_eq!(check(&Sdrs, &read, &[], &[]), judge(&steps));
}
