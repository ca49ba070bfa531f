//! Tells what was filed, and a new group, that they were seen and what they wait for, where no pass has come to tell more yet.
//! It must not judge anything, nor write over what a pass has said.

use super::link::Link;
use super::put::put;
use super::{Error, project};
use crate::conditions::{Wanted, merge};
use crate::controllers::Context;
use crate::places::Line;
use kube::ResourceExt;
use kube::api::Api;
use stationmaster_api::{
    OperationDecision, OperationState, ProtectionGroup, ProtectionGroupStatus, RecoveryOperation, fit,
};
use stationmaster_engine::report::orphan;
use stationmaster_engine::{Reason, Why};
use std::time::Duration;

/// Where an operation stands in a line is told anew after no less than this.
const SOONEST: Duration = Duration::from_secs(10);
/// And of no more than so many operations of one line in a second.
const TOLD_ANEW: usize = 20;

/// Whether a status speaks of a generation: the operator wrote it.
fn spoken(generation: Option<i64>) -> bool {
    generation.is_some_and(|generation| generation >= 0)
}

/// Whether the operator has said something of an operation.
pub fn told_of_operation(operation: &RecoveryOperation) -> bool {
    let stands = |state| state != OperationState::Pending;
    let status = operation.status.as_ref();
    status.is_some_and(|s| s.state.is_some_and(stands) || spoken(s.observed_generation))
}

/// Whether the operator has said something of a decision.
pub fn told_of_decision(decision: &OperationDecision) -> bool {
    let status = decision.status.as_ref();
    status.is_some_and(|s| s.is_judged() || spoken(s.observed_generation))
}

/// Whether the operator has said something of a group.
pub fn told_of_group(group: &ProtectionGroup) -> bool {
    spoken(group.status.as_ref().and_then(|s| s.observed_generation))
}

/// What everything of a group waits for before its first pass has ended.
fn waits(link: &Link, group: &ProtectionGroup) -> Why {
    let Some(connection) = &link.connection else {
        let first = || Why::new(Reason::NotObserved, "the group is looked at next");
        return link.listed.unseen().unwrap_or_else(first);
    };
    let provider = &group.spec.provider_ref.name;
    if let Some(line) = line(link, group) {
        return Why::new(Reason::NotObserved, in_line(line, provider));
    }
    Why::new(
        Reason::NotObserved,
        match connection.places.full_for("") {
            true => {
                format!("other groups of ProtectionProvider {provider} are being read; this one waits for its turn")
            }
            false => format!(
                "the group is being read at ProtectionProvider {provider}; what was asked for is judged after that"
            ),
        },
    )
}

fn link(context: &Context, group: &ProtectionGroup) -> Link {
    Link::of(&context.stores, &context.connections, group)
}

/// Where the group stands among those with a forced failover that wait for its connection.
fn line(link: &Link, group: &ProtectionGroup) -> Option<Line> {
    link.connection.as_ref()?.places.line("", &group.name_any())
}

/// Where a forced failover stands, and when its turn comes at the pace of late.
fn in_line(Line { nth, of, per_second }: Line, provider: &str) -> String {
    let ordinal = match (nth % 10, nth % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    let stands =
        format!("this is the {nth}{ordinal} of {of} forced failovers that wait for ProtectionProvider {provider}");
    let Some(pace) = per_second else {
        return stands;
    };
    let places = u32::try_from(nth).map_or(f64::INFINITY, f64::from);
    let pace_told = match pace {
        1.0.. => format!("about {pace:.0} in a second"),
        _ => format!("about {:.0} in a minute", pace * 60.0),
    };
    let turn = match (places / pace).ceil() {
        seconds @ ..120.0 => format!("{seconds:.0} s"),
        seconds => format!("{:.0} min", seconds / 60.0),
    };
    format!("{stands}; {pace_told} have their turn, so this one has it in about {turn}")
}

/// Whether all that was said of an operation is that it waits for its turn.
fn waits_in_line(operation: &RecoveryOperation) -> bool {
    let status = operation.status.as_ref();
    status.is_some_and(|s| {
        s.state == Some(OperationState::Pending) && s.reason.as_deref() == Some(Reason::NotObserved.as_str())
    })
}

/// Tells an operation of this group that it was seen, and where it stands while it waits in line; after which pause it is told anew.
pub async fn operation(
    context: &Context,
    group: &ProtectionGroup,
    object: &RecoveryOperation,
) -> Result<Option<Duration>, Error> {
    let link = link(context, group);
    let line = line(&link, group);
    let again = line.map(|line| SOONEST.max(Duration::from_secs((line.of / TOLD_ANEW) as u64)));
    if told_of_operation(object) && (line.is_none() || !waits_in_line(object)) {
        return Ok(None);
    }
    let report = orphan::operation_seen(&object.name_any(), &waits(&link, group));
    let generation = object.metadata.generation.unwrap_or_default();
    let status = project::operation(&report, object.status.as_ref(), generation, context.clock.now());
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &group.namespace().unwrap_or_default());
    put(&api, object, status, "tell an operation that it was seen").await?;
    Ok(again)
}

/// Tells a decision on an operation of this group that it was seen.
pub async fn decision(context: &Context, group: &ProtectionGroup, object: &OperationDecision) -> Result<(), Error> {
    if told_of_decision(object) {
        return Ok(());
    }
    let report = orphan::decision_seen(&object.uid().unwrap_or_default(), &waits(&link(context, group), group));
    let status = project::answer(&report, object.metadata.generation.unwrap_or_default());
    let api: Api<OperationDecision> = Api::namespaced(context.client.clone(), &group.namespace().unwrap_or_default());
    put(&api, object, status, "tell a decision that it was seen").await
}

/// Tells a group that it was seen.
pub async fn group(context: &Context, group: &ProtectionGroup) -> Result<(), Error> {
    if told_of_group(group) {
        return Ok(());
    }
    let why = waits(&link(context, group), group);
    let before = group.status.clone().unwrap_or_default();
    let generation = group.metadata.generation.unwrap_or_default();
    let wanted = vec![
        Wanted::of("Reconciling", "True", &why),
        Wanted::of("Ready", "False", &why),
    ];
    let status = fit(ProtectionGroupStatus {
        observed_generation: Some(generation),
        conditions: merge(&before.conditions, wanted, generation, context.clock.now()),
        ..before
    });
    let api: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &group.namespace().unwrap_or_default());
    put(&api, group, status, "tell a group that it was seen").await
}
