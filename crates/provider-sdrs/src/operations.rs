//! What SDRS calls each operation, and what it asks before one begins: a new type of operation is one entry here.
//! It must not do anything: plans, jobs and readings of a group use it.

use crate::observe::permits::{ClosedBy, faulty, incomplete, invalid, link_down, unknown};
use crate::observe::{ACTIVE_STOPPED, STANDBY_STOPPED, Status};
use stationmaster_engine::{OperationType, ReplicationState, Resolution};

/// One operation in SDRS's words: its action and statuses (`docs/vendors/sdrs.md#group-actions`), its job (`docs/vendors/sdrs.md#jobs`), its
/// word in the list of failed tasks (`docs/vendors/sdrs.md#failed-tasks`).
pub(crate) struct Operation {
    /// The call's action.
    pub(crate) action: &'static str,
    /// The name of the call's step.
    pub(crate) step: &'static str,
    /// How a lost answer is resolved.
    pub(crate) resolution: Resolution,
    /// The fact that is checked before the call.
    pub(crate) check: Option<&'static str>,
    /// The beginning of the type of its job (the rest of the documented names, `NoCG`, is a matter of versions), and its word in the filter
    /// of failed tasks.
    pub(crate) job: (&'static str, &'static str),
    /// The group's status while it is carried out, and how replication stands then.
    pub(crate) working: (&'static str, ReplicationState),
    /// The group's status after it has failed, and how replication stands then.
    pub(crate) failed: (&'static str, ReplicationState),
    /// The statuses from which it may begin.
    ///
    /// Enable and reprotect are one call, `start-server-group`; the status at its arrival decides which of the two it is. So each is open
    /// only from its own statuses.
    pub(crate) begins: &'static [Status],
    /// What helps in a status from which it may not begin.
    pub(crate) hints: &'static [(Status, &'static str)],
    /// By what members close it; the first is told. Where there is anything, it needs a replication pair.
    pub(crate) closed_by: &'static [ClosedBy],
}

/// What is known of an operation.
pub(crate) fn of(operation: OperationType) -> &'static Operation {
    use OperationType::{DisableProtection, EnableProtection, Failover, PlannedFailover, Reprotect};
    match operation {
        PlannedFailover => &Operation {
            action: "reverse-server-group",
            step: "ReverseServerGroup",
            resolution: Resolution::Evidence,
            check: Some(ACTIVE_STOPPED),
            job: ("reverseProtectionGroup", "reverseFail"),
            // While the direction turns the pairs do not copy, and nothing is broken.
            working: ("reversing", ReplicationState::Synchronizing),
            failed: ("error-reversing", ReplicationState::Unknown),
            begins: &[Status::Protected, Status::Failed(PlannedFailover)],
            hints: &[
                (Status::Available, "; enable protection first"),
                (Status::FailedOver, "; re-protect first"),
                (Status::Failed(Failover), "; only the failover can be repeated"),
            ],
            closed_by: &[invalid, link_down, faulty, unknown, incomplete],
        },
        Failover => &Operation {
            action: "failover-server-group",
            step: "FailoverServerGroup",
            resolution: Resolution::Person,
            check: None,
            job: ("failoverProtectionGroup", "failoverFail"),
            working: ("failing-over", ReplicationState::Unknown),
            failed: ("error-failing-over", ReplicationState::Unknown),
            begins: &[
                Status::Protected,
                Status::Failed(PlannedFailover),
                Status::Failed(Failover),
            ],
            hints: &[(Status::Available, "; enable protection first")],
            closed_by: &[invalid, link_down],
        },
        Reprotect => &Operation {
            action: "start-server-group",
            step: "StartServerGroup",
            resolution: Resolution::Evidence,
            check: Some(STANDBY_STOPPED),
            job: ("reprotectProtectionGroup", "reprotectFail"),
            working: ("reprotecting", ReplicationState::Synchronizing),
            failed: ("error-reprotecting", ReplicationState::Broken),
            begins: &[Status::FailedOver, Status::Failed(Reprotect)],
            hints: &[(
                Status::Available,
                "; there the same call enables: file an EnableProtection",
            )],
            closed_by: &[invalid, unknown],
        },
        EnableProtection => &Operation {
            action: "start-server-group",
            step: "StartServerGroup",
            resolution: Resolution::Evidence,
            check: None,
            job: ("startProtectionGroup", "startFail"),
            working: ("starting", ReplicationState::Synchronizing),
            failed: ("error-starting", ReplicationState::Broken),
            begins: &[Status::Available, Status::Failed(EnableProtection)],
            hints: &[(
                Status::FailedOver,
                "; there the same call re-protects: file a Reprotect",
            )],
            closed_by: &[invalid, unknown],
        },
        DisableProtection => &Operation {
            action: "stop-server-group",
            step: "StopServerGroup",
            resolution: Resolution::Evidence,
            check: None,
            job: ("stopProtectionGroup", "stopFail"),
            working: ("stopping", ReplicationState::Stopped),
            failed: ("error-stopping", ReplicationState::Unknown),
            begins: &[Status::Protected, Status::Failed(DisableProtection)],
            hints: &[(Status::FailedOver, "; re-protect first")],
            closed_by: &[],
        },
    }
}
