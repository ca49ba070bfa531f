//! What must be read before the next decision: how much of the group, which jobs, which lost call.
//! It must not ask for more than the decision needs: at rest one bulk list serves all groups.

use crate::ledger::Ledger;
use crate::{CallRequest, Depth, Group, LostCall, OperationType, Request, Sight, StepKind};

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    /// How much of the group.
    pub depth: Depth,
    /// Whether a forced failover waits for it: then only the object itself must be readable, and the reading goes first.
    pub forced: bool,
    /// The jobs that are followed.
    pub jobs: Vec<JobLook>,
    /// The call whose answer was lost.
    pub lost: Option<LostCall>,
}

/// A job to be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobLook {
    /// The call that started it.
    pub action: String,
    /// The operation that it is part of.
    pub operation: OperationType,
    /// The provider's id.
    pub job: String,
}

/// Whether a bulk listing shows another object than the ledger remembers. A listing may be older than the ledger (an operation can have ended
/// since), so the group is then read fully before anything is adopted from it.
pub fn differs(ledger: Option<&Ledger>, listed: &Sight) -> bool {
    match (ledger, listed.seen()) {
        (Some(ledger), Some(seen)) => ledger.operation.is_none() && seen.fingerprint != ledger.fingerprint,
        _ => false,
    }
}

/// Says what to read.
pub fn look(group: &Group, ledger: Option<&Ledger>, requests: &[Request]) -> Look {
    let listed = Look {
        depth: Depth::Listed,
        forced: false,
        jobs: Vec::new(),
        lost: None,
    };
    // A ledger that another group holds is no reason to read anything for this one.
    let Some(ledger) = ledger.filter(|l| l.group.uid == group.uid) else {
        return listed;
    };
    let Some(operation) = &ledger.operation else {
        let armed = ledger.intent.is_some()
            || group
                .intent
                .as_ref()
                .is_some_and(|w| w.token.is_some() && w.token == ledger.token && ledger.active != w.station.into());
        let asked = || {
            let open = |r: &&Request| !r.ended && ledger.completed_operation(&r.uid).is_none();
            requests.iter().filter(open)
        };
        let full = armed || asked().next().is_some();
        return Look {
            depth: if full { Depth::Full } else { Depth::Listed },
            forced: asked().any(|r| r.operation == OperationType::Failover),
            ..listed
        };
    };
    let mut look = Look {
        depth: Depth::Full,
        forced: operation.kind == OperationType::Failover,
        ..listed
    };
    for step in operation.steps.iter().filter(|s| !s.is_done()) {
        match &step.spec.kind {
            StepKind::Follow { call } => {
                let action = operation.step(call).and_then(|s| match &s.spec.kind {
                    StepKind::Call(spec) => Some(spec.action.clone()),
                    _ => None,
                });
                let Some(action) = action else { continue };
                for job in operation.jobs_of(call) {
                    look.jobs.push(JobLook {
                        action: action.clone(),
                        operation: operation.kind,
                        job,
                    });
                }
            }
            // What became of a call on a part is told by its job.
            StepKind::Call(spec) if step.part.is_none() => {
                // Of several attempts the oldest: whichever was carried out, it was not before that.
                if let Some(submission) = step.doubts().next() {
                    let step = &step.spec.name;
                    look.lost = Some(LostCall {
                        request: CallRequest::recorded(&group.object, operation, step, spec, submission),
                        held_jobs: ledger.held_jobs(),
                    });
                }
            }
            _ => {}
        }
    }
    look
}
