//! What is asked of OCP that changes something: where it goes, and in what words.
//! It must not be sent here, nor name a tenant that the set does not.

use crate::codes::Kind;
use serde_json::{Value, json};
use stationmaster_engine::{PartAction, PartCall};

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Standby tenants become primaries, and are cut off from their old ones. It cannot be undone.
    Failover {
        /// Of the standbys.
        cluster: i64,
        /// The standbys, and the service name that the new primary gets.
        standbys: Vec<(i64, Option<String>)>,
    },
    /// Primaries and standbys change places.
    Switchover {
        /// Of the primaries.
        cluster: i64,
        /// Primary and standby.
        pairs: Vec<(i64, i64)>,
    },
    /// A task is taken back.
    RollBack { task: i64 },
    /// One failed subtask is done again.
    RetryPart { task: i64, part: i64 },
    /// One failed subtask is left out.
    SkipPart { task: i64, part: i64 },
}

impl Order {
    /// A short label, of a closed set.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Order::Failover { .. } => "FailoverTenants",
            Order::Switchover { .. } => "SwitchoverTenants",
            Order::RollBack { .. } => "RollBackTask",
            Order::RetryPart { .. } => "RetrySubtask",
            Order::SkipPart { .. } => "SkipSubtask",
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Order::Failover { .. } => Kind::Failover,
            Order::Switchover { .. } => Kind::Switchover,
            _ => Kind::Task,
        }
    }

    /// Below `/api/v2`.
    pub(crate) fn path(&self) -> Vec<String> {
        let own = |path: &[&str]| path.iter().map(|part| (*part).to_owned()).collect();
        let of_task = |task: &i64, rest: &[&str]| {
            let mut path = vec!["tasks".to_owned(), "instances".to_owned(), task.to_string()];
            path.extend(rest.iter().map(|part| (*part).to_owned()));
            path
        };
        match self {
            Order::Failover { cluster, .. } => own(&["ob", "clusters", &cluster.to_string(), "tenants", "failover"]),
            Order::Switchover { cluster, .. } => {
                own(&["ob", "clusters", &cluster.to_string(), "tenants", "switchover"])
            }
            Order::RollBack { task } => of_task(task, &["rollback"]),
            Order::RetryPart { task, part } => of_task(task, &["subtasks", &part.to_string(), "retry"]),
            Order::SkipPart { task, part } => of_task(task, &["subtasks", &part.to_string(), "skip"]),
        }
    }

    pub(crate) fn body(&self) -> Option<Value> {
        match self {
            Order::Failover { standbys, .. } => {
                let item = |(tenant, service): &(i64, Option<String>)| match service {
                    Some(service) => json!({ "tenantId": tenant, "serviceName": service }),
                    None => json!({ "tenantId": tenant }),
                };
                let items: Vec<Value> = standbys.iter().map(item).collect();
                Some(json!({ "failoverTenantItemList": items }))
            }
            Order::Switchover { pairs, .. } => {
                let pair = |(primary, standby): &(i64, i64)| json!({ "tenantId": primary, "standbyTenantId": standby });
                let pairs: Vec<Value> = pairs.iter().map(pair).collect();
                Some(json!({ "tenantParamList": pairs }))
            }
            _ => None,
        }
    }

    /// The tenants for each of which a task is to be started: by each of its names. A switchover's task may be that of either of the two.
    pub(crate) fn tenants(&self) -> Vec<Vec<i64>> {
        match self {
            Order::Failover { standbys, .. } => standbys.iter().map(|(tenant, _)| vec![*tenant]).collect(),
            Order::Switchover { pairs, .. } => pairs
                .iter()
                .map(|(primary, standby)| vec![*primary, *standby])
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The task that it is about, where it starts none.
    pub(crate) fn task(&self) -> Option<i64> {
        match self {
            Order::RollBack { task } | Order::RetryPart { task, .. } | Order::SkipPart { task, .. } => Some(*task),
            Order::Failover { .. } | Order::Switchover { .. } => None,
        }
    }

    /// What is asked of a part of a task.
    pub(crate) fn of_part(part: &PartCall) -> Option<Order> {
        let (task, part, action) = (part.job.parse().ok()?, part.part.parse().ok()?, part.action);
        Some(match action {
            PartAction::Retry => Order::RetryPart { task, part },
            PartAction::Skip => Order::SkipPart { task, part },
            PartAction::Rollback => Order::RollBack { task },
        })
    }

    /// The word of such a call, in offers.
    pub(crate) fn action(action: PartAction) -> &'static str {
        match action {
            PartAction::Retry => "retry-subtask",
            PartAction::Skip => "skip-subtask",
            PartAction::Rollback => "rollback-task",
        }
    }
}
