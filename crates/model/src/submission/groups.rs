//! Two groups in two namespaces that name one object by two spellings of its endpoint, and the turn of one or the other.
//! It must not let them share more than the object, and the ledger where the protocol says so.

use super::people;
use super::protocol::Protocol;
use super::state::{OBJECT, State, Stored};
use stationmaster_engine::ledger::{GroupRef, Issued, Ledger};
use stationmaster_engine::{DecisionRequest, Depth, Group, OperationType, Reason, Request, Token};
use stationmaster_provider_proof::World;
use std::sync::Arc;

/// The group whose turn it is not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Other {
    group: Group,
    requests: Vec<Request>,
    decisions: Vec<DecisionRequest>,
    /// Its own ledger: only of the protocol that is known to be wrong.
    ledger: Option<Stored>,
}

/// The group of this number.
pub fn group(number: u32) -> Group {
    Group {
        namespace: format!("shop-{number}"),
        name: "orders-db".to_owned(),
        uid: format!("group-{number}"),
        object: OBJECT.to_owned(),
        members: [OBJECT.to_owned()].into(),
        generation: 1,
        intent: None,
        edits: Vec::new(),
        starting_deadline_seconds: 3600,
        suspend: false,
    }
}

/// How its connection spells the endpoint.
pub fn endpoint(group: &Group) -> &'static str {
    if group.uid == "group-1" {
        "127.0.0.1"
    } else {
        "localhost"
    }
}

/// What is remembered of an object at first sight.
pub fn first_sight(group: &Group, world: &World, token: u32) -> Ledger {
    let Some(seen) = world.observe(OBJECT, Depth::Full) else {
        unreachable!("the object is never gone")
    };
    Ledger {
        revision_stays: false,
        standing: Vec::new(),
        noted: Vec::new(),
        group: GroupRef {
            namespace: group.namespace.clone(),
            name: group.name.clone(),
            uid: group.uid.clone(),
        },
        claims: Vec::new(),
        endpoint: endpoint(group).to_owned(),
        token: Some(Token::quoted(format!("t{token}"))),
        issued: Issued {
            why: Reason::FirstSight,
            at: jiff::Timestamp::UNIX_EPOCH,
            previous: None,
        },
        absence: None,
        judged_generation: 1,
        active: seen.active,
        fingerprint: seen.fingerprint,
        intent: None,
        operation: None,
        completed: Vec::new(),
        pending_calls: Vec::new(),
        consumed: Vec::new(),
    }
}

/// The other group has its turn. When it has it first, a person files a forced failover on it, quoting what its status shows.
pub fn turn(state: &mut State, protocol: Protocol) {
    let known = state.other.take();
    let first = known.is_none();
    let other = known.map_or_else(|| new(state, protocol), |other| *other);
    let ledger = match other.ledger {
        Some(theirs) => {
            state.older = None;
            Some(std::mem::replace(&mut state.stored, theirs))
        }
        None => None,
    };
    state.other = Some(Box::new(Other {
        group: std::mem::replace(&mut state.group, other.group),
        requests: std::mem::replace(&mut state.requests, other.requests),
        decisions: std::mem::replace(&mut state.decisions, other.decisions),
        ledger,
    }));
    if first && state.world.object(OBJECT).is_some() {
        people::file(state, OperationType::Failover);
    }
}

fn new(state: &mut State, protocol: Protocol) -> Other {
    let group = group(2);
    let ledger = protocol.has_a_ledger_for_each_spelling().then(|| {
        state.issued += 1;
        Stored {
            version: 1,
            ledger: Arc::new(first_sight(&group, &state.world, state.issued)),
        }
    });
    Other {
        group,
        requests: Vec::new(),
        decisions: Vec::new(),
        ledger,
    }
}

impl State {
    /// Whether the group whose turn it is holds the ledger.
    pub fn holds(&self) -> bool {
        self.ledger().group.uid == self.group.uid
    }

    /// The ledger under the other spelling, where there is one.
    pub fn other_ledger(&self) -> Option<&Ledger> {
        self.other.as_ref()?.ledger.as_ref().map(|stored| &*stored.ledger)
    }
}
