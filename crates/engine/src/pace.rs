//! How soon to look again while an operation runs: fast near the usual end, slower in between.
//! It must not be a reason to act: it only paces reading.

use crate::ledger::{Ledger, StepState};
use crate::{Reason, StepKind};
use jiff::Timestamp;
use std::time::Duration;

/// The shortest and the longest pause between two looks at a running job.
const FASTEST: Duration = Duration::from_secs(1);
const SLOWEST: Duration = Duration::from_secs(5);

/// The pause until the next look at the running operation; none when nothing runs.
///
/// While a job runs: a tenth of its age at first (1–5 s); from 80 % to 130 % of the duration that the last successful operation of the type
/// took, every second. While a person is waited for, every 5 s.
pub fn pause(ledger: &Ledger, now: Timestamp) -> Option<Duration> {
    let operation = ledger.operation.as_ref()?;
    let step = operation.steps.iter().find(|s| s.state != StepState::Succeeded)?;
    let following = matches!(
        step.spec.kind,
        StepKind::Follow { .. } | StepKind::Verify | StepKind::Call(_)
    );
    if !following || step.reason == Some(Reason::SubmissionUnknown) {
        return Some(SLOWEST);
    }
    let age = seconds(operation.started_at.unwrap_or(operation.recorded_at), now);
    let usual = ledger.verdicts.iter().rev().find_map(|v| {
        let same = v.operation == operation.operation && v.ending == crate::ledger::Ending::Succeeded;
        same.then(|| v.started_at.map(|start| seconds(start, v.finished_at)))
            .flatten()
    });
    if usual.is_some_and(|u| (0.8 * u..=1.3 * u).contains(&age)) {
        return Some(FASTEST);
    }
    Some(Duration::from_secs_f64(age / 10.0).clamp(FASTEST, SLOWEST))
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}
