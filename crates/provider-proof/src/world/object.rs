//! One protected object: where production runs, the state it is at, what it shows instead.
//! It must not hold jobs or calls.

use super::Fate;
use crate::Count;
use jiff::Timestamp;
use stationmaster_engine::{ActiveStation, OperationType, Station};
use std::collections::VecDeque;

/// The state at which an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// Both copies are there, nothing is replicated.
    Available,
    /// Replication runs from the active station to the other.
    Protected,
    /// Production was moved by force.
    FailedOver,
    /// Between the two calls of an operation that needs two.
    Half(OperationType),
    /// Production was moved, and that is not confirmed.
    Moved(OperationType),
    /// A job runs.
    Working(OperationType),
    /// A job has failed.
    Error(OperationType),
}

/// What the provider can tell about the servers that must be stopped before a planned failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Servers {
    /// They are stopped.
    Stopped,
    /// One runs.
    Running,
    /// It does not see them.
    CannotTell,
}

/// One protected object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// The state.
    pub at: At,
    /// Where production runs.
    pub station: Station,
    /// What is shown instead of the station.
    pub disguise: Option<ActiveStation>,
    /// What is shown instead of the status word.
    pub word: Option<String>,
    /// The state that is still shown, while a first call has changed nothing that is seen.
    pub veil: Option<At>,
    /// Whether replication is broken although the object is protected.
    pub broken: bool,
    /// Grows with each change of the state.
    pub revision: u64,
    /// The servers that must be stopped.
    pub servers: Servers,
    /// How far the other side is behind, where it is told, in seconds.
    pub lag_seconds: Option<u64>,
    /// What becomes of the next jobs; then they succeed.
    pub fates: VecDeque<Fate>,
    /// How often somebody else changed the object.
    pub foreign_changes: u64,
    /// When the console moved production last, where that takes its time.
    pub(super) console_moved: Option<Timestamp>,
    pub(super) keys: Vec<Key>,
}

/// A call that is remembered by its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub key: String,
    pub until: Timestamp,
    pub jobs: Vec<String>,
}

impl Object {
    pub(super) fn new(blind: bool) -> Object {
        Object {
            at: At::Protected,
            station: Station::Source,
            disguise: None,
            word: None,
            veil: None,
            broken: false,
            revision: 1,
            servers: if blind { Servers::CannotTell } else { Servers::Stopped },
            lag_seconds: None,
            fates: VecDeque::new(),
            foreign_changes: 0,
            console_moved: None,
            keys: Vec::new(),
        }
    }

    pub(super) fn turn(&mut self, at: At) {
        self.at = at;
        self.veil = None;
        self.revision += 1;
    }

    /// Turns to a state of which nothing is seen.
    pub(super) fn turn_unseen(&mut self, at: At) {
        let shown = self.shown_at();
        self.at = at;
        self.veil = (shown != at).then_some(shown);
    }

    /// Turns at the end of a job: unseen if its beginning was.
    pub(super) fn go_on(&mut self, at: At) {
        if self.veil.is_some() {
            self.turn_unseen(at);
        } else {
            self.turn(at);
        }
    }

    /// The state that is shown.
    pub(super) fn shown_at(&self) -> At {
        self.veil.unwrap_or(self.at)
    }

    /// What an action would do now; none if the state does not allow it. One action can do two things (`start-server-group`).
    /// `calls` tells whether the action that moves production stands alone or second. What nothing is seen of forbids nothing.
    pub fn allows(&self, action: &str, calls: Count) -> Option<OperationType> {
        let unseen = || self.veil.filter(|_| matches!(self.at, At::Half(_)));
        self.at
            .allows(action, calls)
            .or_else(|| unseen()?.allows(action, calls))
    }
}

impl At {
    /// Whether a call that moves nothing would find its effect.
    pub(super) fn is_done(self, action: &str) -> bool {
        use OperationType as Op;
        match action {
            "quiesce-server-group" => self == At::Half(Op::PlannedFailover),
            "isolate-server-group" => self == At::Half(Op::Failover),
            "restore-link" => self == At::Half(Op::Reprotect),
            "start-server-group" | "begin-recovery" => self == At::Protected,
            "stop-server-group" => self == At::Available,
            "confirm-server-group" => matches!(self, At::Protected | At::FailedOver),
            _ => false,
        }
    }

    /// What an action does at this state.
    pub(super) fn allows(self, action: &str, calls: Count) -> Option<OperationType> {
        use OperationType as Op;
        match (action, self, calls) {
            ("quiesce-server-group", At::Protected | At::Error(Op::PlannedFailover), Count::Two)
            | ("reverse-server-group", At::Protected | At::Error(Op::PlannedFailover), Count::One)
            | ("reverse-server-group", At::Half(Op::PlannedFailover), Count::Two) => Some(Op::PlannedFailover),

            ("isolate-server-group", at, Count::Two) | ("failover-server-group", at, Count::One) => forced(at),
            ("failover-server-group", At::Half(Op::Failover), Count::Two) => Some(Op::Failover),

            ("restore-link", At::FailedOver | At::Error(Op::Reprotect), Count::Two)
            | ("begin-recovery", At::Half(Op::Reprotect), Count::Two)
            | ("start-server-group", At::FailedOver | At::Error(Op::Reprotect), Count::One) => Some(Op::Reprotect),

            ("confirm-server-group", At::Moved(operation), _) => Some(operation),

            ("start-server-group", At::Available | At::Error(Op::EnableProtection), _) => Some(Op::EnableProtection),
            ("stop-server-group", At::Protected | At::Error(Op::DisableProtection), _) => Some(Op::DisableProtection),
            _ => None,
        }
    }
}

fn forced(at: At) -> Option<OperationType> {
    use OperationType as Op;
    let open = matches!(
        at,
        At::Protected | At::Error(Op::Failover | Op::PlannedFailover) | At::Half(Op::PlannedFailover)
    );
    open.then_some(Op::Failover)
}
