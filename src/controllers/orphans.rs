//! Operations without a group and decisions that no group can judge: they are told so, since no group's pass ever sees them.
//! It must not touch an object whose owner exists.

use super::{Context, group};
use kube::api::Api;
use kube::{Resource, ResourceExt};
use stationmaster_api::{DecisionState, OperationDecision, OperationDecisionStatus, OperationState, ProtectionGroup};
use stationmaster_api::{RecoveryOperation, RecoveryOperationStatus, Time};
use stationmaster_engine::Reason;

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
    let message = format!("there is no ProtectionGroup {group} in namespace {namespace}");
    let mut object = object.clone();
    object.managed_fields_mut().clear();
    let generation = object.metadata.generation.unwrap_or_default();
    let now = context.clock.now();
    let wanted = |kind, status| crate::conditions::Wanted {
        kind,
        status,
        reason: Reason::GroupNotFound.as_str(),
        message: message.clone(),
    };
    let conditions = vec![
        wanted("Stalled", "True"),
        wanted("Ready", "False"),
        wanted("Complete", "False"),
        wanted("Failed", "True"),
    ];
    object.status = Some(RecoveryOperationStatus {
        observed_generation: Some(generation),
        state: Some(OperationState::Refused),
        reason: Some(Reason::GroupNotFound.to_string()),
        message: Some(message.clone()),
        finished_at: Some(Time(now)),
        conditions: crate::conditions::merge(&[], conditions, generation, now),
        ..RecoveryOperationStatus::default()
    });
    let api: Api<RecoveryOperation> = Api::namespaced(context.client.clone(), &namespace);
    let told = api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await?;
    tell(context, &told, Reason::GroupNotFound, message);
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
    let message = match operations.get_opt(name).await? {
        None => format!("there is no RecoveryOperation {name} in namespace {namespace}"),
        Some(operation) => {
            let groups: Api<ProtectionGroup> = Api::namespaced(context.client.clone(), &namespace);
            let group = &operation.spec.group_ref.name;
            if groups.get_opt(group).await?.is_some() {
                return Ok(());
            }
            format!(
                "RecoveryOperation {name} does not run: there is no ProtectionGroup {group} in namespace {namespace}"
            )
        }
    };
    let mut object = object.clone();
    object.managed_fields_mut().clear();
    object.status = Some(OperationDecisionStatus {
        observed_generation: object.metadata.generation,
        state: Some(DecisionState::Refused),
        reason: Some(Reason::OperationNotFound.to_string()),
        message: Some(message.clone()),
    });
    let api: Api<OperationDecision> = Api::namespaced(context.client.clone(), &namespace);
    let told = api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await?;
    tell(context, &told, Reason::OperationNotFound, message);
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
