//! The table of switches: name, type, default and what each governs.
//! It must not be repeated anywhere: it is the only place that lists them, with `ocp` for those of OCP.

use super::ocp::OcpSwitches;
use super::words::*;
use super::{SwitchError, SwitchInfo};

/// Makes a struct of switches. `more` names a field with further switches of the same kind.
macro_rules! table {
    ($(#[$about:meta])* $table:ident $( more $more:ident: $others:ty )?;
     $( $field:ident / $name:literal : $kind:ty = $default:expr, $doc:literal; )+) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $table {
            $( #[doc = $doc] pub $field: $kind, )+
            $( #[doc = "Those of another vendor."] pub $more: $others, )?
        }

        impl Default for $table {
            fn default() -> Self {
                Self { $( $field: $default, )+ $( $more: Default::default(), )? }
            }
        }

        impl $table {
            /// Sets one switch by its name.
            ///
            /// # Errors
            /// When the name is unknown or the value does not fit.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
                match name {
                    $( $name => {
                        self.$field = <$kind>::read(value).map_err(|expected| SwitchError::Value {
                            name: name.into(),
                            value: value.into(),
                            expected,
                        })?;
                        Ok(())
                    } )+
                    _ => {
                        let unknown = Err(SwitchError::Unknown(name.into()));
                        $( let unknown = unknown.or_else(|_: SwitchError| self.$more.set(name, value)); )?
                        unknown
                    }
                }
            }

            /// All switches with their present values, in the order of the table.
            pub fn values(&self) -> Vec<(&'static str, String)> {
                let own = [$( ($name, self.$field.write()) ),+].into_iter();
                $( let own = own.chain(self.$more.values()); )?
                own.collect()
            }

            /// All switches with default and description.
            pub fn table() -> Vec<SwitchInfo> {
                let defaults = Self::default();
                let own = [$( SwitchInfo {
                    name: $name,
                    default: defaults.$field.write(),
                    takes: <$kind>::takes(),
                    doc: $doc,
                } ),+].into_iter();
                $( let own = own.chain(<$others>::table()); )?
                own.collect()
            }
        }
    };
}

pub(super) use table;

table! {
    /// The values of all switches. Fields are named as the switches, with `_` for `-`.
    Switches more ocp: OcpSwitches;
    // Durations (not documented but for the examples; virtual time).
    enable_seconds / "enable-seconds": f64 = 20.0, "Virtual seconds that an enable job (start from `available`) runs.";
    disable_seconds / "disable-seconds": f64 = 8.0, "Virtual seconds that a disable job runs.";
    reverse_seconds / "reverse-seconds": f64 = 60.0, "Virtual seconds that a reverse job runs.";
    failover_seconds / "failover-seconds": f64 = 45.0, "Virtual seconds that a failover job runs.";
    reprotect_seconds / "reprotect-seconds": f64 = 40.0, "Virtual seconds that a reprotect job (start from `failed-over`) runs.";
    create_group_seconds / "create-group-seconds": f64 = 15.0, "Virtual seconds that creating or deleting a group takes.";
    create_instance_seconds / "create-instance-seconds": f64 = 166.0, "Virtual seconds that creating or deleting a protected instance takes.";
    create_pair_seconds / "create-pair-seconds": f64 = 64.0, "Virtual seconds that creating or deleting a pair takes.";
    attach_seconds / "attach-seconds": f64 = 10.0, "Virtual seconds that attaching, detaching or expanding a pair takes.";
    server_power_seconds / "server-power-seconds": f64 = 5.0, "Virtual seconds that ECS takes to stop or start servers.";
    job_init_seconds / "job-init-seconds": f64 = 0.5, "Virtual seconds that a job shows `INIT` before `RUNNING`.";
    initial_sync_seconds / "initial-sync-seconds": f64 = 0.0, "Virtual seconds that pairs stay `copying` after the end of an enable or reprotect job.";
    sync_inside_job / "sync-inside-job": bool = false, "Whether the enable or reprotect job ends only when the pairs have caught up.";
    // Group actions.
    code_start_refused / "code-start-refused": String = "SDRS.1002".into(), "Code of a start from a status that allows neither enable nor reprotect.";
    code_stop_refused / "code-stop-refused": String = "SDRS.1002".into(), "Code of a stop that the status does not allow.";
    code_reverse_refused / "code-reverse-refused": String = "SDRS.1002".into(), "Code of a reverse that the status does not allow.";
    code_failover_refused / "code-failover-refused": String = "SDRS.1002".into(), "Code of a failover that the status does not allow.";
    code_busy / "code-busy": String = "".into(), "Code of any group action while another one runs; empty takes the action's own code.";
    code_wrong_state / "code-wrong-state": String = "SDRS.1002".into(), "Code of every other call that the status of the group does not allow.";
    code_no_pairs / "code-no-pairs": String = "SDRS.1002".into(), "Code of a group action on a group without replication pairs.";
    code_production_running / "code-production-running": String = "SDRS.1319".into(), "Code of a reverse while a server of the production site is not stopped (`SDRS.1352` has the same text).";
    reverse_needs_all_stopped / "reverse-needs-all-stopped": bool = false, "Whether a reverse also needs the servers of the other site stopped (console text since 2023).";
    reverse_server_started / "reverse-server-started": RefuseOrAllow = RefuseOrAllow::Refuse, "Whether a server that is started while a reverse runs makes its job fail (`refuse`) or not.";
    reprotect_needs_all_stopped / "reprotect-needs-all-stopped": bool = false, "Whether reprotect needs the servers of both sites stopped (Chinese console text).";
    reverse_to_active / "reverse-to-active": ReverseToActive = ReverseToActive::Refuse, "A reverse whose `priority_station` names the site that already produces; `refuse` answers `SDRS.0216`.";
    reverse_while_syncing / "reverse-while-syncing": RefuseOrAllow = RefuseOrAllow::Refuse, "A reverse while pairs are `copying`; `refuse` answers `SDRS.1830`.";
    failover_while_syncing / "failover-while-syncing": RefuseOrAllow = RefuseOrAllow::Allow, "A failover while pairs are `copying`; `refuse` answers `SDRS.1830`.";
    disable_while_syncing / "disable-while-syncing": RefuseOrAllow = RefuseOrAllow::Allow, "A disable while pairs are `copying` (the console greys it out); `refuse` answers `SDRS.1830`.";
    failover_link_down / "failover-link-down": RefuseOrAllow = RefuseOrAllow::Refuse, "A failover while a pair has `fault_level` 5; `refuse` answers `SDRS.1824`.";
    priority_station_flips / "priority-station-flips": FlipTime = FlipTime::End, "When `priority_station` of group, instances and pairs changes in a reverse or failover.";
    failed_job_flips / "failed-job-flips": bool = false, "Whether a reverse or failover whose job fails leaves `priority_station` flipped.";
    members_fail_together / "members-fail-together": bool = true, "Whether all members take the error status when a job fails, or only those whose sub-job failed.";
    failover_starts_servers / "failover-starts-servers": bool = false, "Whether a failover starts the servers of the other site (API page) or leaves them stopped (user guide).";
    fence_after_failover / "fence-after-failover": bool = true, "Whether ECS refuses to start the servers of the lost site until reprotect.";
    servers_swap / "servers-swap": bool = false, "Whether `source_server` and `target_server` show swapped while production is at the target.";
    delete_group_from_any / "delete-group-from-any": bool = false, "Whether a group may be deleted in any status; else only in a stable or an `error*` one.";
    rename_needs_rest / "rename-needs-rest": bool = false, "Whether a group in a transient status refuses to be renamed.";
    // Jobs.
    sub_jobs / "sub-jobs": SubJobs = SubJobs::ByAction, "Which sub-jobs a group action has; `by-action` is pairs for start and stop, pairs and instances for the others.";
    sub_job_entities / "sub-job-entities": SubJobEntities = SubJobEntities::Group, "What `entities` of a sub-job names: the group, or also the member.";
    end_time_while_running / "end-time-while-running": OpenEndTime = OpenEndTime::Absent, "How `end_time` of a running job looks.";
    unknown_job_code / "unknown-job-code": String = "SDRS.0408".into(), "Code of a request for a job that does not exist.";
    unknown_job_status / "unknown-job-status": u32 = 400, "HTTP status of a request for a job that does not exist.";
    job_retention_seconds / "job-retention-seconds": f64 = 0.0, "Virtual seconds after its end that a job stays readable; 0 is for ever.";
    job_visible_after_seconds / "job-visible-after-seconds": f64 = 0.0, "Virtual seconds after acceptance before a job can be read.";
    progress_style / "progress-style": ProgressStyle = ProgressStyle::Linear, "How `progress` of a group moves while a job runs.";
    settled_progress / "settled-progress": u32 = 100, "`progress` of a protected group or pair at rest (0 in the documented example); 0 in other statuses.";
    // Lists, times, envelopes.
    list_count / "list-count": CountMeaning = CountMeaning::Page, "Whether `count` of a list is the page or the total.";
    lists_newest_first / "lists-newest-first": bool = false, "Whether lists start with the newest entry.";
    abnormal_statuses / "abnormal-statuses": String = "error*,fault,invalid".into(), "Statuses that `query_type=status_abnormal` finds; a `*` at the end stands for any text.";
    updated_at_changes / "updated-at-changes": bool = true, "Whether `updated_at` changes with each change of status or role.";
    error_envelope / "error-envelope": Envelope = Envelope::Error, "Envelope of the service's errors.";
    batch_status / "batch-status": u32 = 202, "HTTP status of batch create and delete.";
    // Gateway.
    token_lifetime_seconds / "token-lifetime-seconds": f64 = 86400.0, "Lifetime of an IAM token.";
    signature_window_seconds / "signature-window-seconds": f64 = 900.0, "How far `X-Sdk-Date` may be from now.";
    signature_lock_after / "signature-lock-after": u32 = 5, "Wrong signatures in a row that lock an access key; 0 never locks.";
    signature_lock_seconds / "signature-lock-seconds": f64 = 300.0, "Seconds that an access key stays locked.";
    auth_clock / "auth-clock": AuthClock = AuthClock::Real, "Clock of token expiry, and of the age that a held request gains.";
    throttle_per_second / "throttle-per-second": f64 = 0.0, "Requests for each project and second (SDRS and ECS); 0 does not throttle.";
    throttle_burst / "throttle-burst": u32 = 10, "Requests that may come at once.";
    throttle_retry_after_seconds / "throttle-retry-after-seconds": u32 = 0, "`Retry-After` of a throttled answer; 0 sends none.";
    throttle_clock / "throttle-clock": AuthClock = AuthClock::Real, "Clock that refills the bucket.";
}
