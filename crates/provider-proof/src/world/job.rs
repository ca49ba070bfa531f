//! A job: what it will come to, and how it is read meanwhile.
//! It must not change the object: that is done when time passes.

use super::{At, World};
use jiff::Timestamp;
use stationmaster_engine::look::Look;
use stationmaster_engine::pass::Seen;
use stationmaster_engine::{JobReport, JobStatus, LostCall, OperationType, Sight, Station, SubJob};

/// What becomes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// It does what was asked, and says so.
    Succeeds,
    /// It does nothing, says so, and leaves the object in an error.
    Fails,
    /// It does what was asked and says that it failed.
    FailsButFlips,
    /// It says that it succeeded and has done nothing.
    SucceedsWithoutEffect,
    /// It never ends.
    Stalls,
    /// It does what was asked and is never shown.
    IsForgotten,
    /// It does what was asked and its word is one that nobody knows.
    SaysAnOddWord,
    /// It does what was asked and is of a type that nobody expects.
    IsOfAnotherType,
    /// One of its parts fails: the object is in an error, and where production was to move, its members disagree.
    PartOfItFails,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    /// The id, told or not.
    pub id: String,
    /// The object.
    pub object: String,
    /// The provider's word for the call that started it.
    pub action: String,
    /// What it does.
    pub operation: OperationType,
    /// Where it brings production; none if to the other side, whichever that is.
    pub to: Option<Station>,
    /// When it began.
    pub begun: Timestamp,
    /// When it ends, unless it stalls.
    pub ends: Timestamp,
    /// What becomes of it.
    pub fate: Fate,
    /// The state before it.
    pub before: At,
    /// Whether it has ended.
    pub over: bool,
    /// Its place in the journal.
    pub(super) entry: usize,
}

/// The parts of a job that has parts: name, and the parts that it waits for.
const PARTS: [(&str, &[usize]); 4] = [
    ("prepare", &[]),
    ("switch-volumes", &[0]),
    ("switch-network", &[0]),
    ("commit", &[1, 2]),
];

/// The part that fails when one does.
const BAD_PART: usize = 2;

impl World {
    /// Reads a job by its id; none while jobs cannot be read. A job that nobody knows is `Gone`.
    pub fn poll(&self, action: &str, operation: OperationType, job: &str) -> Option<JobReport> {
        if !self.polls_jobs {
            return None;
        }
        let known = self.jobs.iter().find(|j| j.id == job && self.variant.jobs.named());
        Some(match known.filter(|j| j.fate != Fate::IsForgotten) {
            Some(known) => self.report(known, known.operation == operation && known.action == action),
            None => JobReport::gone(job),
        })
    }

    /// What an operator reads at `now` that is told to look so: the jobs, and besides them `sight` of the object.
    pub fn shown(&self, look: &Look, sight: Sight, now: Timestamp) -> Seen {
        let jobs = look.jobs.iter();
        Seen {
            found: look.lost.as_ref().and_then(|lost| self.find(lost)),
            jobs: jobs.filter_map(|j| self.poll(&j.action, j.operation, &j.job)).collect(),
            unread: None,
            sight,
            begun_at: now,
            ended_at: now,
        }
    }

    /// Looks for the job of a call that was recorded at `since` and never answered: the first of its kind that began since then, whoever
    /// began it. None where jobs are not found without their id.
    pub fn find(&self, lost: &LostCall) -> Option<JobReport> {
        if !self.variant.finds_jobs || !self.polls_jobs {
            return None;
        }
        let call = &lost.request;
        let fits = |j: &&Job| {
            let asked = j.object == call.object && j.action == call.action;
            let young = self.clock_leads || j.begun >= call.recorded_at;
            asked && young && j.fate != Fate::IsForgotten && !lost.held_jobs.contains(&j.id)
        };
        let job = self.jobs.iter().find(fits)?;
        Some(self.report(job, job.operation == call.operation))
    }

    fn report(&self, job: &Job, expected: bool) -> JobReport {
        let (status, word) = status(job);
        let parts = self.parts(job);
        let failed = parts.iter().filter(|p| matches!(p.status, JobStatus::Failed { .. }));
        JobReport {
            id: job.id.clone(),
            status,
            provider_status: word.to_owned(),
            expected_type: expected && job.fate != Fate::IsOfAnotherType,
            job_type: format!("{}NoCG", job.action),
            progress_percent: Some(if job.over { 100 } else { 50 }),
            started_at: Some(job.begun),
            finished_at: job.over.then_some(job.ends),
            sub_jobs_total: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            sub_jobs_failed: u32::try_from(failed.count()).unwrap_or(u32::MAX),
            sub_jobs: parts,
        }
    }

    fn parts(&self, job: &Job) -> Vec<SubJob> {
        if self.variant.jobs != crate::Jobs::Dag {
            return Vec::new();
        }
        let id = |index: usize| format!("{}-{}", job.id, index + 1);
        let part = |(index, (name, after)): (usize, &(&str, &[usize]))| {
            let (status, word) = part_status(job, index);
            SubJob {
                id: id(index),
                name: (*name).to_owned(),
                resource: None,
                provider_status: word.to_owned(),
                started_at: Some(job.begun),
                finished_at: (status != JobStatus::Running).then_some(job.ends),
                status,
                depends_on: after.iter().map(|i| id(*i)).collect(),
                revision: None,
            }
        };
        let mut parts: Vec<SubJob> = PARTS.iter().enumerate().map(part).collect();
        // Failed and running ones first.
        parts.sort_by_key(|p| match p.status {
            JobStatus::Failed { .. } | JobStatus::Waiting { .. } => 0,
            JobStatus::Running | JobStatus::Unknown | JobStatus::Gone => 1,
            JobStatus::Succeeded => 2,
        });
        parts
    }
}

fn failure() -> JobStatus {
    JobStatus::Failed {
        code: Some("PROOF.1823".to_owned()),
        message: "a storage array said no".to_owned(),
    }
}

fn status(job: &Job) -> (JobStatus, &'static str) {
    match (job.fate, job.over) {
        (Fate::SaysAnOddWord, _) => (JobStatus::Unknown, "PONDERING"),
        (_, false) => (JobStatus::Running, "RUNNING"),
        (Fate::Fails | Fate::FailsButFlips | Fate::PartOfItFails, true) => (failure(), "FAIL"),
        (_, true) => (JobStatus::Succeeded, "SUCCESS"),
    }
}

/// The first part is done as soon as the job runs; what comes after the bad part never runs.
fn part_status(job: &Job, index: usize) -> (JobStatus, &'static str) {
    let bad = match job.fate {
        Fate::Fails => Some(1),
        Fate::PartOfItFails | Fate::FailsButFlips => Some(BAD_PART),
        _ => None,
    };
    match (index, job.over) {
        (0, _) => (JobStatus::Succeeded, "SUCCESS"),
        (_, false) => (JobStatus::Running, "RUNNING"),
        (at, true) if Some(at) == bad => (failure(), "FAIL"),
        (3, true) if bad.is_some() => (JobStatus::Unknown, "SKIPPED"),
        (_, true) => (JobStatus::Succeeded, "SUCCESS"),
    }
}
