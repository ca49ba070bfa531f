//! The jobs of a call are followed to their end, or to what the object plainly shows.
//! It must not call an operation a success: an independent reading does.

use super::part;
use super::running::{End, Running, Turn};
use crate::ledger::{Operation, StepState};
use crate::pace::{self, Waits};
use crate::{JobReport, JobStatus, Observation, Phase, Reason, evidence};

/// Follows the jobs of `call` to their end.
pub(super) fn follow(run: &mut Running<'_, '_>, call: &str) -> Turn {
    let ids = run.operation.jobs_of(call);
    let jobs: Vec<&JobReport> = run.draft.input.jobs.iter().filter(|j| ids.contains(&j.id)).collect();
    let settled = run.draft.seen_fully().is_some_and(Observation::settled);
    let gone = jobs.iter().any(|j| j.status == JobStatus::Gone);
    if gone && unchanged_since_the_call(run, call) {
        run.draft.look_after(Waits::Reading);
        let message = "the provider took the call and does not show its job yet";
        return run.wait(StepState::Running, Reason::JobRunning, message);
    }
    if ids.is_empty() || gone {
        // No job to follow: the effect was adopted or the provider has forgotten the job. What it shows at rest decides.
        return if settled {
            Turn::Done
        } else {
            run.wait(
                StepState::Running,
                Reason::JobRunning,
                "the provider is working; its job is not known",
            )
        };
    }
    if jobs.len() < ids.len() {
        // What the object shows at rest, after a while, is as good as the word of a job that nobody can read.
        let plain = run
            .draft
            .seen_fully()
            .is_some_and(|seen| plainly_over(&run.operation, seen));
        if plain && pace::outcome_overdue(run.step(), run.draft.now()) {
            return Turn::Done;
        }
        let why = run.draft.input.unread.map_or(String::new(), |why| format!(" ({why})"));
        let message = format!("job {} could not be read{why}; it is read again", ids.join(", "));
        return run.wait(StepState::Running, Reason::JobRunning, message);
    }
    if let Some(turn) = part::waits(run, call, &jobs) {
        return turn;
    }
    let running = jobs
        .iter()
        .any(|j| matches!(j.status, JobStatus::Running | JobStatus::Unknown));
    // Where nothing shows the outcome nothing shows rest either; a person looks.
    if running || !(settled || run.operation.ends_by_a_word()) {
        let mut message = describe(&jobs);
        if let Some(seen) = run.draft.seen().filter(|s| !s.settled()) {
            message.push_str(&format!("; the group's status is {}", seen.provider_status));
        }
        return run.wait(StepState::Running, Reason::JobRunning, message);
    }
    if let Some(job) = jobs.iter().find(|j| !j.expected_type) {
        let message = format!("the provider ran job {} of type {}", job.id, job.job_type);
        return End::failed(Reason::UnexpectedJob, message);
    }
    let failed = jobs.iter().find_map(|job| match &job.status {
        JobStatus::Failed { code, message } => Some((job.id.clone(), code.clone(), message.clone())),
        _ => None,
    });
    if part::taken_back(&run.operation) {
        let message = format!("a person had a part of {call} taken back: {}", describe(&jobs));
        return End::failed(Reason::JobFailed, message);
    }
    match failed {
        Some(_) if jobs.len() > 1 => End::failed(Reason::JobFailed, format!("{call}: {}", describe(&jobs))),
        Some((id, code, message)) => {
            let code = code
                .filter(|code| !code.is_empty())
                .map(|code| format!(" {code}"))
                .unwrap_or_default();
            let message = format!("job {id} of {call} failed:{code} {message}");
            End::failed(Reason::JobFailed, message)
        }
        None => Turn::Done,
    }
}

/// Whether the object shows at rest that the operation has come to its outcome, or has failed.
fn plainly_over(operation: &Operation, seen: &Observation) -> bool {
    let failed = seen.phase == Phase::Faulted(Some(operation.kind));
    seen.settled() && (failed || evidence::reached(operation, seen))
}

/// Whether a call was taken a moment ago and nothing is seen of it: a job that is not shown yet is not a job that is gone.
fn unchanged_since_the_call(run: &Running<'_, '_>, call: &str) -> bool {
    let Some(last) = run.operation.step(call).and_then(|s| s.submissions.last()) else {
        return false;
    };
    let young = run.draft.now() < pace::later(last.recorded_at, pace::OUTCOME_GRACE_SECONDS);
    young && run.draft.seen().is_none_or(|seen| seen.fingerprint == last.before)
}

/// How each job stands, those that failed first. Of several jobs each is told by what it works on.
fn describe(jobs: &[&JobReport]) -> String {
    let failed = |job: &&JobReport| matches!(job.status, JobStatus::Failed { .. });
    let (first, then): (Vec<&JobReport>, Vec<&JobReport>) = jobs.iter().copied().partition(failed);
    let tell = |job: &JobReport| {
        let of = subject(job).filter(|_| jobs.len() > 1);
        let of = of.map(|subject| format!(" of {subject}")).unwrap_or_default();
        let why = match &job.status {
            JobStatus::Failed { message, .. } if !message.is_empty() => format!(" ({message})"),
            _ => String::new(),
        };
        format!("job {}{of} is {}{why}", job.id, job.provider_status)
    };
    let told: Vec<String> = first.into_iter().chain(then).map(tell).collect();
    told.join(", ")
}

/// What a job works on, where all its parts work on one thing.
fn subject(job: &JobReport) -> Option<&str> {
    let mut resources = job.sub_jobs.iter().map(|part| part.resource.as_deref());
    let first = resources.next()??;
    resources.all(|other| other == Some(first)).then_some(first)
}
