//! Records an operation in the ledger with its plan.
//! It must not judge whether the operation may run: that was done before.

use super::{Draft, later};
use crate::ledger::{Operation, Origin, Step};
use crate::{OperationType, OwnRequest, Reason, Request, StepKind, StepSpec};
use jiff::Timestamp;

/// How long a person's operation without `notAfter` may take to its first call; the API asks for `notAfter`, this is the last line.
const NO_LONGER_THAN: i64 = 24 * 3600;

/// Records the operation that the armed wish asks for.
pub(super) fn wish(draft: &mut Draft<'_>, own: OwnRequest, start_by: Timestamp) {
    let steps = plan(draft, own.operation, own.target);
    draft.ledger.wish = None;
    record(
        draft,
        Operation {
            name: own.name,
            uid: None,
            kind: own.operation,
            from: draft.ledger.active,
            target: own.target,
            token: own.token,
            origin: Origin::Wish,
            requested_by: own.requested_by,
            recorded_at: draft.now(),
            start_by,
            started_at: None,
            adopted: false,
            withdrawn: false,
            steps,
        },
    );
}

/// Records an operation that a person filed and that may run.
pub(super) fn request(draft: &mut Draft<'_>, request: &Request, target: crate::Station, token: crate::Token) {
    let steps = plan(draft, request.operation, target);
    let start_by = request.not_after.unwrap_or_else(|| later(draft.now(), NO_LONGER_THAN));
    if request.operation.moves_production() {
        draft.ledger.wish = None;
    }
    record(
        draft,
        Operation {
            name: request.name.clone(),
            uid: Some(request.uid.clone()),
            kind: request.operation,
            from: draft.ledger.active,
            target,
            token,
            origin: Origin::Person,
            requested_by: request.requested_by.clone(),
            recorded_at: draft.now(),
            start_by,
            started_at: None,
            adopted: false,
            withdrawn: false,
            steps,
        },
    );
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
fn plan(draft: &Draft<'_>, operation: OperationType, target: crate::Station) -> Vec<Step> {
    let mut specs = (draft.input.plan)(operation, target);
    if operation != OperationType::Failover {
        specs.splice(..0, late_call_guards(draft));
    }
    specs.into_iter().map(Step::new).collect()
}

fn late_call_guards(draft: &Draft<'_>) -> Vec<StepSpec> {
    let mut guards: Vec<StepSpec> = Vec::new();
    let late = &draft.ledger.unsettled;
    let unbounded: Vec<String> = late
        .iter()
        .filter(|c| c.dead_at.is_none())
        .map(|c| format!("{} of operation {} (sent at {})", c.action, c.operation, c.recorded_at))
        .collect();
    if !unbounded.is_empty() {
        let question = format!(
            "Confirm that the provider's log shows that none of these calls, which were never answered, can still take effect: {}",
            unbounded.join(", ")
        );
        guards.push(guard("LateCallExcluded", StepKind::Confirm { question }));
    }
    // Those that are dead were forgotten when this pass looked at the world.
    if let Some(at) = late.iter().filter_map(|c| c.dead_at).max() {
        let why = "an earlier call without an answer could still take effect until then".to_owned();
        guards.push(guard("LateCallDead", StepKind::NotBefore { at, why }));
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
