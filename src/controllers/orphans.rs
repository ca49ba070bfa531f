//! Operations without a group and decisions that no group can judge: they are told so, since no group's pass ever sees them.
//! It must not touch an object whose owner exists, but to say that it was seen.

use super::Context;
use super::group::put::put;
use super::group::{self, Error, project, seen};
use kube::api::Api;
use kube::{Resource, ResourceExt};
use stationmaster_api::refs::is_a_name;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::report::orphan;
use stationmaster_engine::{Reason, Why};

/// Refuses an operation whose group does not exist, unless it has ended. Operations that had been submitted are left as they stand.
pub async fn operation(context: &Context, object: &RecoveryOperation) -> Result<(), Error> {
    let status = object.status.as_ref();
    if status.is_some_and(|s| s.finished_at.is_some() || s.started_at.is_some()) {
        return Ok(());
    }
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    let group = &object.spec.group_ref.name;
    let now = context.clock.now();
    let there = exists(context, &namespace, group).await?;
    let report = match there {
        true if seen::told_of_operation(object) => return Ok(()),
        true => orphan::operation_seen(&name, &not_understood(group)),
        false => orphan::operation_without_group(&name, &namespace, group, now),
    };
    let generation = object.metadata.generation.unwrap_or_default();
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    let wanted = project::operation(&report, status, generation, now);
    put(&api, object, wanted, "report an operation without a group").await?;
    if !there {
        tell(context, object, report.reason, report.message);
    }
    Ok(())
}

/// Refuses a decision whose operation does not exist, or that belongs to no group.
pub async fn decision(context: &Context, object: &OperationDecision) -> Result<(), Error> {
    let status = object.status.as_ref();
    if status.is_some_and(|s| s.is_judged()) {
        return Ok(());
    }
    let (namespace, uid) = (object.namespace().unwrap_or_default(), object.uid().unwrap_or_default());
    let name = &object.spec.operation_ref.name;
    let (report, refused) = match group_of(context, &namespace, name).await? {
        Some(group) if exists(context, &namespace, &group).await? => {
            if seen::told_of_decision(object) {
                return Ok(());
            }
            (orphan::decision_seen(&uid, &not_understood(&group)), false)
        }
        group => {
            let report = orphan::decision_without_operation(&uid, &namespace, name, group.as_deref());
            (report, true)
        }
    };
    let generation = object.metadata.generation.unwrap_or_default();
    let api: Api<OperationDecision> = Api::namespaced(context.client.clone(), &namespace);
    let wanted = project::answer(&report, generation);
    put(&api, object, wanted, "report a decision without an operation").await?;
    if refused {
        tell(context, object, report.reason, report.message);
    }
    Ok(())
}

/// The group of an operation, if there is such an operation.
async fn group_of(context: &Context, namespace: &str, operation: &str) -> Result<Option<String>, Error> {
    if !is_a_name(operation) {
        return Ok(None);
    }
    let operations: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), namespace);
    let found = operations.get_opt(operation).await;
    let found = found.map_err(Error::api("read the operation of a decision"))?;
    Ok(found.map(|operation| operation.spec.group_ref.name))
}

/// Whether there is a group of this name, also one that cannot be understood.
async fn exists(context: &Context, namespace: &str, group: &str) -> Result<bool, Error> {
    if !is_a_name(group) {
        return Ok(false);
    }
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), namespace);
    let found = groups.get_metadata_opt(group).await;
    Ok(found.map_err(Error::api("read the group of an operation"))?.is_some())
}

/// The group is there, and no pass has seen it yet.
fn not_understood(group: &str) -> Why {
    let message =
        format!("ProtectionGroup {group} is not served yet; if it stays so, see kubectl describe drpg {group}");
    Why::new(Reason::NotObserved, message)
}

/// As for any other request that is refused: a warning about it, and a line in the log.
fn tell<K: Resource<DynamicType = ()>>(context: &Context, object: &K, reason: Reason, message: String) {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    tracing::info!(namespace, name, reason = reason.as_str(), "{message}");
    context
        .events
        .publish(group::reference(object), true, reason.as_str(), "Judge", message);
}
