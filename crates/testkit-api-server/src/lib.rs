//! A Kubernetes API server in this process: values behind a tower service, deterministic, in tokio's time, with faults on demand.
//! It must not be taken for the real one without the differential test (`tests/same_answers`), which holds it to that.
//!
//! It serves the kinds of `crds/` with their schemas (types, enums, bounds, defaults, unknown fields), and Lease, Event, Secret,
//! ConfigMap and Namespace with no schema. One revision counts all writes, as in etcd. What it leaves out, on purpose:
//! CEL rules (a server without these courtesies is a harsher world: the controller must judge for itself), rights, field
//! ownership (`managedFields`, conflicts of server-side apply), and the garbage collector.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use kube::Api;
//! use stationmaster_api::ProtectionGroup;
//! use stationmaster_testkit_api_server::{ApiServer, Fate};
//!
//! let server = ApiServer::new();
//! server.create_namespace("shop");
//! let groups: Api<ProtectionGroup> = Api::namespaced(server.client("replica-1", "shop"), "shop");
//! server.on_request(|call| if call.is_write() { Fate::DropAfter } else { Fate::Pass });
//! groups.list(&Default::default()).await?;
//! assert_eq!(server.log().len(), 1);
//! # Ok(())
//! # }
//! ```

#![allow(
    clippy::result_large_err,
    reason = "the error is the answer that goes out; it is made once for a request"
)]

mod address;
mod bookmark;
mod call;
mod clock;
mod delete;
mod direct;
mod expect;
mod flaw;
mod kind;
mod object;
mod patch;
mod read;
mod refusal;
mod schema;
mod selector;
mod service;
mod shared;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod watch;
mod write;

use std::sync::Arc;

use jiff::Timestamp;
use stationmaster_api::names::INSTALL_NAMESPACE;

pub use self::call::{Call, CallState, Delivery, EventFate, Fate, Gate, Logged, Verb, WatchFate};
pub use self::flaw::Flaw;
pub use self::refusal::{Cause, Refusal};
pub use self::service::{Body, Door};
pub use self::watch::Broken;

use self::clock::Clock;
use self::kind::Kinds;
use self::shared::Shared;
use self::state::State;
use self::store::Store;
use self::watch::Mode;

/// The server. Clones are the same one.
#[derive(Clone)]
pub struct ApiServer {
    shared: Arc<Shared>,
}

/// A copy of everything that is stored, see [`ApiServer::snapshot`].
#[derive(Clone, Debug)]
pub struct Snapshot(Store);

impl Default for ApiServer {
    fn default() -> Self {
        Self::new()
    }
}

impl ApiServer {
    /// A server with the committed CustomResourceDefinitions, and the namespaces `default` and that of the operator. Its time is
    /// 2026-01-01T00:00:00Z and goes with tokio's clock.
    pub fn new() -> Self {
        let kinds = Kinds::committed().expect("a unit test reads the committed definitions");
        let server = Self {
            shared: Arc::new(Shared::new(State::new(kinds))),
        };
        server.create_namespace("default");
        server.create_namespace(INSTALL_NAMESPACE);
        server
    }

    /// The server as a user reaches it: a tower service.
    pub fn as_user(&self, user: &str) -> Door {
        Door {
            shared: self.shared.clone(),
            user: user.into(),
        }
    }

    /// A plain client of a user.
    pub fn client(&self, user: &str, namespace: &str) -> kube::Client {
        kube::Client::new(self.as_user(user), namespace)
    }

    /// From now on the server's time is `at`, and goes with tokio's clock.
    pub fn set_time(&self, at: Timestamp) {
        self.shared.lock().clock = Clock::starting_at(at);
    }

    /// From now on the server's time is what `clock` says.
    pub fn set_clock(&self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) {
        self.shared.lock().clock = Clock::Given(Arc::new(clock));
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.shared.lock().clock.now()
    }

    /// Asks `hook` what becomes of each request; it takes the place of the one before. It may use the server. Requests for paths
    /// that are not served are not asked about.
    pub fn on_request(&self, hook: impl Fn(&Call) -> Fate + Send + Sync + 'static) {
        self.shared.set_on_request(Some(Arc::new(hook)));
    }

    /// Asks `hook` what becomes of each event of each watch, initial ones excepted; it takes the place of the one before.
    pub fn on_event(&self, hook: impl Fn(&Delivery) -> EventFate + Send + Sync + 'static) {
        self.shared.set_on_event(Some(Arc::new(hook)));
    }

    /// No more faults.
    pub fn heal(&self) {
        self.shared.set_on_request(None);
        self.shared.set_on_event(None);
        self.shared.set_watches(Mode::Open, |_| true);
    }

    /// Every request so far and what became of it.
    pub fn log(&self) -> Vec<Logged> {
        self.shared.log()
    }

    /// The calls that opened the watches that are open now.
    pub fn watches(&self) -> Vec<Call> {
        self.shared.watches()
    }

    /// The chosen watches stay open and are sent nothing. Gives their number.
    pub fn freeze_watches(&self, which: impl Fn(&Call) -> bool) -> usize {
        self.shared.set_watches(Mode::Frozen, which)
    }

    /// The chosen watches go on. Gives their number.
    pub fn thaw_watches(&self, which: impl Fn(&Call) -> bool) -> usize {
        self.shared.set_watches(Mode::Open, which)
    }

    /// The server ends the chosen watches in order. Gives their number.
    pub fn close_watches(&self, which: impl Fn(&Call) -> bool) -> usize {
        self.shared.set_watches(Mode::Closed, which)
    }

    /// The connections of the chosen watches break. Gives their number.
    pub fn break_watches(&self, which: impl Fn(&Call) -> bool) -> usize {
        self.shared.set_watches(Mode::Broken, which)
    }

    /// The revision of the last write.
    pub fn revision(&self) -> u64 {
        self.shared.lock().store.revision()
    }

    /// Forbids to read history before a revision, as etcd's compaction does. Watches that are open go on.
    pub fn compact(&self, revision: u64) {
        self.shared.lock().store.compact(revision);
    }

    /// A copy of everything that is stored, with its history.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.shared.lock().store.clone())
    }

    /// Puts a copy back, as somebody does who restores etcd: revisions go back with it, and every watch breaks. Uids that were
    /// given since are not given again.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.shared.lock().store = snapshot.0.clone();
        self.break_watches(|_| true);
    }

    /// Makes the server wrong in one way, so that a test can be shown to see it.
    #[must_use]
    pub fn with_flaw(self, flaw: Flaw) -> Self {
        self.shared.lock().flaws.insert(flaw);
        self
    }
}

impl std::fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiServer")
            .field("revision", &self.revision())
            .finish_non_exhaustive()
    }
}
