//! What an operation without a group is told, and a decision that no group can judge.
//! It must not be asked about an object whose owner exists.

use super::decision::DecisionReport;
use super::operation::OperationReport;
use super::state::State;
use crate::Reason;
use crate::ledger::Ending;
use jiff::Timestamp;

/// An operation whose group does not exist: it is refused, and so has ended.
pub fn operation_without_group(name: &str, namespace: &str, group: &str, now: Timestamp) -> OperationReport {
    let message = format!("there is no ProtectionGroup {group} in namespace {namespace}");
    OperationReport {
        finished_at: Some(now),
        ..OperationReport::new(
            name,
            None,
            State::Ended(Ending::Refused),
            Reason::GroupNotFound,
            &message,
        )
    }
}

/// A decision whose operation does not exist, or belongs to the missing group that is named: it is refused.
pub fn decision_without_operation(
    uid: &str,
    namespace: &str,
    operation: &str,
    missing_group: Option<&str>,
) -> DecisionReport {
    let message = match missing_group {
        None => format!("there is no RecoveryOperation {operation} in namespace {namespace}"),
        Some(group) => format!(
            "RecoveryOperation {operation} does not run: there is no ProtectionGroup {group} in namespace {namespace}"
        ),
    };
    DecisionReport {
        uid: uid.to_owned(),
        accepted: false,
        reason: Reason::OperationNotFound,
        message,
    }
}
