//! The steps of each operation, and how the outcome of a call without an answer can be known.
//! It must not depend on anything but the connection's configuration: the same plan each time.
//!
//! | call | a lost answer | why |
//! | --- | --- | --- |
//! | `reverse-server-group` | evidence | it names its direction: after the dead time the station shows whether it happened |
//! | `failover-server-group` | a person | it has no direction, no id, and jobs cannot be listed: sent twice it would undo itself |
//! | `start-server-group` | evidence | it enables or re-protects by the status at its arrival; neither moves production, and each leaves its own status |
//! | `stop-server-group` | evidence | its status tells |
//!
//! **Dead time.** A signature made at `D` (our clock; never later than a minute after the call was recorded) is taken while the gateway's clock
//! is within the validity `V` of `D`. Absence is judged from a read that was signed later, at `N`, and taken, so that the gateway's clock
//! was then at least `N - V`. From `N > D + 2V` on that is later than `D + V`: the call can be taken no more. However far our clock
//! leads or lags, each of the two `V` stands for one of the two signatures. To that comes the time in which the gateway and the service
//! work on a request that was taken at the last moment (the gateway gives up on its backend after 200 s). With IAM tokens nothing bounds
//! how late a request can arrive, so there is no dead time and absence is never proof.

use crate::operations;
use stationmaster_engine::plan::Holds;
use stationmaster_engine::{CallSpec, Effect, OperationType, StepKind, StepSpec};
use std::time::Duration;

/// A recorded call is signed within this time, or not at all.
pub(crate) const SEND_BUDGET: Duration = Duration::from_secs(60);

/// How long the API gateway waits for the service behind it (`docs/vendors/sdrs.md#gateway`).
const BACKEND: Duration = Duration::from_secs(200);

/// The endpoint's word in plans.
pub(crate) const ENDPOINT: &str = "sdrs";

/// SDRS promises that the other site's servers can run within 30 minutes; copying after a reprotect is not part of its job.
const JOB_DEADLINE: u32 = 1800;
const VERIFY_DEADLINE: u32 = 300;

/// For how long after it was recorded a signed call can still take effect.
pub(crate) fn dead_time_seconds(validity_seconds: u32, request_timeout: Duration) -> u32 {
    let rest = SEND_BUDGET + BACKEND.max(request_timeout);
    validity_seconds
        .saturating_mul(2)
        .saturating_add(u32::try_from(rest.as_secs()).unwrap_or(u32::MAX))
}

/// The steps of an operation.
pub(crate) fn steps(operation: OperationType, dead_time_seconds: Option<u32>) -> Vec<StepSpec> {
    let known = operations::of(operation);
    let call = known.step.to_owned();
    let mut steps: Vec<StepSpec> = Vec::new();
    let mut add = |name: &str, kind: StepKind, deadline_seconds: Option<u32>| {
        steps.push(StepSpec {
            name: name.to_owned(),
            kind,
            deadline_seconds,
        });
    };
    if let Some(fact) = known.check {
        add(
            "ServersStopped",
            StepKind::Check {
                fact: fact.to_owned(),
                holds: Holds::FirstCall,
            },
            None,
        );
    }
    let spec = CallSpec {
        action: known.action.to_owned(),
        endpoint: ENDPOINT.to_owned(),
        resolution: known.resolution,
        dead_time_seconds,
        dedupe_seconds: None,
        effect: Effect::Outcome,
        follows_the_move: false,
        harmless_twice: false,
    };
    add(known.step, StepKind::Call(spec), None);
    add("FollowJob", StepKind::Follow { call }, Some(JOB_DEADLINE));
    add("VerifyRole", StepKind::Verify, Some(VERIFY_DEADLINE));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::Resolution;

    fn names(operation: OperationType) -> Vec<String> {
        steps(operation, None).into_iter().map(|step| step.name).collect()
    }

    #[test]
    fn the_steps_of_each_operation() {
        let planned = ["ServersStopped", "ReverseServerGroup", "FollowJob", "VerifyRole"];
        assert_eq!(names(OperationType::PlannedFailover), planned);
        assert_eq!(
            names(OperationType::Failover),
            ["FailoverServerGroup", "FollowJob", "VerifyRole"]
        );
        let reprotect = ["ServersStopped", "StartServerGroup", "FollowJob", "VerifyRole"];
        assert_eq!(names(OperationType::Reprotect), reprotect);
        assert_eq!(
            names(OperationType::EnableProtection),
            ["StartServerGroup", "FollowJob", "VerifyRole"]
        );
        assert_eq!(
            names(OperationType::DisableProtection),
            ["StopServerGroup", "FollowJob", "VerifyRole"]
        );
    }

    #[test]
    fn a_job_is_followed_right_after_its_call() {
        for operation in OperationType::ALL {
            let steps = steps(operation, Some(7));
            for (before, step) in steps.iter().zip(steps.iter().skip(1)) {
                if let StepKind::Follow { call } = &step.kind {
                    assert_eq!(*call, before.name);
                }
            }
        }
    }

    #[test]
    fn only_the_toggle_needs_a_person() {
        for operation in OperationType::ALL {
            for step in steps(operation, None) {
                if let StepKind::Call(call) = step.kind {
                    let person = call.resolution == Resolution::Person;
                    assert_eq!(person, operation == OperationType::Failover);
                }
            }
        }
    }

    #[test]
    fn the_dead_time_covers_both_clocks_and_the_backend() {
        assert_eq!(dead_time_seconds(900, Duration::from_secs(15)), 900 + 900 + 60 + 200);
        assert_eq!(dead_time_seconds(900, Duration::from_secs(300)), 900 + 900 + 60 + 300);
        assert_eq!(dead_time_seconds(u32::MAX, Duration::from_secs(15)), u32::MAX);
    }
}
