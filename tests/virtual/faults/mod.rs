//! Counts the moments of a run and lets one fault strike at one of them.
//! It must not strike twice, nor touch anything before its moment.

mod at_the_provider;
mod at_the_server;
mod elsewhere;

use crate::case::Case;
use crate::moments::Moment;
use serde_json::Value;
use stationmaster_api::GroupLedger;
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_provider_proof::Wire;
use stationmaster_testkit_api_server::{ApiServer, Snapshot};
use stationmaster_testkit_basics::dice::Dice;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// What the run has to do about a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A replica is dead.
    Died,
    /// Another replica is wanted beside the first.
    Joins,
}

/// The faults of one run.
pub struct Faults {
    case: Case,
    server: ApiServer,
    wire: OnceLock<Weak<Wire>>,
    state: Mutex<State>,
    news: mpsc::UnboundedSender<News>,
}

struct State {
    /// Counted from here on.
    armed: bool,
    moments: Vec<Moment>,
    events: u64,
    struck: bool,
    doubt: bool,
    dead: BTreeSet<String>,
    tasks: BTreeMap<String, AbortHandle>,
    /// What is held for ever is held by these.
    never: Vec<oneshot::Sender<()>>,
    /// Whose write is carried out a second time.
    repeat: Option<String>,
    /// The kind whose list must be taken anew, since an event of it was hidden.
    relist: Option<String>,
    /// The revision before each request, from the first on.
    revisions: Vec<u64>,
    writes: u64,
    snapshot: Option<Snapshot>,
    dice: Dice,
    touches: u64,
}

impl Faults {
    /// The faults of a case, and where its news come.
    pub fn of(case: Case, server: &ApiServer) -> (Arc<Faults>, mpsc::UnboundedReceiver<News>) {
        let (news, heard) = mpsc::unbounded_channel();
        let faults = Arc::new(Faults {
            case,
            server: server.clone(),
            wire: OnceLock::new(),
            news,
            state: Mutex::new(State {
                armed: false,
                moments: Vec::new(),
                events: 0,
                struck: false,
                doubt: false,
                dead: BTreeSet::new(),
                tasks: BTreeMap::new(),
                never: Vec::new(),
                repeat: None,
                relist: None,
                revisions: Vec::new(),
                writes: 0,
                snapshot: None,
                dice: Dice::new(case.seed ^ 0x5eed),
                touches: 0,
            }),
        });
        (faults, heard)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The wire whose world the console turns.
    pub fn knows(&self, wire: &Arc<Wire>) {
        let _ = self.wire.set(Arc::downgrade(wire));
    }

    /// From here on moments are counted.
    pub fn arm(&self) {
        self.state().armed = true;
    }

    /// No fault strikes any more.
    pub fn disarm(&self) {
        self.state().armed = false;
    }

    /// What the API server is put back to.
    pub fn keep(&self, snapshot: Snapshot) {
        self.state().snapshot = Some(snapshot);
    }

    /// A replica that can be killed.
    pub fn runs(&self, replica: &str, task: AbortHandle) {
        self.state().tasks.insert(replica.to_owned(), task);
    }

    /// The moments so far.
    pub fn moments(&self) -> Vec<Moment> {
        self.state().moments.clone()
    }

    /// How many events were sent so far.
    pub fn events(&self) -> u64 {
        self.state().events
    }

    /// Whether this replica's write, which has just been carried out, is carried out once more. True once.
    pub fn repeats(&self, replica: &str) -> bool {
        self.state().repeat.take_if(|whose| whose == replica).is_some()
    }

    /// Whether the fault has struck, as far as it strikes at one moment.
    pub fn struck(&self) -> bool {
        self.state().struck
    }

    /// Whether a call was open when the fault struck: recorded, and its answer not written down.
    pub fn in_doubt(&self) -> bool {
        self.state().doubt
    }

    /// How many requests that change something there were so far.
    pub fn writes(&self) -> u64 {
        self.state().writes
    }

    /// The revision of the API server before each request.
    pub fn revisions(&self) -> Vec<u64> {
        self.state().revisions.clone()
    }

    fn is_open(&self, writes: &Value) -> bool {
        let open = |text: String| text.contains(r#""is":"recorded""#);
        let ledgers: Vec<GroupLedger> = self.server.list(INSTALL_NAMESPACE);
        open(writes.to_string())
            || ledgers
                .iter()
                .any(|l| open(serde_json::Value::Object(l.spec.record.clone()).to_string()))
    }

    fn kill(&self, replica: &str) {
        let mut state = self.state();
        state.dead.insert(replica.to_owned());
        if let Some(task) = state.tasks.get(replica) {
            task.abort();
        }
        let _ = self.news.send(News::Died);
    }

    /// Counts moments; tells which of them is struck.
    fn count(&self, moments: &[Moment], writes: &Value) -> Option<Moment> {
        let struck = self.next(moments)?;
        let open = self.is_open(writes);
        let mut state = self.state();
        state.struck = true;
        state.doubt = open;
        Some(struck)
    }

    fn next(&self, moments: &[Moment]) -> Option<Moment> {
        let mut state = self.state();
        if !state.armed {
            return None;
        }
        let first = state.moments.len() as u64;
        state.moments.extend_from_slice(moments);
        let index = usize::try_from(self.case.point.checked_sub(first)?).ok()?;
        moments.get(index).filter(|m| m.suits(self.case.fault)).cloned()
    }
}
