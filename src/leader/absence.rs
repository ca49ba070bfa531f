//! Was nobody leading for a while? What the Lease and our own clock tell of it, and the word about it that the Lease carries on.
//! It must not hold anything back itself: the engine does, for each group, when it is told.
//!
//! An absence that is not noticed would let a leader act on what nobody may want any more; one that is noticed in vain costs new tokens.
//! So whatever cannot be told counts as absence: no Lease, no time in it, a time of the far future, a time that ran backwards.

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::ResourceExt;
use std::time::Duration;
use tokio::time::Instant;

/// For how long nobody may have renewed the Lease before that counts as absence. Longer than an orderly hand-over, a takeover after a death
/// and a quick restart; shorter than anybody needs to put etcd back to a snapshot.
pub(super) const AFTER: Duration = Duration::from_secs(120);

/// The annotation of the Lease that carries the end of the last absence from leader to leader.
pub(super) const ANNOTATION: &str = "stationmaster.dev/absent-until";

/// What a candidate has seen of the watch so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Watch {
    seen: Option<Seen>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    renewed: Option<Timestamp>,
    /// When we first saw this renewal, on our own clock.
    since: Instant,
    /// Whether the watch was broken when we saw it.
    broken: bool,
    /// The end of the last absence, as the Lease told it.
    absent_until: Option<Timestamp>,
}

impl Watch {
    /// Takes note of a read that ended at `now`, `wall` on the wall's clock. A Lease that is missing says nothing new.
    pub(super) fn sees(&mut self, lease: Option<&Lease>, now: Instant, wall: Timestamp) {
        let Some(lease) = lease else { return };
        let renewed = renewed(lease);
        let (since, broken) = match &self.seen {
            // Only here two clocks are compared, and a wide miss counts as absence.
            None => (now, renewed.is_none_or(|renewed| wide(renewed, wall))),
            Some(seen) if seen.renewed == renewed => (seen.since, seen.broken),
            // Somebody leads: what there was of absence is his to tell. But a time that runs back is that of an older state.
            Some(seen) => (now, renewed < seen.renewed),
        };
        self.seen = Some(Seen {
            renewed,
            since,
            broken,
            absent_until: told(lease),
        });
    }

    /// The end of the last absence for a leader who begins at `now`, which is `wall` on the wall's clock.
    pub(super) fn absent_until(&self, now: Instant, wall: Timestamp) -> Option<Timestamp> {
        match &self.seen {
            Some(seen) if !seen.broken && now.saturating_duration_since(seen.since) <= AFTER => seen.absent_until,
            _ => Some(wall),
        }
    }
}

fn wide(renewed: Timestamp, wall: Timestamp) -> bool {
    wall.duration_since(renewed).unsigned_abs() > AFTER
}

fn renewed(lease: &Lease) -> Option<Timestamp> {
    lease.spec.as_ref()?.renew_time.as_ref().map(|time| time.0)
}

/// The end of the last absence, as the Lease tells it. A word that cannot be read is none: the next absence replaces it.
pub(super) fn told(lease: &Lease) -> Option<Timestamp> {
    lease.annotations().get(ANNOTATION)?.parse().ok()
}

/// Whether a Lease that we hold shows an older renewal than the last one of ours that was acknowledged: the API server was put back.
pub(super) fn went_back(acknowledged: &Lease, read: &Lease) -> bool {
    renewed(read) < renewed(acknowledged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::coordination::v1::LeaseSpec;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

    fn wall(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn lease(renewed: i64, told: Option<i64>) -> Lease {
        let mut lease = Lease {
            spec: Some(LeaseSpec {
                renew_time: Some(MicroTime(wall(renewed))),
                ..LeaseSpec::default()
            }),
            ..Lease::default()
        };
        if let Some(told) = told {
            let annotations = lease.metadata.annotations.get_or_insert_default();
            annotations.insert(ANNOTATION.to_owned(), wall(told).to_string());
        }
        lease
    }

    struct Candidate {
        watch: Watch,
        start: Instant,
    }

    impl Candidate {
        fn new() -> Candidate {
            Candidate {
                watch: Watch::default(),
                start: Instant::now(),
            }
        }

        fn at(&self, second: i64) -> Instant {
            self.start + Duration::from_secs(u64::try_from(second).unwrap())
        }

        fn sees(&mut self, second: i64, lease: Option<Lease>) {
            self.watch.sees(lease.as_ref(), self.at(second), wall(second));
        }

        fn absent_until(&self, second: i64) -> Option<Timestamp> {
            self.watch.absent_until(self.at(second), wall(second))
        }
    }

    #[test]
    fn where_there_is_no_lease_nobody_can_tell() {
        let mut candidate = Candidate::new();
        assert_eq!(candidate.absent_until(5), Some(wall(5)));
        candidate.sees(5, None);
        assert_eq!(candidate.absent_until(6), Some(wall(6)));
        candidate.sees(7, Some(Lease::default()));
        assert_eq!(candidate.absent_until(7), Some(wall(7)), "a Lease without a time");
    }

    #[test]
    fn a_young_lease_carries_the_word_on_and_an_old_one_breaks_it() {
        for (age, broken) in [(0, false), (120, false), (121, true), (-121, true)] {
            let mut candidate = Candidate::new();
            candidate.sees(0, Some(lease(-age, Some(-5000))));
            let expected = if broken { wall(15) } else { wall(-5000) };
            assert_eq!(candidate.absent_until(15), Some(expected), "{age} s old");
        }
        let mut candidate = Candidate::new();
        candidate.sees(0, Some(lease(-2, None)));
        assert_eq!(candidate.absent_until(15), None, "there never was one");
    }

    #[test]
    fn who_saw_a_leader_a_moment_ago_needs_no_other_clock() {
        let mut candidate = Candidate::new();
        // The leader's clock is an hour ahead.
        candidate.sees(0, Some(lease(3600, None)));
        candidate.sees(2, Some(lease(3602, Some(3601))));
        assert_eq!(candidate.absent_until(17), Some(wall(3601)));
        candidate.sees(4, None);
        assert_eq!(
            candidate.absent_until(17),
            Some(wall(3601)),
            "a deleted Lease is remembered"
        );
        assert_eq!(candidate.absent_until(123), Some(wall(123)), "nobody for two minutes");
    }

    #[test]
    fn a_time_that_runs_back_is_that_of_an_older_state() {
        let mut candidate = Candidate::new();
        candidate.sees(0, Some(lease(0, None)));
        candidate.sees(2, Some(lease(2, None)));
        candidate.sees(4, Some(lease(-60, None)));
        assert_eq!(candidate.absent_until(19), Some(wall(19)));
        candidate.sees(20, Some(lease(20, Some(20))));
        assert_eq!(
            candidate.absent_until(35),
            Some(wall(20)),
            "another one leads, and has told of it"
        );
    }

    #[test]
    fn a_leader_sees_its_own_lease_go_back() {
        assert!(went_back(&lease(10, None), &lease(9, None)));
        assert!(went_back(&lease(10, None), &Lease::default()));
        assert!(!went_back(&lease(10, None), &lease(10, None)));
        assert!(
            !went_back(&lease(10, None), &lease(11, None)),
            "a renewal whose answer was lost"
        );
    }
}
