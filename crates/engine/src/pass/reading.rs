//! Everything that one decision is made from.
//! It must not be read here, nor judged.

use super::{Env, LedgerRead};
use crate::decide::held;
use crate::ledger::GroupRef;
use crate::look::Look;
use crate::{
    Decided, DecisionRequest, Fingerprint, Group, Held, Input, JobReport, Observation, Request, Sight, Token, Watch,
};
use jiff::Timestamp;

/// The clock and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Now: read before the provider is, so that what is seen is younger.
    pub now: Timestamp,
    /// A token that nobody has seen.
    pub fresh: Token,
    /// Until when no operator was watching: [`Input::absent_until`].
    pub absent_until: Option<Timestamp>,
    /// Earlier readings of the object by this process.
    pub watched: Vec<Watched>,
}

/// An earlier reading of the object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Watched {
    /// What it showed.
    pub fingerprint: Fingerprint,
    /// What the object said of itself: [`crate::Observation::description`].
    pub description: Option<String>,
    /// Until when the other side surely had everything: [`crate::observation::Replication::complete_at`].
    pub complete_at: Option<Timestamp>,
    /// When it was begun.
    pub at: Timestamp,
}

impl Watched {
    /// What a reading that was begun at `at` showed.
    pub fn of(seen: &Observation, at: Timestamp) -> Watched {
        Watched {
            fingerprint: seen.fingerprint.clone(),
            description: seen.description.clone(),
            complete_at: seen.replication.complete_at(at),
            at,
        }
    }
}

/// What the provider shows. The jobs are read before the object, so that a job that has ended is judged by a younger reading.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The job that was found for the call without an answer.
    pub found: Option<JobReport>,
    /// The jobs that could be read.
    pub jobs: Vec<JobReport>,
    /// Why a job could not be read, if one could not: at most 256 bytes.
    pub unread: Option<String>,
    /// The object.
    pub sight: Sight,
    /// When the reading of the object was begun: what is decided rests on nothing older.
    pub begun_at: Timestamp,
    /// When it had ended.
    pub ended_at: Timestamp,
}

impl Seen {
    /// The object alone, as it was seen at this moment.
    pub(super) fn of(sight: Sight, at: Timestamp) -> Seen {
        Seen {
            found: None,
            jobs: Vec::new(),
            unread: None,
            sight,
            begun_at: at,
            ended_at: at,
        }
    }
}

/// Everything that one decision is made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The group.
    pub group: Group,
    /// Its ledger.
    pub ledger: LedgerRead,
    /// What stands under the names of its objects.
    pub held: Held,
    /// Its operations.
    pub requests: Vec<Request>,
    /// The decisions on them.
    pub decisions: Vec<DecisionRequest>,
    /// Whether the holder of the ledger or of an object, if it is another group, still exists.
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
            held: &self.held,
            holder_exists: self.holder_exists,
            right: env.right,
            endpoint: env.endpoint,
            sight: &self.seen.sight,
            watch: self.watch(env),
            requests: &self.requests,
            decisions: &self.decisions,
            jobs: &self.seen.jobs,
            unread: self.seen.unread.as_deref(),
            found: self.seen.found.as_ref(),
            plan: env.plan,
            fresh: &self.moment.fresh,
            instance: env.instance,
            orders_guarded: env.orders_guarded,
            absent_until: self.moment.absent_until,
            now: self.moment.now,
        })
    }

    /// The holder of the ledger or of an object, if it is another group.
    pub fn holder(&self) -> Option<GroupRef> {
        self.held.holder(&self.group.reference(), &self.group.members)
    }

    fn watch(&self, env: &Env<'_>) -> Watch {
        let known = self.ledger.ledger().map(|l| &l.fingerprint);
        let same = self.moment.watched.iter().filter(|w| Some(&w.fingerprint) == known);
        let last = same.max_by_key(|w| w.at);
        let described = self.seen.sight.seen().and_then(|s| s.description.as_ref());
        Watch {
            // A clock that was put back tells nothing.
            gap: last
                .map(|w| self.seen.ended_at.duration_since(w.at))
                .filter(|gap| !gap.is_negative()),
            there_and_back: env.there_and_back,
            same_description: last.is_some_and(|w| described.is_some() && w.description.as_ref() == described),
            complete_at: self.complete_at(known),
        }
    }

    fn complete_at(&self, known: Option<&Fingerprint>) -> Option<Timestamp> {
        let known = known?;
        // What was complete at the other side while production ran elsewhere says nothing of what is lost now.
        let same = |fingerprint: &Fingerprint| fingerprint.active == known.active;
        let before = self.moment.watched.iter().filter(|w| same(&w.fingerprint));
        before.filter_map(|w| w.complete_at).max()
    }

    /// The same for the last look: how closely the object was watched since it was read for this decision, however long before the pass that was.
    pub(super) fn watch_until(&self, env: &Env<'_>, seen: &Observation, now: Timestamp) -> Watch {
        let before = self.seen.sight.seen().and_then(|s| s.description.as_ref());
        let gap = now.duration_since(self.moment.now.min(self.seen.begun_at));
        Watch {
            gap: Some(gap).filter(|gap| !gap.is_negative()),
            there_and_back: env.there_and_back,
            same_description: before.is_some() && before == seen.description.as_ref(),
            complete_at: None,
        }
    }

    pub(super) fn decide(&self, env: &Env<'_>) -> Decided {
        match &self.ledger {
            LedgerRead::Unreadable(why) => self.with_input(env, |input| held(input, why.clone())),
            LedgerRead::Missing | LedgerRead::Stored(_) => self.with_input(env, env.rules.decide),
        }
    }
}
