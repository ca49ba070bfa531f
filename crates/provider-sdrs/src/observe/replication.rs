//! How replication stands, from the group's status and its pairs (`docs/vendors/sdrs.md#pairs`).
//! It must not call a copy complete because a field is missing; SDRS tells no lag and no time of the last synchronization.

use super::status::Status;
use crate::operations;
use crate::wire::{Group, Pair};
use stationmaster_engine::{Replication, ReplicationState};

/// The state. Pairs that were not all looked at make it `Unknown` where one of them could make it worse.
pub(crate) fn replication(status: Status, group: &Group, pairs: &[Pair], all: bool) -> Replication {
    let base = match status {
        Status::Protected => ReplicationState::Active,
        Status::Working(operation) => operations::of(operation).working.1,
        Status::Failed(operation) => operations::of(operation).failed.1,
        Status::Available | Status::FailedOver | Status::Creating | Status::Deleting => ReplicationState::Stopped,
        Status::Error | Status::ErrorDeleting | Status::Unknown => ReplicationState::Unknown,
    };
    let copying = group.replication_status.as_deref() == Some("copying") || pairs.iter().any(synchronizing);
    let state = match base {
        ReplicationState::Active if pairs.iter().any(broken) => ReplicationState::Broken,
        ReplicationState::Active if !all => ReplicationState::Unknown,
        ReplicationState::Active if copying => ReplicationState::Synchronizing,
        other => other,
    };
    let told = pairs
        .iter()
        .filter(|pair| synchronizing(pair))
        .map(|pair| pair.progress)
        .min();
    let progress = match state {
        ReplicationState::Synchronizing => told.unwrap_or(group.progress),
        _ => None,
    };
    Replication {
        state,
        progress_percent: progress
            .and_then(|percent| u8::try_from(percent).ok())
            .map(|percent| percent.min(100)),
        lag_seconds: None,
        last_sync: None,
    }
}

/// Whether a pair is still copying what the other disk lacks.
pub(crate) fn synchronizing(pair: &Pair) -> bool {
    match pair.replication_status.as_deref() {
        Some("copying") => true,
        // Where the word is missing the percentage tells; 0 is also what a pair at rest shows (documented example).
        None => pair.progress.is_some_and(|percent| (1..100).contains(&percent)),
        Some(_) => false,
    }
}

/// Whether a pair of a protected group does not replicate.
pub(crate) fn broken(pair: &Pair) -> bool {
    matches!(pair.replication_status.as_deref(), Some("inactive" | "active-stopped"))
        || matches!(pair.status.as_deref(), Some("fault" | "invalid"))
        || matches!(pair.fault_level.as_deref(), Some("2" | "5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(replication_status: Option<&str>, progress: Option<i64>, fault_level: &str) -> Pair {
        Pair {
            replication_status: replication_status.map(str::to_owned),
            progress,
            fault_level: Some(fault_level.to_owned()),
            ..Pair::default()
        }
    }

    fn of(pairs: &[Pair]) -> Replication {
        replication(Status::Protected, &Group::default(), pairs, true)
    }

    #[test]
    fn the_worst_pair_speaks_for_the_group() {
        let fine = || pair(Some("active"), Some(0), "0");
        assert_eq!(of(&[fine(), fine()]).state, ReplicationState::Active);
        let copying = of(&[
            fine(),
            pair(Some("copying"), Some(70), "0"),
            pair(Some("copying"), Some(30), "0"),
        ]);
        assert_eq!(
            (copying.state, copying.progress_percent),
            (ReplicationState::Synchronizing, Some(30))
        );
        assert_eq!(
            of(&[pair(Some("copying"), Some(1), "0"), pair(Some("active"), None, "5")]).state,
            ReplicationState::Broken
        );
        assert_eq!(of(&[pair(Some("inactive"), None, "0")]).state, ReplicationState::Broken);
        assert_eq!(of(&[pair(None, Some(40), "0")]).progress_percent, Some(40));
        assert_eq!(of(&[pair(None, Some(0), "0")]).state, ReplicationState::Active);
    }

    #[test]
    fn a_group_that_does_not_replicate_has_no_progress() {
        let group = Group {
            progress: Some(55),
            ..Group::default()
        };
        let stopped = replication(Status::Available, &group, &[pair(Some("copying"), Some(3), "0")], true);
        assert_eq!(
            (stopped.state, stopped.progress_percent),
            (ReplicationState::Stopped, None)
        );
        let starting = replication(Status::read("starting"), &group, &[], false);
        assert_eq!(
            (starting.state, starting.progress_percent),
            (ReplicationState::Synchronizing, Some(55))
        );
    }

    #[test]
    fn a_pair_that_was_not_looked_at_is_not_well() {
        let state = |pairs: &[Pair]| replication(Status::Protected, &Group::default(), pairs, false).state;
        assert_eq!(state(&[]), ReplicationState::Unknown);
        assert_eq!(state(&[pair(Some("active"), None, "0")]), ReplicationState::Unknown);
        assert_eq!(state(&[pair(Some("active"), None, "5")]), ReplicationState::Broken);
    }
}
