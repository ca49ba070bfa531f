//! What is told outside of a pass: to a request that no group can judge, and to one that none has judged yet.
//! It must not end what a group could still judge.

use super::decision::{DecisionReport, DecisionState};
use super::operation::OperationReport;
use super::state::State;
use crate::Reason;
use crate::Why;
use crate::ledger::Ending;
use jiff::Timestamp;

/// An operation that its group has not judged yet, and what it waits for.
pub fn operation_seen(name: &str, waits: &Why) -> OperationReport {
    OperationReport::new(name, None, State::Pending, waits.reason, &waits.message)
}

/// A decision that its group has not judged yet, and what it waits for.
pub fn decision_seen(uid: &str, waits: &Why) -> DecisionReport {
    DecisionReport {
        uid: uid.to_owned(),
        state: DecisionState::Pending,
        reason: waits.reason,
        message: waits.message.clone(),
    }
}

/// An operation that cannot be understood: it is refused, and so has ended.
pub fn operation_unreadable(name: &str, why: &Why, now: Timestamp) -> OperationReport {
    OperationReport {
        finished_at: Some(now),
        ..OperationReport::new(name, None, State::Ended(Ending::Refused), why.reason, &why.message)
    }
}

/// A decision that cannot be understood: it is refused.
pub fn decision_unreadable(uid: &str, why: &Why) -> DecisionReport {
    DecisionReport {
        state: DecisionState::Refused,
        ..decision_seen(uid, why)
    }
}

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
        state: DecisionState::Refused,
        reason: Reason::OperationNotFound,
        message,
    }
}
