//! From the API's types to the engine's values.
//! It must not judge: what is missing or odd arrives at the engine as it is.

use super::words;
pub use crate::vendors::{members, object};
use jiff::Timestamp;
use kube::ResourceExt;
use stationmaster_api::{self as api, OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::Token;
use stationmaster_engine::input::{DataLoss, DecisionRequest, Edit, Group, Intent, Request};

/// An edit of a group's spec.
pub fn edit(group: &ProtectionGroup) -> Edit {
    Edit {
        generation: group.metadata.generation.unwrap_or_default(),
        intent: intent(group),
    }
}

fn intent(group: &ProtectionGroup) -> Option<Intent> {
    group.spec.priority_station.map(|wanted| Intent {
        station: words::wanted_station(wanted),
        token: group.spec.priority_token.clone().map(Token::quoted),
    })
}

/// The group's part that decides, with the edits that the watch delivered.
pub fn group(group: &ProtectionGroup, edits: Vec<Edit>) -> Group {
    let spec = &group.spec;
    Group {
        namespace: group.namespace().unwrap_or_default(),
        name: group.name_any(),
        uid: group.uid().unwrap_or_default(),
        object: object(group).1,
        members: members(group),
        generation: group.metadata.generation.unwrap_or_default(),
        intent: intent(group),
        edits,
        starting_deadline_seconds: spec.starting_deadline_seconds,
        suspend: spec.suspend,
    }
}

/// A RecoveryOperation.
pub fn request(operation: &RecoveryOperation) -> Request {
    let spec = &operation.spec;
    let status = operation.status.as_ref();
    Request {
        name: operation.name_any(),
        uid: operation.uid().unwrap_or_default(),
        created_at: operation
            .metadata
            .creation_timestamp
            .as_ref()
            .map_or(Timestamp::UNIX_EPOCH, |t| t.0),
        group_uid: spec.group_ref.uid.clone(),
        operation: words::wanted_type(spec.operation_type),
        target: spec.target_station.map(words::wanted_station),
        token: spec.priority_token.clone().map(Token::quoted),
        not_after: spec.not_after.as_ref().map(|t| t.0),
        data_loss: spec.data_loss.as_ref().and_then(data_loss),
        accepted_risks: spec
            .accepted_risks
            .iter()
            .map(|risk| words::accepted_risk(*risk))
            .collect(),
        requested_by: spec.requested_by.clone().unwrap_or_default(),
        // A finish time is written with the ending and with nothing else; `Unknown` alone may still be running.
        ended: status.is_some_and(|s| s.finished_at.is_some()),
    }
}

fn data_loss(accepted: &api::operation::DataLoss) -> Option<DataLoss> {
    match (accepted.accept_seconds, accepted.accept_unknown) {
        (Some(seconds), None) => Some(DataLoss::Seconds(seconds)),
        (None, Some(true)) => Some(DataLoss::Unknown),
        // Both or neither is no acceptance.
        _ => None,
    }
}

/// An OperationDecision.
pub fn answer(decision: &OperationDecision) -> DecisionRequest {
    let spec = &decision.spec;
    DecisionRequest {
        name: decision.name_any(),
        uid: decision.uid().unwrap_or_default(),
        operation_name: spec.operation_ref.name.clone(),
        operation_uid: spec.operation_ref.uid.clone(),
        step: spec.step.clone().unwrap_or_default(),
        attempt: spec.attempt.unwrap_or_default(),
        part: spec.part.clone().unwrap_or_default(),
        action: words::action(spec.action),
        requested_by: spec.requested_by.clone().unwrap_or_default(),
        ended: decision
            .status
            .as_ref()
            .is_some_and(api::OperationDecisionStatus::is_judged),
    }
}
