//! Jobs and failed tasks (`docs/vendors/sdrs.md#jobs`, `docs/vendors/sdrs.md#failed-tasks`).
//! It must not judge whether a job is the one that was asked for.

use super::lenient::{list, number, text};
use serde::Deserialize;
use serde_json::Value;

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
    #[serde(default)]
    entities: Value,
    #[serde(default, deserialize_with = "list")]
    sub_jobs: Vec<Job>,
}

impl Job {
    /// The parts: documented inside `entities`, read by the vendor's own SDK beside it.
    pub(crate) fn parts(&self) -> Vec<Job> {
        let inside = self
            .entities
            .get("sub_jobs")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let inside = inside.filter_map(|value| serde_json::from_value(value.clone()).ok());
        inside.chain(self.sub_jobs.iter().cloned()).collect()
    }

    /// What the job works on: the most exact of the ids that it names.
    pub(crate) fn resource(&self) -> Option<String> {
        [
            "replication_pair_id",
            "protected_instance_id",
            "native_server_id",
            "volume_ids",
            "server_group_id",
        ]
        .iter()
        .find_map(|key| self.entities.get(key).and_then(Value::as_str))
        .map(str::to_owned)
    }
}

/// `GET task-center/failure-jobs`.
#[derive(Debug, Deserialize)]
pub(crate) struct FailurePage {
    pub(crate) failure_jobs: Vec<FailureJob>,
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
