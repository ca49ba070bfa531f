//! The switches of OCP, one for each point where its documents are silent or contradict each other.
//! It must not be repeated anywhere: it is the only place that lists them.

use super::table::table;
use super::words::*;
use super::{SwitchError, SwitchInfo};

table! {
    /// The values of the switches of OCP.
    OcpSwitches;
    // Envelope.
    error_code / "ocp-error-code": CodeForm = CodeForm::Text, "OCP: type of `error.code`, which the documents show both ways.";
    fraction / "ocp-fraction": TimeForm = TimeForm::Variable, "OCP: fraction of a second in times.";
    offset_hours / "ocp-offset-hours": u32 = 8, "OCP: offset of times from UTC, in hours to the east.";
    total_pages_key / "ocp-total-pages-key": String = "totalPages".into(), "OCP: name of the number of pages; the tables write `totalPage`.";
    table_keys / "ocp-table-keys": bool = false, "OCP: whether subtasks have the tables' `paralleIdx` and `downstream` in place of the samples' keys.";
    nulls / "ocp-nulls": bool = false, "OCP: whether fields without a value are `null`; else they are left out.";
    submit_data / "ocp-submit-data": ListForm = ListForm::Contents, "OCP: how the tasks of a batch call stand in `data`; the table shows one object.";
    precheck_data / "ocp-precheck-data": ListForm = ListForm::Contents, "OCP: how the results of a failover precheck stand in `data`.";
    standby_results / "ocp-standby-results": ListForm = ListForm::List, "OCP: how `standbyCheckResults` of a switchover precheck looks.";
    rollback_data / "ocp-rollback-data": bool = true, "OCP: whether a rollback answers the task; else without `data`.";
    creator_object / "ocp-creator-object": bool = true, "OCP: whether `creator` of a task that is read is an object; the one of a submitted task is always a text.";
    default_language / "ocp-default-language": String = "en-US".into(), "OCP: language without `Accept-Language`: `en-US` or `zh-CN`.";
    unknown_route_status / "ocp-unknown-route-status": u32 = 400, "OCP: HTTP status of a path that is not known.";
    role_field / "ocp-role-field": bool = false, "OCP: whether a tenant shows `simulatorRole`, a field that no document has.";
    sync_scn / "ocp-sync-scn": ScnForm = ScnForm::Scn, "OCP: what `syncScn` of a precheck holds; its unit is not documented.";
    // Access.
    date_window_seconds / "ocp-date-window-seconds": f64 = 900.0, "OCP: how far `Date` of a signature may be from now.";
    code_signature / "ocp-code-signature": String = "IAM10004".into(), "OCP: code of an unknown access key or a wrong signature.";
    code_date / "ocp-code-date": String = "IAM10000".into(), "OCP: code of a signature whose `Date` is missing or out of the window.";
    lock_after / "ocp-lock-after": u32 = 5, "OCP: wrong passwords in a row that block a user; 0 never blocks.";
    lock_seconds / "ocp-lock-seconds": f64 = 300.0, "OCP: seconds that a user stays blocked.";
    rate_limit / "ocp-rate-limit": u32 = 0, "OCP: requests of each user in a window; 0 does not limit.";
    rate_window_seconds / "ocp-rate-window-seconds": f64 = 60.0, "OCP: length of that window: 10 s, 1 min, 1 h or 1 day at the vendor.";
    // What is refused.
    batch_rule / "ocp-batch-rule": BatchRule = BatchRule::All, "OCP: whether one item that is refused refuses its whole batch.";
    empty_batch / "ocp-empty-batch": RefuseOrAllow = RefuseOrAllow::Refuse, "OCP: a batch without items; `refuse` answers `COM10001`.";
    busy_scope / "ocp-busy-scope": BusyScope = BusyScope::Tenant, "OCP: what a running task keeps from taking another one (`OBE11020`).";
    alive / "ocp-alive": AliveCheck = AliveCheck::Refuse, "OCP: a failover whose primary is alive; `refuse` answers `OBE26019`.";
    death_seen_after_seconds / "ocp-death-seen-after-seconds": f64 = 0.0, "OCP: virtual seconds for which a dead primary still counts as alive.";
    same_cluster_failover / "ocp-same-cluster-failover": RefuseOrAllow = RefuseOrAllow::Refuse, "OCP: a failover to a standby in the primary's own cluster.";
    delay_threshold_ms / "ocp-delay-threshold-ms": f64 = 5000.0, "OCP: the largest lag of a switchover, in milliseconds (`ocp.standby.tenant.delay.threshold`).";
    lag_refused / "ocp-lag-refused": RefuseOrAllow = RefuseOrAllow::Refuse, "OCP: a switchover over that lag; `refuse` answers `OBE26007`, else its check fails.";
    retry_failed_rollback / "ocp-retry-failed-rollback": RefuseOrAllow = RefuseOrAllow::Refuse, "OCP: a retry of a task whose rollback failed: the console offers it, the source refuses it.";
    // Tasks.
    tick_seconds / "ocp-tick-seconds": f64 = 1.0, "OCP: virtual seconds between two looks of the task engine, at least 0.01.";
    step_seconds / "ocp-step-seconds": f64 = 1.0, "OCP: virtual seconds that a subtask runs.";
    role_seconds / "ocp-role-seconds": f64 = 3.0, "OCP: virtual seconds that a subtask runs which changes a role.";
    create_seconds / "ocp-create-seconds": f64 = 20.0, "OCP: virtual seconds that a subtask runs which makes or drops a tenant.";
    task_visible_after_seconds / "ocp-task-visible-after-seconds": f64 = 0.0, "OCP: virtual seconds before a new task can be read.";
    service_step / "ocp-service-step": ServiceStep = ServiceStep::Always, "OCP: whether a failover without a service name has the subtask that makes one.";
    switchover_task_standby / "ocp-switchover-task-standby": bool = false, "OCP: whether the task of a switchover names the standby; else the primary.";
    reparent / "ocp-reparent": bool = false, "OCP: whether a switchover makes the other standbys follow the new primary.";
    // The database.
    failover_drops_service / "ocp-failover-drops-service": bool = true, "OCP: whether a failover deletes the service name of the promoted tenant.";
    epoch / "ocp-epoch": EpochForm = EpochForm::Microseconds, "OCP: how `SWITCHOVER_EPOCH` grows when a tenant leaves or enters `NORMAL`.";
    readable_behind_ms / "ocp-readable-behind-ms": f64 = 100.0, "OCP: how far `READABLE_SCN` is behind `SYNC_SCN`, in milliseconds.";
}
