//! Everything that is explored: API server, provider, network, two replicas, and how much trouble there has been.
//! It must not change by itself: the modules beside it do that.

use super::groups::Other;
use jiff::Timestamp;
use stationmaster_engine::{CallRequest, DecisionRequest, Group, Ledger, Pass, Request};
use stationmaster_provider_proof as proof;
use std::sync::Arc;

/// The provider's id of the one object.
pub const OBJECT: &str = "g1";

/// A state of the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The time of everyone.
    pub now: Timestamp,
    /// The provider.
    pub world: proof::World,
    /// The group, as the API server holds it.
    pub group: Group,
    /// The ledger, as the API server holds it.
    pub stored: Stored,
    /// The version before it: what a stale read shows.
    pub older: Option<Stored>,
    /// All RecoveryOperations.
    pub requests: Vec<Request>,
    /// All OperationDecisions.
    pub decisions: Vec<DecisionRequest>,
    /// The group whose turn it is not, where there is a second one.
    pub other: Option<Box<Other>>,
    /// The operator's two processes. Neither asks whether the other one leads: whatever a lease allows is among what they do.
    pub replicas: [Pc; 2],
    /// Requests on their way to the provider.
    pub network: Vec<Sent>,
    /// What may still go wrong.
    pub left: Budget,
    /// How many tokens were issued.
    pub issued: u32,
    /// Whether nothing has happened yet that can leave a call in doubt.
    pub clear: bool,
    /// The first promise that was broken.
    pub broken: Option<Broken>,
}

/// A version of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// `metadata.resourceVersion`.
    pub version: u32,
    /// What it records.
    pub ledger: Arc<Ledger>,
}

/// Where a process is in its pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pc {
    /// Between two passes, or just started.
    Idle,
    /// It stands at this point of its pass.
    At(Arc<Pass>),
    /// It has sent the call and waits for the answer.
    Waits(Arc<Pass>),
}

/// A request on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sent {
    /// The request.
    pub request: CallRequest,
    /// Which process sent it.
    pub from: usize,
    /// Whether it was delivered once already.
    pub copy: bool,
}

/// How much trouble there may be. Each is used up by its use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// How many faults in all, of those down to `pauses`.
    pub faults: u8,
    /// A process dies and starts again, at any point.
    pub crashes: u8,
    /// A caller hears no answer. Its request may arrive at once, at any later time, or never.
    pub silences: u8,
    /// A connection is refused: provably not sent.
    pub refused_connections: u8,
    /// A middlebox delivers a request once more.
    pub duplicates: u8,
    /// A read of the ledger returns the version before.
    pub stale_reads: u8,
    /// The API server does not say whether it wrote a record; it did or did not.
    pub lost_writes: u8,
    /// A process is held up in the middle of a pass, for as long as it takes.
    pub holds: u8,
    /// The lease is stolen: a process begins a pass while the other one is at work.
    pub thefts: u8,
    /// Time passes although the operator has something to do, or waits for an answer.
    pub pauses: u8,
    /// A minute passes, in which jobs end, and the search for evidence and the wait for an outcome are over.
    pub minutes: u8,
    /// So much time passes that a signed request is dead.
    pub dead_times: u8,
    /// So much time passes that a key is forgotten.
    pub key_times: u8,
    /// Operations that a person asks for after the first.
    pub asks: u8,
    /// Decisions of a person on a running operation.
    pub decisions: u8,
    /// A person ends an operation that is in doubt.
    pub abandons: u8,
    /// A person takes the intent back.
    pub withdrawals: u8,
    /// Somebody moves production at the console.
    pub console: u8,
    /// The other group has its turn.
    pub turns: u8,
}

/// A promise that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// A call of one operation was carried out twice.
    Twice,
    /// A call of an ended operation was carried out, and the ledger does not know that it may arrive.
    NotNamed,
    /// A call of an ended operation was carried out after a later operation had made the provider ready for it again.
    AfterRearming,
    /// An operation ended as succeeded and the provider is not so.
    NotVerified,
    /// A call passed the last look although the object was changed after it was recorded.
    LookedAway,
    /// An operation is called unknown although nothing has happened that leaves a doubt.
    UnknownForNothing,
    /// A call is in doubt when neither its key nor its signature is good any more, and nothing is left to wait for. No promise of the engine
    /// is broken by that: it is what a class of calls cannot promise.
    StaysInDoubt,
}

impl State {
    /// Whether no process is in the middle of a pass.
    pub fn idle(&self) -> bool {
        self.replicas.iter().all(|pc| *pc == Pc::Idle)
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.stored.ledger
    }

    /// Notes a broken promise; the first is kept.
    pub fn breaks(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// Writes a version, whatever was there.
    pub fn write(&mut self, ledger: Ledger) -> Stored {
        let stored = Stored {
            version: self.stored.version + 1,
            ledger: Arc::new(ledger),
        };
        self.older = Some(std::mem::replace(&mut self.stored, stored.clone()));
        stored
    }

    /// Whether the operation of this name made the provider carry out a call.
    pub fn carried_out(&self, operation: &str, action: &str) -> bool {
        let mut journal = self.world.journal().iter();
        journal.any(|e| e.by == operation && e.action == action)
    }

    /// Whether a request of anybody is on its way.
    pub fn on_the_way(&self) -> bool {
        !self.network.is_empty()
    }
}
