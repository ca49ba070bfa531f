//! Drives the engine's pass over the provider for proof, with bad luck at one call and a death at one point.
//! It must not judge anything itself: every decision is the engine's.

use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::decide::ClaimWrite;
use stationmaster_engine::ledger::{ClaimRecord, Ending, Entry};
use stationmaster_engine::pass::{Env, Made, Moment, Next, Observes, Rules, Seen, Standing, Stored, Version, Written};
use stationmaster_engine::{
    ClaimRight, DecisionRequest, Depth, Group, Held, Ledger, Observation, OperationType, OwnRequest, Pass, Reason,
    Request, Sight, Station, Token,
};
use stationmaster_provider_proof::{At, World};
use std::collections::BTreeMap;
use std::sync::Arc;

mod people;
mod send;

use crate::case::Case;

const OBJECT: &str = "g1";

pub struct Stage {
    case: Case,
    pub world: World,
    now: Timestamp,
    group: Group,
    pub ledger: Option<Ledger>,
    /// The claims on the group's objects, where it has several.
    claims: BTreeMap<String, ClaimRecord>,
    requests: Vec<Request>,
    decisions: Vec<DecisionRequest>,
    issued: u32,
    sendings: usize,
    pub points: usize,
    /// Whether a call was ever called unknown.
    pub unknown: bool,
    /// Since when the present step waits for a person to look.
    unknown_since: Option<Timestamp>,
    /// When somebody started the servers.
    started: Option<Timestamp>,
}

impl Stage {
    pub fn new(case: Case) -> Stage {
        let now: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let mut world = World::new(case.variant, &[OBJECT], now);
        match case.operation {
            OperationType::Reprotect => world.console_fail_over(OBJECT),
            OperationType::EnableProtection => world.console_set(OBJECT, At::Available),
            _ => {}
        }
        let members: &[&str] = if case.variant.several {
            &[OBJECT, "g2"]
        } else {
            &[OBJECT]
        };
        Stage {
            case,
            world,
            now,
            group: Group {
                namespace: "shop".to_owned(),
                name: "orders-db".to_owned(),
                uid: "group-1".to_owned(),
                object: OBJECT.to_owned(),
                members: members.iter().map(|member| (*member).to_owned()).collect(),
                generation: 1,
                intent: None,
                edits: Vec::new(),
                starting_deadline_seconds: 3600,
                suspend: false,
            },
            ledger: None,
            claims: BTreeMap::new(),
            requests: Vec::new(),
            decisions: Vec::new(),
            issued: 0,
            sendings: 0,
            points: 0,
            unknown: false,
            unknown_since: None,
            started: None,
        }
    }

    /// Runs until the operation has ended, re-protects a group that was failed over, and waits until whatever was on its way has arrived or
    /// died; how the operation ended.
    pub fn run(&mut self) -> Option<(Ending, Reason)> {
        // Several objects are claimed first.
        while self.ledger.is_none() {
            self.pass();
        }
        self.ask(self.case.operation);
        let mut asked = 1;
        for _ in 0..2_000 {
            let wake = self.pass();
            self.people();
            let completed = self.ledger.as_ref().map_or(&[][..], |l| &l.completed[..]);
            if completed.len() == asked {
                let first = (completed[0].ending, completed[0].reason);
                let failed_over = self.world.object(OBJECT).unwrap().at == At::FailedOver;
                let can = self.case.variant.lacks != Some(OperationType::Reprotect);
                if asked == 1 && failed_over && can && self.case.operation == OperationType::Failover {
                    self.ask(OperationType::Reprotect);
                    asked += 1;
                    continue;
                }
                self.now += SignedDuration::from_hours(3);
                self.world.advance_to(self.now);
                return Some(first);
            }
            // While a person is waited for a look each minute is enough.
            let (soon, wake) = match self.unknown_since {
                Some(_) => (60, None),
                None => (20, wake),
            };
            let soon = self.now + SignedDuration::from_secs(soon);
            let next = wake.into_iter().chain(self.world.next_event()).fold(soon, Ord::min);
            self.now = next.max(self.now + SignedDuration::from_secs(1));
        }
        None
    }

    /// Whether everything that was asked for went well.
    pub fn all_succeeded(&self) -> bool {
        let ledger = self.ledger.as_ref().unwrap();
        ledger.completed.iter().all(|v| v.ending == Ending::Succeeded)
    }

    pub fn station(&self) -> Station {
        self.world.object(OBJECT).unwrap().station
    }

    pub fn sight(&self, depth: Depth) -> Sight {
        Sight::Seen(self.world.observe(OBJECT, depth).unwrap())
    }

    /// One pass; when the engine wants to look again.
    fn pass(&mut self) -> Option<Timestamp> {
        self.world.advance_to(self.now);
        let mut held = Held::default();
        for object in &self.group.members {
            held.put(object, self.entry(object));
        }
        let mut pass = Pass::over(self.group.clone(), self.sight(Depth::Full), held, self.requests.clone());
        loop {
            pass = match pass {
                Pass::Over(Next::In(pause)) => return self.now.checked_add(pause).ok(),
                Pass::Over(Next::Again | Next::OnChange) => return None,
                at => self.step(at)?,
            };
        }
    }

    /// Answers what the pass needs next; none when the operator dies of it.
    fn step(&mut self, pass: Pass) -> Option<Pass> {
        let now = self.now;
        Some(match pass {
            Pass::Asks(at) => {
                let moment = self.moment();
                at.take(self.decisions.clone(), false, moment)
            }
            Pass::Observes(at) => {
                let seen = self.observe(&at);
                self.with_env(|env| at.take(seen, env))
            }
            Pass::Claims(at) => {
                match at.write().unwrap().clone() {
                    ClaimWrite::Make { object, record } | ClaimWrite::Replace { object, record, .. } => {
                        self.claims.insert(object, record);
                    }
                    ClaimWrite::Remove { object, .. } => drop(self.claims.remove(&object)),
                }
                self.survives()?;
                at.take(&Written::Done(version()))
            }
            Pass::Records(at) => {
                self.claims.remove(&at.object());
                self.write(at.ledger().cloned())?;
                at.take(Written::Done(version()), now)
            }
            Pass::Tells(at) => at.take(),
            Pass::Creates(at) => {
                self.create(at.own())?;
                at.take(Made::There, now)
            }
            Pass::Signs(at) => at.take(Ok(()), now),
            Pass::Looks(at) => {
                let (sight, standing) = (self.sight(Depth::Full), self.standing());
                self.with_env(|env| at.take(&sight, &standing, env))
            }
            Pass::Sends(at) => {
                let outcome = self.send(at.call());
                self.survives()?;
                at.take(outcome, now)
            }
            Pass::WritesDown(at) => {
                let ledger = self.with_env(|env| at.ledger(env)).unwrap();
                self.write(Some(ledger.clone()))?;
                at.take(ledger, Written::Done(version()))
            }
            Pass::Reports(at) => at.take(),
            Pass::Rereads(_) | Pass::Keeps(_) | Pass::Over(_) => unreachable!("every write is heard of"),
        })
    }

    fn entry(&self, object: &str) -> Entry {
        match (&self.ledger, self.claims.get(object)) {
            (Some(ledger), _) if object == OBJECT => Entry::Journal(Stored {
                version: version(),
                ledger: Arc::new(ledger.clone()),
            }),
            (_, Some(record)) => Entry::Claim {
                version: version(),
                record: record.clone(),
            },
            _ => Entry::Nobody,
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            fresh: Token::quoted(format!("t{}", self.issued + 1)),
            absent_until: None,
            watched: Vec::new(),
        }
    }

    fn observe(&self, at: &Observes) -> Seen {
        self.world.shown(at.look(), self.sight(Depth::Full), self.now)
    }

    fn standing(&self) -> Standing {
        Standing {
            ledger: Ok(Some(version())),
            group: Ok(Some((self.group.uid.clone(), self.group.generation))),
            now: self.now,
            stopping: false,
            leads: true,
        }
    }

    fn with_env<T>(&self, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
        let Case { variant, lie, .. } = self.case;
        use_it(&Env {
            orders_guarded: false,
            plan: &|operation, target, seen: &Observation| {
                let mut plan = variant.plan(operation, target, seen)?;
                lie(&mut plan);
                Some(plan)
            },
            right: &|_| ClaimRight::FirstCome,
            endpoint: Some("here"),
            there_and_back: None,
            instance: "operator-0",
            rules: Rules::shipped(),
        })
    }

    fn write(&mut self, ledger: Option<Ledger>) -> Option<()> {
        let token = ledger.as_ref().and_then(|l| l.token.clone());
        self.issued += u32::from(token == Some(self.moment().fresh));
        self.ledger = ledger;
        self.survives()
    }

    fn create(&mut self, own: &OwnRequest) -> Option<()> {
        let filed = own.filed("own-1".to_owned(), self.group.uid.clone(), self.now);
        self.requests.push(filed);
        self.survives()
    }

    /// None when the operator dies here; what it held in its hands is gone.
    fn survives(&mut self) -> Option<()> {
        let here = self.points;
        self.points += 1;
        (self.case.dies_at != Some(here)).then_some(())
    }
}

fn version() -> Version {
    Version(String::new())
}
