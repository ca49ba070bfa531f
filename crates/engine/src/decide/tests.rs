//! Tests of what the scripts in `tests/` cannot reach from outside.

use super::{cut, later};
use crate::ledger::cut_at;
use jiff::Timestamp;

#[test]
fn a_text_is_cut_at_a_character_and_says_so() {
    assert_eq!(cut("short"), "short");
    assert_eq!(cut("x".repeat(512)), "x".repeat(512), "what fits is whole");
    let long = cut("ü".repeat(400));
    assert!(
        long.len() <= 512 && long.ends_with('…') && long.starts_with('ü'),
        "{long}"
    );
    for bytes in 0..12 {
        assert!(cut_at(bytes, "ünübersehbar".to_owned()).len() <= bytes.max('…'.len_utf8()));
    }
}

#[test]
fn a_moment_beyond_the_end_of_time_is_the_end_of_time() {
    assert_eq!(later(Timestamp::MAX, 1), Timestamp::MAX);
    assert_eq!(later(Timestamp::UNIX_EPOCH, i64::MAX), Timestamp::MAX);
    assert_eq!(later(Timestamp::UNIX_EPOCH, 60).as_second(), 60);
}
