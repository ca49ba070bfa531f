//! The search for the job of a call whose answer was lost. SDRS can list failed tasks only (`docs/vendors/sdrs.md#failed-tasks`).
//! It must not find a job of an earlier call, and finding none proves nothing.

use super::report::{failed, is_expected};
use crate::client::Client;
use crate::list::List;
use crate::operations;
use crate::problem::Problem;
use crate::wire::{FailureJob, FailurePage, moment};
use jiff::SignedDuration;
use stationmaster_engine::{JobReport, JobStatus};
use stationmaster_provider::{CallRequest, LostCall};

/// How far `begin_time` may lie before the record, by the provider's clock: its `Date` tells whole seconds, and the way of the answer that
/// brought it is not known. It is small, because an older failure of the same kind must not be adopted.
const SLACK: SignedDuration = SignedDuration::from_secs(5);
/// How long after its record a call can have begun a job that is taken for its own. One that arrives later stays in doubt.
const LATEST: SignedDuration = SignedDuration::from_mins(20);

/// Looks for a failed job of the call.
pub(crate) async fn find(client: &Client, lost: &LostCall) -> Result<Option<JobReport>, Problem> {
    let call = &lost.request;
    let word = operations::of(call.operation).job.1;
    let filter = [("server_group_id", call.object.as_str()), ("failure_status", word)];
    let list = List {
        filter: &filter,
        ..List::of(
            "ListFailureJobs",
            "listing the failed tasks",
            &["task-center", "failure-jobs"],
        )
    };
    let jobs = client.list::<FailurePage, FailureJob>(&list).await?.entries;
    // Without the provider's own time no job is known to be younger than the call.
    let Some(lead) = client.leads.at(call.recorded_at) else {
        return Ok(None);
    };
    let Some(entry) = ours(lost, word, lead, jobs) else {
        return Ok(None);
    };
    let Some(id) = entry.job_id.as_deref() else {
        return Ok(None);
    };
    let report = super::poll(client, call.operation, id).await?;
    Ok(Some(if report.status == JobStatus::Gone {
        from_entry(call, id, &entry)
    } else {
        report
    }))
}

/// The first failure of this group and kind that began after the call was recorded, by the provider's clock, which leads ours by `lead`; none
/// that is another call's. A `begin_time` in another zone than the clock's falls out of the bounds.
fn ours(lost: &LostCall, word: &str, lead: SignedDuration, jobs: Vec<FailureJob>) -> Option<FailureJob> {
    let call = &lost.request;
    let recorded = call.recorded_at.checked_add(lead).ok()?;
    let (earliest, latest) = (recorded.checked_sub(SLACK).ok()?, recorded.checked_add(LATEST).ok()?);
    let held = |job: &FailureJob| job.job_id.as_ref().is_none_or(|id| lost.held_jobs.contains(id));
    let fits = |job: &FailureJob| {
        !held(job)
            && job.resource_id.as_deref() == Some(call.object.as_str())
            && job.failure_status.as_deref().is_none_or(|told| told == word)
            && job
                .job_type
                .as_deref()
                .is_none_or(|told| is_expected(call.operation, told))
    };
    let dated = jobs
        .into_iter()
        .filter(fits)
        .filter_map(|job| Some((moment(job.begin_time.as_deref())?, job)));
    dated
        .filter(|(began, _)| (earliest..=latest).contains(began))
        .min_by_key(|(began, _)| *began)
        .map(|(_, job)| job)
}

/// What the list of failures alone tells.
fn from_entry(call: &CallRequest, id: &str, entry: &FailureJob) -> JobReport {
    let job_type = entry.job_type.clone().unwrap_or_default();
    JobReport {
        status: failed(entry.error_code.as_deref(), entry.fail_reason.as_deref()),
        provider_status: "FAIL".to_owned(),
        expected_type: is_expected(call.operation, &job_type),
        job_type,
        started_at: moment(entry.begin_time.as_deref()),
        ..JobReport::gone(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::{OperationType, Station};

    fn call() -> CallRequest {
        CallRequest {
            object: "g1".to_owned(),
            action: "reverse-server-group".to_owned(),
            endpoint: "sdrs".to_owned(),
            operation: OperationType::PlannedFailover,
            target: Station::Target,
            recorded_at: "2026-01-01T12:00:00Z".parse().unwrap(),
            operation_name: "op".to_owned(),
            step: "ReverseServerGroup".to_owned(),
            attempt: 1,
            dedupe_key: String::new(),
            expected_revision: None,
            part: None,
        }
    }

    fn entry(job: &str, group: &str, status: &str, began: &str) -> FailureJob {
        FailureJob {
            job_id: Some(job.to_owned()),
            resource_id: Some(group.to_owned()),
            failure_status: Some(status.to_owned()),
            job_type: Some("reverseProtectionGroupNoCG".to_owned()),
            begin_time: Some(began.to_owned()),
            ..FailureJob::default()
        }
    }

    fn found_at(lead: i64, held: &[&str], jobs: Vec<FailureJob>) -> Option<String> {
        let lost = LostCall {
            request: call(),
            held_jobs: held.iter().map(|id| (*id).to_owned()).collect(),
        };
        ours(&lost, "reverseFail", SignedDuration::from_secs(lead), jobs).and_then(|job| job.job_id)
    }

    fn found(jobs: Vec<FailureJob>) -> Option<String> {
        found_at(0, &[], jobs)
    }

    /// The clock leads by two minutes: what began a minute before the call carries a later time than the call's record.
    #[test]
    fn the_providers_clock_counts_and_ours_does_not() {
        let older = || vec![entry("older", "g1", "reverseFail", "2026-01-01T12:01:00Z")];
        assert_eq!(found_at(120, &[], older()), None);
        assert_eq!(
            found(older()).as_deref(),
            Some("older"),
            "by our own clock it would fit"
        );
        let ours = vec![entry("ours", "g1", "reverseFail", "2026-01-01T12:02:01Z")];
        assert_eq!(found_at(120, &[], ours).as_deref(), Some("ours"));
        // The clock lags.
        let ours = vec![entry("ours", "g1", "reverseFail", "2026-01-01T11:50:01Z")];
        assert_eq!(found_at(-600, &[], ours).as_deref(), Some("ours"));
    }

    #[test]
    fn a_time_of_another_zone_is_no_time_of_this_call() {
        for zone in ["2026-01-01 20:00:01", "2026-01-01 04:00:01"] {
            assert_eq!(found(vec![entry("j", "g1", "reverseFail", zone)]), None, "{zone}");
        }
    }

    #[test]
    fn what_another_call_did_is_passed_over() {
        let jobs = || {
            vec![
                entry("another's", "g1", "reverseFail", "2026-01-01T12:00:01Z"),
                entry("ours", "g1", "reverseFail", "2026-01-01T12:00:02Z"),
            ]
        };
        assert_eq!(found_at(0, &["another's"], jobs()).as_deref(), Some("ours"));
        assert_eq!(found_at(0, &["another's", "ours"], jobs()), None);
    }

    #[test]
    fn only_a_later_failure_of_the_same_group_and_kind_is_ours() {
        assert_eq!(
            found(vec![entry("j", "g1", "reverseFail", "2026-01-01T12:00:01Z")]).as_deref(),
            Some("j")
        );
        assert_eq!(
            found(vec![entry("j", "g1", "reverseFail", "2026-01-01 11:59:56.0")]).as_deref(),
            Some("j")
        );
        assert_eq!(
            found(vec![entry("j", "g1", "reverseFail", "2026-01-01T11:59:54Z")]),
            None,
            "earlier"
        );
        assert_eq!(
            found(vec![entry("j", "g2", "reverseFail", "2026-01-01T12:00:01Z")]),
            None,
            "another group"
        );
        assert_eq!(
            found(vec![entry("j", "g1", "failoverFail", "2026-01-01T12:00:01Z")]),
            None,
            "another kind"
        );
        assert_eq!(
            found(vec![entry("j", "g1", "reverseFail", "yesterday")]),
            None,
            "no time"
        );
        let other = FailureJob {
            job_type: Some("failoverProtectionGroupNoCG".into()),
            ..entry("j", "g1", "reverseFail", "2026-01-01T12:00:01Z")
        };
        assert_eq!(found(vec![other]), None, "another type");
    }

    #[test]
    fn of_several_the_first_after_the_call_is_taken() {
        let jobs = vec![
            entry("late", "g1", "reverseFail", "2026-01-01T13:00:00Z"),
            entry("first", "g1", "reverseFail", "2026-01-01T12:00:02Z"),
            entry("old", "g1", "reverseFail", "2025-12-31T12:00:02Z"),
        ];
        assert_eq!(found(jobs).as_deref(), Some("first"));
    }
}
