//! What is remembered of forced failovers that wait: by name, uid and token, and which tokens they may quote.
//! It must not decide whether one may begin: the gate does.

use super::Ledger;
use crate::{Fingerprint, Reason, Token};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many tokens from before the present one may be quoted by a forced failover.
pub const STANDING: usize = 8;
/// How many forced failovers that can still begin are noted. Further ones wait until there is room.
pub const NOTED: usize = 16;
/// How many are noted in all: those that ended or were taken back keep their names until their time is over, and hold off nobody.
pub const NOTED_IN_ALL: usize = 40;

/// A forced failover that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotedOrder {
    /// Its name: as long as it is noted, no other object of this name is carried out.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// The token that it quotes.
    pub token: Token,
    /// Until when it may begin.
    pub not_after: Timestamp,
    /// Whether its object is gone: it was taken back, and its name is kept until its time is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_back: bool,
    /// The planned failover for whose end it waits, if it quotes the token which that one has used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// Whether that one has ended, and neither role nor position has changed since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admitted: bool,
}

impl Ledger {
    /// The note of this object.
    pub fn note(&self, name: &str, uid: &str) -> Option<&NotedOrder> {
        self.noted.iter().find(|n| n.name == name && n.uid == uid)
    }

    /// Whether one more order can be noted.
    pub fn has_room_for_an_order(&self) -> bool {
        let open = |n: &&NotedOrder| !n.taken_back && self.completed_operation(&n.uid).is_none();
        self.noted.len() < NOTED_IN_ALL && self.noted.iter().filter(open).count() < NOTED
    }

    /// Whether an order may quote this token: the present one, one that stood for the same role and position, or that of the planned failover
    /// behind which it waited.
    pub fn stands(&self, token: &Token, note: Option<&NotedOrder>) -> bool {
        let admitted = note.is_some_and(|n| n.admitted && n.token == *token);
        self.token.as_ref() == Some(token) || self.standing.contains(token) || admitted
    }

    /// Remembers what the object looks like now.
    pub fn adopt(&mut self, seen: &Fingerprint) {
        let before = &self.fingerprint;
        let same_revision = seen.revision.is_some() && before.revision == seen.revision;
        self.revision_stays |= same_revision && !before.same_position(seen);
        self.fingerprint = seen.clone();
    }

    /// Whether a revision that is the same tells that nothing has changed.
    pub fn revision_tells(&self) -> bool {
        self.fingerprint.revision.is_some() && !self.revision_stays
    }

    /// A planned failover that had made a call has ended: who waited behind it is judged by what is seen now.
    pub fn admit_those_behind(&mut self, operation: &str) {
        for note in &mut self.noted {
            note.admitted |= note.behind.as_deref() == Some(operation);
        }
    }

    /// What is issued for an accident of an intent voids no order; what is issued because role or position may have changed voids all.
    pub(super) fn keep_or_void_orders(&mut self, why: Reason) {
        let same_position = matches!(
            why,
            Reason::IntentWithdrawn
                | Reason::IntentLapsed
                | Reason::ChangesMissed
                | Reason::OperationDeleted
                | Reason::Expired
                | Reason::Abandoned
        );
        // After an absence the next reading tells: a fingerprint that differs issues another token. Without a revision, or with one that
        // was seen to stay where it should have moved, nothing tells of a change.
        let told = why == Reason::OperatorAbsent && self.revision_tells();
        if !(same_position || told) {
            self.standing.clear();
            self.noted.iter_mut().for_each(|n| n.admitted = false);
            return;
        }
        self.standing.extend(self.token.clone());
        let surplus = self.standing.len().saturating_sub(STANDING);
        self.standing.drain(..surplus);
    }
}
