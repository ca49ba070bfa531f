//! One request as faults and checkers see it, what is done to it, and what became of it.
//! It must not carry anything out.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;

pub use super::address::Verb;

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Counts all requests of the server, from 1, in the order in which they arrive.
    pub number: u64,
    /// Who asks, see [`ApiServer::as_user`](super::ApiServer::as_user).
    pub user: String,
    /// What is done.
    pub verb: Verb,
    /// The API group, e.g. `stationmaster.dev`; empty for the core group.
    pub group: String,
    /// The plural, e.g. `protectiongroups`.
    pub resource: String,
    /// Whether status is meant.
    pub status: bool,
    /// The namespace; empty where all are meant.
    pub namespace: String,
    /// The name in the path, or the one in the body of a create.
    pub name: Option<String>,
    /// The body, as JSON; `Null` where there is none.
    pub body: Value,
    /// The query, as it came.
    pub query: String,
}

impl Call {
    /// Whether it may change something.
    pub fn is_write(&self) -> bool {
        self.verb.is_write()
    }
}

/// What is done to a request.
#[derive(Debug, Default)]
pub enum Fate {
    /// It is carried out and answered.
    #[default]
    Pass,
    /// It is not carried out, and answered with this HTTP status and `Retry-After` in seconds.
    Answer(u16, Option<u32>),
    /// It is not carried out; the connection breaks.
    DropBefore,
    /// It is carried out; the connection breaks before the answer.
    DropAfter,
    /// It arrives when the gate opens, whether the client still waits or not, and has the other fate then.
    Hold(Gate, Box<Fate>),
    /// It is carried out at once; the answer leaves when the gate opens.
    HoldAnswer(Gate),
    /// A read is answered from the state at an older revision, a watch begins there: a server that has lost touch with etcd.
    AsOf(u64),
    /// A watch is opened and goes as told.
    Watch(WatchFate),
}

/// When what is held goes on.
#[derive(Debug)]
pub enum Gate {
    /// After a time of tokio's clock.
    For(Duration),
    /// When something is sent, or the sender is dropped.
    Until(oneshot::Receiver<()>),
}

impl Gate {
    pub(super) async fn open(self) {
        match self {
            Self::For(time) => tokio::time::sleep(time).await,
            // Either way it is over.
            Self::Until(signal) => drop(signal.await),
        }
    }
}

/// How a watch goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchFate {
    /// After so many events nothing is sent any more; the connection stays open.
    pub freeze_after: Option<usize>,
    /// After so many events the server ends it.
    pub close_after: Option<usize>,
    /// After so many events the connection breaks.
    pub break_after: Option<usize>,
    /// After so many events comes an error event of code 410, and the end.
    pub expire_after: Option<usize>,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallState {
    /// It is under way, or the client gave up while it was held.
    Pending,
    /// It was answered with this HTTP status and reason (empty for a success).
    Answered(u16, String),
    /// It was carried out with this HTTP status; the answer was lost.
    AnswerLost(u16),
    /// It never arrived.
    RequestLost,
}

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The request.
    pub call: Call,
    /// When it came, by the server's clock.
    pub at: Timestamp,
    /// What became of it.
    pub state: CallState,
}

impl Logged {
    /// Whether it is known to have been carried out successfully.
    pub fn applied(&self) -> bool {
        match self.state {
            CallState::Answered(code, _) | CallState::AnswerLost(code) => (200..300).contains(&code),
            CallState::Pending | CallState::RequestLost => false,
        }
    }
}

/// An event that is about to be sent to a watch.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The number of the call that opened the watch.
    pub watch: u64,
    /// Who watches.
    pub user: String,
    /// The plural of what is watched.
    pub resource: String,
    /// How many events this watch was sent before.
    pub sent: usize,
    /// `ADDED`, `MODIFIED` or `DELETED`.
    pub kind: &'static str,
    /// The object's namespace.
    pub namespace: String,
    /// The object's name.
    pub name: String,
    /// The revision of the change.
    pub revision: u64,
}

/// What is done to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventFate {
    /// It is sent.
    #[default]
    Pass,
    /// It is not sent; the next event of the object tells more.
    Hide,
    /// It is sent twice.
    Twice,
    /// It, and all that follow in this watch, are late: watches overtake each other.
    Delay(Duration),
}
