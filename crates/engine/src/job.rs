//! A provider's own unit of asynchronous work, as read once.
//! It must not hold what was read before: the ledger keeps only ids.

use crate::{CallSpec, DecisionAction};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One reading of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobReport {
    /// The provider's id.
    pub id: String,
    /// How it stands.
    pub status: JobStatus,
    /// The provider's own status word, at most 64 bytes.
    pub provider_status: String,
    /// Whether the job is of the kind that the call should have started; `false` means that something else was started.
    pub expected_type: bool,
    /// The provider's own name of the job's type, at most 128 bytes.
    pub job_type: String,
    /// Progress in percent (0–100), told or counted from the sub-jobs.
    pub progress_percent: Option<u8>,
    /// When the provider began.
    pub started_at: Option<Timestamp>,
    /// When the provider ended.
    pub finished_at: Option<Timestamp>,
    /// Its parts, failed and running first, at most 100.
    pub sub_jobs: Vec<SubJob>,
    /// How many parts there are in all.
    pub sub_jobs_total: u32,
    /// How many parts have failed.
    pub sub_jobs_failed: u32,
}

impl JobReport {
    /// What may be asked of its parts now.
    pub fn offers(&self) -> &[PartOffer] {
        match &self.status {
            JobStatus::Waiting { offers, .. } => offers,
            _ => &[],
        }
    }

    /// What tells of a part's last work.
    pub fn revision(&self, part: &str) -> Option<&String> {
        let part = self.sub_jobs.iter().find(|sub| sub.id == part)?;
        part.revision.as_ref()
    }

    /// A job that the provider does not know, or of which nothing but its id is known.
    pub fn gone(id: &str) -> JobReport {
        JobReport {
            id: id.to_owned(),
            status: JobStatus::Gone,
            provider_status: String::new(),
            expected_type: true,
            job_type: String::new(),
            progress_percent: None,
            started_at: None,
            finished_at: None,
            sub_jobs: Vec::new(),
            sub_jobs_total: 0,
            sub_jobs_failed: 0,
        }
    }
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Not ended.
    Running,
    /// Ended well. The role is still verified by an independent read.
    Succeeded,
    /// Ended badly.
    Failed {
        /// The provider's error code, at most 64 bytes.
        code: Option<String>,
        /// The provider's text, at most 512 bytes.
        message: String,
    },
    /// A part failed, and the provider keeps the job open: a person says what follows.
    Waiting {
        /// The provider's text, at most 512 bytes.
        message: String,
        /// What may be asked now, of which part; at most [`OFFERS`].
        offers: Vec<PartOffer>,
    },
    /// The provider does not know the job (any more): the effect decides.
    Gone,
    /// A status word that no one knows: it is waited for.
    Unknown,
}

/// How many things may be asked of the parts of a job at a time.
pub const OFFERS: usize = 64;

/// What a person may ask of a part of a job that waits. The provider offers only what it allows in the state that was read: to leave a part out
/// that moves production, only where production is read at the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartOffer {
    /// The part, [`SubJob::id`].
    pub part: String,
    /// What is done with it.
    pub action: PartAction,
    /// The call that does it, with a resolution of its own. By what its own doing is known is [`SubJob::revision`].
    pub call: CallSpec,
}

/// What is done with a part of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PartAction {
    /// It is tried again.
    Retry,
    /// It is left out.
    Skip,
    /// It is taken back, and with it the job.
    Rollback,
}

impl PartAction {
    /// What a decision asks, if it asks something of a part.
    pub fn of(decision: DecisionAction) -> Option<PartAction> {
        match decision {
            DecisionAction::Retry => Some(PartAction::Retry),
            DecisionAction::Skip => Some(PartAction::Skip),
            DecisionAction::Rollback => Some(PartAction::Rollback),
            DecisionAction::Confirm
            | DecisionAction::Executed
            | DecisionAction::NotExecuted
            | DecisionAction::Abandon => None,
        }
    }

    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            PartAction::Retry => DecisionAction::Retry.as_str(),
            PartAction::Skip => DecisionAction::Skip.as_str(),
            PartAction::Rollback => DecisionAction::Rollback.as_str(),
        }
    }
}

/// A call on one part of a job, as a person decided it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartCall {
    /// The job.
    pub job: String,
    /// Its part, [`SubJob::id`].
    pub part: String,
    /// What is done with it.
    pub action: PartAction,
    /// What told of the part's last work when it was decided, [`SubJob::revision`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// A part of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubJob {
    /// The provider's id.
    pub id: String,
    /// What it does, in the provider's word.
    pub name: String,
    /// What it works on, if told.
    pub resource: Option<String>,
    /// The provider's status word.
    pub provider_status: String,
    /// How it stands.
    pub status: JobStatus,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Ids of the sub-jobs that had to end before (OCP `upstreams`).
    pub depends_on: Vec<String>,
    /// What tells that the part was worked on since, at most 128 bytes: what it does and when that ended. None where the provider shows no such
    /// thing; then only a person can tell whether a call on the part took effect.
    pub revision: Option<String>,
}
