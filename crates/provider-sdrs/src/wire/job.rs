//! Jobs and failed tasks (`docs/vendors/sdrs.md#jobs`, `docs/vendors/sdrs.md#failed-tasks`).
//! It must not judge whether a job is the one that was asked for.

use crate::list::Page;
use serde::Deserialize;
use stationmaster_transport::Entries;
use stationmaster_transport::lenient::{list, number, text, whole};

/// The answer to an action.
#[derive(Debug, Deserialize)]
pub(crate) struct Accepted {
    #[serde(default, deserialize_with = "text")]
    pub(crate) job_id: Option<String>,
}

/// `GET jobs/{id}`; sub-jobs have the same shape.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Job {
    #[serde(default, deserialize_with = "text")]
    pub(crate) job_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) job_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) begin_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) end_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) error_code: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) fail_reason: Option<String>,
    #[serde(default, deserialize_with = "whole")]
    entities: Entities,
    #[serde(default, deserialize_with = "list")]
    sub_jobs: Vec<Job>,
}

/// What a job works on.
#[derive(Clone, Debug, Default, Deserialize)]
struct Entities {
    #[serde(default, deserialize_with = "list")]
    sub_jobs: Vec<Job>,
    #[serde(default, deserialize_with = "text")]
    replication_pair_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    protected_instance_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    native_server_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    volume_ids: Option<String>,
    #[serde(default, deserialize_with = "text")]
    server_group_id: Option<String>,
}

impl Job {
    /// The parts: documented inside `entities`, read by the vendor's own SDK beside it.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Job> {
        self.entities.sub_jobs.iter().chain(&self.sub_jobs)
    }

    /// What the job works on: the most exact of the ids that it names.
    pub(crate) fn resource(&self) -> Option<&str> {
        let entities = &self.entities;
        let ids = [
            &entities.replication_pair_id,
            &entities.protected_instance_id,
            &entities.native_server_id,
            &entities.volume_ids,
            &entities.server_group_id,
        ];
        ids.into_iter().find_map(|id| id.as_deref())
    }
}

/// `GET task-center/failure-jobs`.
#[derive(Debug, Deserialize)]
pub(crate) struct FailurePage {
    #[serde(default)]
    pub(crate) failure_jobs: Entries<FailureJob>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) count: Option<i64>,
}

/// One failed task.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct FailureJob {
    #[serde(default, deserialize_with = "text")]
    pub(crate) resource_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) failure_status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) job_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) job_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) begin_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) error_code: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) fail_reason: Option<String>,
}

impl From<FailurePage> for Page<FailureJob> {
    fn from(page: FailurePage) -> Self {
        Page {
            entries: page.failure_jobs,
            count: page.count,
        }
    }
}
