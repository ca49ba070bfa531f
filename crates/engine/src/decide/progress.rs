//! Carries the running operation one step further: its checks, its waits, its verification.
//! It must not make a second call in one pass, nor end an operation on a job's word alone.

use super::{Draft, call, finish, unstarted};
use crate::ledger::{Ending, Operation, StepState};
use crate::{Fact, JobReport, JobStatus, Observation, OperationType, Phase, Reason, StepKind, evidence};
use jiff::Timestamp;

/// What became of a step in this pass.
enum Turn {
    /// It is done; the next one may begin.
    Done,
    /// Everything waits for it.
    Waits,
    /// The operation has ended.
    Ended,
}

/// Advances as far as the present observation allows.
pub(super) fn advance(draft: &mut Draft<'_>) {
    if !unstarted::stands(draft) {
        return;
    }
    loop {
        let Some(operation) = &draft.ledger.operation else {
            return;
        };
        let Some(index) = operation.steps.iter().position(|s| s.state != StepState::Succeeded) else {
            // Every plan ends with a verification; without one nothing proves the outcome.
            finish::finish(
                draft,
                Ending::Unknown,
                Reason::OutcomeDiffers,
                "the plan has no verification",
            );
            return;
        };
        let kind = operation.steps[index].spec.kind.clone();
        let turn = match kind {
            StepKind::Check { fact } => check(draft, index, &fact),
            StepKind::Confirm { question } => confirm(draft, index, &question),
            StepKind::NotBefore { at, why } => not_before(draft, index, at, &why),
            StepKind::Call(spec) => match call::advance(draft, index, &spec) {
                call::Turn::Done => Turn::Done,
                call::Turn::Waits => Turn::Waits,
                call::Turn::Ended => Turn::Ended,
            },
            StepKind::Follow { call } => follow(draft, index, &call),
            StepKind::Verify => verify(draft, index),
        };
        match turn {
            Turn::Done => end_step(draft, index),
            Turn::Waits => return overdue(draft, index),
            Turn::Ended => return,
        }
    }
}

fn end_step(draft: &mut Draft<'_>, index: usize) {
    let now = draft.now();
    if let Some(operation) = &mut draft.ledger.operation
        && operation.steps[index].state != StepState::Succeeded
    {
        operation.steps[index].end(StepState::Succeeded, now);
    }
}

fn wait(draft: &mut Draft<'_>, index: usize, state: StepState, reason: Reason, message: impl Into<String>) -> Turn {
    let now = draft.now();
    let message = super::cut(message);
    if let Some(operation) = &mut draft.ledger.operation {
        operation.steps[index].wait(state, reason, message, now);
    }
    Turn::Waits
}

/// A step that takes longer than its deadline is called overdue; nothing else follows from it.
fn overdue(draft: &mut Draft<'_>, index: usize) {
    let now = draft.now();
    let Some(operation) = &mut draft.ledger.operation else {
        return;
    };
    let step = &mut operation.steps[index];
    let (Some(deadline), Some(started)) = (step.spec.deadline_seconds, step.started_at) else {
        return;
    };
    let late = super::later(started, i64::from(deadline)) <= now;
    let waits = matches!(step.reason, Some(Reason::JobRunning | Reason::Verifying));
    if late && step.state == StepState::Running && waits {
        step.reason = Some(Reason::Overdue);
        let text = format!("Step {} takes longer than {deadline} s", step.spec.name);
        let name = operation.name.clone();
        // Each pass finds out anew what the step waits for; that it has taken too long is told once.
        let before = draft
            .input
            .ledger
            .and_then(|l| l.operation.as_ref())
            .filter(|o| o.name == name);
        let told = before
            .and_then(|o| o.steps.get(index))
            .is_some_and(|s| s.reason == Some(Reason::Overdue));
        if !told {
            draft.notice(true, Reason::Overdue, text, Some(&name));
        }
    }
}

fn check(draft: &mut Draft<'_>, index: usize, fact: &str) -> Turn {
    let confirmed = draft
        .ledger
        .operation
        .as_ref()
        .is_some_and(|o| o.steps[index].confirmed);
    let Some(seen) = draft.seen_fully() else {
        return if confirmed { Turn::Done } else { unseen(draft, index) };
    };
    match seen.facts.get(fact) {
        Some(Fact::Holds) => Turn::Done,
        Some(Fact::Fails { reason, message }) => {
            draft.wake_in(5);
            if let Some(operation) = &mut draft.ledger.operation {
                operation.steps[index].reopen();
            }
            wait(draft, index, StepState::Waiting, *reason, message.clone())
        }
        // A person's word stands where nothing can be seen, and only there.
        _ if confirmed => Turn::Done,
        Some(Fact::CannotTell { question }) => ask(draft, index, question),
        // A provider that does not speak of what it declared gives no permission.
        None => wait(
            draft,
            index,
            StepState::Waiting,
            Reason::NotObserved,
            format!("{fact} could not be read"),
        ),
    }
}

fn confirm(draft: &mut Draft<'_>, index: usize, question: &str) -> Turn {
    match &draft.ledger.operation {
        Some(operation) if operation.steps[index].confirmed => Turn::Done,
        _ => ask(draft, index, question),
    }
}

fn ask(draft: &mut Draft<'_>, index: usize, question: &str) -> Turn {
    let Some(operation) = &mut draft.ledger.operation else {
        return Turn::Ended;
    };
    let name = operation.name.clone();
    let step = &mut operation.steps[index];
    let news = step.attempts == 0 || step.reason != Some(Reason::AwaitingConfirmation);
    step.attempts = step.attempts.max(1);
    let text = format!("Step {} waits for a person: {question}", step.spec.name);
    if news {
        draft.notice(false, Reason::AwaitingConfirmation, text, Some(&name));
    }
    wait(draft, index, StepState::Waiting, Reason::AwaitingConfirmation, question)
}

fn not_before(draft: &mut Draft<'_>, index: usize, at: Timestamp, why: &str) -> Turn {
    if draft.now() >= at {
        return Turn::Done;
    }
    draft.wake_at(at);
    wait(
        draft,
        index,
        StepState::Waiting,
        Reason::LateCallPossible,
        format!("not before {at}: {why}"),
    )
}

fn unseen(draft: &mut Draft<'_>, index: usize) -> Turn {
    let (reason, message) = match draft.input.sight {
        crate::Sight::Unseen { reason, message } => (*reason, message.clone()),
        crate::Sight::Seen(_) => (Reason::NotObserved, "the group is read once more".to_owned()),
    };
    wait(draft, index, StepState::Waiting, reason, message)
}

fn follow(draft: &mut Draft<'_>, index: usize, call: &str) -> Turn {
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    let ids = operation.jobs_of(call);
    let jobs: Vec<&JobReport> = draft.input.jobs.iter().filter(|j| ids.contains(&j.id)).collect();
    let settled = draft.seen_fully().is_some_and(Observation::settled);
    let gone = jobs.iter().any(|j| j.status == JobStatus::Gone);
    if gone && unchanged_since_the_call(draft, call) {
        draft.wake_in(2);
        let message = "the provider took the call and does not show its job yet";
        return wait(draft, index, StepState::Running, Reason::JobRunning, message);
    }
    if ids.is_empty() || gone {
        // No job to follow: the effect was adopted or the provider has forgotten the job. What it shows at rest decides.
        return if settled {
            Turn::Done
        } else {
            wait(
                draft,
                index,
                StepState::Running,
                Reason::JobRunning,
                "the provider is working; its job is not known",
            )
        };
    }
    if jobs.len() < ids.len() {
        return wait(
            draft,
            index,
            StepState::Running,
            Reason::JobRunning,
            "the job could not be read; it is read again",
        );
    }
    let running = jobs
        .iter()
        .any(|j| matches!(j.status, JobStatus::Running | JobStatus::Unknown));
    if running || !settled {
        let mut message = describe(&jobs);
        if let Some(seen) = draft.seen().filter(|s| !s.settled()) {
            message.push_str(&format!("; the group's status is {}", seen.provider_status));
        }
        return wait(draft, index, StepState::Running, Reason::JobRunning, message);
    }
    if let Some(job) = jobs.iter().find(|j| !j.expected_type) {
        let message = format!("the provider ran job {} of type {}", job.id, job.job_type);
        return fail(draft, Reason::UnexpectedJob, &message);
    }
    let failed = jobs.iter().find_map(|job| match &job.status {
        JobStatus::Failed { code, message } => Some((job.id.clone(), code.clone(), message.clone())),
        _ => None,
    });
    match failed {
        Some((id, code, message)) => {
            let message = format!("job {id} failed: {} {message}", code.unwrap_or_default());
            fail(draft, Reason::JobFailed, &message)
        }
        None => Turn::Done,
    }
}

/// Whether a call was taken a moment ago and nothing is seen of it: a job that is not shown yet is not a job that is gone.
fn unchanged_since_the_call(draft: &Draft<'_>, call: &str) -> bool {
    let operation = draft.ledger.operation.as_ref();
    let Some(last) = operation.and_then(|o| o.step(call)).and_then(|s| s.submissions.last()) else {
        return false;
    };
    let young = draft.now() < super::later(last.recorded_at, super::VERIFY_GRACE_SECONDS);
    young && draft.seen().is_none_or(|seen| seen.fingerprint == last.before)
}

fn describe(jobs: &[&JobReport]) -> String {
    let names: Vec<String> = jobs
        .iter()
        .map(|j| format!("job {} is {}", j.id, j.provider_status))
        .collect();
    names.join(", ")
}

fn fail(draft: &mut Draft<'_>, reason: Reason, message: &str) -> Turn {
    finish::finish(draft, Ending::Failed, reason, message);
    Turn::Ended
}

fn verify(draft: &mut Draft<'_>, index: usize) -> Turn {
    let Some(seen) = draft.seen_fully() else {
        return unseen(draft, index);
    };
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    if !seen.settled() {
        return wait(
            draft,
            index,
            StepState::Running,
            Reason::Verifying,
            format!("the provider's status is {}", seen.provider_status),
        );
    }
    if evidence::reached(operation, seen) {
        return succeed(draft, index);
    }
    if let Phase::Faulted(_) = seen.phase {
        let message = format!("the provider left the group in status {}", seen.provider_status);
        return fail(draft, Reason::JobFailed, &message);
    }
    let message = format!("production runs at {}, status {}", seen.active, seen.provider_status);
    if super::has_grace_passed(&operation.steps[index], draft.now()) {
        return fail(draft, Reason::OutcomeDiffers, &message);
    }
    draft.wake_in(2);
    wait(draft, index, StepState::Running, Reason::Verifying, message)
}

fn succeed(draft: &mut Draft<'_>, index: usize) -> Turn {
    end_step(draft, index);
    let Some(operation) = &draft.ledger.operation else {
        return Turn::Ended;
    };
    let reason = if operation.adopted {
        Reason::AdoptedByEffect
    } else {
        Reason::Succeeded
    };
    let message = summary(operation);
    finish::finish(draft, Ending::Succeeded, reason, &message);
    Turn::Ended
}

fn summary(operation: &Operation) -> String {
    let mut text = match operation.kind {
        OperationType::PlannedFailover => format!("production runs at {} and is replicated", operation.target),
        OperationType::Failover => format!("production runs at {}; nothing is replicated", operation.target),
        OperationType::Reprotect => format!("{} is replicated to {}", operation.target, operation.target.other()),
        OperationType::EnableProtection => "replication runs".to_owned(),
        OperationType::DisableProtection => "replication is off".to_owned(),
    };
    if operation.adopted {
        text.push_str("; the answer to the call was lost and its effect was adopted");
    }
    text
}
