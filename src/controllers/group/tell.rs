//! What a pass tells beside the statuses: events, metrics of what has ended, the log.
//! It must not be heard by anything that decides.

use super::{apply, translate};
use crate::controllers::Context;
use crate::metrics::{EndedOperation, EndedStep};
use jiff::Timestamp;
use kube::{Resource, ResourceExt};
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
use stationmaster_engine::decide::Notice;
use stationmaster_engine::ledger::CompletedOperation;
use stationmaster_engine::{CallOutcome, CallRequest};
use std::time::Duration;

use super::kept::Objects;

/// Tells the group and its operations what was decided.
pub fn notices(context: &Context, objects: &Objects, notices: &[Notice]) {
    for notice in notices {
        tracing::info!(
            namespace = objects.group.namespace(),
            group = objects.group.name_any(),
            operation = notice.operation,
            reason = notice.reason.as_str(),
            "{}",
            notice.message
        );
        publish(context, &objects.group, notice);
    }
    for object in &objects.operations {
        about(context, object, notices);
    }
}

/// Tells an operation what there is to tell about it.
pub fn about(context: &Context, operation: &RecoveryOperation, notices: &[Notice]) {
    let name = operation.name_any();
    for notice in notices.iter().filter(|n| n.operation.as_ref() == Some(&name)) {
        publish(context, operation, notice);
    }
}

fn publish<K: Resource<DynamicType = ()>>(context: &Context, object: &K, notice: &Notice) {
    let (about, reason) = (apply::reference(object), notice.reason.as_str());
    let message = notice.message.clone();
    context.events.publish(about, notice.warning, reason, "Judge", message);
}

/// Tells the log what came of a call.
pub fn call(group: &ProtectionGroup, call: &CallRequest, outcome: &CallOutcome) {
    tracing::info!(
        namespace = group.namespace(),
        group = group.name_any(),
        operation = call.operation_name,
        step = call.step,
        attempt = call.attempt,
        action = call.action,
        outcome = ?outcome,
        "call made"
    );
}

/// Counts the operations that have ended, and their steps.
pub fn endings<'a>(context: &Context, group: &ProtectionGroup, ended: impl Iterator<Item = &'a CompletedOperation>) {
    let (provider, _) = translate::object(group);
    let namespace = &group.namespace().unwrap_or_default();
    let between = |from: Timestamp, to: Timestamp| Duration::try_from(to.duration_since(from)).unwrap_or_default();
    for completed in ended {
        context.metrics.operation_ended(&EndedOperation {
            namespace,
            provider,
            operation: completed.kind,
            ending: completed.ending,
            took: completed.started_at.map(|start| between(start, completed.finished_at)),
        });
        for step in completed.record.iter().flat_map(|operation| &operation.steps) {
            if let (Some(start), Some(end)) = (step.started_at, step.finished_at) {
                context.metrics.operation_step_ended(&EndedStep {
                    provider,
                    operation: completed.kind,
                    step: &step.spec.name,
                    took: between(start, end),
                });
            }
        }
    }
}
