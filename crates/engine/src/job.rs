//! A provider's own unit of asynchronous work, as read once.
//! It must not hold what was read before: the ledger keeps only ids.

use jiff::Timestamp;

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
    /// The provider does not know the job (any more): the effect decides.
    Gone,
    /// A status word that no one knows: it is waited for.
    Unknown,
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
}
