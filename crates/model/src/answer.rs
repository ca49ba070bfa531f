//! What a person answers to the present step of a running operation.
//! It must not judge whether the answer is true.

use stationmaster_engine::{Answer, AnswerAction, Ledger};

/// Whether the last decision was consumed: a person who sees it pending does not file another.
pub fn is_unanswered(ledger: &Ledger, answers: &[Answer]) -> bool {
    answers
        .last()
        .is_none_or(|a| ledger.answered.iter().any(|b| b.uid == a.uid))
}

/// A person's answer to the present attempt of the present step; none, if no step is at work. `number` is that of the object to be made.
pub fn to_the_present_step(ledger: &Ledger, action: AnswerAction, number: usize) -> Option<Answer> {
    let operation = ledger.operation.as_ref()?;
    let step = operation.current()?;
    Some(Answer {
        name: format!("decision-{number}"),
        uid: format!("decision-uid-{number}"),
        operation_name: operation.name.clone(),
        operation_uid: operation.uid.clone().unwrap_or_default(),
        step: step.spec.name.clone(),
        attempt: step.attempts,
        action,
        requested_by: "dana".to_owned(),
        ended: false,
    })
}
