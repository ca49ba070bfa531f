//! What OCP calls each operation: a new type of operation is one entry here.
//! It must not do anything: plans, calls, tasks and readings use it.

use stationmaster_engine::OperationType;

/// One operation that OCP has a call for.
pub(crate) struct Operation {
    /// The call's action, in plans.
    pub(crate) action: &'static str,
    /// The name of the call's step.
    pub(crate) step: &'static str,
    /// How the name of its task begins, in the language that is asked for (`docs/vendors/ocp.md#tasks`).
    pub(crate) task: &'static [&'static str],
}

const PLANNED: Operation = Operation {
    action: "switchover",
    step: "SwitchoverTenants",
    task: &["Switchover ob tenant", "Switchover tenant"],
};

const FORCED: Operation = Operation {
    action: "failover",
    step: "FailoverTenants",
    task: &["Failover tenant"],
};

/// What is known of an operation; none where OCP has no call for it that is documented.
pub(crate) fn of(operation: OperationType) -> Option<&'static Operation> {
    match operation {
        OperationType::PlannedFailover => Some(&PLANNED),
        OperationType::Failover => Some(&FORCED),
        OperationType::Reprotect | OperationType::EnableProtection | OperationType::DisableProtection => None,
    }
}

/// Whether a task of this name is what `operation` starts.
pub(crate) fn is_expected(operation: OperationType, task: &str) -> bool {
    of(operation).is_some_and(|known| known.task.iter().any(|begin| task.starts_with(begin)))
}

/// What a task of this name does; none where it is none of ours.
pub(crate) fn at_work(task: &str) -> Option<OperationType> {
    OperationType::ALL
        .into_iter()
        .find(|operation| is_expected(*operation, task))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_told_apart_by_their_names() {
        assert_eq!(at_work("Failover tenant"), Some(OperationType::Failover));
        assert_eq!(
            at_work("Switchover ob tenant for network mode"),
            Some(OperationType::PlannedFailover)
        );
        for other in [
            "",
            "Create tenant",
            "Failover OB cluster",
            "failover tenant",
            "Modify tenant",
        ] {
            assert_eq!(at_work(other), None, "{other}");
        }
    }
}
