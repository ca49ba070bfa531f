//! What a person answers to the present step of a running operation.
//! It must not judge whether the answer is true.

use stationmaster_engine::{DecisionAction, DecisionRequest, Ledger, Reason};

/// Whether the running operation asks a person for `reason`, and the last decision was consumed: who sees it pending does not file another.
pub fn is_asked(ledger: &Ledger, decisions: &[DecisionRequest], reason: Reason) -> bool {
    let step = ledger.operation.as_ref().and_then(|o| o.current());
    let consumed = |a: &DecisionRequest| ledger.consumed.iter().any(|b| b.uid == a.uid);
    step.is_some_and(|s| s.reason == Some(reason)) && decisions.last().is_none_or(consumed)
}

/// A person's answer to the present attempt of the present step; none, if no step is at work. `number` is that of the object to be made.
pub fn to_the_present_step(ledger: &Ledger, action: DecisionAction, number: usize) -> Option<DecisionRequest> {
    let operation = ledger.operation.as_ref()?;
    let step = operation.current()?;
    Some(DecisionRequest {
        name: format!("decision-{number}"),
        uid: format!("decision-uid-{number}"),
        operation_name: operation.name.clone(),
        operation_uid: operation.uid.clone().unwrap_or_default(),
        step: step.spec.name.clone(),
        attempt: step.attempts,
        action,
        part: String::new(),
        requested_by: "dana".to_owned(),
        ended: false,
    })
}
