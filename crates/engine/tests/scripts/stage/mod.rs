//! A small stage: a group and its operations as the API server would hold them, a provider, a clock; between them it drives the engine's pass.
//! It must not judge anything itself: every decision is the engine's, and after every pass the standing rules are checked.

pub mod classes;
mod effects;
pub mod mutant;
pub mod provider;
mod read;
pub mod rules;
mod script;
pub mod view;
mod words;

pub use script::begin;

use jiff::{SignedDuration, Timestamp};
use mutant::Mutant;
use provider::Provider;
use stationmaster_engine::decide::Notice;
use stationmaster_engine::look::{self, Look};
use stationmaster_engine::pass::{
    CameOf, Env, LedgerRead, Made, Moment, Observes, Rules, Seen, Standing, Stored, Version, Watched, Written,
};
use stationmaster_engine::report::{DecisionReport, OperationReport, Report};
use stationmaster_engine::{
    CallRequest, Claims, DecisionRequest, Depth, Group, Intent, Ledger, Observation, Pass, Request, Sight, Token,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How old a bulk listing may be, in seconds.
const LISTING_SECONDS: i64 = 10;

/// Everything there is.
#[derive(Clone)]
pub struct Stage {
    pub now: Timestamp,
    pub group: Group,
    /// The intents of all revisions of the group's spec, oldest first.
    pub revisions: Vec<Option<Intent>>,
    pub requests: Vec<Request>,
    /// Every operation that a person ever filed.
    pub filed: Vec<Request>,
    pub decisions: Vec<DecisionRequest>,
    pub ledger: Option<Ledger>,
    pub provider: Provider,
    /// Whether another group that holds the ledger exists.
    pub holder_exists: bool,
    /// The administrator's list.
    pub claims: Claims,
    /// Where the connection leads.
    pub endpoint: String,
    /// Whether the API server lets the operator make its own operation.
    pub creates: bool,
    /// Whether the cluster lets only those file a forced order who are allowed to.
    pub guarded: bool,
    /// Whether the provider is only listed, whatever was asked for.
    pub shallow: bool,
    /// What the group's status says.
    pub report: Option<Report>,
    /// What the operations' statuses say, by name.
    pub operations: BTreeMap<String, OperationReport>,
    /// What the decisions' statuses say, by uid.
    pub consumed: BTreeMap<String, DecisionReport>,
    pub notices: Vec<Notice>,
    pub transcript: Vec<String>,
    pub mutant: Mutant,
    /// The reading before this one.
    pub watched: Option<Watched>,
    /// How long production takes at least to be moved away and back.
    pub there_and_back: Option<SignedDuration>,
    /// Until when no operator was watching.
    pub absent_until: Option<Timestamp>,
    /// At which of the points between two writes the operator dies.
    pub dies_at: Option<usize>,
    /// The points that were passed.
    pub points: Vec<&'static str>,
    pub ledger_writes: usize,
    pub status_writes: usize,
    /// Where each call of the journal was decided: the station and the state that it was bound to.
    pub sends: Vec<Send>,
    listing: Option<(Timestamp, Sight)>,
    tokens: u32,
    objects: u32,
}

/// A request on its way to the provider.
#[derive(Clone, Debug)]
pub struct Send {
    pub call: CallRequest,
    /// The token that its operation quoted.
    pub token: Token,
    /// How often somebody else had changed the provider's object.
    pub foreign_changes: u64,
}

/// What a pass did.
#[derive(Clone, Debug, Default)]
pub struct Passed {
    /// Whether anything was written or sent.
    pub changed: bool,
    /// When the engine wants to look again.
    pub wake: Option<Timestamp>,
}

impl Stage {
    /// One pass of the engine's machine. It may die between any two writes.
    pub fn pass(&mut self) -> Passed {
        self.provider.until(self.now);
        let mut passed = Passed::default();
        let requests = self.requests.clone();
        let mut pass = Pass::begin(self.group.clone(), self.listing(), self.stored(), requests);
        while !matches!(pass, Pass::Over(_)) {
            match self.step(pass, &mut passed) {
                Some(next) => pass = next,
                None => return passed,
            }
        }
        rules::hold(self);
        passed
    }

    /// Answers what the pass needs next; none when the operator dies of it.
    fn step(&mut self, pass: Pass, passed: &mut Passed) -> Option<Pass> {
        let now = self.now;
        Some(match pass {
            Pass::Asks(at) => {
                let moment = self.moment();
                at.take(self.decisions.clone(), self.holder_exists, moment)
            }
            Pass::Observes(at) => {
                let seen = self.observe(&at);
                let next = self.with_env(|env| at.take(seen.clone(), env));
                self.watched = seen.sight.seen().map(|seen| Watched::of(seen, self.now));
                next
            }
            Pass::Records(at) => {
                passed.changed = true;
                let ledger = at.ledger()?.clone();
                self.tokens += u32::from(ledger.token == Some(self.moment().fresh));
                self.survives("before the ledger is written")?;
                self.write(ledger);
                at.take(Written::Done(self.version()), now)
            }
            Pass::Tells(at) => {
                for notice in at.notices() {
                    self.say(notice);
                }
                self.survives("after the ledger was written")?;
                at.take()
            }
            Pass::Creates(at) => {
                let made = self.create(at.own())?;
                passed.changed |= made == Made::There;
                at.take(made, now)
            }
            Pass::Signs(at) => {
                passed.changed = true;
                self.survives("before the last look")?;
                at.take(Ok(()), now)
            }
            Pass::Looks(at) => {
                let (sight, standing) = (view::sight(&self.provider, Depth::Full), self.last_looks());
                self.with_env(|env| at.take(&sight, &standing, env))
            }
            Pass::Sends(at) => {
                let outcome = self.send(&at.stored().ledger, at.call());
                at.take(outcome, now)
            }
            Pass::WritesDown(at) => {
                let word = match at.came() {
                    CameOf::Call(call, outcome, _) => {
                        let (word, text) = words::outcome(outcome);
                        let (action, name, attempt) = (&call.action, &call.operation_name, call.attempt);
                        self.note(format!("CALL   {action} ({name} attempt {attempt}): {text}"));
                        word
                    }
                    CameOf::Making(..) => "before it is written that the object was not made",
                };
                self.survives(word)?;
                let ledger = self.with_env(|env| at.ledger(env)).expect("nobody else writes");
                self.write(ledger.clone());
                self.survives("after the answer was written")?;
                at.take(ledger, Written::Done(self.version()))
            }
            Pass::Reports(at) => {
                let decision = at.decided();
                if decision.ledger.is_none() {
                    assert!(decision.notices.is_empty(), "said without news: {:?}", decision.notices);
                }
                passed.wake = decision.wake;
                passed.changed |= self.publish(&at);
                at.take()
            }
            Pass::Rereads(_) | Pass::Keeps(_) | Pass::Over(_) => unreachable!("every write is heard of"),
            Pass::Claims(_) => unreachable!("the group is made of one object"),
        })
    }

    /// What the engine wants to read.
    pub fn look(&self) -> Look {
        look::look(&self.group, self.ledger.as_ref(), &self.requests)
    }

    fn stored(&self) -> LedgerRead {
        match &self.ledger {
            Some(ledger) => LedgerRead::Stored(Stored {
                version: self.version(),
                ledger: Arc::new(ledger.clone()),
            }),
            None => LedgerRead::Missing,
        }
    }

    fn version(&self) -> Version {
        Version(self.ledger_writes.to_string())
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            fresh: Token::quoted(format!("t{}", self.tokens + 1)),
            absent_until: self.absent_until,
            watched: self.watched.clone().into_iter().collect(),
        }
    }

    fn observe(&mut self, at: &Observes) -> Seen {
        let Look { jobs, lost, .. } = at.look();
        let full = at.reads_the_object() && !self.shallow;
        Seen {
            unread: None,
            found: lost.as_ref().and_then(|l| view::find(&self.provider, l)),
            jobs: jobs.iter().filter_map(|j| view::poll(&self.provider, j)).collect(),
            sight: if full {
                view::sight(&self.provider, Depth::Full)
            } else {
                self.listing()
            },
            begun_at: self.now,
            ended_at: self.now,
        }
    }

    fn last_looks(&self) -> Standing {
        Standing {
            ledger: Ok(Some(self.version())),
            group: Ok(Some((self.group.uid.clone(), self.group.generation))),
            now: self.now,
            stopping: false,
            leads: true,
        }
    }

    /// The bulk listing: shared by all groups, and so not always of this moment.
    fn listing(&mut self) -> Sight {
        let old = self.now - SignedDuration::from_secs(LISTING_SECONDS);
        let seen = self.listing.take().filter(|(at, _)| *at > old && *at <= self.now);
        let (at, sight) = seen.unwrap_or_else(|| (self.now, view::sight(&self.provider, Depth::Listed)));
        self.listing = Some((at, sight.clone()));
        sight
    }

    fn with_env<T>(&self, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
        let mutant = self.mutant;
        use_it(&Env {
            orders_guarded: self.guarded,
            plan: &|operation, station, seen: &Observation| view::plan(&self.provider, operation, station, seen),
            right: &|namespace| self.claims.right("sdrs", "p1", namespace),
            endpoint: Some(&self.endpoint),
            there_and_back: self.there_and_back,
            instance: "operator-0",
            rules: Rules {
                decide: &|input| {
                    let decision = mutant::decide_as(mutant, input);
                    let again = mutant::decide_as(mutant, input);
                    assert_eq!(decision, again, "the same input is decided in two ways");
                    decision
                },
                ..Rules::shipped()
            },
        })
    }

    /// None when the operator dies here.
    fn survives(&mut self, point: &'static str) -> Option<()> {
        let here = self.points.len();
        self.points.push(point);
        (self.dies_at != Some(here)).then_some(())
    }

    fn new_uid(&mut self) -> String {
        self.objects += 1;
        format!("uid-{}", self.objects)
    }
}
