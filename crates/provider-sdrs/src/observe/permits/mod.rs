//! Whether the provider's state lets each operation begin, and the sentence that says what stands in the way.
//! It must not open anything because of a word that it does not know.
//!
//! The status opens; members only close. Of a forced failover they are risks, which its author can accept: in an emergency the provider judges,
//! and what is not documented stands in nobody's way.

use super::replication::synchronizing;
use super::status::{Status, needed};
use crate::obstacles;
use crate::operations;
use crate::wire::{Group, Instance, Pair};
use stationmaster_engine::{OperationType, Permit, Reason, Risk, Why};
use std::collections::BTreeMap;

/// The members of a group, as far as they are known.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a> {
    pub(crate) instances: &'a [Instance],
    pub(crate) pairs: &'a [Pair],
    /// Why these are not all. Whatever is not known is never taken for well.
    pub(crate) gap: Option<&'a str>,
}

type Obstacle = (Reason, String);

/// What members can close an operation by.
pub(crate) type ClosedBy = fn(Status, Members<'_>) -> Option<Obstacle>;

/// All permits.
pub(crate) fn permits(
    status: Status,
    word: &str,
    group: &Group,
    members: Members<'_>,
) -> BTreeMap<OperationType, Permit> {
    let permit = |operation| {
        let closed = by_status(operation, status, word).or_else(|| by_count(operation, group, members));
        let mut by_members = operations::of(operation)
            .closed_by
            .iter()
            .filter_map(|by| by(status, members));
        let permit = match (closed, operation) {
            (Some((reason, message)), _) => Permit::Closed { reason, message },
            // The vendor documents that these stand in the way of a failover, not what a call would do: that is for its author to accept.
            (None, OperationType::Failover) => at_risk(by_members.collect()),
            (None, _) => match by_members.next().or_else(|| by_gap(operation, members)) {
                Some((reason, message)) => Permit::Closed { reason, message },
                None => Permit::Open,
            },
        };
        (operation, permit)
    };
    OperationType::ALL.into_iter().map(permit).collect()
}

fn at_risk(obstacles: Vec<Obstacle>) -> Permit {
    if obstacles.is_empty() {
        return Permit::Open;
    }
    let risk = |reason| match reason == obstacles::REPLICATION_LINK_DOWN {
        true => Risk::ReplicationLinkDown,
        false => Risk::MembersInvalid,
    };
    let risks = obstacles
        .into_iter()
        .map(|(reason, message)| (risk(reason), Why::new(reason, message)));
    Permit::AtRisk(risks.collect())
}

fn by_status(operation: OperationType, status: Status, word: &str) -> Option<Obstacle> {
    if status == Status::Unknown {
        let message = format!("the group's status {word:?} is not documented; nothing is permitted");
        return Some((Reason::UnknownProviderState, message));
    }
    if status.opens(operation) {
        return None;
    }
    let working = matches!(status.phase(), stationmaster_engine::Phase::Changing(_));
    let reason = if working {
        Reason::ProviderBusy
    } else {
        Reason::IllegalProviderState
    };
    let mut hints = operations::of(operation).hints.iter();
    let hint = hints.find(|(of, _)| *of == status).map_or("", |(_, hint)| hint);
    let needed = needed(operation);
    Some((
        reason,
        format!("{operation} needs the status {needed}; it is {word}{hint}"),
    ))
}

/// What members can close needs a replication pair.
fn by_count(operation: OperationType, group: &Group, members: Members<'_>) -> Option<Obstacle> {
    let none = members.pairs.is_empty() && (members.gap.is_none() || group.replication_num == Some(0));
    (none && !operations::of(operation).closed_by.is_empty()).then(|| {
        (
            obstacles::NO_REPLICATION_PAIRS,
            "the group has no replication pairs".to_owned(),
        )
    })
}

/// Members that could close it and were not looked at. It is not asked for a forced failover, which does not wait for them.
fn by_gap(operation: OperationType, members: Members<'_>) -> Option<Obstacle> {
    let depends = !operations::of(operation).closed_by.is_empty();
    let gap = members.gap.filter(|_| depends)?;
    Some((Reason::NotObserved, format!("the members are not known: {gap}")))
}

/// A member of which a part was deleted.
pub(crate) fn invalid(_: Status, members: Members<'_>) -> Option<Obstacle> {
    let gone = |status: &Option<String>| status.as_deref() == Some("invalid");
    by_pair(members, |pair| {
        gone(&pair.status).then_some("invalid: one of its disks was deleted")
    })
    .or_else(|| {
        by_instance(members, |i| {
            gone(&i.status).then_some("invalid: one of its servers was deleted")
        })
    })
    .map(|message| (obstacles::MEMBERS_INVALID, message))
}

/// A pair between whose sites nothing can flow.
pub(crate) fn link_down(_: Status, members: Members<'_>) -> Option<Obstacle> {
    by_pair(members, |pair| {
        (pair.fault_level.as_deref() == Some("5")).then_some("its replication link is down (fault_level 5)")
    })
    .map(|message| (obstacles::REPLICATION_LINK_DOWN, message))
}

/// A planned failover promises that no data is lost, so a member that is faulty closes it.
pub(crate) fn faulty(_: Status, members: Members<'_>) -> Option<Obstacle> {
    let fault = |status: &Option<String>| status.as_deref() == Some("fault");
    by_pair(members, |pair| {
        let level = (pair.fault_level.as_deref() == Some("2"))
            .then_some("its production disk can be neither read nor written (fault_level 2); SDRS advises a failover");
        level.or_else(|| fault(&pair.status).then_some("its synchronization is abnormal (fault)"))
    })
    .or_else(|| {
        by_instance(members, |i| {
            fault(&i.status).then_some("the synchronization of a disk is abnormal (fault)")
        })
    })
    .map(|message| (obstacles::MEMBERS_INVALID, message))
}

/// Words of members that are not documented.
pub(crate) fn unknown(_: Status, members: Members<'_>) -> Option<Obstacle> {
    const OWN: [&str; 9] = [
        "invalid",
        "fault",
        "extending",
        "attaching",
        "detaching",
        "error-extending",
        "error-attaching",
        "error-detaching",
        "error-resizing",
    ];
    let strange = |status: &Option<String>| {
        status.as_deref().is_some_and(|word| {
            Status::read(word) == Status::Unknown
                && !OWN.contains(&word)
                && !matches!(word, "nic-creating" | "nic-deleting" | "resizing")
        })
    };
    by_pair(members, |pair| {
        let level = !matches!(pair.fault_level.as_deref(), None | Some("0" | "2" | "5"));
        let replication = !matches!(
            pair.replication_status.as_deref(),
            None | Some("active" | "inactive" | "copying" | "active-stopped")
        );
        (strange(&pair.status) || level || replication)
            .then_some("its status, replication_status or fault_level is not documented")
    })
    .or_else(|| {
        by_instance(members, |i| {
            strange(&i.status).then_some("its status is not documented")
        })
    })
    .map(|message| (Reason::UnknownProviderState, message))
}

/// The other side must be complete. After a failed reverse replication may rest, and the provider judges.
pub(crate) fn incomplete(status: Status, members: Members<'_>) -> Option<Obstacle> {
    by_pair(members, |pair| {
        let resting = matches!(pair.replication_status.as_deref(), Some("inactive" | "active-stopped"));
        match (synchronizing(pair), resting && status == Status::Protected) {
            (true, _) => Some("it is still synchronizing"),
            (false, true) => Some("it does not replicate although the group is protected"),
            (false, false) => None,
        }
    })
    .map(|message| (obstacles::PAIRS_SYNCHRONIZING, message))
}

fn by_pair(members: Members<'_>, what: impl Fn(&Pair) -> Option<&'static str>) -> Option<String> {
    first(
        "replication pair",
        members
            .pairs
            .iter()
            .map(|pair| (pair.id.as_deref(), pair.name.as_deref(), what(pair))),
    )
}

fn by_instance(members: Members<'_>, what: impl Fn(&Instance) -> Option<&'static str>) -> Option<String> {
    first(
        "protected instance",
        members
            .instances
            .iter()
            .map(|i| (i.id.as_deref(), i.name.as_deref(), what(i))),
    )
}

/// The first member with an obstacle, and how many more there are.
fn first<'a>(
    kind: &str,
    members: impl Iterator<Item = (Option<&'a str>, Option<&'a str>, Option<&'static str>)>,
) -> Option<String> {
    let mut hits = members.filter_map(|(id, name, what)| Some((id, name, what?)));
    let (id, name, what) = hits.next()?;
    let named = name.map(|name| format!(" ({name})")).unwrap_or_default();
    let more = hits.count();
    let more = if more == 0 {
        String::new()
    } else {
        format!("; {more} more have an obstacle")
    };
    Some(format!("{kind} {}{named}: {what}{more}", id.unwrap_or("without id")))
}

#[cfg(test)]
mod tests;
