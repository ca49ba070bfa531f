//! A call without an answer: evidence is looked for, then it is made again where that is safe, then a person is asked.
//! It must not guess, and says what a person has to look at.

use super::record::record;
use super::repeat::{self, Again};
use super::running::{Running, Turn};
use crate::evidence::{self, Evidence};
use crate::ledger::{StepState, SubmissionState};
use crate::pace::{self, Waits};
use crate::{CallSpec, Reason, text};

/// What follows where a call did nothing.
const MADE_AGAIN: &str = "is made again if it is still wanted";

/// Writes down what evidence says of the call in doubt.
fn settle(run: &mut Running<'_, '_>, state: SubmissionState) {
    let step = run.step_mut();
    if let Some(attempt) = step.doubt().map(|s| s.attempt) {
        step.settle(attempt, state);
    }
}

/// Whether a job is known as the doing of another call, of this operation or of a completed one.
fn held(run: &Running<'_, '_>, job: &str) -> bool {
    let completed = run.draft.ledger.held_jobs();
    completed.iter().any(|held| held == job) || run.operation.jobs().any(|held| held == job)
}

/// Looks for what became of a call without an answer.
pub(super) fn resolve(run: &mut Running<'_, '_>, spec: &CallSpec) -> Turn {
    let Some(submission) = run.step().doubt() else {
        return Turn::Waits;
    };
    let SubmissionState::Ambiguous { since, message } = &submission.state else {
        return Turn::Waits;
    };
    let (since, message) = (*since, message.clone());
    let dead_at = submission.dead_at(spec);
    let part = run.step().part.clone();
    let provable = match &part {
        Some(part) => evidence::part_absence_provable(part, spec),
        None => evidence::absence_provable(spec, submission),
    };
    let judge = || {
        evidence::judge(
            &run.operation,
            spec,
            submission,
            run.draft.seen_fully(),
            run.draft.input.found.filter(|job| !held(run, &job.id)),
            run.draft.now(),
        )
    };
    let evidence = match &part {
        Some(part) => super::part::judge(run, part, spec, submission),
        None => judge(),
    };
    match evidence {
        Evidence::Job(job) => {
            let text = format!(
                "The answer to {} was lost; job {job} was found and is followed",
                spec.action
            );
            run.notice(false, Reason::LookingForEvidence, text);
            settle(run, SubmissionState::AdoptedJob { job });
            Turn::Done
        }
        Evidence::Effect => {
            let text = format!(
                "The answer to {} was lost; its effect is seen and is taken for its success",
                spec.action
            );
            run.notice(true, Reason::AdoptedByEffect, text);
            settle(run, SubmissionState::AdoptedEffect);
            run.operation.adopted |= part.is_none();
            Turn::Done
        }
        Evidence::Absent => {
            settle(run, SubmissionState::ProvenAbsent);
            let then = match part {
                Some(_) => "another one is another decision".to_owned(),
                None => format!("it {MADE_AGAIN}"),
            };
            let text = format!("{} did not take effect and cannot any more: {then}", spec.action);
            run.notice(false, Reason::CallNotSent, text.as_str());
            // Not in this pass: while it was in doubt its intent or its object may have been taken back, and its time may have passed.
            run.draft.look_after(Waits::Turn);
            run.wait(StepState::Waiting, Reason::CallNotSent, text)
        }
        Evidence::Nothing => {
            if pace::later(since, pace::EVIDENCE_GRACE_SECONDS) > run.draft.now() {
                run.draft.look_after(Waits::Reading);
                return run.wait(
                    StepState::Running,
                    Reason::LookingForEvidence,
                    looking(spec, since, &message),
                );
            }
            let repeat = match &part {
                // Another one is another decision.
                Some(_) => Err(None),
                None => repeat::allowed(run, spec),
            };
            let why = match repeat {
                Ok(Again { seen, not_before }) if not_before <= run.draft.now() => {
                    let text = format!(
                        "Nobody knows whether {} took effect; {}",
                        spec.action,
                        repeat::how(spec)
                    );
                    run.notice(false, Reason::Submitting, text);
                    return record(run, spec, seen);
                }
                Ok(Again { not_before, .. }) => {
                    run.draft.wake_at(not_before);
                    return run.wait(
                        StepState::Running,
                        Reason::LookingForEvidence,
                        looking(spec, since, &message),
                    );
                }
                Err(why) => why,
            };
            run.draft.look_after(Waits::Person);
            if let Some(dead) = dead_at.filter(|d| *d > run.draft.now()) {
                run.draft.wake_at(dead);
            }
            let then = part.map_or(MADE_AGAIN, |_| "the job is followed on");
            unknown(
                run,
                spec,
                &message,
                why.as_deref(),
                dead_at.filter(|_| provable).map(|at| (at, then)),
            )
        }
    }
}

/// What is looked for, and until when.
fn looking(spec: &CallSpec, since: jiff::Timestamp, message: &str) -> String {
    let until = text::moment(pace::later(since, pace::EVIDENCE_GRACE_SECONDS));
    format!(
        "the answer to {} was lost ({message}); a job of it, or its effect on the group, is looked for until {until}",
        spec.action
    )
}

fn unknown(
    run: &mut Running<'_, '_>,
    spec: &CallSpec,
    message: &str,
    not_repeated: Option<&str>,
    proof_at: Option<(jiff::Timestamp, &str)>,
) -> Turn {
    let (news, attempt) = (run.step().state != StepState::Unknown, run.step().attempts);
    let until = match proof_at {
        Some((dead, then)) => format!(
            "if nothing changes until {} it did not happen, and {then}; ",
            text::moment(dead)
        ),
        // For this class of calls no time and no sameness is a proof.
        None => "waiting cannot show that it did not happen; ".to_owned(),
    };
    let not_repeated = not_repeated
        .map(|why| format!("; it is not sent again: {why}"))
        .unwrap_or_default();
    // What to do comes before what the provider said: a long message is cut at its end.
    let text = format!(
        "Nobody knows whether {} took effect. Look at the group and its jobs in the provider's console; {until}\
         end it with an OperationDecision for attempt {attempt}: Executed, NotExecuted or Abandon ({message}{not_repeated})",
        spec.action
    );
    if news {
        run.notice(true, Reason::SubmissionUnknown, text.clone());
    }
    run.wait(StepState::Unknown, Reason::SubmissionUnknown, text)
}
