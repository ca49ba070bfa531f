//! Writes the report: statuses that differ, and nothing else.
//! It must not feed back: what is written here is never read to decide.

use super::kept::Objects;
use super::put::{put, tolerate};
use super::{Error, project, translate};
use crate::controllers::Context;
use crate::metrics::{GroupSample, RunningOperation};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::{Api, DeleteParams, Preconditions};
use kube::{Resource, ResourceExt};
use stationmaster_api::{
    OperationDecision, OperationDecisionStatus, ProtectionGroup, ProtectionGroupStatus, RecoveryOperation,
    RecoveryOperationStatus, names,
};
use stationmaster_engine::pass::Reading;
use stationmaster_engine::report::{ConditionType, Report, State};
use std::sync::Arc;

/// How many of its own operations the operator keeps for each group. A person's are never deleted.
const KEPT: usize = 20;

/// Whether anything in the report differs from what the objects show.
pub fn has_news(objects: &Objects, reading: &Reading, report: &Report) -> bool {
    group_status(objects, reading, report).is_some()
        || !operation_statuses(objects, reading, report).is_empty()
        || !decision_statuses(objects, report).is_empty()
}

/// Writes what differs. The operations first: who waits on one of them must not see the group done before it. One that cannot be written
/// does not keep the others from it; the first failure is told in the end.
pub async fn write(context: &Context, objects: &Objects, reading: &Reading, report: &Report) -> Result<(), Error> {
    let namespace = &reading.group.namespace;
    let mut told = Ok(());
    let operations: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), namespace);
    for (object, status) in operation_statuses(objects, reading, report) {
        told = told.and(put(&operations, &object, status, "report the operation").await);
    }
    let decisions: Api<OperationDecision> = Api::namespaced(context.client.clone(), namespace);
    for (object, status) in decision_statuses(objects, report) {
        told = told.and(put(&decisions, &object, status, "report the decision").await);
    }
    if let Some(status) = group_status(objects, reading, report) {
        let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), namespace);
        told = told.and(put(&groups, &objects.group, status, "report the group").await);
    }
    told.and(prune(context, objects).await)
}

fn group_status(objects: &Objects, reading: &Reading, report: &Report) -> Option<ProtectionGroupStatus> {
    let before = objects.group.status.as_ref();
    let status = project::group(&report.group, before, reading.moment.now);
    (before != Some(&status)).then_some(status)
}

/// Objects, and what each of them should say.
type Changed<K, S> = Vec<(Arc<K>, S)>;

fn operation_statuses(
    objects: &Objects,
    reading: &Reading,
    report: &Report,
) -> Changed<RecoveryOperation, RecoveryOperationStatus> {
    let mut changed = Vec::new();
    for view in &report.operations {
        let Some(object) = find(&objects.operations, view.uid.as_deref()) else {
            continue;
        };
        // What has begun is told from its ledger: while that cannot be read, what was told last stands, and the group says why.
        if view.state == State::Pending && object.status.as_ref().is_some_and(|s| s.started_at.is_some()) {
            continue;
        }
        let generation = object.metadata.generation.unwrap_or_default();
        let status = project::operation(view, object.status.as_ref(), generation, reading.moment.now);
        if object.status.as_ref() != Some(&status) {
            changed.push((object, status));
        }
    }
    changed
}

fn decision_statuses(objects: &Objects, report: &Report) -> Changed<OperationDecision, OperationDecisionStatus> {
    let mut changed = Vec::new();
    for view in &report.decisions {
        let Some(object) = find(&objects.decisions, Some(&view.uid)) else {
            continue;
        };
        let status = project::answer(view, object.metadata.generation.unwrap_or_default());
        if object.status.as_ref() != Some(&status) {
            changed.push((object, status));
        }
    }
    changed
}

fn find<K: Resource>(objects: &[Arc<K>], uid: Option<&str>) -> Option<Arc<K>> {
    objects
        .iter()
        .find(|o| o.meta().uid.as_deref() == uid && uid.is_some())
        .cloned()
}

/// Deletes the oldest of the operator's own ended operations beyond [`KEPT`].
async fn prune(context: &Context, objects: &Objects) -> Result<(), Error> {
    let own = |o: &&Arc<RecoveryOperation>| {
        o.labels().get(names::MANAGED_BY_LABEL).map(String::as_str) == Some(names::MANAGED_BY_VALUE)
            && o.labels().get(names::GROUP_UID_LABEL).map(String::as_str) == objects.group.uid().as_deref()
            && translate::request(o).ended
    };
    let mut ended: Vec<&Arc<RecoveryOperation>> = objects.operations.iter().filter(own).collect();
    ended.sort_by_key(|o| o.metadata.creation_timestamp.as_ref().map(|t| t.0));
    let Some(surplus) = ended.len().checked_sub(KEPT) else {
        return Ok(());
    };
    let api: Api<RecoveryOperation> =
        Api::namespaced(context.client.clone(), &objects.group.namespace().unwrap_or_default());
    for object in ended.into_iter().take(surplus) {
        let preconditions = Preconditions {
            uid: object.uid(),
            resource_version: None,
        };
        let params = DeleteParams {
            preconditions: Some(preconditions),
            ..DeleteParams::default()
        };
        tolerate(api.delete(&object.name_any(), &params).await, "delete an old operation")?;
    }
    Ok(())
}

/// What an event is about.
pub fn reference<K: Resource<DynamicType = ()>>(object: &K) -> ObjectReference {
    object.object_ref(&())
}

/// The group's numbers.
pub fn sample(context: &Context, objects: &Objects, reading: &Reading, report: &Report) {
    let group = &report.group;
    let (provider, object) = translate::object(&objects.group);
    let objectives = objects.group.spec.objectives.as_ref();
    context.metrics.group(&GroupSample {
        namespace: reading.group.namespace.clone(),
        name: reading.group.name.clone(),
        provider,
        object,
        active: group.active.as_str(),
        desired: reading.group.intent.as_ref().map(|w| w.station.as_str()),
        conditions: group
            .conditions
            .iter()
            .map(|c| (c.kind.as_str(), c.status.as_str()))
            .collect(),
        ready_reason: group
            .conditions
            .iter()
            .find(|c| c.kind == ConditionType::Ready)
            .map(|c| c.reason.as_str()),
        operation: group.operation.as_ref().map(|o| RunningOperation {
            operation: o.operation.as_str(),
            started_at: o.started_at,
            progress_percent: o.progress_percent,
        }),
        observed_at: reading.seen.sight.seen().map(|_| reading.moment.now),
        lag_seconds: group.replication.as_ref().and_then(|r| r.lag_seconds),
        last_sync: group.replication.as_ref().and_then(|r| r.last_sync),
        rpo_seconds: objectives.and_then(|o| o.rpo_seconds),
        rto_seconds: objectives.and_then(|o| o.rto_seconds),
    });
}
