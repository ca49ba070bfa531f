//! Tests of what the scripts in `tests/` cannot reach from outside.

use super::direction;
use super::operation::seconds;
use crate::{ActiveStation, ReplicationState, Station};
use jiff::Timestamp;

#[test]
fn a_direction_is_told_only_where_something_is_replicated_from_a_certain_station() {
    use ReplicationState::{Active, Broken, Stopped, Synchronizing, Unknown};
    let there = Some((Station::Source, Station::Target));
    assert_eq!(direction(ActiveStation::Source, Active), there);
    assert_eq!(direction(ActiveStation::Source, Synchronizing), there);
    let back = Some((Station::Target, Station::Source));
    assert_eq!(direction(ActiveStation::Target, Active), back);
    for state in [Stopped, Broken, Unknown] {
        assert_eq!(direction(ActiveStation::Source, state), None);
    }
    for active in [
        ActiveStation::None,
        ActiveStation::Both,
        ActiveStation::Mixed,
        ActiveStation::Unknown,
    ] {
        assert_eq!(direction(active, Active), None);
    }
}

#[test]
fn seconds_are_rounded_and_never_negative() {
    let at = |millis| Timestamp::from_millisecond(millis).unwrap();
    assert_eq!(seconds(at(0), at(1_499)), 1);
    assert_eq!(seconds(at(0), at(1_500)), 2);
    assert_eq!(seconds(at(5_000), at(0)), 0, "a clock that was put back");
    assert!(seconds(Timestamp::MIN, Timestamp::MAX) > 600_000_000_000);
}
