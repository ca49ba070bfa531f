//! A group, its provider and a pass at each of its stops, for the tests of a pass.
//! It must not expect anything.

use crate::input::DataLoss;
use crate::pass::*;
use crate::plan::{CallSpec, Effect, Plan, PlannedOutcome, Resolution, StepKind, StepSpec};
use crate::{
    ActiveStation, Depth, Fingerprint, Observation, OperationType, Permit, Phase, Reason, Replication,
    ReplicationState, Station, Token,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

pub(super) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

pub(super) fn group() -> Group {
    Group {
        namespace: "shop".into(),
        name: "orders-db".into(),
        uid: "u-1".into(),
        object: "g1".to_owned(),
        members: ["g1".to_owned()].into(),
        generation: 3,
        intent: None,
        edits: Vec::new(),
        starting_deadline_seconds: 3600,
        suspend: false,
    }
}

pub(super) fn seen() -> Sight {
    Sight::Seen(Observation {
        active: ActiveStation::Source,
        provider_status: "protected".into(),
        phase: Phase::Protected,
        replication: Replication {
            state: ReplicationState::Active,
            progress_percent: None,
            lag_seconds: None,
            last_sync: None,
        },
        fingerprint: Fingerprint {
            status: "protected".into(),
            active: ActiveStation::Source,
            revision: Some("7".into()),
        },
        permits: BTreeMap::from([(OperationType::Failover, Permit::Open)]),
        own_station: Some(Station::Source),
        description: None,
        facts: BTreeMap::new(),
        depth: Depth::Full,
    })
}

pub(super) fn plan(operation: OperationType, _: Station, _: &Observation) -> Option<Plan> {
    let step = |name: &str, kind| StepSpec {
        name: name.into(),
        kind,
        deadline_seconds: None,
    };
    let call = CallSpec {
        action: "failover".into(),
        endpoint: "control".into(),
        resolution: Resolution::Person,
        dead_time_seconds: None,
        dedupe_seconds: None,
        effect: Effect::Outcome,
        follows_the_move: false,
        harmless_twice: false,
    };
    Some(Plan {
        outcome: PlannedOutcome::usual(operation),
        steps: vec![step("Failover", StepKind::Call(call)), step("Verify", StepKind::Verify)],
    })
}

pub(super) fn env() -> Env<'static> {
    Env {
        orders_guarded: false,
        plan: &plan,
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some("here"),
        there_and_back: None,
        instance: "operator-0",
        rules: Rules::shipped(),
    }
}

pub(super) fn version(number: u32) -> Version {
    Version(number.to_string())
}

pub(super) fn moment() -> Moment {
    Moment {
        now: now(),
        fresh: Token::quoted("t1"),
        absent_until: None,
        watched: vec![],
    }
}

/// A pass that has read everything.
pub(super) fn decided(ledger: LedgerRead, requests: Vec<Request>) -> Pass {
    decided_of(group(), seen(), ledger, requests)
}

/// The same of this group, at a provider that shows this.
pub(super) fn decided_of(group: Group, sight: Sight, ledger: LedgerRead, requests: Vec<Request>) -> Pass {
    let Pass::Asks(at) = Pass::begin(group, sight.clone(), ledger, requests) else {
        panic!("it begins with questions");
    };
    let Pass::Observes(at) = at.take(vec![], false, moment()) else {
        panic!("then it observes");
    };
    at.take(
        Seen {
            found: None,
            jobs: vec![],
            unread: None,
            sight,
            begun_at: now(),
            ended_at: now(),
        },
        &env(),
    )
}

/// A ledger after the first sight.
pub(super) fn known() -> LedgerRead {
    match decided(LedgerRead::Missing, vec![]) {
        Pass::Records(at) => LedgerRead::Stored(Stored {
            version: version(1),
            ledger: Arc::new(at.ledger().unwrap().clone()),
        }),
        other => panic!("{other:?}"),
    }
}

pub(super) fn order() -> Request {
    Request {
        name: "storm".into(),
        uid: "u-2".into(),
        created_at: now(),
        group_uid: "u-1".into(),
        operation: OperationType::Failover,
        target: Some(Station::Target),
        token: Some(Token::quoted("t1")),
        not_after: Some(now() + SignedDuration::from_secs(600)),
        data_loss: Some(DataLoss::Unknown),
        accepted_risks: Vec::new(),
        requested_by: "dana".into(),
        ended: false,
    }
}

/// A call is decided and not recorded.
pub(super) fn records() -> Records {
    match decided(known(), vec![order()]) {
        Pass::Records(at) => at,
        other => panic!("{other:?}"),
    }
}

/// It is recorded and signed.
pub(super) fn looks() -> Looks {
    let Pass::Tells(at) = records().take(Written::Done(version(2)), now()) else {
        panic!("what is recorded is told");
    };
    let Pass::Signs(at) = at.take() else {
        panic!("then it is signed")
    };
    let Pass::Looks(at) = at.take(Ok(()), now()) else {
        panic!("then everything is looked at once more");
    };
    at
}

pub(super) fn standing() -> Standing {
    Standing {
        ledger: Ok(Some(version(2))),
        group: Ok(Some(("u-1".into(), 3))),
        now: now(),
        stopping: false,
        leads: true,
    }
}

pub(super) fn sends() -> Sends {
    match looks().take(&seen(), &standing(), &env()) {
        Pass::Sends(at) => at,
        other => panic!("{other:?}"),
    }
}

pub(super) fn not_sent(pass: &Pass) -> Option<(Reason, &str)> {
    let came = match pass {
        Pass::WritesDown(at) => at.came(),
        Pass::Rereads(at) => at.came(),
        _ => return None,
    };
    match came {
        CameOf::Call(_, CallOutcome::NotSent { reason, message }, _) => Some((*reason, message)),
        _ => None,
    }
}
