//! The conditions of a group and of an operation, as kstatus, Argo CD and people read them.
//! It must not set Reconciling and Stalled together, nor let a held intent or an adopted role change make a group unready.

use super::condition::{Condition, ConditionStatus, ConditionType, condition};
use super::state::State;
use crate::ledger::{Ledger, Operation, StepState};
use crate::{ActiveStation, Decided, Input, Phase, Reason, ReplicationState, Sight, Why, explain};

/// How a group stands as a whole.
enum Standing {
    Ready(Reason, String),
    Working(Reason, String),
    Stuck(Reason, String),
}

pub(super) fn group(input: &Input<'_>, ledger: Option<&Ledger>, decided: &Decided) -> Vec<Condition> {
    let mut list = summary(standing(input, ledger, decided));
    list.push(protected(input));
    if let Some(ledger) = ledger {
        let intent = explain::intent(input, ledger);
        list.push(condition(
            ConditionType::IntentCurrent,
            intent.current,
            intent.why.reason,
            intent.why.message,
        ));
    } else {
        list.push(condition(
            ConditionType::IntentCurrent,
            ConditionStatus::Unknown,
            Reason::NotObserved,
            "",
        ));
    }
    list.push(match input.sight {
        Sight::Seen(_) => condition(ConditionType::ProviderReachable, true, Reason::Connected, ""),
        Sight::Unseen { reason, message } => {
            condition(ConditionType::ProviderReachable, false, *reason, message.clone())
        }
    });
    list
}

fn summary(standing: Standing) -> Vec<Condition> {
    match standing {
        Standing::Ready(reason, message) => vec![condition(ConditionType::Ready, true, reason, message)],
        Standing::Working(reason, message) => vec![
            condition(ConditionType::Reconciling, true, reason, message.clone()),
            condition(ConditionType::Ready, false, reason, message),
        ],
        Standing::Stuck(reason, message) => vec![
            condition(ConditionType::Stalled, true, reason, message.clone()),
            condition(ConditionType::Ready, false, reason, message),
        ],
    }
}

fn standing(input: &Input<'_>, ledger: Option<&Ledger>, decided: &Decided) -> Standing {
    if let Some(why) = &decided.blocked {
        return Standing::Stuck(why.reason, why.message.clone());
    }
    if let Some(operation) = ledger.and_then(|l| l.operation.as_ref()) {
        return running(&input.group.namespace, operation);
    }
    let seen = match input.sight {
        Sight::Unseen { reason, message } if needs_a_person(*reason) => {
            return Standing::Stuck(*reason, message.clone());
        }
        Sight::Unseen { reason, message } => return Standing::Working(*reason, message.clone()),
        Sight::Seen(seen) => seen,
    };
    let Some(ledger) = ledger else {
        return Standing::Working(Reason::NotObserved, String::new());
    };
    let status = &seen.provider_status;
    let phase = match seen.phase {
        Phase::Unknown => {
            return Standing::Stuck(
                Reason::UnknownProviderState,
                format!("the provider's status is {status:?}; where production runs cannot be told from it"),
            );
        }
        Phase::Partway(operation) => {
            let message = format!("the group stands half-way through {operation} (status {status})");
            return Standing::Stuck(Reason::Partway, message);
        }
        Phase::Changing(_) => {
            return Standing::Working(Reason::ProviderBusy, format!("the provider's status is {status}"));
        }
        Phase::Faulted(_) => {
            return Standing::Stuck(Reason::ProviderFault, format!("the provider's status is {status}"));
        }
        Phase::Protected if seen.replication.state == ReplicationState::Broken => Reason::ReplicationBroken,
        Phase::Protected => Reason::Protected,
        Phase::Unprotected => Reason::Unprotected,
        Phase::FailedOver => Reason::FailedOver,
    };
    if matches!(
        seen.active,
        ActiveStation::None | ActiveStation::Both | ActiveStation::Mixed | ActiveStation::Unknown
    ) {
        return Standing::Stuck(
            Reason::ActiveStationUnknown,
            format!("where production runs is {}", seen.active),
        );
    }
    let intent = explain::intent(input, ledger);
    if intent.waiting {
        return Standing::Working(intent.why.reason, intent.why.message);
    }
    let mut reason = phase;
    let mut message = format!("Production runs at {}. {}", seen.active, phase.meaning());
    // A pipeline is not failed by these; a person who reads the row must see them.
    if explain::lapsed(&intent) {
        reason = intent.why.reason;
        message.push_str(&format!(" The intent is held: {}", intent.why.message));
    }
    if input.group.suspend {
        reason = Reason::Suspended;
        message.push_str(" Suspended: no mutating call is made until spec.suspend is false.");
    }
    Standing::Ready(reason, message)
}

/// What is told by an event when it begins: that an intent waits or was dropped, that a person has switched the group off.
pub(super) fn begins(input: &Input<'_>, ledger: Option<&Ledger>, conditions: &[Condition]) -> Option<Why> {
    let intent = explain::intent(input, ledger?);
    let ready = conditions.iter().find(|c| c.kind == ConditionType::Ready)?;
    let ours = match ready.reason {
        Reason::Suspended => true,
        reason => reason == intent.why.reason && (intent.waiting || explain::lapsed(&intent)),
    };
    ours.then(|| Why::new(ready.reason, ready.message.clone()))
}

fn running(namespace: &str, operation: &Operation) -> Standing {
    let Some(step) = operation.current() else {
        return Standing::Working(Reason::Verifying, String::new());
    };
    let done = operation
        .steps
        .iter()
        .filter(|s| s.state == StepState::Succeeded)
        .count();
    let reason = step.reason.unwrap_or(Reason::Submitting);
    let detail = if step.message.is_empty() {
        String::new()
    } else {
        format!(": {}", step.message)
    };
    let message = format!(
        "{} {} to {}: step {}/{} {}{detail}",
        operation.kind,
        operation.name,
        operation.target,
        done + 1,
        operation.steps.len(),
        step.spec.name
    );
    let message = explain::with_command(&message, namespace, operation);
    if step.state == StepState::Unknown {
        Standing::Stuck(reason, message)
    } else {
        Standing::Working(reason, message)
    }
}

/// Whether waiting alone will not help.
fn needs_a_person(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::ProviderNotFound
            | Reason::ProviderNotSupported
            | Reason::SecretNotFound
            | Reason::SecretInvalid
            | Reason::CABundleNotFound
            | Reason::EndpointInvalid
            | Reason::AuthenticationFailed
            | Reason::PermissionDenied
            | Reason::CertificateInvalid
            | Reason::ProjectNotFound
            | Reason::ProtectionObjectNotFound
    )
}

fn protected(input: &Input<'_>) -> Condition {
    let kind = ConditionType::Protected;
    let Sight::Seen(seen) = input.sight else {
        return condition(
            kind,
            ConditionStatus::Unknown,
            Reason::NotObserved,
            "the provider could not be read",
        );
    };
    match seen.phase {
        Phase::Protected if seen.replication.state == ReplicationState::Broken => {
            condition(kind, false, Reason::ReplicationBroken, "")
        }
        Phase::Protected => condition(kind, true, Reason::Protected, ""),
        Phase::Unprotected => condition(kind, false, Reason::Unprotected, ""),
        Phase::FailedOver => condition(kind, false, Reason::FailedOver, ""),
        Phase::Partway(_) => condition(
            kind,
            false,
            Reason::Partway,
            format!("the provider's status is {}", seen.provider_status),
        ),
        Phase::Changing(_) => condition(
            kind,
            false,
            Reason::ProviderBusy,
            format!("the provider's status is {}", seen.provider_status),
        ),
        Phase::Faulted(_) => condition(
            kind,
            false,
            Reason::ProviderFault,
            format!("the provider's status is {}", seen.provider_status),
        ),
        Phase::Unknown => condition(kind, ConditionStatus::Unknown, Reason::UnknownProviderState, ""),
    }
}

/// The conditions of an operation: never "current" for kstatus before its end.
pub(super) fn operation(state: State, reason: Reason, message: &str) -> Vec<Condition> {
    let mut list = match state {
        State::Pending | State::Waiting | State::Running => summary(Standing::Working(reason, message.to_owned())),
        State::InDoubt => summary(Standing::Stuck(reason, message.to_owned())),
        State::Ended(crate::ledger::Ending::Succeeded | crate::ledger::Ending::Cancelled) => {
            summary(Standing::Ready(reason, message.to_owned()))
        }
        State::Ended(_) => summary(Standing::Stuck(reason, message.to_owned())),
    };
    if let State::Ended(ending) = state {
        let good = ending == crate::ledger::Ending::Succeeded;
        list.push(condition(ConditionType::Complete, good, reason, message));
        list.push(condition(ConditionType::Failed, !good, reason, message));
    }
    list
}
