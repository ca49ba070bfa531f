//! A provider as a value: the state machine of an SDRS-like group, its jobs, and what can go wrong between it and its caller.
//! It must not know the engine's rules: it does what it is told whenever its state allows it, and counts.

use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::decide::Submit;
use stationmaster_engine::journal::Outcome;
use stationmaster_engine::{ActiveStation, JobStatus, OperationType, Reason, Resolution, Station};
use std::collections::VecDeque;

/// How long a job takes, in seconds.
pub const JOB_SECONDS: i64 = 20;

/// The state at which the group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Available,
    Protected,
    FailedOver,
    /// Between the two calls of a reprotection that needs two (HCP-like).
    Linked,
    Working(OperationType),
    Error(OperationType),
}

/// What the provider can tell about the servers that must be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servers {
    Stopped,
    Running,
    CannotTell,
}

/// What becomes of the next job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Succeeds,
    Fails,
    FailsButFlips,
    SucceedsWithoutEffect,
    Stalls,
    IsForgotten,
    SaysAnOddWord,
    IsOfAnotherType,
}

/// What becomes of the next request on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The provider refuses it.
    Refused,
    /// The gate turns it away.
    TurnedAway { after_seconds: Option<u64> },
    /// It never leaves.
    NeverLeaves,
    /// It is executed and the answer is lost.
    AnswerLost,
    /// It is lost with its answer, or arrives so many seconds later.
    RequestLost { arrives_after: Option<i64> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: String,
    pub action: String,
    pub operation: OperationType,
    pub begun: Timestamp,
    pub ends: Timestamp,
    pub fate: Fate,
    pub before: At,
    pub over: bool,
}

/// A call that the provider began to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Name of the operation that asked for it.
    pub by: String,
    pub action: String,
    pub attempt: u32,
}

#[derive(Clone, Debug)]
struct Late {
    submit: Submit,
    at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Provider {
    pub at: At,
    pub station: Station,
    /// What is shown instead of the station.
    pub disguise: Option<ActiveStation>,
    /// What is shown instead of the status word.
    pub word: Option<&'static str>,
    pub revision: u64,
    /// Whether it shows its revision.
    pub shows_revision: bool,
    pub servers: Servers,
    pub lag_seconds: Option<u64>,
    /// Why it cannot be read, if it cannot.
    pub unseen: Option<(Reason, &'static str)>,
    pub jobs: Vec<Job>,
    /// Whether a job can be found without its id. SDRS cannot.
    pub finds_jobs: bool,
    /// Whether jobs can be read at all.
    pub polls_jobs: bool,
    /// Whether a listing tells which operations are open.
    pub lists_permits: bool,
    /// Whether replication is broken although the group is protected.
    pub broken: bool,
    /// Whether what it says is as long as it may be.
    pub long_words: bool,
    pub fates: VecDeque<Fate>,
    pub mishaps: VecDeque<Mishap>,
    late: Vec<Late>,
    /// The keys that were taken, when, and the job that was named then.
    keys: Vec<(String, Timestamp, String)>,
    /// Every request that was sent, whatever became of it.
    pub sent: Vec<String>,
    /// Every call that took effect.
    pub done: Vec<Done>,
    /// How often somebody else changed the object.
    pub foreign_changes: u64,
}

impl Provider {
    pub fn new(at: At, station: Station) -> Provider {
        Provider {
            at,
            station,
            disguise: None,
            word: None,
            revision: 1,
            shows_revision: true,
            servers: Servers::Stopped,
            lag_seconds: None,
            unseen: None,
            jobs: Vec::new(),
            finds_jobs: false,
            polls_jobs: true,
            lists_permits: true,
            broken: false,
            long_words: false,
            fates: VecDeque::new(),
            mishaps: VecDeque::new(),
            late: Vec::new(),
            keys: Vec::new(),
            sent: Vec::new(),
            done: Vec::new(),
            foreign_changes: 0,
        }
    }

    /// Receives a request, or does not.
    pub fn send(&mut self, submit: &Submit, now: Timestamp) -> Outcome {
        let mishap = self.mishaps.pop_front();
        let long_words = self.long_words;
        let ambiguous = |message: &str| Outcome::Ambiguous {
            message: if long_words {
                "x".repeat(512)
            } else {
                message.to_owned()
            },
        };
        if mishap != Some(Mishap::NeverLeaves) {
            self.sent.push(submit.call.action.clone());
        }
        match mishap {
            None => self.execute(submit, now),
            Some(Mishap::Refused) => refused("SDRS.1002", "refused"),
            Some(Mishap::TurnedAway { after_seconds }) => Outcome::NotSent {
                reason: Reason::CallTurnedAway,
                message: "too many requests".to_owned(),
                after_seconds,
            },
            Some(Mishap::NeverLeaves) => Outcome::NotSent {
                reason: Reason::ProviderUnreachable,
                message: "no connection".to_owned(),
                after_seconds: None,
            },
            Some(Mishap::AnswerLost) => {
                self.execute(submit, now);
                ambiguous("the connection broke while the answer was read")
            }
            Some(Mishap::RequestLost { arrives_after }) => {
                if let Some(seconds) = arrives_after {
                    self.loses_on_the_way(submit, now + SignedDuration::from_secs(seconds));
                }
                ambiguous("no answer within the deadline")
            }
        }
    }

    /// Keeps a request that arrives later.
    pub fn loses_on_the_way(&mut self, submit: &Submit, at: Timestamp) {
        self.late.push(Late {
            submit: submit.clone(),
            at,
        });
    }

    fn execute(&mut self, submit: &Submit, now: Timestamp) -> Outcome {
        let action = submit.call.action.as_str();
        if let Some(answer) = self.knows(submit, now) {
            return answer;
        }
        let operation = match (action, self.at) {
            ("reverse-server-group", At::Protected | At::Error(OperationType::PlannedFailover)) => {
                if self.servers == Servers::Running {
                    return refused("SDRS.1319", "servers are running");
                }
                if submit.target == self.station {
                    return refused("SDRS.0216", "production runs there");
                }
                OperationType::PlannedFailover
            }
            (
                "failover-server-group",
                At::Protected | At::Error(OperationType::Failover | OperationType::PlannedFailover),
            ) => OperationType::Failover,
            ("start-server-group", At::Available | At::Error(OperationType::EnableProtection)) => {
                OperationType::EnableProtection
            }
            ("start-server-group", At::FailedOver | At::Error(OperationType::Reprotect)) => OperationType::Reprotect,
            ("restore-link", At::FailedOver) | ("begin-recovery", At::Linked) => OperationType::Reprotect,
            ("stop-server-group", At::Protected | At::Error(OperationType::DisableProtection)) => {
                OperationType::DisableProtection
            }
            _ => return refused("SDRS.1002", "the status does not allow it"),
        };
        self.done.push(Done {
            by: submit.operation_name.clone(),
            action: action.to_owned(),
            attempt: submit.attempt,
        });
        let id = format!("job-{}", self.jobs.len() + 1);
        self.keys.push((submit.key.clone(), now, id.clone()));
        let fate = self.fates.pop_front().unwrap_or(Fate::Succeeds);
        self.jobs.push(Job {
            id: id.clone(),
            action: action.to_owned(),
            operation,
            begun: now,
            ends: now + SignedDuration::from_secs(JOB_SECONDS),
            fate,
            before: self.at,
            over: false,
        });
        self.turn(At::Working(operation));
        Outcome::Accepted { jobs: vec![id] }
    }

    /// What a provider that knows keys or revisions says before it looks at anything else.
    fn knows(&self, submit: &Submit, now: Timestamp) -> Option<Outcome> {
        match submit.call.resolution {
            Resolution::Token => {
                let seconds = i64::from(submit.call.dedupe_seconds.unwrap_or(0));
                let known = |(key, at, _): &&(String, Timestamp, String)| {
                    *key == submit.key && now < *at + SignedDuration::from_secs(seconds)
                };
                let (_, _, job) = self.keys.iter().find(known)?;
                Some(Outcome::Accepted {
                    jobs: vec![job.clone()],
                })
            }
            Resolution::Revision => {
                let expected = submit.expected_revision.as_ref()?;
                (*expected != self.revision.to_string()).then(|| refused("SDRS.0412", "another revision was expected"))
            }
            Resolution::Evidence | Resolution::Person => None,
        }
    }

    fn turn(&mut self, at: At) {
        self.at = at;
        self.revision += 1;
    }

    /// Lets time pass: late requests arrive, jobs end.
    pub fn until(&mut self, now: Timestamp) {
        let (due, later): (Vec<Late>, Vec<Late>) = self.late.drain(..).partition(|l| l.at <= now);
        self.late = later;
        for Late { submit, at } in due {
            self.end_jobs(at);
            // A signed request is refused once its signature has grown too old.
            let alive = submit
                .call
                .dead_time_seconds
                .is_none_or(|s| at < submit.recorded_at + SignedDuration::from_secs(i64::from(s)));
            if alive {
                self.execute(&submit, at);
            }
        }
        self.end_jobs(now);
    }

    fn end_jobs(&mut self, now: Timestamp) {
        for index in 0..self.jobs.len() {
            let job = self.jobs[index].clone();
            if job.over || job.ends > now || job.fate == Fate::Stalls {
                continue;
            }
            self.jobs[index].over = true;
            if self.at != At::Working(job.operation) {
                continue;
            }
            match job.fate {
                Fate::Fails => self.turn(At::Error(job.operation)),
                Fate::SucceedsWithoutEffect => self.turn(job.before),
                _ => self.effect(&job),
            }
        }
    }

    fn effect(&mut self, job: &Job) {
        if job.operation.moves_production() {
            self.station = self.station.other();
        }
        self.turn(match (job.operation, job.action.as_str()) {
            (_, "restore-link") => At::Linked,
            (OperationType::Failover, _) => At::FailedOver,
            (OperationType::DisableProtection, _) => At::Available,
            _ => At::Protected,
        });
    }

    /// The next moment at which something happens by itself.
    pub fn next_event(&self) -> Option<Timestamp> {
        let jobs = self
            .jobs
            .iter()
            .filter(|j| !j.over && j.fate != Fate::Stalls)
            .map(|j| j.ends);
        self.late.iter().map(|l| l.at).chain(jobs).min()
    }

    /// Somebody moves production at the console, cleanly: the group is protected before and after.
    pub fn console_flip(&mut self) {
        self.station = self.station.other();
        self.foreign(At::Protected);
    }

    /// Somebody changes the object at the console.
    pub fn foreign(&mut self, at: At) {
        self.turn(at);
        self.foreign_changes += 1;
    }

    /// How a job stands for who reads it.
    pub fn job_status(&self, job: &Job) -> (JobStatus, &'static str) {
        match (job.fate, job.over) {
            (Fate::IsForgotten, _) => (JobStatus::Gone, ""),
            (Fate::SaysAnOddWord, _) => (JobStatus::Unknown, "PONDERING"),
            (_, false) => (JobStatus::Running, "RUNNING"),
            (Fate::Fails | Fate::FailsButFlips, true) => {
                let said = "a storage array said no";
                let message = if self.long_words {
                    "x".repeat(512)
                } else {
                    said.to_owned()
                };
                let code = Some("SDRS.1823".to_owned());
                (JobStatus::Failed { code, message }, "FAIL")
            }
            (_, true) => (JobStatus::Succeeded, "SUCCESS"),
        }
    }
}

fn refused(code: &str, message: &str) -> Outcome {
    Outcome::Refused {
        code: code.to_owned(),
        message: message.to_owned(),
    }
}
