//! A forced failover that has started two jobs, and passes over it: what is read of the jobs, what people decide, what is sent.
//! It must not expect anything.

use super::super::scene::*;
use crate::job::{PartAction, PartOffer};
use crate::pass::*;
use crate::plan::{CallSpec, Effect, Plan, PlannedOutcome, Resolution, StepKind, StepSpec};
use crate::report::Report;
use crate::{
    CallOutcome, CallRequest, DecisionAction, DecisionRequest, JobReport, JobStatus, Observation, OperationType, Phase,
    Reason, Station, SubJob, Token,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

pub struct Stage {
    pub stored: LedgerRead,
    version: u32,
    pub now: Timestamp,
    pub jobs: Vec<JobReport>,
    pub decisions: Vec<DecisionRequest>,
    pub sight: Sight,
    /// What comes of the next calls; then they are accepted.
    pub luck: Vec<CallOutcome>,
    pub calls: Vec<CallRequest>,
    pub told: Option<Report>,
}

/// For how long a call on a part can still take effect, in seconds.
pub const DEAD: u32 = 600;

fn call(action: &str) -> CallSpec {
    CallSpec {
        action: action.to_owned(),
        endpoint: "control".to_owned(),
        resolution: Resolution::Evidence,
        dead_time_seconds: Some(DEAD),
        dedupe_seconds: None,
        effect: Effect::Nothing,
        follows_the_move: false,
        harmless_twice: false,
    }
}

fn plan(operation: OperationType, _: Station, _: &Observation) -> Option<Plan> {
    let step = |name: &str, kind| StepSpec {
        name: name.to_owned(),
        kind,
        deadline_seconds: None,
    };
    let moves = CallSpec {
        resolution: Resolution::Person,
        effect: Effect::Outcome,
        ..call("failover")
    };
    Some(Plan {
        outcome: PlannedOutcome::usual(operation),
        steps: vec![
            step("Failover", StepKind::Call(moves)),
            step(
                "Follow",
                StepKind::Follow {
                    call: "Failover".to_owned(),
                },
            ),
            step("Verify", StepKind::Verify),
        ],
    })
}

/// A job with one part.
pub fn job(id: &str, status: JobStatus, revision: &str) -> JobReport {
    let part = SubJob {
        id: "7".to_owned(),
        name: "switch".to_owned(),
        resource: None,
        provider_status: "FAILED".to_owned(),
        status: JobStatus::Running,
        started_at: None,
        finished_at: None,
        depends_on: Vec::new(),
        revision: Some(revision.to_owned()),
    };
    JobReport {
        status,
        provider_status: "FAILED".to_owned(),
        sub_jobs: vec![part],
        sub_jobs_total: 1,
        ..JobReport::gone(id)
    }
}

/// A job whose part failed, and of which this may be asked.
pub fn waits(id: &str, revision: &str, actions: &[PartAction]) -> JobReport {
    let offer = |action: &PartAction| PartOffer {
        part: "7".to_owned(),
        action: *action,
        call: call(action.as_str()),
    };
    let status = JobStatus::Waiting {
        message: "timed out".to_owned(),
        offers: actions.iter().map(offer).collect(),
    };
    job(id, status, revision)
}

impl Stage {
    /// The failover has started two jobs.
    pub fn begun() -> Stage {
        let mut stage = Stage {
            stored: known(),
            version: 1,
            now: now(),
            jobs: Vec::new(),
            decisions: Vec::new(),
            sight: seen(),
            luck: vec![CallOutcome::Accepted {
                jobs: vec!["a".to_owned(), "b".to_owned()],
            }],
            calls: Vec::new(),
            told: None,
        };
        stage.pass();
        if let Sight::Seen(seen) = &mut stage.sight {
            seen.phase = Phase::Changing(Some(OperationType::Failover));
            seen.fingerprint.status = "moving".to_owned();
            seen.permits = BTreeMap::new();
        }
        stage.jobs = vec![job("a", JobStatus::Running, "1"), job("b", JobStatus::Running, "1")];
        stage.pass();
        stage
    }

    pub fn ledger(&self) -> &Ledger {
        self.stored.ledger().unwrap()
    }

    /// A person decides.
    pub fn decide(&mut self, action: DecisionAction, step: &str, attempt: u32, part: &str) {
        let number = self.decisions.len();
        self.decisions.push(DecisionRequest {
            name: format!("d{number}"),
            uid: format!("d{number}"),
            operation_name: "storm".to_owned(),
            operation_uid: "u-2".to_owned(),
            step: step.to_owned(),
            attempt,
            action,
            part: part.to_owned(),
            requested_by: "dana".to_owned(),
            ended: false,
        });
        self.pass();
        // Its status says so.
        self.decisions.iter_mut().for_each(|decision| decision.ended = true);
    }

    /// What became of the last decision.
    pub fn decided(&self) -> (bool, &str) {
        let last = self.ledger().consumed.last().unwrap();
        (last.accepted, &last.message)
    }

    /// Passes until nothing follows at once.
    pub fn pass(&mut self) {
        for _ in 0..8 {
            if !matches!(self.once(), Next::Again) {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Some time goes by.
    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.pass();
    }

    fn write(&mut self, ledger: Ledger) -> Written {
        self.version += 1;
        let version = version(self.version);
        self.stored = LedgerRead::Stored(Stored {
            version: version.clone(),
            ledger: Arc::new(ledger),
        });
        Written::Done(version)
    }

    fn once(&mut self) -> Next {
        let env = Env { plan: &plan, ..env() };
        let Pass::Asks(at) = Pass::begin(group(), self.sight.clone(), self.stored.clone(), vec![order()]) else {
            panic!("it begins with questions");
        };
        let moment = Moment {
            now: self.now,
            fresh: Token::quoted(format!("t{}", self.version + 1)),
            ..moment()
        };
        let Pass::Observes(at) = at.take(self.decisions.clone(), false, moment) else {
            panic!("then it observes");
        };
        let asked = |job: &&JobReport| at.look().jobs.iter().any(|look| look.job == job.id);
        let read = Seen {
            found: None,
            jobs: self.jobs.iter().filter(asked).cloned().collect(),
            unread: None,
            sight: self.sight.clone(),
            begun_at: self.now,
            ended_at: self.now,
        };
        let mut pass = at.take(read, &env);
        loop {
            pass = match pass {
                Pass::Records(at) => {
                    let written = self.write(at.ledger().unwrap().clone());
                    at.take(written, self.now)
                }
                Pass::Tells(at) => at.take(),
                Pass::Signs(at) => at.take(Ok(()), self.now),
                Pass::Looks(at) => {
                    let standing = Standing {
                        ledger: Ok(Some(version(self.version))),
                        now: self.now,
                        ..standing()
                    };
                    at.take(&self.sight, &standing, &env)
                }
                Pass::Sends(at) => {
                    self.calls.push(at.call().clone());
                    let none = CallOutcome::Accepted { jobs: Vec::new() };
                    let outcome = if self.luck.is_empty() {
                        none
                    } else {
                        self.luck.remove(0)
                    };
                    at.take(outcome, self.now)
                }
                Pass::WritesDown(at) => {
                    let ledger = at.ledger(&env).unwrap();
                    let written = self.write(ledger.clone());
                    at.take(ledger, written)
                }
                Pass::Reports(at) => {
                    self.told = Some(at.report(&env));
                    at.take()
                }
                Pass::Over(next) => return next,
                other => panic!("{other:?}"),
            };
        }
    }

    /// What may be asked, as the operation's status says: step, attempt, part, action.
    pub fn offered(&self) -> Vec<String> {
        let report = self.told.as_ref().unwrap();
        let all = report.operations[0].available.iter().flatten();
        all.map(|c| format!("{} {} {} {}", c.step, c.attempt, c.part, c.action.as_str()))
            .collect()
    }

    /// The reason at which the operation stands.
    pub fn reason(&self) -> Reason {
        self.told.as_ref().unwrap().operations[0].reason
    }

    /// What was called on parts: the action, the job and the part.
    pub fn on_parts(&self) -> Vec<String> {
        let parts = self.calls.iter().filter_map(|call| call.part.as_ref());
        parts
            .map(|part| format!("{} {}/{}", part.action.as_str(), part.job, part.part))
            .collect()
    }
}
