//! The five group actions: words, job types, codes and durations (`docs/vendors/sdrs.md#jobs`, `docs/vendors/sdrs.md#group-actions`).
//! It must not check or change anything.

use serde::{Deserialize, Serialize};

use crate::switches::Switches;
use crate::world::model::replication;

/// What a group job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GroupAction {
    Enable,
    Disable,
    Reverse,
    Failover,
    Reprotect,
}

impl GroupAction {
    pub(crate) fn job_type(self) -> &'static str {
        match self {
            Self::Enable => "startProtectionGroupNoCG",
            Self::Disable => "stopProtectionGroupNoCG",
            Self::Reverse => "reverseProtectionGroupNoCG",
            Self::Failover => "failoverProtectionGroupNoCG",
            Self::Reprotect => "reprotectProtectionGroupNoCG",
        }
    }

    /// Sub-job types; only the one of stop is documented, the others follow its pattern.
    pub(crate) fn pair_job_type(self) -> &'static str {
        match self {
            Self::Enable => "startProtectionGroupRepNoCG",
            Self::Disable => "stopProtectionGroupRepNoCG",
            Self::Reverse => "reverseProtectionGroupRepNoCG",
            Self::Failover => "failoverProtectionGroupRepNoCG",
            Self::Reprotect => "reprotectProtectionGroupRepNoCG",
        }
    }

    pub(crate) fn instance_job_type(self) -> &'static str {
        match self {
            Self::Enable => "startProtectedInstanceNoCG",
            Self::Disable => "stopProtectedInstanceNoCG",
            Self::Reverse => "reverseProtectedInstanceNoCG",
            Self::Failover => "failoverProtectedInstanceNoCG",
            Self::Reprotect => "reprotectProtectedInstanceNoCG",
        }
    }

    pub(crate) fn transient(self) -> &'static str {
        match self {
            Self::Enable => "starting",
            Self::Disable => "stopping",
            Self::Reverse => "reversing",
            Self::Failover => "failing-over",
            Self::Reprotect => "reprotecting",
        }
    }

    pub(crate) fn success(self) -> &'static str {
        match self {
            Self::Enable | Self::Reverse | Self::Reprotect => "protected",
            Self::Disable => "available",
            Self::Failover => "failed-over",
        }
    }

    pub(crate) fn error(self) -> &'static str {
        match self {
            Self::Enable => "error-starting",
            Self::Disable => "error-stopping",
            Self::Reverse => "error-reversing",
            Self::Failover => "error-failing-over",
            Self::Reprotect => "error-reprotecting",
        }
    }

    pub(crate) fn error_code(self) -> &'static str {
        match self {
            Self::Enable => "SDRS.1027",
            Self::Disable => "SDRS.1028",
            Self::Reverse => "SDRS.1029",
            Self::Failover => "SDRS.1030",
            Self::Reprotect => "SDRS.1032",
        }
    }

    pub(crate) fn failure_status(self) -> &'static str {
        match self {
            Self::Enable => "startFail",
            Self::Disable => "stopFail",
            Self::Reverse => "reverseFail",
            Self::Failover => "failoverFail",
            Self::Reprotect => "reprotectFail",
        }
    }

    /// Statuses that allow the action.
    pub(crate) fn allowed_from(self) -> &'static [&'static str] {
        match self {
            Self::Enable => &["available", "error-starting"],
            Self::Disable => &["protected", "error-stopping"],
            Self::Reverse => &["protected", "error-reversing"],
            Self::Failover => &["protected", "error-failing-over", "error-reversing"],
            Self::Reprotect => &["failed-over", "error-reprotecting"],
        }
    }

    pub(crate) fn seconds(self, switches: &Switches) -> f64 {
        match self {
            Self::Enable => switches.enable_seconds,
            Self::Disable => switches.disable_seconds,
            Self::Reverse => switches.reverse_seconds,
            Self::Failover => switches.failover_seconds,
            Self::Reprotect => switches.reprotect_seconds,
        }
    }

    /// `replication_status` of a pair while the action works on it.
    pub(crate) fn replication_during(self) -> &'static str {
        match self {
            Self::Enable | Self::Reprotect => replication::COPYING,
            Self::Disable => replication::ACTIVE,
            Self::Reverse => replication::ACTIVE_STOPPED,
            Self::Failover => replication::INACTIVE,
        }
    }

    /// `replication_status` of a pair that the action has dealt with.
    pub(crate) fn replication_after(self) -> &'static str {
        match self {
            Self::Enable | Self::Reprotect | Self::Reverse => replication::ACTIVE,
            Self::Disable => replication::ACTIVE_STOPPED,
            Self::Failover => replication::INACTIVE,
        }
    }

    /// Whether production moves.
    pub(crate) fn moves_production(self) -> bool {
        matches!(self, Self::Reverse | Self::Failover)
    }

    /// Whether pairs may have to catch up afterwards.
    pub(crate) fn starts_sync(self) -> bool {
        matches!(self, Self::Enable | Self::Reprotect)
    }
}
