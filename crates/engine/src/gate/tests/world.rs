//! A world in which everything that is asked is right, to be spoiled in one way at a time.
//! It must not judge anything itself.

use super::super::*;
use crate::ledger::{CompletedOperation, Ending, Ledger};
use crate::plan::Holds;
use crate::*;
use std::collections::BTreeMap;

const LEDGER: &str = r#"{
    "version": 1, "group": {"namespace": "n", "name": "g", "uid": "u"}, "judgedGeneration": 1, "active": "source", "token": "t",
    "issued": {"why": "FirstSight", "at": "2026-01-05T08:00:00Z"}, "fingerprint": {"status": "ok", "active": "source", "revision": "7"}
}"#;
const OPERATION: &str = r#"{
    "name": "before", "uid": "o", "type": "PlannedFailover", "from": "source", "target": "target", "token": "t", "origin": "Person",
    "recordedAt": "2026-01-05T08:00:00Z", "expiry": "2026-01-05T09:00:00Z",
    "steps": [
        {"spec": {"name": "Stopped", "kind": {"Check": {"fact": "Stopped"}}}, "state": "Succeeded"},
        {"spec": {"name": "One", "kind": {"Call": {"action": "one", "endpoint": "e", "resolution": "Token", "dedupeSeconds": 600}}},
            "state": "Running", "startedAt": "2026-01-05T08:00:00Z"},
        {"spec": {"name": "Two", "kind": {"Call": {"action": "two", "endpoint": "e", "resolution": "Evidence"}}},
            "state": "Running", "startedAt": "2026-01-05T08:00:00Z"}
    ]
}"#;

/// A world in which everything that is asked is right.
pub(super) struct World {
    pub(super) asked: Request,
    pub(super) group: Group,
    pub(super) ledger: Ledger,
    pub(super) sight: Sight,
    pub(super) planned: bool,
    pub(super) complete_at: Option<jiff::Timestamp>,
    pub(super) now: jiff::Timestamp,
}

pub(super) fn world(kind: OperationType) -> World {
    let target = if kind.moves_production() {
        Station::Target
    } else {
        Station::Source
    };
    let ledger: Ledger = serde_json::from_str(LEDGER).unwrap();
    let now: jiff::Timestamp = "2026-01-05T08:00:30Z".parse().unwrap();
    let own = OwnRequest {
        name: "order".into(),
        operation: kind,
        target,
        token: Token::quoted("t"),
        requested_by: "dana".into(),
    };
    let mut asked = own.filed("r".into(), "u".into(), now);
    asked.not_after = Some(jiff::Timestamp::MAX);
    asked.data_loss = Some(DataLoss::Seconds(60));
    let group = Group {
        namespace: "n".into(),
        name: "g".into(),
        uid: "u".into(),
        object: "g1".to_owned(),
        members: ["g1".to_owned()].into(),
        generation: 1,
        intent: None,
        edits: Vec::new(),
        starting_deadline_seconds: 3600,
        suspend: false,
    };
    let sight = Sight::Seen(Observation {
        active: ActiveStation::Source,
        provider_status: "ok".into(),
        phase: Phase::Protected,
        replication: Replication {
            state: ReplicationState::Active,
            progress_percent: None,
            lag_seconds: Some(10),
            last_sync: None,
        },
        fingerprint: ledger.fingerprint.clone(),
        permits: OperationType::ALL.map(|kind| (kind, Permit::Open)).into(),
        own_station: Some(Station::Source),
        description: None,
        facts: BTreeMap::from([("Stopped".to_owned(), Fact::Holds)]),
        depth: Depth::Full,
    });
    World {
        asked,
        group,
        ledger,
        sight,
        planned: true,
        complete_at: None,
        now,
    }
}

impl World {
    pub(super) fn seen(&mut self) -> &mut Observation {
        let Sight::Seen(seen) = &mut self.sight else {
            panic!("it is seen")
        };
        seen
    }

    pub(super) fn operation(&mut self) -> &mut ledger::Operation {
        self.ledger.operation.as_mut().expect("one runs")
    }

    pub(super) fn ended(&mut self, name: &str, ending: Ending, own: bool) {
        let mut operation: ledger::Operation = serde_json::from_str(OPERATION).unwrap();
        operation.name = name.into();
        self.ledger.remember(CompletedOperation {
            name: name.into(),
            uid: (!own).then(|| "other".to_owned()),
            kind: OperationType::Failover,
            token: self.asked.token.clone(),
            ending,
            reason: Reason::IntentWithdrawn,
            message: String::new(),
            requested_by: String::new(),
            started_at: (!own).then_some(self.now),
            finished_at: self.now,
            begun: true,
            jobs: Vec::new(),
            record: None,
        });
    }

    pub(super) fn ask(&self, intent: bool) -> Option<(Reason, Follows)> {
        let check = || StepKind::Check {
            fact: "Stopped".into(),
            holds: Holds::Throughout,
        };
        let plan = |operation, _: Station, _: &Observation| {
            self.planned.then(|| Plan {
                outcome: PlannedOutcome::usual(operation),
                steps: vec![StepSpec {
                    name: "Stopped".into(),
                    kind: check(),
                    deadline_seconds: None,
                }],
            })
        };
        let case = Case {
            complete_at: self.complete_at,
            orders_guarded: false,
            asked: &self.asked,
            group: &self.group,
            ledger: &self.ledger,
            sight: &self.sight,
            held: &Held::default(),
            plan: &plan,
            now: self.now,
        };
        let violation = if intent {
            intent_may_begin(&case)
        } else {
            order_may_begin(&case)
        };
        violation.map(|v| (v.why.reason, v.follows))
    }
}

pub(super) type Wrong = (&'static str, fn(&mut World), Reason, Follows);

pub(super) fn unread(w: &mut World) {
    let (reason, message) = (Reason::ProviderUnreachable, "no route".to_owned());
    w.sight = Sight::Unseen { reason, message };
}

pub(super) fn runs(w: &mut World) {
    w.ledger.operation = serde_json::from_str(OPERATION).ok();
}

/// The first call of the running operation was taken.
pub(super) fn called(w: &mut World) {
    runs(w);
    submit(w, 1, ledger::SubmissionState::Accepted { jobs: vec![] });
}

pub(super) fn submit(w: &mut World, step: usize, state: ledger::SubmissionState) {
    let (now, before) = (w.now, w.ledger.fingerprint.clone());
    let step = &mut w.operation().steps[step];
    step.attempts += 1;
    step.submissions.push(ledger::Submission {
        attempt: step.attempts,
        recorded_at: now,
        recorded_by: "me".into(),
        before,
        state,
    });
}
