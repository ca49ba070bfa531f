//! What the provider shows of an object, in the engine's words: the part that a provider crate would translate.
//! It must not change the world.

use super::{At, Object, Servers, World};
use crate::plan::{Place, SERVERS_STOPPED};
use stationmaster_engine::{
    ActiveStation, Depth, Fact, Fingerprint, Observation, OperationType, Permit, Phase, Reason, Replication,
    ReplicationState, Station,
};
use std::collections::BTreeMap;

impl World {
    /// A reading of an object; none if it does not exist.
    pub fn observe(&self, object: &str, depth: Depth) -> Option<Observation> {
        let object = self.objects.get(object)?;
        let (active, status) = (object.shown_station(), object.shown_word());
        let facts = match depth {
            Depth::Listed => BTreeMap::new(),
            Depth::Full => BTreeMap::from([(SERVERS_STOPPED.to_owned(), servers(object.servers))]),
        };
        Some(Observation {
            active,
            phase: object.phase(self.variant.partway),
            replication: Replication {
                state: object.replication(),
                progress_percent: None,
                lag_seconds: object.lag_seconds,
                last_sync: None,
            },
            fingerprint: Fingerprint {
                status: status.clone(),
                active,
                revision: self.variant.revision.then(|| object.revision.to_string()),
            },
            provider_status: status,
            permits: match depth {
                Depth::Listed if !self.lists_permits => BTreeMap::new(),
                Depth::Listed | Depth::Full => self.permits(object),
            },
            own_station: object.own_station(),
            description: None,
            facts,
            depth,
        })
    }

    /// An operation may begin where the state allows its first call. Of an unknown word nothing is said.
    fn permits(&self, object: &Object) -> BTreeMap<OperationType, Permit> {
        let mut permits = BTreeMap::new();
        if object.word.is_some() {
            return permits;
        }
        for operation in OperationType::ALL {
            if self.variant.lacks == Some(operation) {
                let (reason, message) = (Reason::ProviderNotSupported, "the provider does not have it".to_owned());
                permits.insert(operation, Permit::Closed { reason, message });
                continue;
            }
            let at = object.shown_at();
            let half_way = self.variant.partway && at == At::Half(operation);
            let mut calls = self.variant.calls_of(operation).into_iter();
            // What stands half-way and says so can be finished.
            let next = calls.find(|c| !(half_way && c.place == Place::Before));
            let first = next.and_then(|c| at.allows(c.action, self.variant.calls));
            let message = format!("the group is {}", object.shown_word());
            let permit = match (first == Some(operation), at) {
                (true, _) => Permit::Open,
                (false, At::Working(_)) => Permit::Closed {
                    reason: Reason::ProviderBusy,
                    message,
                },
                (false, _) => Permit::Closed {
                    reason: Reason::IllegalProviderState,
                    message,
                },
            };
            permits.insert(operation, permit);
        }
        permits
    }
}

impl Object {
    /// The status word that is shown.
    pub fn shown_word(&self) -> String {
        self.word.clone().unwrap_or_else(|| word(self.shown_at()))
    }

    /// Where production is shown to run. While it moves, or between the two calls of a move, that is not told.
    fn shown_station(&self) -> ActiveStation {
        let moves = |operation: OperationType| operation.moves_production();
        match (self.disguise, &self.word, self.shown_at()) {
            (Some(shown), _, _) => shown,
            (None, Some(_), _) => ActiveStation::Unknown,
            (None, None, At::Working(operation)) if moves(operation) => ActiveStation::Unknown,
            (None, None, At::Half(operation)) if moves(operation) => ActiveStation::None,
            (None, None, _) => self.station.into(),
        }
    }

    /// Where the object's own word says that production runs: its parts can contradict it.
    fn own_station(&self) -> Option<Station> {
        let moves = |operation: OperationType| operation.moves_production();
        match (self.disguise, self.shown_at()) {
            (_, At::Working(operation) | At::Half(operation)) if moves(operation) => None,
            (None | Some(ActiveStation::Mixed), _) => Some(self.station),
            (Some(shown), _) => shown.known(),
        }
    }

    fn phase(&self, partway: bool) -> Phase {
        match (&self.word, self.shown_at()) {
            (Some(_), _) => Phase::Unknown,
            (None, At::Half(operation) | At::Moved(operation)) if partway => Phase::Partway(operation),
            (None, At::Available) => Phase::Unprotected,
            (None, At::Protected) => Phase::Protected,
            (None, At::FailedOver | At::Moved(_) | At::Half(OperationType::Reprotect)) => Phase::FailedOver,
            (None, At::Half(_)) => Phase::Unprotected,
            (None, At::Working(operation)) => Phase::Changing(Some(operation)),
            (None, At::Error(operation)) => Phase::Faulted(Some(operation)),
        }
    }

    fn replication(&self) -> ReplicationState {
        match self.shown_at() {
            At::Protected if self.broken => ReplicationState::Broken,
            At::Protected => ReplicationState::Active,
            At::Working(_) | At::Half(_) | At::Moved(_) => ReplicationState::Unknown,
            At::Available | At::FailedOver => ReplicationState::Stopped,
            At::Error(_) => ReplicationState::Broken,
        }
    }
}

fn word(at: At) -> String {
    let of = |operation| match operation {
        OperationType::PlannedFailover => "reversing",
        OperationType::Failover => "failing-over",
        OperationType::Reprotect => "reprotecting",
        OperationType::EnableProtection => "starting",
        OperationType::DisableProtection => "stopping",
    };
    match at {
        At::Available => "available".to_owned(),
        At::Protected => "protected".to_owned(),
        At::FailedOver => "failed-over".to_owned(),
        At::Half(OperationType::Reprotect) => "linked".to_owned(),
        At::Half(OperationType::Failover) => "isolated".to_owned(),
        At::Half(_) => "quiesced".to_owned(),
        At::Moved(_) => "unconfirmed".to_owned(),
        At::Working(operation) => of(operation).to_owned(),
        At::Error(operation) => format!("error-{}", of(operation)),
    }
}

fn servers(servers: Servers) -> Fact {
    match servers {
        Servers::Stopped => Fact::Holds,
        Servers::Running => Fact::Fails {
            reason: crate::obstacles::SERVERS_RUNNING,
            message: "server web-1 is running; stop it".to_owned(),
        },
        Servers::CannotTell => Fact::CannotTell {
            question: "Are all servers of the group stopped?".to_owned(),
        },
    }
}
