//! What the operator remembers about one provider object: token, role, fingerprint, claim, the journal of submissions.
//! It must not be derived from any status: it is the only fence and the only journal, and status is a projection of it.

mod claim;
mod completed;
mod doubt;
mod jobs;
mod operation;
mod orders;
mod pending;
pub mod record;
mod stored;
mod submission;

pub use claim::{ClaimRecord, Entry};
pub use completed::{CompletedOperation, ConsumedDecision, Ending};
pub use operation::{Operation, Origin, Step, StepState};
pub use orders::{NOTED, NOTED_IN_ALL, NotedOrder, STANDING};
pub use pending::{PENDING_CALL_EXCLUDED, PendingCall};
pub use stored::{Stored, Version};
pub use submission::{Submission, SubmissionState};

use crate::{ActiveStation, Fingerprint, Reason, Station, Token, text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many ended operations are remembered. Older ones are fenced by their token and their `notAfter` alone.
pub const COMPLETED: usize = 30;
/// How many of them, the newest, keep their whole message; the others keep [`SHORT`] bytes of it.
pub const WHOLE: usize = 5;
/// How long a message may be that is only kept for its status to be mended, in bytes.
pub const SHORT: usize = 120;
/// How many consumed decisions are remembered.
pub const CONSUMED: usize = 20;
/// How many calls of ended operations that may still arrive are listed.
pub const PENDING_CALLS: usize = 10;
/// How many jobs of a completed operation are remembered, of the newest ones; of the others [`FEWER_JOBS`].
pub const JOBS: usize = 64;
/// How many jobs of an older completed operation are remembered.
pub const FEWER_JOBS: usize = 8;
/// How often a call is made that perhaps happened, and how many attempts of a step are kept.
pub const ATTEMPTS: u32 = 5;

/// The ledger of one provider object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// The group that holds the claim.
    pub group: GroupRef,
    /// The further provider objects that the group holds by claim records of their own, in name order: none where it is made of one object.
    /// While something of an operation may still arrive, what the group has given up is among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// The endpoint at which the object was read last, normalised. It is no part of what the object is known by. Empty in a record that is
    /// older than that: then the next reading tells it.
    #[serde(default)]
    pub endpoint: String,
    /// The present token; none while an operation that moves production has been submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// Why and when the present token was issued.
    pub issued: Issued,
    /// Tokens from before the present one that stood for the same role and position, oldest first, at most [`STANDING`]: a forced failover may
    /// quote them, an intent may not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Token>,
    /// The forced failovers that were seen, oldest first, at most [`NOTED_IN_ALL`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noted: Vec<NotedOrder>,
    /// The last absence of the operator after which what had been asked for was held: its end, as the lease tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Timestamp>,
    /// The last `metadata.generation` whose intent was judged.
    pub judged_generation: i64,
    /// Where production ran when the provider was last at rest.
    pub active: ActiveStation,
    /// What the provider's object looked like.
    pub fingerprint: Fingerprint,
    /// Whether role or status were seen to change while the revision stayed: then a revision that stays proves nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revision_stays: bool,
    /// The intent that waits to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<ArmedIntent>,
    /// The operation that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Operations that ended or were refused, oldest first, at most [`COMPLETED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub completed: Vec<CompletedOperation>,
    /// Calls of ended operations that may still arrive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_calls: Vec<PendingCall>,
    /// Decisions that were consumed, oldest first, at most [`CONSUMED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consumed: Vec<ConsumedDecision>,
}

/// A group's identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRef {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Identity is the uid, not the name.
    pub uid: String,
}

/// The last issuing of a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    /// Why.
    pub why: Reason,
    /// When.
    pub at: Timestamp,
    /// The token before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Token>,
}

/// An intent of now that has not started.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmedIntent {
    /// Where production should run.
    pub station: Station,
    /// The token that was quoted.
    pub token: Token,
    /// When the operator first saw it; the starting deadline counts from here.
    pub first_seen: Timestamp,
}

impl Ledger {
    /// Whether something at the provider may still come of it: an operation whose call may have left, a call that may still arrive. Then it
    /// is not removed, and not handed over while its holder is there.
    pub fn fences(&self, now: Timestamp) -> bool {
        let left = self.operation.as_ref().is_some_and(Operation::submitted);
        left || self.pending_calls.iter().any(|call| call.may_arrive(now))
    }

    /// Drops what tells of the holder before: a group of another namespace is told nothing of it. What fences stays.
    pub fn forget_the_past(&mut self) {
        self.completed.clear();
        self.consumed.clear();
        self.issued.previous = None;
        self.noted.clear();
        if let Some(operation) = &mut self.operation {
            operation.requested_by.clear();
        }
    }

    /// Replaces the token and disarms any intent that waits. Where role or position may have changed, no order stands that quoted another.
    pub fn issue(&mut self, fresh: &Token, why: Reason, now: Timestamp) {
        self.keep_or_void_orders(why);
        self.issued = Issued {
            why,
            at: now,
            previous: self.token.take().or_else(|| self.issued.previous.take()),
        };
        self.token = Some(fresh.clone());
        self.intent = None;
    }

    /// A move none of whose calls has left has changed nothing: the token that its record took away stands again.
    pub fn give_back(&mut self) {
        let unstarted = |o: &&mut Operation| o.kind.moves_production() && !o.submitted();
        let running = self.operation.as_mut().filter(unstarted);
        if let (None, Some(operation)) = (&self.token, running) {
            self.token = operation.consumed.take();
        }
    }

    /// Remembers how an operation ended; only the newest keeps its record. What never ran is forgotten first: it needs no fence.
    pub fn remember(&mut self, completed: CompletedOperation) {
        if completed.record.is_some() {
            for older in &mut self.completed {
                older.record = None;
            }
        }
        if self.completed.len() >= COMPLETED {
            let idle = |v: &CompletedOperation| v.started_at.is_none() && v.record.is_none();
            let oldest = self.completed.iter().position(idle).unwrap_or(0);
            self.completed.remove(oldest);
        }
        self.completed.push(completed);
        let short = self.completed.len().saturating_sub(WHOLE);
        for older in &mut self.completed[..short] {
            older.message = text::cut(SHORT, std::mem::take(&mut older.message));
            older.jobs.truncate(FEWER_JOBS);
        }
    }

    /// The result on the object with this uid.
    pub fn completed_operation(&self, uid: &str) -> Option<&CompletedOperation> {
        self.completed.iter().rev().find(|v| v.uid.as_deref() == Some(uid))
    }

    /// Whether an operation runs that moves production.
    pub fn moving(&self) -> bool {
        self.operation.as_ref().is_some_and(|o| o.kind.moves_production())
    }

    /// The operation, ended or running, that consumed this token.
    pub fn consumer(&self, token: &Token) -> Option<&str> {
        // A move uses up every token that stands for the state that it leaves.
        let uses =
            |o: &Operation| o.token == *token || o.consumed.as_ref() == Some(token) || self.standing.contains(token);
        let running = self
            .operation
            .as_ref()
            .filter(|o| o.kind.moves_production() && o.submitted() && uses(o));
        running.map(|o| o.name.as_str()).or_else(|| {
            let used = |v: &&CompletedOperation| {
                v.started_at.is_some() && v.kind.moves_production() && v.token.as_ref() == Some(token)
            };
            self.completed.iter().rev().find(used).map(|v| v.name.as_str())
        })
    }
}
