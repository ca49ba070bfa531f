//! Records an operation in the ledger with its plan.
//! It must not judge whether the operation may run: that was done before.

use super::draft::Draft;
use crate::ledger::{Operation, Origin, PENDING_CALL_EXCLUDED, Step};
use crate::{OperationType, Reason, Request, Station, StepKind, StepSpec, Token, gate, pace};
use jiff::Timestamp;

/// Records an operation that may begin, with its plan. One that a person filed has the uid of its object; that of an armed intent has none
/// until the operator has made it.
pub(super) fn begin(draft: &mut Draft<'_>, asked: &Request, origin: Origin, target: Station, token: Token) {
    let planned = draft
        .seen()
        .and_then(|seen| (draft.input.plan)(asked.operation, target, seen));
    // That the provider has such an operation was asked before: without a plan nothing can be begun.
    let Some(planned) = planned else { return };
    let steps = steps(draft, asked.operation, planned.steps);
    let last = || pace::later(draft.now(), pace::START_SECONDS);
    let expiry: Timestamp = asked.not_after.unwrap_or_else(last);
    if asked.operation.moves_production() {
        draft.ledger.intent = None;
    }
    let operation = Operation {
        name: asked.name.clone(),
        uid: (origin == Origin::Person).then(|| asked.uid.clone()),
        to_make: (origin == Origin::Intent).then(|| draft.now()),
        kind: asked.operation,
        from: draft.ledger.active,
        target,
        token,
        origin,
        consumed: None,
        // Of no other operation has the gate asked which risks its author accepts.
        accepted_risks: match asked.operation {
            OperationType::Failover => gate::accepted(&gate::Case::new(&draft.input, &draft.ledger, asked)),
            _ => Vec::new(),
        },
        requested_by: asked.requested_by.clone(),
        recorded_at: draft.now(),
        expiry,
        started_at: None,
        adopted: false,
        withdrawn: false,
        outcome: Some(planned.outcome),
        steps,
    };
    record(draft, operation);
}

fn record(draft: &mut Draft<'_>, operation: Operation) {
    let way = match operation.kind.moves_production() {
        true => format!("from {} to {}", operation.from, operation.target),
        false => format!("(production stays at {})", operation.target),
    };
    let by = match operation.requested_by.as_str() {
        "" => "an unnamed person",
        named => named,
    };
    let message = format!(
        "{} {way} recorded as {}, asked for by {by}",
        operation.kind, operation.name
    );
    let name = operation.name.clone();
    draft.ledger.operation = Some(operation);
    draft.notice(false, Reason::Submitting, message, Some(&name));
}

/// The provider's plan, behind the question whether an earlier call without an answer may still arrive. A second arrival is dangerous where
/// the operation makes the provider ready for it again, and that is every operation but a forced failover.
fn steps(draft: &Draft<'_>, operation: OperationType, mut specs: Vec<StepSpec>) -> Vec<Step> {
    if operation != OperationType::Failover {
        specs.splice(..0, pending_call_guards(draft));
    }
    specs.into_iter().map(Step::new).collect()
}

fn pending_call_guards(draft: &Draft<'_>) -> Vec<StepSpec> {
    let mut guards: Vec<StepSpec> = Vec::new();
    let late = &draft.ledger.pending_calls;
    // A question for each call: who says yes has read which one is meant, however long its names are.
    let unbounded = late.iter().filter(|c| c.dead_at.is_none());
    for (index, call) in unbounded.enumerate() {
        let question = format!(
            "Confirm that the provider's log shows that this call, which was never answered, can take effect no more: {}",
            call.described()
        );
        let number = if index == 0 {
            String::new()
        } else {
            (index + 1).to_string()
        };
        guards.push(guard(
            &format!("{PENDING_CALL_EXCLUDED}{number}"),
            StepKind::Confirm { question },
        ));
    }
    // Those that are dead were forgotten when this pass looked at the world.
    if let Some(at) = late.iter().filter_map(|c| c.dead_at).max() {
        let why = "an earlier call without an answer could still take effect until then".to_owned();
        guards.push(guard("PendingCallExpired", StepKind::NotBefore { at, why }));
    }
    guards
}

fn guard(name: &str, kind: StepKind) -> StepSpec {
    StepSpec {
        name: name.to_owned(),
        kind,
        deadline_seconds: None,
    }
}
