//! The one mutating call of a step: recorded before it is sent, sent once, resolved before anything else happens.
//! It must not record an attempt while an earlier one may have left, but where the provider itself drops or refuses the second.

use super::{Act, Draft, Submit, finish, resolve, world};
use crate::evidence;
use crate::ledger::{ATTEMPTS, Ending, StepState, Submission, SubmissionState};
use crate::{CallSpec, Observation, Permit, Reason, check};

/// What became of the call.
pub(super) enum Turn {
    /// The provider took it.
    Done,
    /// It waits for an answer, for evidence, for a person, or for its turn.
    Waits,
    /// The operation has ended.
    Ended,
}

/// Advances the call step at `index`.
pub(super) fn advance(draft: &mut Draft<'_>, index: usize, spec: &CallSpec) -> Turn {
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    let step = &operation.steps[index];
    if step.made() {
        return Turn::Done;
    }
    match step.doubt().map(|s| &s.state) {
        Some(SubmissionState::Recorded) => {
            // It was written down by a process that never said what came of it.
            let now = draft.now();
            let message = "the operator stopped between writing the call down and its answer".to_owned();
            resolve::set(draft, index, SubmissionState::Ambiguous { since: now, message });
            return resolve::resolve(draft, index, spec);
        }
        Some(_) => return resolve::resolve(draft, index, spec),
        None => {}
    }
    if let Some(message) = step.refusal() {
        finish::finish(draft, Ending::Failed, Reason::CallRefused, &message);
        return Turn::Ended;
    }
    match step.submissions.last().map(|s| s.state.clone()) {
        None => submit(draft, index, spec),
        Some(SubmissionState::ProvenAbsent) => {
            let now = draft.now();
            again(draft, index, spec, now, Reason::CallNotSent, "no call took effect")
        }
        Some(SubmissionState::NotSent {
            retry_at,
            reason,
            message,
        }) => again(draft, index, spec, retry_at, reason, &message),
        // A person's word that the call was not executed has ended the operation.
        Some(_) => Turn::Ended,
    }
}

pub(super) fn wait(
    draft: &mut Draft<'_>,
    index: usize,
    state: StepState,
    reason: Reason,
    message: impl Into<String>,
) -> Turn {
    let now = draft.now();
    let message = super::cut(message);
    if let Some(operation) = &mut draft.ledger.operation {
        operation.steps[index].wait(state, reason, message, now);
    }
    Turn::Waits
}

/// A call that provably never left, or did nothing, is made again, a few times; then the operation fails.
fn again(
    draft: &mut Draft<'_>,
    index: usize,
    spec: &CallSpec,
    retry_at: jiff::Timestamp,
    reason: Reason,
    message: &str,
) -> Turn {
    let attempts = draft.ledger.operation.as_ref().map_or(0, |o| o.steps[index].attempts);
    if attempts >= ATTEMPTS {
        finish::finish(
            draft,
            Ending::Failed,
            Reason::CallNotSent,
            &format!("after {attempts} attempts: {message}"),
        );
        return Turn::Ended;
    }
    if draft.now() < retry_at {
        draft.wake_at(retry_at);
        return wait(draft, index, StepState::Waiting, reason, message);
    }
    submit(draft, index, spec)
}

/// Records an attempt, if everything still allows it.
fn submit(draft: &mut Draft<'_>, index: usize, spec: &CallSpec) -> Turn {
    if draft.input.group.suspend {
        return wait(
            draft,
            index,
            StepState::Waiting,
            Reason::Suspended,
            "spec.suspend is true: no mutating call is made",
        );
    }
    let Some(seen) = draft.seen_fully() else {
        draft.wake_in(2);
        let (reason, why) = match draft.input.sight {
            crate::Sight::Unseen { reason, message } => (*reason, message.clone()),
            crate::Sight::Seen(_) => (Reason::NotObserved, "the group is read once more".to_owned()),
        };
        return wait(draft, index, StepState::Waiting, reason, why);
    };
    let now = draft.now();
    let Some(operation) = &mut draft.ledger.operation else {
        return Turn::Ended;
    };
    let first = !operation.submitted();
    if first && let Permit::Closed { reason, message } = seen.permit(operation.kind) {
        draft.wake_in(5);
        return wait(draft, index, StepState::Waiting, reason, message);
    }
    if !first && let Some((reason, message)) = check::out_of_place(operation, seen) {
        let over = match reason {
            // A passage is no result.
            Reason::ExternalRoleChange => seen.settled(),
            // What is not seen yet may be seen in a moment.
            Reason::StateChanged => super::has_grace_passed(&operation.steps[index], now),
            _ => false,
        };
        if over {
            finish::finish(draft, Ending::Failed, reason, &message);
            world::adopt(draft);
            return Turn::Ended;
        }
        draft.wake_in(5);
        return wait(draft, index, StepState::Waiting, reason, message);
    }
    if let Some(failed) = evidence::failed_check(operation, seen) {
        // A fact that held a moment ago does not any more: its step is open again.
        let (at, reason, message) = failed;
        let step = &mut operation.steps[at];
        step.reopen();
        step.wait(StepState::Waiting, reason, message, now);
        draft.wake_in(5);
        return Turn::Waits;
    }
    record(draft, index, spec, seen)
}

/// Writes an attempt down, and lets it be sent.
pub(super) fn record(draft: &mut Draft<'_>, index: usize, spec: &CallSpec, seen: &Observation) -> Turn {
    let now = draft.now();
    let instance = draft.input.instance.to_owned();
    let Some(operation) = &mut draft.ledger.operation else {
        return Turn::Ended;
    };
    let moves = operation.kind.moves_production();
    operation.started_at.get_or_insert(now);
    let step = &mut operation.steps[index];
    step.attempts += 1;
    step.wait(
        StepState::Running,
        Reason::Submitting,
        format!("{} is sent", spec.action),
        now,
    );
    let attempt = step.attempts;
    step.submissions.push(Submission {
        attempt,
        recorded_at: now,
        recorded_by: instance,
        before: seen.fingerprint.clone(),
        state: SubmissionState::Recorded,
    });
    let step_name = step.spec.name.clone();
    draft.act = Act::Submit(Submit {
        operation_name: operation.name.clone(),
        operation: operation.kind,
        target: operation.target,
        step: step_name,
        attempt,
        recorded_at: now,
        call: spec.clone(),
        key: operation.key(&operation.steps[index].spec.name),
        expected_revision: seen.fingerprint.revision.clone(),
    });
    if moves {
        // From here on nobody else can ask for a move: the record of the first call consumes the token.
        draft.ledger.minted.previous = draft.ledger.token.take().or(draft.ledger.minted.previous.take());
    }
    Turn::Waits
}
