//! What a pass reads before it decides, and in which order: the API server, then the clock, then the provider.
//! It must not judge what was read.

use super::record::Records;
use super::{Env, Judged, Pass, Standpoint, Stored, tell};
use crate::decide::held;
use crate::ledger::GroupRef;
use crate::look::{Look, differs, look};
use crate::{Answer, Decision, Depth, Group, Input, JobReport, Ledger, Reason, Request, Sight, Token, Why};
use jiff::Timestamp;
use std::sync::Arc;

/// What was found of the group's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LedgerRead {
    /// There is none.
    Missing,
    /// It was read.
    Stored(Stored),
    /// It is there and cannot be used: nothing is decided.
    Unreadable(Why),
}

impl LedgerRead {
    /// What is recorded, as far as it can be read.
    pub fn ledger(&self) -> Option<&Ledger> {
        match self {
            LedgerRead::Stored(stored) => Some(&stored.ledger),
            LedgerRead::Missing | LedgerRead::Unreadable(_) => None,
        }
    }
}

/// The clock and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Now: read before the provider is, so that what is seen is younger.
    pub now: Timestamp,
    /// A token that nobody has seen.
    pub fresh: Token,
    /// Until when no operator was watching: [`Input::absent_until`].
    pub absent_until: Option<Timestamp>,
}

/// What the provider shows. The jobs are read before the object, so that a job that has ended is judged by a younger reading.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The job that was found for the call without an answer.
    pub found: Option<JobReport>,
    /// The jobs that could be read.
    pub jobs: Vec<JobReport>,
    /// The object.
    pub sight: Sight,
}

/// Everything that one decision is made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The group.
    pub group: Group,
    /// Its ledger.
    pub ledger: LedgerRead,
    /// Its operations.
    pub requests: Vec<Request>,
    /// The decisions on them.
    pub answers: Vec<Answer>,
    /// Whether the ledger's holder, if it is another group, still exists.
    pub holder_exists: bool,
    /// When.
    pub moment: Moment,
    /// What was to be read at the provider.
    pub look: Look,
    /// What was read there.
    pub seen: Seen,
}

impl Reading {
    /// The same as the engine's input.
    pub fn with_input<T>(&self, env: &Env<'_>, use_it: impl FnOnce(&Input<'_>) -> T) -> T {
        use_it(&Input {
            group: &self.group,
            ledger: self.ledger.ledger(),
            holder_exists: self.holder_exists,
            right: env.right,
            endpoint: env.endpoint,
            sight: &self.seen.sight,
            requests: &self.requests,
            answers: &self.answers,
            jobs: &self.seen.jobs,
            found: self.seen.found.as_ref(),
            plan: env.plan,
            fresh: &self.moment.fresh,
            instance: env.instance,
            absent_until: self.moment.absent_until,
            now: self.moment.now,
        })
    }

    fn decide(&self, env: &Env<'_>) -> Decision {
        match &self.ledger {
            LedgerRead::Unreadable(why) => self.with_input(env, |input| held(input, why.clone())),
            LedgerRead::Missing | LedgerRead::Stored(_) => self.with_input(env, env.rules.decide),
        }
    }
}

/// Group, ledger and operations were read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asks {
    group: Group,
    listed: Sight,
    ledger: LedgerRead,
    requests: Vec<Request>,
}

impl Asks {
    pub(super) fn new(group: Group, listed: Sight, ledger: LedgerRead, requests: Vec<Request>) -> Asks {
        Asks {
            group,
            listed,
            ledger,
            requests,
        }
    }

    /// The operation that runs: the decisions on it are listed afresh. Those on others can only be refused, so that a cache is good enough.
    pub fn running(&self) -> Option<&str> {
        let ledger = self.ledger.ledger()?;
        ledger.operation.as_ref().map(|o| o.name.as_str())
    }

    /// The ledger's holder, if it is another group: whether it still exists is read afresh.
    pub fn holder(&self) -> Option<&GroupRef> {
        let holder = &self.ledger.ledger()?.group;
        (holder.uid != self.group.uid).then_some(holder)
    }

    /// What was asked for was read, and after it the clock.
    pub fn take(self, answers: Vec<Answer>, holder_exists: bool, moment: Moment) -> Pass {
        let ledger = self.ledger.ledger();
        let mut look = look(&self.group, ledger, &self.requests);
        if differs(ledger.filter(|l| l.group.uid == self.group.uid), &self.listed) {
            look.depth = Depth::Full;
        }
        Pass::Observes(Observes {
            listed: self.listed,
            reading: Box::new(Reading {
                group: self.group,
                ledger: self.ledger,
                requests: self.requests,
                answers,
                holder_exists,
                moment,
                look,
                seen: Seen {
                    found: None,
                    jobs: Vec::new(),
                    sight: unread(),
                },
            }),
        })
    }
}

fn unread() -> Sight {
    Sight::Unseen {
        reason: Reason::NotObserved,
        message: String::new(),
    }
}

/// The API server and the clock were read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observes {
    listed: Sight,
    reading: Box<Reading>,
}

impl Observes {
    /// What is to be read at the provider.
    pub fn look(&self) -> &Look {
        &self.reading.look
    }

    /// Whether the object itself is to be read. Also where the list does not hold it and there is no ledger yet: the object may be younger than
    /// the list.
    pub fn reads_the_object(&self) -> bool {
        let unlisted =
            matches!(&self.listed, Sight::Unseen { reason, .. } if *reason == Reason::ProtectionObjectNotFound);
        self.reading.look.depth == Depth::Full || (unlisted && self.reading.ledger == LedgerRead::Missing)
    }

    /// What the list shows is good enough: at rest nothing more is read.
    pub fn listed(self, env: &Env<'_>) -> Pass {
        let sight = self.listed.clone();
        self.take(
            Seen {
                found: None,
                jobs: Vec::new(),
                sight,
            },
            env,
        )
    }

    /// The provider was read: now it is decided.
    pub fn take(mut self, seen: Seen, env: &Env<'_>) -> Pass {
        self.reading.seen = seen;
        let decision = self.reading.decide(env);
        let ledger = self.reading.ledger.clone();
        let at = Standpoint {
            judged: Arc::new(Judged {
                reading: *self.reading,
                decision,
            }),
            ledger,
        };
        match &at.judged.decision.ledger {
            Some(_) => Pass::Records(Records { at }),
            None => tell::act(at),
        }
    }
}
