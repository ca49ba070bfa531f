//! Tests of an operation without a call: all of it is done by people at the provider, and the operator looks.
//! They must not let it send anything.

use super::scene::*;
use crate::ledger::Ending;
use crate::pass::*;
use crate::plan::{Plan, PlannedOutcome, StepKind, StepSpec};
use crate::{DecisionAction, DecisionRequest, Fact, Observation, OperationType, Permit, Phase, Reason, Station, Token};
use jiff::SignedDuration;

const DAY: u32 = 24 * 3600;

fn plan(operation: OperationType, _: Station, _: &Observation) -> Option<Plan> {
    let step = |name: &str, kind, deadline_seconds| StepSpec {
        name: name.to_owned(),
        kind,
        deadline_seconds,
    };
    let confirm = StepKind::Confirm {
        question: "is it fenced?".to_owned(),
    };
    let wait = StepKind::Wait {
        fact: "InPlace".to_owned(),
    };
    Some(Plan {
        outcome: PlannedOutcome::usual(operation),
        steps: vec![
            step("Fenced", confirm, None),
            step("InPlace", wait, Some(DAY)),
            step("Verify", StepKind::Verify, Some(300)),
        ],
    })
}

struct Stage {
    stored: LedgerRead,
    version: u32,
    now: Timestamp,
    seen: Observation,
    request: Request,
    decisions: Vec<DecisionRequest>,
}

impl Stage {
    /// Production was moved, and a Reprotect waits for a person.
    fn waits() -> Stage {
        let Sight::Seen(mut seen) = seen() else {
            unreachable!("the scene shows it");
        };
        seen.phase = Phase::FailedOver;
        seen.permits = [(OperationType::Reprotect, Permit::Open)].into();
        seen.facts = [("InPlace".to_owned(), missing())].into();
        let request = Request {
            operation: OperationType::Reprotect,
            target: Some(Station::Source),
            data_loss: None,
            ..order()
        };
        let mut stage = Stage {
            stored: LedgerRead::Missing,
            version: 0,
            now: now(),
            seen,
            request: Request { ended: true, ..request },
            decisions: Vec::new(),
        };
        stage.pass();
        stage.request.ended = false;
        stage.request.token = stage.ledger().token.clone();
        stage.pass();
        assert!(stage.ledger().operation.is_some(), "{:?}", stage.ledger());
        stage
    }

    fn ledger(&self) -> &Ledger {
        self.stored.ledger().unwrap()
    }

    fn ended(&self) -> Option<(Ending, Reason)> {
        let completed = self.ledger().completed.last();
        completed.map(|completed| (completed.ending, completed.reason))
    }

    fn confirm(&mut self) {
        self.decisions = vec![DecisionRequest {
            name: "d".to_owned(),
            uid: "d".to_owned(),
            operation_name: "storm".to_owned(),
            operation_uid: "u-2".to_owned(),
            step: "Fenced".to_owned(),
            attempt: 1,
            action: DecisionAction::Confirm,
            part: String::new(),
            requested_by: "dana".to_owned(),
            ended: false,
        }];
        self.pass();
        self.decisions.clear();
        assert!(
            self.ledger().consumed.last().unwrap().accepted,
            "{:?}",
            self.ledger().consumed
        );
    }

    /// Somebody changes the object at the provider.
    fn changed(&mut self, revision: &str) {
        self.seen.fingerprint.revision = Some(revision.to_owned());
        self.pass();
    }

    /// What is waited for is there.
    fn comes_about(&mut self) {
        self.seen.phase = Phase::Protected;
        self.seen.facts = [("InPlace".to_owned(), Fact::Holds)].into();
        self.pass();
    }

    fn wait(&mut self, seconds: u32) {
        self.now += SignedDuration::from_secs(i64::from(seconds));
        self.pass();
    }

    /// Passes until nothing follows at once.
    fn pass(&mut self) {
        for _ in 0..8 {
            if !matches!(self.once(), Next::Again) {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    fn once(&mut self) -> Next {
        let env = Env { plan: &plan, ..env() };
        let sight = Sight::Seen(self.seen.clone());
        let Pass::Asks(at) = Pass::begin(group(), sight.clone(), self.stored.clone(), vec![self.request.clone()])
        else {
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
        let read = Seen::of(sight, self.now);
        let mut pass = at.take(read, &env);
        loop {
            pass = match pass {
                Pass::Records(at) => {
                    self.version += 1;
                    let version = version(self.version);
                    self.stored = LedgerRead::Stored(Stored {
                        version: version.clone(),
                        ledger: Arc::new(at.ledger().unwrap().clone()),
                    });
                    at.take(Written::Done(version), self.now)
                }
                Pass::Tells(at) => at.take(),
                Pass::Reports(at) => at.take(),
                Pass::Over(next) => return next,
                other => panic!("{other:?}"),
            };
        }
    }
}

fn missing() -> Fact {
    Fact::Fails {
        reason: Reason::NotObserved,
        message: "no standby".to_owned(),
    }
}

/// What it waits for is a change by others: that issues a token, and ends nothing.
#[test]
fn what_people_change_at_the_provider_does_not_cancel_what_waits_for_it() {
    let mut stage = Stage::waits();
    let before = stage.ledger().token.clone();
    stage.changed("8");
    assert_eq!(stage.ended(), None);
    assert_ne!(
        stage.ledger().token,
        before,
        "an order that quotes the state before is refused"
    );
    stage.confirm();
    stage.changed("9");
    assert_eq!(stage.ended(), None);
    stage.comes_about();
    assert_eq!(stage.ended(), Some((Ending::Succeeded, Reason::Succeeded)));
}

/// Until a person has begun it lapses like any other; after that it goes on.
#[test]
fn it_expires_until_a_person_has_begun_and_not_later() {
    let mut stage = Stage::waits();
    stage.wait(601);
    assert_eq!(stage.ended(), Some((Ending::Expired, Reason::Expired)));

    let mut stage = Stage::waits();
    stage.confirm();
    stage.wait(601);
    assert_eq!(stage.ended(), None);
    // What takes longer than its deadline is told, and goes on: a person ends it, or it comes about.
    stage.wait(DAY);
    assert_eq!(stage.ended(), None);
    stage.comes_about();
    assert_eq!(stage.ended(), Some((Ending::Succeeded, Reason::Succeeded)));
    assert!(stage.ledger().completed.last().unwrap().started_at.is_some());
}
