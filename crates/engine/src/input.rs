//! Everything that a decision may depend on, as values.
//! It must not hold a status written by the operator as a ground to act: `ended` only ever withholds.

use crate::ledger::GroupRef;
use crate::plan::Plans;
use crate::{
    ClaimRight, DecisionAction, Fingerprint, Held, JobReport, Ledger, Observation, OperationType, Reason, Risk,
    Station, Token, Why,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// What one decision is made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The protection group.
    pub group: &'a Group,
    /// The ledger of its provider object, if there is one.
    pub ledger: Option<&'a Ledger>,
    /// What was read under the names of its provider objects.
    pub held: &'a Held,
    /// Whether [`Held::holder`], if that is another group, still exists.
    pub holder_exists: bool,
    /// What the administrator's list says of groups in a namespace and the provider's object.
    pub right: &'a dyn Fn(&str) -> ClaimRight,
    /// The endpoint of the connection, normalised; none while there is no connection. `sight` was read there.
    pub endpoint: Option<&'a str>,
    /// What the provider shows.
    pub sight: &'a Sight,
    /// How closely the object was watched.
    pub watch: Watch,
    /// All operations that name the group.
    pub requests: &'a [Request],
    /// All decisions on operations of the group.
    pub decisions: &'a [DecisionRequest],
    /// The jobs that [`crate::look`] asked for, as far as they could be read.
    pub jobs: &'a [JobReport],
    /// Why a job could not be read, if one could not: the provider's word.
    pub unread: Option<&'a str>,
    /// The job that was found for a call without an answer.
    pub found: Option<&'a JobReport>,
    /// The provider's plan of an operation towards a station; empty when it cannot do it.
    pub plan: &'a Plans<'a>,
    /// A token that nobody has seen.
    pub fresh: &'a Token,
    /// Which process this is.
    pub instance: &'a str,
    /// Whether the cluster lets only those file a forced order who are allowed to: then its author may overrule `spec.suspend`.
    pub orders_guarded: bool,
    /// Until when no operator was watching, as far as anybody can tell; none if there was no such time. What was asked for before is held.
    /// The value names the absence: each one is acted on once.
    pub absent_until: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// How long the object can have been out of sight since it was last seen to be as the ledger has it, and how long production takes at least to be
/// moved away and back. Nobody knows what is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Watch {
    /// From the beginning of that reading to the end of the present one.
    pub gap: Option<SignedDuration>,
    /// As the provider declares it.
    pub there_and_back: Option<SignedDuration>,
    /// Whether the object says of itself the same as in that reading: then a revision that has moved has no known cause.
    pub same_description: bool,
    /// Until when the other side surely had everything, by the earlier readings of this process that were made while production ran where it runs by the ledger.
    pub complete_at: Option<Timestamp>,
}

impl Watch {
    /// Whether a revision that moved alone is noise: production cannot have been moved away and back unseen, and somebody has changed what the
    /// object says of itself, as far as it says anything.
    pub fn tolerates(&self, before: &Fingerprint, seen: &Fingerprint) -> bool {
        let watched = self
            .gap
            .zip(self.there_and_back)
            .is_some_and(|(gap, least)| gap < least);
        before.same_position(seen) && watched && !self.same_description
    }
}

/// An edit of a ProtectionGroup's spec, as the watch delivered it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// Its `metadata.generation`.
    pub generation: i64,
    /// The intent that it asks for, if any.
    pub intent: Option<Intent>,
}

/// The part of a ProtectionGroup that decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// The provider's word for what the group is: the id of its object, or what names several. It is what readings and calls are asked by.
    pub object: String,
    /// The provider objects that it is made of, each of them claimed: at least one and at most [`crate::held::MEMBERS`].
    pub members: BTreeSet<String>,
    /// `metadata.generation`.
    pub generation: i64,
    /// The intent, if any.
    pub intent: Option<Intent>,
    /// The last edits that the watch delivered, by generation. A generation that is not among them nobody has seen.
    pub edits: Vec<Edit>,
    /// `spec.startingDeadlineSeconds`.
    pub starting_deadline_seconds: u32,
    /// `spec.suspend`.
    pub suspend: bool,
}

impl Group {
    /// As a ledger names it.
    pub fn reference(&self) -> GroupRef {
        GroupRef {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            uid: self.uid.clone(),
        }
    }
}

/// What a person asks for on the group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Intent {
    /// `spec.priorityStation`.
    pub station: Station,
    /// `spec.priorityToken`.
    pub token: Option<Token>,
}

/// What the provider shows, or why it does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    /// It was read.
    Seen(Observation),
    /// It could not be read.
    Unseen {
        /// The one word.
        reason: Reason,
        /// In words.
        message: String,
    },
}

impl Sight {
    /// The observation, if there is one.
    pub fn seen(&self) -> Option<&Observation> {
        match self {
            Sight::Seen(observation) => Some(observation),
            Sight::Unseen { .. } => None,
        }
    }

    /// Why it could not be read, if it could not.
    pub fn unseen(&self) -> Option<Why> {
        match self {
            Sight::Seen(_) => None,
            Sight::Unseen { reason, message } => Some(Why::new(*reason, message.clone())),
        }
    }
}

/// A RecoveryOperation object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// `metadata.creationTimestamp`.
    pub created_at: Timestamp,
    /// `spec.groupRef.uid`.
    pub group_uid: String,
    /// `spec.type`.
    pub operation: OperationType,
    /// `spec.targetStation`.
    pub target: Option<Station>,
    /// `spec.priorityToken`.
    pub token: Option<Token>,
    /// `spec.notAfter`.
    pub not_after: Option<Timestamp>,
    /// `spec.dataLoss`.
    pub data_loss: Option<DataLoss>,
    /// `spec.acceptedRisks`.
    pub accepted_risks: Vec<Risk>,
    /// `spec.requestedBy`.
    pub requested_by: String,
    /// Whether its status says that it has ended: it is never begun again.
    pub ended: bool,
}

/// The identity of an operation that the operator itself makes for an intent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnRequest {
    /// `<group>-<token>`.
    pub name: String,
    /// Always a planned failover.
    pub operation: OperationType,
    /// Where production should run.
    pub target: Station,
    /// The token that the intent quoted.
    pub token: Token,
    /// Who asked, in words.
    pub requested_by: String,
}

impl OwnRequest {
    /// What is read back once its object has been made: it has no deadline of its own, and accepts no loss of data.
    pub fn filed(&self, uid: String, group_uid: String, created_at: Timestamp) -> Request {
        Request {
            name: self.name.clone(),
            uid,
            created_at,
            group_uid,
            operation: self.operation,
            target: Some(self.target),
            token: Some(self.token.clone()),
            not_after: None,
            data_loss: None,
            accepted_risks: Vec::new(),
            requested_by: self.requested_by.clone(),
            ended: false,
        }
    }
}

/// How much data loss a person accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataLoss {
    /// At most so many seconds.
    Seconds(u64),
    /// Any amount.
    Unknown,
}

/// An OperationDecision object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DecisionRequest {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// `spec.operationRef.name`.
    pub operation_name: String,
    /// `spec.operationRef.uid`.
    pub operation_uid: String,
    /// `spec.step`; may be empty for Abandon.
    pub step: String,
    /// `spec.attempt`.
    pub attempt: u32,
    /// `spec.action`.
    pub action: DecisionAction,
    /// `spec.part`; empty where none is named.
    pub part: String,
    /// `spec.requestedBy`.
    pub requested_by: String,
    /// Whether its status says that it was consumed or refused.
    pub ended: bool,
}
