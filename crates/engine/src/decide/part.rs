//! A part of a job that failed, and what a person decides of it: tried again, left out, or taken back, by one recorded call of its own.
//! It must not decide for a person, nor make such a call a second time: another one is another decision.

use super::running::{Running, Turn};
use crate::evidence::{self, Evidence};
use crate::job::{JobReport, PartAction, PartCall};
use crate::ledger::{Operation, Step, StepState, Submission, SubmissionState};
use crate::pace::Waits;
use crate::{CallSpec, DecisionRequest, JobStatus, PartOffer, Reason, StepKind, StepSpec, Why, text};

/// How many steps an operation can have.
const STEPS: usize = 32;

/// What a person quotes to name a part: where a call started several jobs, the job and the part.
pub fn name(several: bool, job: &str, part: &str) -> String {
    match several && job != part {
        true => format!("{job}/{part}"),
        false => part.to_owned(),
    }
}

/// What may be asked now of the jobs of a call: the name of the part, the job, and what is offered. What was asked and not yet seen to be done
/// is offered no more.
pub fn offers<'a>(
    operation: &Operation,
    call: &str,
    jobs: &'a [JobReport],
) -> Vec<(String, &'a JobReport, &'a PartOffer)> {
    let ids = operation.jobs_of(call);
    let several = ids.len() > 1;
    let ours = jobs.iter().filter(|job| ids.contains(&job.id));
    let offered = ours.flat_map(|job| job.offers().iter().map(move |offer| (job, offer)));
    offered
        .filter(|(job, offer)| !asked(operation, job, &offer.part))
        .map(|(job, offer)| (name(several, &job.id, &offer.part), job, offer))
        .collect()
}

/// Whether a call on the part was taken, and nothing is seen of it yet.
fn asked(operation: &Operation, job: &JobReport, part: &str) -> bool {
    let revision = job.revision(part);
    operation.steps.iter().any(|step| {
        let same = |call: &PartCall| call.job == job.id && call.part == part && call.before.as_ref() == revision;
        revision.is_some() && step.made() && step.part.as_ref().is_some_and(same)
    })
}

/// Whether a person has had a job taken back.
pub(super) fn taken_back(operation: &Operation) -> bool {
    let back = |step: &&Step| {
        step.part
            .as_ref()
            .is_some_and(|part| part.action == PartAction::Rollback)
    };
    operation.steps.iter().filter(back).any(Step::made)
}

/// The step at `index` waits for a person because a part failed: the decision becomes a call of its own, right before it.
///
/// # Errors
/// When it is not offered.
pub(super) fn decide(
    operation: &mut Operation,
    index: usize,
    action: PartAction,
    decision: &DecisionRequest,
    jobs: &[JobReport],
) -> Result<String, Why> {
    let refused = |message: String| Err(Why::new(Reason::DecisionNotApplicable, message));
    let step = &operation.steps[index];
    let call = match &step.spec.kind {
        StepKind::Follow { call } if step.reason == Some(Reason::PartFailed) => call.clone(),
        _ => {
            return refused(format!(
                "no part of a job waits for a person at step {}; a failed operation has ended and is asked for anew",
                decision.step
            ));
        }
    };
    let offers = offers(operation, &call, jobs);
    let asked = offers
        .iter()
        .find(|(name, _, offer)| *name == decision.part && offer.action == action);
    let Some((name, job, offer)) = asked else {
        let all: Vec<String> = offers
            .iter()
            .map(|(name, _, offer)| format!("{} of {name}", offer.action.as_str()))
            .collect();
        let allowed = if all.is_empty() {
            "nothing".to_owned()
        } else {
            all.join(", ")
        };
        return refused(format!(
            "{} of part {:?} is not offered; at present there is {allowed}",
            action.as_str(),
            decision.part
        ));
    };
    let (message, part, spec) = (
        format!("{} of part {name} is asked of the provider once", action.as_str()),
        PartCall {
            job: job.id.clone(),
            part: offer.part.clone(),
            action,
            before: job.revision(&offer.part).cloned(),
        },
        offer.call.clone(),
    );
    insert(operation, index, part, spec);
    Ok(message)
}

fn insert(operation: &mut Operation, mut index: usize, part: PartCall, call: CallSpec) {
    // What is answered for good makes room; what may still arrive is kept.
    let settled = |s: &Step| s.part.is_some() && s.is_done() && s.submissions.iter().all(is_settled);
    if operation.steps.len() >= STEPS
        && let Some(oldest) = operation.steps.iter().position(settled)
    {
        operation.steps.remove(oldest);
        index -= usize::from(oldest < index);
    }
    let follow = &mut operation.steps[index];
    follow.attempts += 1;
    let spec = StepSpec {
        name: format!("{}Part{}", part.action.as_str(), follow.attempts),
        kind: StepKind::Call(call),
        deadline_seconds: None,
    };
    let step = Step {
        part: Some(part),
        ..Step::new(spec)
    };
    operation.steps.insert(index, step);
}

fn is_settled(submission: &Submission) -> bool {
    matches!(
        submission.state,
        SubmissionState::Accepted { .. } | SubmissionState::Refused { .. } | SubmissionState::NotSent { .. }
    )
}

/// Waits for a person, if a part of the jobs failed and something may be asked.
pub(super) fn waits(run: &mut Running<'_, '_>, call: &str, jobs: &[&JobReport]) -> Option<Turn> {
    let waiting = |job: &&&JobReport| matches!(job.status, JobStatus::Waiting { .. });
    let job = *jobs.iter().find(waiting)?;
    let JobStatus::Waiting { message, .. } = &job.status else {
        return None;
    };
    let offers = offers(&run.operation, call, run.draft.input.jobs);
    if offers.is_empty() {
        let message = format!("job {} is asked to go on, or waits for the provider: {message}", job.id);
        return Some(run.wait(StepState::Running, Reason::JobRunning, message));
    }
    let all: Vec<String> = offers
        .iter()
        .map(|(name, _, offer)| format!("{} of {name}", offer.action.as_str()))
        .collect();
    let text = format!(
        "a part of job {} failed ({}); a person decides: {}",
        job.id,
        text::cut(160, message.as_str()),
        all.join(", ")
    );
    run.draft.look_after(Waits::Person);
    let step = run.step_mut();
    let news = step.attempts == 0 || step.reason != Some(Reason::PartFailed);
    step.attempts = step.attempts.max(1);
    if news {
        run.notice(
            true,
            Reason::PartFailed,
            format!("Step {}: {text}", run.step().spec.name),
        );
    }
    Some(run.wait(StepState::Waiting, Reason::PartFailed, text))
}

/// The step's call is over and the operation goes on: what it has done is told by the job.
pub(super) fn over(run: &mut Running<'_, '_>, reason: Reason, message: &str) -> Turn {
    let now = run.draft.now();
    let what = run.step().spec.name.clone();
    run.notice(true, reason, format!("{what}: {message}; the operation goes on"));
    let step = run.step_mut();
    step.end(StepState::Failed, now);
    step.reason = Some(reason);
    step.message = text::sentence(message);
    Turn::Done
}

/// What the part shows of a call without an answer.
pub(super) fn judge(run: &Running<'_, '_>, part: &PartCall, spec: &CallSpec, submission: &Submission) -> Evidence {
    evidence::of_part(part, spec, submission, run.draft.input.jobs, run.draft.now())
}
