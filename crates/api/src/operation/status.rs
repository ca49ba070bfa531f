//! How an operation stands: a projection of the ledger's journal.
//! It must not be an input to a decision, and must not claim success that an independent read has not shown.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decision::DecisionAction;
use crate::words::{ActiveStation, OperationState, StepState};
use crate::{Condition, Time, bounds, conditions};

/// How the operation stands.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryOperationStatus {
    /// metadata.generation of the spec that this status speaks of, e.g. `1`; `-1` until the operator has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Pending` (not begun), `Waiting`, `Running`, and at last `Succeeded`, `Failed`, `Refused`, `Expired` or `Cancelled`. `Unknown`:
    /// nobody knows whether a call took effect, and a person is asked; once finishedAt is set, a person has ended it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<OperationState>,
    /// Why it stands as it does, in one word, e.g. `TokenStale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::REASON))]
    pub reason: Option<String>,
    /// Why it stands as it does, and what to do, for a person to read. At most 1024 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::MESSAGE))]
    pub message: Option<String>,
    /// The provider's job that is followed, or was followed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobStatus>,
    /// What may be asked now of parts of the job, each by an OperationDecision that quotes step, attempt, part and action. At most 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::PART_ACTIONS))]
    pub available_actions: Vec<PartAction>,
    /// The steps, in the order in which they run. At most 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::STEPS))]
    pub steps: Vec<OperationStep>,
    /// When the first call was recorded (RFC 3339), e.g. `2026-11-02T03:04:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When the operation ended, in whatever state (RFC 3339), e.g. `2026-11-02T03:09:17Z`. Absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// Where production ran after the operation: `source`, `target`, `None`, `Both`, `Mixed` or `Unknown`. Only once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resulting_station: Option<ActiveStation>,
    /// `Ready` always; `Reconciling` and `Stalled` only while true and never together; `Complete` or `Failed` once it has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions::schema")]
    pub conditions: Vec<Condition>,
}

impl RecoveryOperationStatus {
    /// Whether the operation has ended, well or not. The state alone does not tell: `Unknown` is also that of one in doubt.
    pub fn has_ended(&self) -> bool {
        self.finished_at.is_some()
    }
}

/// The provider's own unit of asynchronous work.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct JobStatus {
    /// The provider's id, e.g. `0000000062db92d70162db9d200f0010`.
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub id: String,
    /// The provider's own name of the job's type, e.g. `reverseProtectionGroup`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub job_type: Option<String>,
    /// The provider's own status word, e.g. `RUNNING`.
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub status: String,
    /// Progress in percent, 0 to 100, e.g. `64`, as the provider tells it or counted from the sub-jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub progress_percent: Option<u8>,
    /// Parts of the job, failed and running ones first. At most 100; subJobsTotal tells how many there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::SUB_JOBS))]
    pub sub_jobs: Vec<SubJob>,
    /// How many parts there are in all, e.g. `12`.
    #[serde(default)]
    pub sub_jobs_total: u32,
    /// How many parts have failed, e.g. `0`.
    #[serde(default)]
    pub sub_jobs_failed: u32,
    /// How many jobs the call started, where it started several, e.g. `3`. Then id, type and status are those of the one to look at first, the
    /// rest is of all of them, and each part's id is `job/part`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs_total: Option<u32>,
    /// How many of them have failed, e.g. `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs_failed: Option<u32>,
}

/// What may be asked of a part of a job.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct PartAction {
    /// The step, e.g. `FollowFailover`.
    #[schemars(length(min = 1, max = bounds::STEP))]
    pub step: String,
    /// Its present `attempts`, e.g. `1`.
    pub attempt: u32,
    /// The part, e.g. `2000025/17`.
    #[schemars(length(max = bounds::PART))]
    pub part: String,
    /// `Retry`, `Skip` or `Rollback`.
    pub action: DecisionAction,
}

/// A part of a job.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct SubJob {
    /// The provider's id, e.g. `0000000062db92d70162db9d200f0011`; of several jobs with the job's before it.
    #[schemars(length(max = bounds::PART))]
    pub id: String,
    /// What it does, in the provider's word, e.g. `reverseReplication`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub name: Option<String>,
    /// What it works on, e.g. the id of a protected instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub resource: Option<String>,
    /// The provider's own status word, e.g. `SUCCESS`.
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub status: String,
    /// Progress in percent, 0 to 100, e.g. `100`, where the provider tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub progress_percent: Option<u8>,
    /// When it began (RFC 3339), e.g. `2026-11-02T03:04:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended (RFC 3339), e.g. `2026-11-02T03:05:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// The provider's words on it, e.g. why it failed. At most 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::SUB_JOB_MESSAGE))]
    pub message: Option<String>,
    /// Ids of the sub-jobs that had to end before, where the provider tells them. At most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::SUB_JOB_DEPENDS_ON), inner(length(max = bounds::PART)))]
    pub depends_on: Vec<String>,
}

/// One part of an operation.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct OperationStep {
    /// Unique in the operation, e.g. `ReverseServerGroup`.
    #[schemars(length(min = 1, max = bounds::STEP))]
    pub name: String,
    /// `Pending`, `Waiting` (for a person or a condition), `Running`, `Succeeded`, `Failed`, or `Unknown` (nobody knows whether its
    /// call took effect).
    pub state: StepState,
    /// When it began (RFC 3339), e.g. `2026-11-02T03:04:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended (RFC 3339), e.g. `2026-11-02T03:05:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// How often it was tried, e.g. `1`. An OperationDecision names the attempt that it answers.
    #[serde(default)]
    pub attempts: u32,
    /// The provider's id of the job that it started or followed, e.g. `0000000062db92d70162db9d200f0010`.
    #[serde(default, rename = "jobID", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::PROVIDER_WORD))]
    pub job_id: Option<String>,
    /// Why it waits or failed, in one word, e.g. `AwaitingConfirmation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::REASON))]
    pub reason: Option<String>,
    /// How it stands, what it waits for, or what a person is asked. At most 1024 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = bounds::MESSAGE))]
    pub message: Option<String>,
}

/// What was measured.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Measured {
    /// Seconds from the start of the operation until an independent read showed the role changed, e.g. `187`. Not the time until the
    /// service was back: nobody here can see that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_change_seconds: Option<u64>,
    /// Seconds of work that were lost, e.g. `4`, where the provider tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_loss_seconds: Option<u64>,
}
