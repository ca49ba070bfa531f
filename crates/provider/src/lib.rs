//! The provider contract: what a crate for one disaster-recovery system must offer.
//! It must not know any provider, nor Kubernetes; nothing here repeats a mutating call.
//!
//! The rules, numbered as in `docs/provider-contract.md`, are checked by the module `contract` (feature `contract`) against each
//! provider's simulator.

#[cfg(feature = "contract")]
pub mod contract;
mod fault;
mod obstacles;
mod wanted;

pub use fault::{Fault, FaultClass};
#[doc(hidden)]
pub use stationmaster_engine as engine;
pub use stationmaster_engine::{CallOutcome, CallRequest, LostCall};
pub use wanted::{Listing, Wanted};

use async_trait::async_trait;
use stationmaster_engine::{JobReport, Observation, Obstacle, OperationType, Plan, Station};
use std::collections::BTreeMap;
use std::time::Duration;

/// What an object is known by besides the kind of its provider and its id.
///
/// It must be equal for every connection that reaches the same objects, whatever address or credentials it uses: else two ledgers command one
/// object. It must be different for any two installations that could hold equal ids: else one holds off the other. An address is neither. A
/// provider whose installation has an identity of its own (SDRS: the project) takes that; one whose installation has none declares what
/// stands for one, in a field of its connection that a person fills in and that is not an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

impl Scope {
    /// The scope of this name, at most 256 bytes.
    pub fn new(name: impl Into<String>) -> Scope {
        Scope(name.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a connection is, as read from the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFacts {
    /// The API version that the provider names, if it names one: `v1`.
    pub api_version: Option<String>,
    /// The scope that was resolved (SDRS: the project id).
    pub scope: String,
    /// Quotas where the provider tells them.
    pub quotas: Vec<Quota>,
}

/// One quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The provider's word: `server_groups`.
    pub resource: String,
    /// In use.
    pub used: u64,
    /// Allowed; `None` is unlimited.
    pub limit: Option<u64>,
}

/// One connection to one disaster-recovery system: endpoint, scope and credentials.
///
/// A provider translates and nothing else. Reads may be repeated within their deadline; [`PreparedCall::send`] writes one request at most once.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The provider's short name: `sdrs`.
    fn kind(&self) -> &'static str;

    /// Where the connection leads, normalised: equal for two spellings of one address. Never what an object is known by. Pure.
    fn endpoint(&self) -> String;

    /// What the provider's objects are known by besides their ids. Resolving it may need a read.
    async fn identity(&self) -> Result<Scope, Fault>;

    /// How long production takes at least to be moved to the other station and back, whoever does it. A revision that moves alone between two
    /// readings that are closer than that is noise. None where nothing is known of it: then each such revision voids tokens.
    fn there_and_back(&self) -> Option<Duration> {
        None
    }

    /// The plan of an operation in the state that is seen. Pure: the same answer each time, for the configuration of this connection.
    /// None where the provider does not have the operation.
    fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan>;

    /// Short words for what this connection can do: `PlannedFailover`, `ServerStates`.
    fn capabilities(&self) -> Vec<String>;

    /// The words for what only this provider knows to stand in the way of an operation. Readings give no other word that is not the core's.
    fn obstacles(&self) -> &'static [Obstacle];

    /// Reads what the connection is. Fails when endpoint, certificate or credentials do not work.
    async fn connect(&self) -> Result<ConnectionFacts, Fault>;

    /// All objects of the scope, by id, in one paged list; readings of depth `Listed`.
    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault>;

    /// The same, of which only what is wanted is kept, also while it is read where the list may be long.
    async fn list_wanted(&self, wanted: &Wanted) -> Result<Listing, Fault> {
        Ok(wanted.of(self.list().await?))
    }

    /// One object, with everything that a decision needs; a reading of depth `Full`. Of a group of several the provider's word names all of them,
    /// and the reading is of all: they agree on a station, or it is `Mixed`; a change of any changes the fingerprint.
    async fn observe(&self, object: &str) -> Result<Observation, Fault>;

    /// One object for a forced failover, as a reading of depth `Full`. Only the object itself must be readable: role and position. What else
    /// closes a forced failover is told if it is known or quickly read, and is `Unknown` if not; facts may be left out. The read goes before
    /// all others of the connection, waits for no memory of an earlier refusal, and is given up after half a minute.
    async fn observe_for_failover(&self, object: &str) -> Result<Observation, Fault> {
        self.observe(object).await
    }

    /// The same object once the forced failover has made its call: no more must be readable than before it, and the reading has its turn among
    /// all others of the connection, since nothing waits for it but what is told.
    async fn observe_after_failover(&self, object: &str) -> Result<Observation, Fault> {
        self.observe_for_failover(object).await
    }

    /// Makes a call ready to be sent: credentials are fresh and the request is signed. Nothing has been sent to the mutating endpoint.
    /// An error is provably "not sent".
    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault>;

    /// Reads a job. `action` is the call that started it, so that a job of another type is told apart.
    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault>;

    /// Looks for the job of a call whose answer was lost: never one of `held_jobs`, nor one that cannot have begun when the provider's own
    /// clock says so. `None` is no proof of absence.
    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault>;
}

/// A signed request that has not been sent.
#[async_trait]
pub trait PreparedCall: Send {
    /// Sends it: one request, written at most once, on a connection of its own, within the deadline. Consumes the call.
    async fn send(self: Box<Self>) -> CallOutcome;
}
