//! What the provider shows and plans, as the shell would read it.
//! It must not change the provider.

use super::provider::{OBJECT, Provider};
use stationmaster_engine::look::JobLook;
use stationmaster_engine::{Depth, JobReport, JobStatus, LostCall, Observation, OperationType, Plan, Sight, Station};

pub use stationmaster_provider_proof::variant::{DEAD_SECONDS, DEDUPE_SECONDS};

/// The plan of an operation.
pub fn plan(provider: &Provider, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
    let mut plan = provider.world.variant.plan(operation, target, seen)?;
    if let Some(edit) = provider.edits_plan {
        edit(&mut plan.steps);
    }
    Some(plan)
}

/// What the provider shows, or why it does not.
pub fn sight(provider: &Provider, depth: Depth) -> Sight {
    match provider.unseen {
        Some((reason, message)) => Sight::Unseen {
            reason,
            message: message.to_owned(),
        },
        None => Sight::Seen(observe(provider, depth)),
    }
}

/// A reading.
pub fn observe(provider: &Provider, depth: Depth) -> Observation {
    provider.world.observe(OBJECT, depth).expect("the object is there")
}

/// Reads a job, if jobs can be read.
pub fn poll(provider: &Provider, look: &JobLook) -> Option<JobReport> {
    let report = provider.world.poll(&look.action, look.operation, &look.job)?;
    Some(told(provider, report))
}

/// Looks for the job of a call without an answer.
pub fn find(provider: &Provider, lost: &LostCall) -> Option<JobReport> {
    Some(told(provider, provider.world.find(lost)?))
}

fn told(provider: &Provider, mut report: JobReport) -> JobReport {
    if let JobStatus::Failed { message, .. } = &mut report.status {
        *message = said(provider.long_words, message);
    }
    report
}

/// A text of the provider, or the longest one that it can send.
pub(super) fn said(long: bool, text: &str) -> String {
    if long { "x".repeat(512) } else { text.to_owned() }
}
