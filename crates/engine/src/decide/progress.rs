//! Carries the running operation further: its checks, its waits, its verification.
//! It must not make a second call in one pass, nor end an operation on a job's word alone.

use super::draft::Draft;
use super::running::{End, Running, Turn};
use super::{call, finish, follow, unstarted};
use crate::ledger::{Ending, Operation, StepState};
use crate::pace::{self, Waits};
use crate::{Fact, Phase, Reason, StepKind, Why, evidence, text};
use jiff::Timestamp;

/// Takes the operation out of the ledger, if one runs, and advances it as far as the present observation allows; then it is put back or ended.
pub(super) fn advance(draft: &mut Draft<'_>) {
    let Some(operation) = draft.ledger.operation.take() else {
        return;
    };
    let mut run = Running {
        draft,
        operation,
        index: 0,
    };
    let turn = match unstarted::stands(&mut run) {
        Turn::Done => steps(&mut run),
        other => other,
    };
    let Running { draft, operation, .. } = run;
    match turn {
        Turn::Ended(end) => finish::finish(draft, operation, end),
        Turn::Done | Turn::Waits => draft.ledger.operation = Some(operation),
    }
}

fn steps(run: &mut Running<'_, '_>) -> Turn {
    while let Some(index) = run.operation.steps.iter().position(|s| !s.is_done()) {
        run.index = index;
        let turn = match run.step().spec.kind.clone() {
            StepKind::Check { fact, .. } => check(run, &fact),
            StepKind::Wait { fact } => wait_for(run, &fact),
            StepKind::Confirm { question } => confirm(run, &question),
            StepKind::NotBefore { at, why } => not_before(run, at, &why),
            StepKind::Call(spec) => call::advance(run, &spec),
            StepKind::Follow { call } => follow::follow(run, &call),
            StepKind::Verify => verify(run),
        };
        match turn {
            Turn::Done => end_step(run),
            Turn::Waits => {
                overdue(run);
                return Turn::Waits;
            }
            Turn::Ended(end) => return Turn::Ended(end),
        }
    }
    if run.operation.ends_by_a_word() {
        let message = format!("{}; a person says so, since nothing shows it", summary(&run.operation));
        return Turn::Ended(End::new(Ending::Succeeded, Reason::Succeeded, message));
    }
    // Every other plan ends with a verification; without one nothing proves the outcome.
    Turn::Ended(End::new(
        Ending::Unknown,
        Reason::OutcomeDiffers,
        "the plan has no verification",
    ))
}

fn end_step(run: &mut Running<'_, '_>) {
    let now = run.draft.now();
    if !run.step().is_done() {
        run.step_mut().end(StepState::Succeeded, now);
    }
    // Without a call it begins with what the first person does.
    if run.operation.under_way() {
        run.operation.started_at.get_or_insert(now);
    }
}

/// A step that takes longer than its deadline is called overdue; nothing else follows from it.
fn overdue(run: &mut Running<'_, '_>) {
    let (now, index) = (run.draft.now(), run.index);
    let step = run.step_mut();
    let (Some(deadline), Some(started)) = (step.spec.deadline_seconds, step.started_at) else {
        return;
    };
    let late = pace::later(started, i64::from(deadline)) <= now;
    let waits = matches!(step.spec.kind, StepKind::Wait { .. })
        || matches!(step.reason, Some(Reason::JobRunning | Reason::Verifying));
    if late && step.state == StepState::Running && waits {
        step.reason = Some(Reason::Overdue);
        let text = format!(
            "Step {} takes longer than {deadline} s: {}",
            step.spec.name, step.message
        );
        // Each pass finds out anew what the step waits for; that it has taken too long is told once.
        let before = run.draft.input.ledger.and_then(|l| l.operation.as_ref());
        let told = before
            .filter(|o| o.name == run.operation.name)
            .and_then(|o| o.steps.get(index))
            .is_some_and(|s| s.reason == Some(Reason::Overdue));
        if !told {
            run.notice(true, Reason::Overdue, text);
        }
    }
}

fn check(run: &mut Running<'_, '_>, fact: &str) -> Turn {
    let confirmed = run.step().confirmed;
    let Some(seen) = run.draft.seen_fully() else {
        return if confirmed { Turn::Done } else { unseen(run) };
    };
    match seen.facts.get(fact) {
        Some(Fact::Holds) => Turn::Done,
        Some(Fact::Fails { reason, message }) => {
            run.draft.look_after(Waits::Condition);
            run.step_mut().reopen();
            run.wait(StepState::Waiting, *reason, message.clone())
        }
        // A person's word stands where nothing can be seen, and only there.
        _ if confirmed => Turn::Done,
        Some(Fact::CannotTell { question }) => ask(run, question),
        // A provider that does not speak of what it declared gives no permission.
        None => run.wait(
            StepState::Waiting,
            Reason::NotObserved,
            format!("{fact} could not be read"),
        ),
    }
}

/// The provider brings it about by itself, or a person sees that it has.
fn wait_for(run: &mut Running<'_, '_>, fact: &str) -> Turn {
    if run.step().confirmed {
        return Turn::Done;
    }
    let Some(seen) = run.draft.seen_fully() else {
        return unseen(run);
    };
    let (reason, message) = match seen.facts.get(fact) {
        Some(Fact::Holds) => return Turn::Done,
        Some(Fact::CannotTell { question }) => return ask(run, question),
        Some(Fact::Fails { reason, message }) => (*reason, message.clone()),
        None => (Reason::NotObserved, format!("{fact} could not be read")),
    };
    run.draft.look_after(Waits::Condition);
    run.wait(StepState::Running, reason, message)
}

fn confirm(run: &mut Running<'_, '_>, question: &str) -> Turn {
    if run.step().confirmed {
        return Turn::Done;
    }
    ask(run, question)
}

fn ask(run: &mut Running<'_, '_>, question: &str) -> Turn {
    let step = run.step_mut();
    let news = step.attempts == 0 || step.reason != Some(Reason::AwaitingConfirmation);
    step.attempts = step.attempts.max(1);
    let text = format!("Step {} waits for a person: {question}", step.spec.name);
    if news {
        run.notice(false, Reason::AwaitingConfirmation, text);
    }
    run.wait(StepState::Waiting, Reason::AwaitingConfirmation, question)
}

fn not_before(run: &mut Running<'_, '_>, at: Timestamp, why: &str) -> Turn {
    if run.draft.now() >= at {
        return Turn::Done;
    }
    run.draft.wake_at(at);
    run.wait(
        StepState::Waiting,
        Reason::PendingCall,
        format!("not before {}: {why}", text::moment(at)),
    )
}

fn unseen(run: &mut Running<'_, '_>) -> Turn {
    let listed = || Why::new(Reason::NotObserved, "the group is read once more");
    let Why { reason, message } = run.draft.input.sight.unseen().unwrap_or_else(listed);
    run.wait(StepState::Waiting, reason, message)
}

fn verify(run: &mut Running<'_, '_>) -> Turn {
    let Some(seen) = run.draft.seen_fully() else {
        return unseen(run);
    };
    if !seen.settled() {
        return run.wait(
            StepState::Running,
            Reason::Verifying,
            format!("the provider's status is {}", seen.provider_status),
        );
    }
    if evidence::reached(&run.operation, seen) {
        return succeed(run);
    }
    if let Phase::Faulted(_) = seen.phase {
        let message = format!("the provider left the group in status {}", seen.provider_status);
        return End::failed(Reason::JobFailed, message);
    }
    let (kind, expected) = (run.operation.kind, run.operation.kind.done(run.operation.target));
    let message = format!(
        "after {kind} it was expected that {expected}; the provider shows production at {} and status {}",
        seen.active, seen.provider_status
    );
    if pace::outcome_overdue(run.step(), run.draft.now()) {
        return End::failed(Reason::OutcomeDiffers, message);
    }
    run.draft.look_after(Waits::Reading);
    let until = run.step().started_at.unwrap_or(run.draft.now());
    let until = text::moment(pace::later(until, pace::OUTCOME_GRACE_SECONDS));
    run.wait(
        StepState::Running,
        Reason::Verifying,
        format!("{message}; it is read again until {until}"),
    )
}

fn succeed(run: &mut Running<'_, '_>) -> Turn {
    end_step(run);
    let reason = match run.operation.adopted {
        true => Reason::AdoptedByEffect,
        false => Reason::Succeeded,
    };
    Turn::Ended(End::new(Ending::Succeeded, reason, summary(&run.operation)))
}

fn summary(operation: &Operation) -> String {
    let mut text = operation.kind.done(operation.target);
    if operation.adopted {
        text.push_str("; the answer to the call was lost and its effect was adopted");
    }
    text
}
