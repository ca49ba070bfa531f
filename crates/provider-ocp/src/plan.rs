//! The steps of each operation, and how the outcome of a call without an answer can be known.
//! It must not depend on anything but the connection's configuration: the same plan each time.
//!
//! | call | a lost answer | why |
//! | --- | --- | --- |
//! | batch switchover | evidence | it names primary and standby: roles and epochs of both databases show whether it happened |
//! | retry, skip, rollback of a part | evidence | the subtask's operation and finish time tell |
//! | batch failover | evidence with databases, else a person | it names the standbys, so roles tell; without databases nothing does |
//!
//! **Dead time.** OCP takes a signature while its clock is less than 15 minutes from the `Date`, which is at most a minute after the call was
//! recorded. Absence is judged from a read that was signed later and taken, so that OCP's clock was then less than 15 minutes before the read's
//! date. Once the two dates are twice that apart, the call can be taken no more, however far our clock leads or lags. To that comes the time in
//! which OCP, and what stands before it, works on a request that was taken at the last moment. With Basic nothing bounds how late a request can
//! arrive, so there is no dead time and absence is never proof.

use crate::call::{Order, SEND_BUDGET};
use crate::observe::facts::{OLD_TENANTS_DROPPED, PRECHECKED, STANDBYS_IN_PLACE};
use crate::operations;
use stationmaster_engine::plan::Holds;
use stationmaster_engine::{
    CallSpec, Effect, OperationType, PartAction, Plan, PlannedOutcome, Resolution, StepKind, StepSpec,
};
use std::time::Duration;

/// How far a signature's date may be from OCP's clock.
const WINDOW: u32 = 15 * 60;
/// For so long OCP, and what stands before it, may work on a request that was taken; nothing is documented. The sample answers after 154 ms.
const BACKEND: Duration = Duration::from_secs(120);

/// The endpoint's word in plans.
pub(crate) const ENDPOINT: &str = "ocp";

/// Seconds are usual; each of five subtasks has 1800 s.
const JOB_DEADLINE: u32 = 1800;
const VERIFY_DEADLINE: u32 = 300;

/// What a plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Whether databases are named, so that roles can be read.
    pub(crate) roles: bool,
    pub(crate) dead_time_seconds: Option<u32>,
}

/// For how long after it was recorded a signed call can still take effect.
pub(crate) fn dead_time_seconds(request_timeout: Duration) -> u32 {
    let rest = SEND_BUDGET + BACKEND.max(request_timeout);
    (2 * WINDOW).saturating_add(u32::try_from(rest.as_secs()).unwrap_or(u32::MAX))
}

/// The plan of an operation; none where it is not offered.
pub(crate) fn plan(operation: OperationType, setting: Setting) -> Option<Plan> {
    let steps = match operation {
        OperationType::PlannedFailover if setting.roles => {
            let check = step(
                "PrecheckPassed",
                StepKind::Check {
                    fact: PRECHECKED.to_owned(),
                    holds: Holds::FirstCall,
                },
                None,
            );
            let mut steps = vec![check];
            steps.extend(call(operation, setting)?);
            steps.push(step("VerifyRole", StepKind::Verify, Some(VERIFY_DEADLINE)));
            steps
        }
        OperationType::Failover => {
            let mut steps = call(operation, setting)?;
            steps.push(match setting.roles {
                true => step("VerifyRole", StepKind::Verify, Some(VERIFY_DEADLINE)),
                false => step(
                    "ConfirmRole",
                    StepKind::Confirm {
                        question: LOOK.to_owned(),
                    },
                    None,
                ),
            });
            steps
        }
        OperationType::Reprotect if setting.roles => vec![
            step(
                "OldPrimaryFenced",
                StepKind::Confirm {
                    question: FENCE.to_owned(),
                },
                None,
            ),
            step(
                "OldTenantsDropped",
                StepKind::Check {
                    fact: OLD_TENANTS_DROPPED.to_owned(),
                    holds: Holds::Throughout,
                },
                None,
            ),
            step(
                "StandbysInPlace",
                StepKind::Wait {
                    fact: STANDBYS_IN_PLACE.to_owned(),
                },
                Some(24 * 3600),
            ),
            step("VerifyRole", StepKind::Verify, Some(VERIFY_DEADLINE)),
        ],
        _ => return None,
    };
    Some(Plan {
        outcome: PlannedOutcome::usual(operation),
        steps,
    })
}

/// Where nothing shows the role.
const LOOK: &str = "No database is named, so nothing shows the role of a tenant. Look in OCP's console: is each tenant of the group at the \
    target station PRIMARY, is its task successful with no subtask skipped, and does its service name exist?";

/// What a person must do first, and nothing that is documented does safely.
const FENCE: &str = "The old primaries may still take writes and cannot follow the new ones. Are applications kept from them: service names \
    stopped, accounts locked, or the cluster cut off? Then drop each of these tenants, and create a standby of the new primary in its place.";

/// What is asked of a part of a task that stopped. The part tells whether it was done: what it does, and when that ended.
pub(crate) fn of_part(action: PartAction, dead_time_seconds: Option<u32>) -> CallSpec {
    CallSpec {
        action: Order::action(action).to_owned(),
        endpoint: ENDPOINT.to_owned(),
        resolution: Resolution::Evidence,
        dead_time_seconds,
        dedupe_seconds: None,
        effect: Effect::Nothing,
        follows_the_move: false,
        harmless_twice: false,
    }
}

fn call(operation: OperationType, setting: Setting) -> Option<Vec<StepSpec>> {
    let known = operations::of(operation)?;
    let spec = CallSpec {
        action: known.action.to_owned(),
        endpoint: ENDPOINT.to_owned(),
        resolution: match setting.roles {
            true => Resolution::Evidence,
            false => Resolution::Person,
        },
        dead_time_seconds: setting.dead_time_seconds,
        dedupe_seconds: None,
        effect: Effect::Outcome,
        follows_the_move: false,
        // A second failover of a tenant that was promoted deletes and makes service names, or is refused: nothing is documented.
        harmless_twice: false,
    };
    let follow = StepKind::Follow {
        call: known.step.to_owned(),
    };
    Some(vec![
        step(known.step, StepKind::Call(spec), None),
        step("FollowTasks", follow, Some(JOB_DEADLINE)),
    ])
}

fn step(name: &str, kind: StepKind, deadline_seconds: Option<u32>) -> StepSpec {
    StepSpec {
        name: name.to_owned(),
        kind,
        deadline_seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(operation: OperationType, roles: bool) -> Option<Vec<String>> {
        let setting = Setting {
            roles,
            dead_time_seconds: None,
        };
        plan(operation, setting).map(|plan| plan.steps.into_iter().map(|step| step.name).collect())
    }

    #[test]
    fn the_steps_of_each_operation() {
        let told = |operation, roles| names(operation, roles).unwrap_or_default().join(" ");
        assert_eq!(
            told(OperationType::PlannedFailover, true),
            "PrecheckPassed SwitchoverTenants FollowTasks VerifyRole"
        );
        assert_eq!(
            told(OperationType::Failover, true),
            "FailoverTenants FollowTasks VerifyRole"
        );
        assert_eq!(
            told(OperationType::Failover, false),
            "FailoverTenants FollowTasks ConfirmRole"
        );
        assert_eq!(
            told(OperationType::Reprotect, true),
            "OldPrimaryFenced OldTenantsDropped StandbysInPlace VerifyRole"
        );
        for (operation, roles) in [
            (OperationType::PlannedFailover, false),
            (OperationType::Reprotect, false),
            (OperationType::EnableProtection, true),
            (OperationType::DisableProtection, true),
        ] {
            assert_eq!(names(operation, roles), None, "{operation}");
        }
    }

    #[test]
    fn only_what_nothing_shows_needs_a_person() {
        for roles in [true, false] {
            let setting = Setting {
                roles,
                dead_time_seconds: Some(7),
            };
            let plan = plan(OperationType::Failover, setting).unwrap();
            let StepKind::Call(call) = &plan.steps[0].kind else {
                panic!("{plan:?}")
            };
            assert_eq!(call.resolution == Resolution::Evidence, roles);
            assert_eq!((call.dead_time_seconds, call.harmless_twice), (Some(7), false));
        }
    }

    #[test]
    fn the_dead_time_covers_both_signatures_and_the_work_on_the_last_one() {
        assert_eq!(dead_time_seconds(Duration::from_secs(15)), 900 + 900 + 60 + 120);
        assert_eq!(dead_time_seconds(Duration::from_secs(300)), 900 + 900 + 60 + 300);
    }
}
