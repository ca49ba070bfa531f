//! Operations without a group and decisions that no group can judge: they are told so, since no group's pass ever sees them.
//! It must not touch an object whose owner exists.

use super::Context;
use super::group::{self, project};
use kube::api::Api;
use kube::{Resource, ResourceExt};
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::Reason;
use stationmaster_engine::report::orphan;

/// Refuses an operation whose group does not exist, unless it has ended. Operations that had been submitted are left as they stand.
pub async fn operation(context: &Context, object: &RecoveryOperation) -> kube::Result<()> {
    let begun = object
        .status
        .as_ref()
        .is_some_and(|s| s.finished_at.is_some() || s.started_at.is_some());
    let namespace = object.namespace().unwrap_or_default();
    let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
    let group = &object.spec.group_ref.name;
    if begun || groups.get_opt(group).await?.is_some() {
        return Ok(());
    }
    let now = context.clock.now();
    let report = orphan::operation_without_group(&object.name_any(), &namespace, group, now);
    let mut object = object.clone();
    object.managed_fields_mut().clear();
    let generation = object.metadata.generation.unwrap_or_default();
    object.status = Some(project::operation(&report, None, generation, now));
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    let told = api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await?;
    tell(context, &told, report.reason, report.message);
    Ok(())
}

/// Refuses a decision whose operation does not exist, or that belongs to no group.
pub async fn decision(context: &Context, object: &OperationDecision) -> kube::Result<()> {
    if object.status.as_ref().is_some_and(|s| s.state.is_some()) {
        return Ok(());
    }
    let namespace = object.namespace().unwrap_or_default();
    let operations: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    let name = &object.spec.operation_ref.name;
    let missing_group = match operations.get_opt(name).await? {
        None => None,
        Some(operation) => {
            let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
            let group = operation.spec.group_ref.name;
            if groups.get_opt(&group).await?.is_some() {
                return Ok(());
            }
            Some(group)
        }
    };
    let uid = object.uid().unwrap_or_default();
    let report = orphan::decision_without_operation(&uid, &namespace, name, missing_group.as_deref());
    let mut object = object.clone();
    object.managed_fields_mut().clear();
    let generation = object.metadata.generation.unwrap_or_default();
    object.status = Some(project::answer(&report, generation));
    let api: Api<OperationDecision> = Api::namespaced(context.client.clone(), &namespace);
    let told = api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await?;
    tell(context, &told, report.reason, report.message);
    Ok(())
}

/// As for any other request that is refused: a warning about it, and a line in the log.
fn tell<K: Resource<DynamicType = ()>>(context: &Context, object: &K, reason: Reason, message: String) {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    tracing::info!(namespace, name, reason = reason.as_str(), "{message}");
    context
        .events
        .publish(group::reference(object), true, reason.as_str(), "Judge", message);
}
