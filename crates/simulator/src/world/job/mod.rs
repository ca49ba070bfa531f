//! Asynchronous work: jobs, their sub-jobs and how they end.
//! It must not know what a group action does to its members; `group_job` does.

pub(crate) mod action;
mod failure;
mod group_job;
mod member_job;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::failure::failure_of;
use super::World;
use super::agenda::Event;
use super::ocp::fault::SubtaskFault;
use crate::clock::later;
use crate::scenario::Station;
pub(crate) use action::GroupAction;

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    Group {
        group: String,
        action: GroupAction,
        to: Station,
    },
    CreateGroup {
        group: String,
    },
    DeleteGroup {
        group: String,
    },
    CreateInstances {
        instances: Vec<String>,
    },
    DeleteInstances {
        instances: Vec<String>,
        delete_server: bool,
    },
    CreatePair {
        pair: String,
    },
    DeletePair {
        pair: String,
    },
    Attach {
        pair: String,
        instance: String,
        device: String,
    },
    Detach {
        pair: String,
        instance: String,
    },
    Extend {
        pair: String,
        size_gb: u64,
    },
    CreateDrill {
        drill: String,
    },
    DeleteDrill {
        drill: String,
    },
    Power {
        servers: Vec<String>,
        on: bool,
    },
}

/// What a sub-job works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Member {
    Pair(String),
    Instance(String),
}

/// Which `priority_station` fields a failing job leaves flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleFlip {
    /// What the switch `failed-job-flips` says.
    #[default]
    Default,
    /// None.
    None,
    /// The group and all members.
    All,
    /// Only members whose sub-job ended well; the group keeps its role.
    Partial,
}

/// How a job must end, when a fault decides it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct JobFate {
    pub(crate) fail: Option<JobFailure>,
    /// Ends as `SUCCESS` but leaves status and role as they were.
    pub(crate) without_effect: bool,
    pub(crate) never_ends: bool,
    pub(crate) seconds: Option<f64>,
    /// What meets single parts of it.
    pub(crate) subtasks: Vec<SubtaskFault>,
}

/// How a job fails.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct JobFailure {
    /// Index of the sub-job that fails; the last one when absent.
    pub(crate) sub_job: Option<usize>,
    pub(crate) code: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) roles: RoleFlip,
}

/// The end of a job or sub-job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) code: String,
    pub(crate) reason: String,
}

/// A part of a job.
#[derive(Debug, Clone)]
pub(crate) struct SubJob {
    pub(crate) id: String,
    pub(crate) job_type: String,
    pub(crate) member: Member,
    pub(crate) entities: Vec<(String, String)>,
    pub(crate) begin: Timestamp,
    pub(crate) due: Timestamp,
    pub(crate) end: Option<Timestamp>,
    pub(crate) failed: Option<Failed>,
}

/// A job.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) job_type: String,
    pub(crate) work: Work,
    pub(crate) entities: Vec<(String, String)>,
    pub(crate) begin: Timestamp,
    pub(crate) due: Timestamp,
    pub(crate) end: Option<Timestamp>,
    pub(crate) failed: Option<Failed>,
    pub(crate) subs: Vec<SubJob>,
    pub(crate) fate: JobFate,
}

/// An entry of the list of failed tasks.
#[derive(Debug, Clone)]
pub(crate) struct FailureJob {
    pub(crate) project: String,
    pub(crate) group: String,
    pub(crate) resource_id: String,
    pub(crate) resource_name: String,
    pub(crate) resource_type: &'static str,
    pub(crate) failure_status: &'static str,
    pub(crate) job_id: String,
    pub(crate) job_type: String,
    pub(crate) begin: Timestamp,
    pub(crate) failed: Failed,
}

/// The `status` word of a job or sub-job.
pub(crate) fn job_status(
    begin: Timestamp,
    end: Option<Timestamp>,
    failed: bool,
    now: Timestamp,
    init: f64,
) -> &'static str {
    match (end, failed) {
        (Some(_), false) => "SUCCESS",
        (Some(_), true) => "FAIL",
        (None, _) if now < later(begin, init) => "INIT",
        (None, _) => "RUNNING",
    }
}

impl Job {
    /// The share of the job's time that has passed, 0 to 1.
    pub(crate) fn elapsed(&self, now: Timestamp) -> f64 {
        if self.end.is_some() {
            return 1.0;
        }
        let whole = self.due.duration_since(self.begin).as_secs_f64();
        let passed = now.duration_since(self.begin).as_secs_f64();
        if whole <= 0.0 {
            0.0
        } else {
            (passed / whole).clamp(0.0, 1.0)
        }
    }
}

impl World {
    /// Starts a job that has no sub-jobs and returns its id.
    pub(crate) fn start_job(
        &mut self,
        project: &str,
        job_type: &str,
        work: Work,
        entities: Vec<(String, String)>,
        seconds: f64,
        fate: JobFate,
    ) -> String {
        let id = self.ids.job(self.now);
        let seconds = fate.seconds.unwrap_or(seconds);
        let job = Job {
            id: id.clone(),
            project: project.into(),
            job_type: job_type.into(),
            work,
            entities,
            begin: self.now,
            due: later(self.now, seconds),
            end: None,
            failed: None,
            subs: Vec::new(),
            fate,
        };
        self.add_job(job)
    }

    /// Puts a job on the agenda.
    fn add_job(&mut self, job: Job) -> String {
        let id = job.id.clone();
        for (index, sub) in job.subs.iter().enumerate() {
            self.agenda.add(sub.due, Event::SubJobEnd { job: id.clone(), index });
        }
        if !job.fate.never_ends {
            self.agenda.add(job.due, Event::JobEnd { job: id.clone() });
        }
        self.jobs.insert(id.clone(), job);
        id
    }

    /// Ends a sub-job.
    pub(crate) fn end_sub_job(&mut self, job: &str, index: usize) {
        let now = self.now;
        let Some(job) = self.jobs.get_mut(job) else { return };
        let last = job.subs.len().saturating_sub(1);
        let failing = job
            .fate
            .fail
            .as_ref()
            .is_some_and(|f| f.sub_job.unwrap_or(last).min(last) == index);
        if job.fate.never_ends && index == last {
            return;
        }
        let failed = failing.then(|| failure_of(job));
        let Some(sub) = job.subs.get_mut(index) else { return };
        sub.end = Some(now);
        sub.failed.clone_from(&failed);
        let member = sub.member.clone();
        let id = job.id.clone();
        if let Work::Group { action, group, .. } = job.work.clone()
            && self.groups.get(&group).is_some_and(|g| g.job.as_ref() == Some(&id))
        {
            self.end_member(&member, action, failed.is_none());
        }
    }

    /// Ends a job.
    pub(crate) fn end_job(&mut self, id: &str) {
        let Some(job) = self.jobs.get(id).cloned() else { return };
        if job.end.is_some() {
            return;
        }
        let failed = match &job.work {
            Work::Group { group, action, to } => self.end_group_job(&job, group, *action, *to),
            _ => {
                let failed = job.fate.fail.is_some().then(|| failure_of(&job));
                self.end_member_job(&job, failed.as_ref());
                failed
            }
        };
        if let Some(failed) = &failed {
            self.note_failure(&job, failed);
        }
        if let Some(job) = self.jobs.get_mut(id) {
            job.end = Some(self.now);
            job.failed = failed;
        }
    }
}
