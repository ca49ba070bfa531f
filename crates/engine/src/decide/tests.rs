//! Tests of what the scripts in `tests/` cannot reach from outside.

use super::later;
use jiff::Timestamp;

#[test]
fn a_moment_beyond_the_end_of_time_is_the_end_of_time() {
    assert_eq!(later(Timestamp::MAX, 1), Timestamp::MAX);
    assert_eq!(later(Timestamp::UNIX_EPOCH, i64::MAX), Timestamp::MAX);
    assert_eq!(later(Timestamp::UNIX_EPOCH, 60).as_second(), 60);
}
