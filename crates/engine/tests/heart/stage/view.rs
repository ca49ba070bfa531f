//! What the provider shows and plans, in the engine's words: the part that a provider crate would translate.
//! It must not change the provider.

use super::provider::{At, Fate, Job, Provider, Servers};
use jiff::Timestamp;
use stationmaster_engine::look::{JobLook, LostCall};
use stationmaster_engine::{
    ActiveStation, CallSpec, Depth, Fact, Fingerprint, JobReport, Observation, OperationType, Permit, Phase, Reason,
    Replication, ReplicationState, Resolution, Sight, StepKind, StepSpec,
};
use std::collections::BTreeMap;

/// How long a signed request can take effect after its record, in seconds.
pub const DEAD_SECONDS: u32 = 930;

/// For how long a call with the same key is dropped, in seconds.
pub const DEDUPE_SECONDS: u32 = 3600;

/// What the calls are like.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// How a lost answer to a call with a direction is resolved.
    pub directed: Resolution,
    /// How a lost answer to the forced failover is resolved.
    pub forced: Resolution,
    /// How long a request can still take effect.
    pub dead_time_seconds: Option<u32>,
    /// For how long a call with the same key is dropped.
    pub dedupe_seconds: Option<u32>,
    /// Whether a reprotection takes two calls.
    pub two_calls: bool,
    /// Whether jobs are left alone: the next call comes at once.
    pub unfollowed: bool,
    /// Whether a person is asked something before each call, whatever is seen.
    pub asks: bool,
    /// An operation that the provider does not have.
    pub unsupported: Option<OperationType>,
}

impl Default for Calls {
    fn default() -> Self {
        Calls {
            directed: Resolution::Evidence,
            forced: Resolution::Person,
            dead_time_seconds: Some(DEAD_SECONDS),
            dedupe_seconds: Some(DEDUPE_SECONDS),
            two_calls: false,
            unfollowed: false,
            asks: false,
            unsupported: None,
        }
    }
}

/// The plan of an operation.
pub fn plan(calls: &Calls, operation: OperationType) -> Vec<StepSpec> {
    if calls.unsupported == Some(operation) {
        return Vec::new();
    }
    let check = (
        "ServersStopped",
        StepKind::Check {
            fact: "ServersStopped".to_owned(),
        },
    );
    let one = |name: &'static str, action: &str, resolution| {
        let call = StepKind::Call(CallSpec {
            action: action.to_owned(),
            endpoint: "sdrs".to_owned(),
            resolution,
            dead_time_seconds: calls.dead_time_seconds,
            dedupe_seconds: (resolution == Resolution::Token)
                .then_some(calls.dedupe_seconds)
                .flatten(),
        });
        vec![(name, call), ("FollowJob", StepKind::Follow { call: name.to_owned() })]
    };
    let mut steps = match operation {
        OperationType::PlannedFailover => {
            let mut steps = vec![check];
            steps.extend(one("ReverseServerGroup", "reverse-server-group", calls.directed));
            steps
        }
        OperationType::Failover => one("FailoverServerGroup", "failover-server-group", calls.forced),
        OperationType::Reprotect if calls.two_calls => {
            let mut steps = one("RestoreLink", "restore-link", calls.directed);
            steps[1].0 = "FollowRestore";
            steps.extend(one("BeginRecovery", "begin-recovery", calls.directed));
            steps
        }
        OperationType::Reprotect | OperationType::EnableProtection => {
            one("StartServerGroup", "start-server-group", calls.directed)
        }
        OperationType::DisableProtection => one("StopServerGroup", "stop-server-group", calls.directed),
    };
    if calls.unfollowed {
        steps.retain(|(_, kind)| !matches!(kind, StepKind::Follow { .. }));
    }
    if calls.asks {
        let question = "Are the users told?".to_owned();
        steps.insert(0, ("UsersTold", StepKind::Confirm { question }));
    }
    steps.push(("VerifyOutcome", StepKind::Verify));
    let mut before: Option<&str> = None;
    let mut specs = Vec::new();
    for (name, kind) in steps {
        let follows = matches!(kind, StepKind::Follow { .. });
        specs.push(StepSpec {
            name: name.to_owned(),
            depends_on: before.into_iter().map(str::to_owned).collect(),
            kind,
            reversible: false,
            deadline_seconds: follows.then_some(600),
        });
        before = Some(name);
    }
    specs
}

/// What the provider shows, or why it does not.
pub fn sight(provider: &Provider, depth: Depth) -> Sight {
    match provider.unseen {
        Some((reason, message)) => Sight::Unseen {
            reason,
            message: message.to_owned(),
        },
        None => Sight::Seen(observe(provider, depth)),
    }
}

/// A reading.
pub fn observe(provider: &Provider, depth: Depth) -> Observation {
    let moving = matches!(provider.at, At::Working(operation) if operation.moves_production());
    let shown = if moving {
        ActiveStation::Unknown
    } else {
        provider.station.into()
    };
    let active = provider.disguise.unwrap_or(shown);
    let status = provider.word.map_or_else(|| word(provider.at), str::to_owned);
    let phase = match (provider.word, provider.at) {
        (Some(_), _) => Phase::Unknown,
        (None, At::Available) => Phase::Unprotected,
        (None, At::Protected) => Phase::Protected,
        (None, At::FailedOver | At::Linked) => Phase::FailedOver,
        (None, At::Working(operation)) => Phase::Changing(Some(operation)),
        (None, At::Error(operation)) => Phase::Faulted(Some(operation)),
    };
    let facts = match depth {
        Depth::Listed => BTreeMap::new(),
        Depth::Full => BTreeMap::from([("ServersStopped".to_owned(), servers(provider.servers))]),
    };
    Observation {
        active,
        provider_status: status.clone(),
        phase,
        replication: Replication {
            state: match provider.at {
                At::Protected if provider.broken => ReplicationState::Broken,
                At::Protected => ReplicationState::Active,
                At::Working(_) | At::Linked => ReplicationState::Unknown,
                At::Available | At::FailedOver => ReplicationState::Stopped,
                At::Error(_) => ReplicationState::Broken,
            },
            progress_percent: None,
            lag_seconds: provider.lag_seconds,
            last_sync: None,
        },
        fingerprint: Fingerprint {
            status,
            active,
            revision: provider.shows_revision.then(|| provider.revision.to_string()),
        },
        permits: if depth == Depth::Full || provider.lists_permits {
            permits(provider)
        } else {
            BTreeMap::new()
        },
        facts,
        depth,
    }
}

fn word(at: At) -> String {
    let of = |operation| match operation {
        OperationType::PlannedFailover => "reversing",
        OperationType::Failover => "failing-over",
        OperationType::Reprotect => "reprotecting",
        OperationType::EnableProtection => "starting",
        OperationType::DisableProtection => "stopping",
    };
    match at {
        At::Available => "available".to_owned(),
        At::Protected => "protected".to_owned(),
        At::FailedOver => "failed-over".to_owned(),
        At::Linked => "linked".to_owned(),
        At::Working(operation) => of(operation).to_owned(),
        At::Error(operation) => format!("error-{}", of(operation)),
    }
}

fn servers(servers: Servers) -> Fact {
    match servers {
        Servers::Stopped => Fact::Holds,
        Servers::Running => Fact::Fails {
            reason: Reason::Other("ServersRunning"),
            message: "server web-1 is running; stop it".to_owned(),
        },
        Servers::CannotTell => Fact::CannotTell {
            question: "Are all servers of the group stopped?".to_owned(),
        },
    }
}

fn permits(provider: &Provider) -> BTreeMap<OperationType, Permit> {
    use OperationType as Op;
    let open: &[Op] = match (provider.word, provider.at) {
        (Some(_), _) | (None, At::Working(_) | At::Linked) => &[],
        (None, At::Available) => &[Op::EnableProtection],
        (None, At::Protected) => &[Op::PlannedFailover, Op::Failover, Op::DisableProtection],
        (None, At::FailedOver) => &[Op::Reprotect],
        (None, At::Error(Op::PlannedFailover)) => &[Op::PlannedFailover, Op::Failover],
        (None, At::Error(Op::Failover)) => &[Op::Failover],
        (None, At::Error(Op::Reprotect)) => &[Op::Reprotect],
        (None, At::Error(Op::EnableProtection)) => &[Op::EnableProtection],
        (None, At::Error(Op::DisableProtection)) => &[Op::DisableProtection],
    };
    let mut permits = BTreeMap::new();
    for operation in Op::ALL {
        let permit = if open.contains(&operation) {
            Permit::Open
        } else if matches!(provider.at, At::Working(_)) {
            Permit::Closed {
                reason: Reason::ProviderBusy,
                message: format!("the group is {}", word(provider.at)),
            }
        } else if provider.word.is_some() {
            continue;
        } else {
            Permit::Closed {
                reason: Reason::IllegalProviderState,
                message: format!("the group is {}", word(provider.at)),
            }
        };
        permits.insert(operation, permit);
    }
    permits
}

/// Reads a job, if jobs can be read.
pub fn poll(provider: &Provider, look: &JobLook) -> Option<JobReport> {
    let job = provider
        .jobs
        .iter()
        .find(|j| j.id == look.job)
        .filter(|_| provider.polls_jobs)?;
    Some(report(
        provider,
        job,
        job.operation == look.operation && job.action == look.action,
    ))
}

/// Looks for the job of a call without an answer.
pub fn find(provider: &Provider, lost: &LostCall) -> Option<JobReport> {
    let ours = |j: &&Job| j.action == lost.action && j.begun >= lost.recorded_at;
    let job = provider.jobs.iter().find(ours).filter(|_| provider.finds_jobs)?;
    Some(report(provider, job, job.operation == lost.operation))
}

fn report(provider: &Provider, job: &Job, expected: bool) -> JobReport {
    let (status, word) = provider.job_status(job);
    let over = |at: Timestamp| job.over.then_some(at);
    JobReport {
        id: job.id.clone(),
        progress_percent: Some(if job.over { 100 } else { 50 }),
        status,
        provider_status: word.to_owned(),
        expected_type: expected && job.fate != Fate::IsOfAnotherType,
        job_type: format!("{}NoCG", job.action),
        started_at: Some(job.begun),
        finished_at: over(job.ends),
        sub_jobs: Vec::new(),
        sub_jobs_total: 0,
        sub_jobs_failed: 0,
    }
}
