//! What a pass reads before it decides, and in which order: the API server, then the clock, then the provider.
//! It must not judge what was read.

use super::claims::Claims;
use super::record::Records;
use super::{Env, Judged, LedgerRead, Moment, Pass, Reading, Seen, Standpoint, tell};
use crate::gate::SEND_BUDGET;
use crate::ledger::{Entry, GroupRef};
use crate::look::{Look, differs, look};
use crate::{DecisionRequest, Depth, Group, Held, Observation, Reason, Request, Sight};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Group, ledger and operations were read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asks {
    group: Group,
    listed: Sight,
    held: Held,
    requests: Vec<Request>,
}

impl Asks {
    pub(super) fn new(group: Group, listed: Sight, held: Held, requests: Vec<Request>) -> Asks {
        Asks {
            group,
            listed,
            held,
            requests,
        }
    }

    /// The object under whose name must be read next, before anything else is asked. There is none for a group of one object whose ledger is
    /// known.
    pub fn unread(&self) -> Option<String> {
        self.held.unread(&self.group.reference(), &self.group.members)
    }

    /// What stands under the name of an object.
    pub fn read(&mut self, object: String, entry: Entry) {
        self.held.put(object, entry);
    }

    fn ledger(&self) -> LedgerRead {
        let journal = self.held.journal(&self.group.reference(), &self.group.members);
        journal.into()
    }

    /// The operation that runs: the decisions on it are listed afresh. Those on others can only be refused, so that a cache is good enough.
    pub fn running(&self) -> Option<String> {
        let ledger = self.ledger();
        let running = ledger.ledger()?.operation.as_ref();
        running.map(|o| o.name.clone())
    }

    /// The holder of the ledger or of an object, if it is another group: whether it still exists is read afresh.
    pub fn holder(&self) -> Option<GroupRef> {
        self.held.holder(&self.group.reference(), &self.group.members)
    }

    /// What was asked for was read, and after it the clock.
    pub fn take(self, decisions: Vec<DecisionRequest>, holder_exists: bool, moment: Moment) -> Pass {
        let (read, now) = (self.ledger(), moment.now);
        let ledger = read.ledger();
        let mut look = look(&self.group, ledger, &self.requests);
        if differs(ledger.filter(|l| l.group.uid == self.group.uid), &self.listed) {
            look.depth = Depth::Full;
        }
        Pass::Observes(Observes {
            listed: self.listed,
            reading: Box::new(Reading {
                group: self.group,
                ledger: read,
                held: self.held,
                requests: self.requests,
                decisions,
                holder_exists,
                moment,
                look,
                seen: Seen::of(unread(), now),
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
        let now = self.reading.moment.now;
        self.take(Seen::of(sight, now), env)
    }

    /// What was read of the object before this pass, by a reading that was begun at `begun_at`, is good enough where from it the call of a
    /// forced failover is recorded: the last look reads the object anew. Whatever else would come of it is decided from a reading made now.
    ///
    /// # Errors
    /// It is not good enough.
    pub fn by_the_list(self, begun_at: Timestamp, env: &Env<'_>) -> Result<Pass, Box<Observes>> {
        let Some(seen) = self.earlier(begun_at) else {
            return Err(Box::new(self));
        };
        match self.clone().take(Seen::of(Sight::Seen(seen), begun_at), env) {
            Pass::Records(at) if at.forces() => Ok(Pass::Records(at)),
            _ => Err(Box::new(self)),
        }
    }

    /// The earlier reading where it may be enough to begin by: nothing runs or is in doubt, and it shows the object as the ledger has it. However
    /// much it has read, it counts as a listing.
    fn earlier(&self, begun_at: Timestamp) -> Option<Observation> {
        let (reading, seen) = (&self.reading, self.listed.seen()?);
        let ledger = reading.ledger.ledger()?;
        let old = reading.moment.now.duration_since(begun_at);
        let counts = reading.look.forced
            && ledger.operation.is_none()
            && seen.fingerprint == ledger.fingerprint
            && (SignedDuration::ZERO..=SEND_BUDGET).contains(&old);
        counts.then(|| Observation {
            depth: Depth::Listed,
            ..seen.clone()
        })
    }

    /// The provider was read: now it is decided.
    pub fn take(mut self, seen: Seen, env: &Env<'_>) -> Pass {
        self.reading.seen = seen;
        let decided = self.reading.decide(env);
        let ledger = self.reading.ledger.clone();
        let at = Standpoint {
            judged: Arc::new(Judged {
                reading: *self.reading,
                decided,
            }),
            ledger,
        };
        if !at.judged.decided.claims.is_empty() {
            return Pass::Claims(Claims::new(at));
        }
        match &at.judged.decided.ledger {
            Some(_) => Pass::Records(Records { at }),
            None => tell::act(at),
        }
    }
}
