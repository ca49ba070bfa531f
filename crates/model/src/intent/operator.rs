//! The operator of the model: drives the engine's pass as the shell does; it may die at any of its points.
//! It must not decide anything itself, nor know in which order a pass does its work.

use super::design::Design;
use super::effects::{create, publish, send, write};
use super::reads::{earlier, observe, see, there_and_back, watch};
use super::state::{ABSENT_AFTER, Cluster, GROUP, OBJECT, Operator, STARTING_DEADLINE, State};
use jiff::SignedDuration;
use stationmaster_engine::pass::{Env, LedgerRead, Made, Moment, Observes, Rules, Standing, Stored, Version, Written};
use stationmaster_engine::{ClaimRight, Depth, Group, Input, Observation, OperationType, Pass, Request, Sight, Token};
use std::sync::Arc;

/// Where the operator dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Death {
    /// The ledger was written, nothing else was done.
    Recorded,
    /// The act was done, its answer was not written down.
    Acted,
    /// The answer was written down, the statuses were not.
    Answered,
}

impl Death {
    /// Whether the pass has come to the point after which it does nothing any more.
    fn is_before(self, pass: &Pass) -> bool {
        match self {
            Death::Recorded => !matches!(pass, Pass::Asks(_) | Pass::Observes(_) | Pass::Records(_)),
            Death::Acted => matches!(pass, Pass::WritesDown(_) | Pass::Reports(_)),
            Death::Answered => matches!(pass, Pass::Reports(_)),
        }
    }
}

/// The operator starts and takes the lease.
pub fn start(state: &mut State) {
    let silent = state.now.duration_since(state.cluster.renewed).as_secs() > ABSENT_AFTER;
    if silent {
        if !state.provider.variant.revision {
            state.witness.orders_are_void();
        }
        state.cluster.absent_until = Some(state.now);
    }
    state.cluster.renewed = state.now;
    state.operator = Operator::Up {
        absent_until: state.cluster.absent_until,
        owes_a_token: false,
        edits: Vec::new(),
        watched: None,
        earlier: None,
    };
    state.is_delivered(true);
}

/// One pass. It dies right before it would do what comes after its death.
pub fn pass(state: &mut State, design: Design, dies: Option<Death>) {
    let Operator::Up { .. } = state.operator else { return };
    state.cluster.renewed = state.now;
    state.witness.operator_looks(state.now);
    design.before(state);
    let mut pass = begin(state);
    while let Some(at) = pass {
        if dies.is_some_and(|death| death.is_before(&at)) {
            break;
        }
        pass = step(state, design, at);
    }
    if dies.is_some() {
        state.operator = Operator::Down;
    }
}

/// Answers what the pass needs next; none when it is over.
fn step(state: &mut State, design: Design, pass: Pass) -> Option<Pass> {
    let now = state.now;
    Some(match pass {
        Pass::Asks(at) => {
            let moment = moment(state);
            at.take(state.cluster.decisions.clone(), false, moment)
        }
        Pass::Observes(at) => match by_the_list(state, design, at) {
            Ok(next) => next,
            Err(at) => {
                let seen = observe(state, &at);
                let sight = seen.sight.clone();
                let next = with_env(state, design, |env| at.take(seen, env));
                watch(state, design, &sight);
                next
            }
        },
        Pass::Records(at) => {
            let before = state.cluster.ledger.clone();
            if let Some(ledger) = at.ledger() {
                write(state, ledger.clone());
                design.recorded(state, before.as_ref());
            }
            at.take(Written::Done(Version(String::new())), now)
        }
        Pass::Tells(at) => at.take(),
        Pass::Creates(at) => {
            create(state, at.own());
            at.take(Made::There, now)
        }
        Pass::Signs(at) => at.take(Ok(()), now),
        Pass::Looks(at) => {
            let standing = standing(state);
            let sight = match earlier(state) {
                Some((seen, _)) if design == Design::LooksAtTheList => Sight::Seen(seen.clone()),
                _ => see(state, Depth::Full),
            };
            with_env(state, design, |env| at.take(&sight, &standing, env))
        }
        Pass::Sends(at) => {
            let outcome = send(state, &at.stored().ledger, at.call());
            at.take(outcome, now)
        }
        Pass::WritesDown(at) => match with_env(state, design, |env| at.ledger(env)) {
            Ok(ledger) => {
                write(state, ledger.clone());
                at.take(ledger, Written::Done(Version(String::new())))
            }
            Err(_) => at.lost(),
        },
        Pass::Reports(at) => {
            publish(state, design, &at);
            at.take()
        }
        // Every write is heard of in this model.
        Pass::Rereads(_) | Pass::Keeps(_) => unreachable!("nobody else writes the ledger"),
        Pass::Claims(_) => unreachable!("the group is made of one object"),
        Pass::Over(_) => return None,
    })
}

/// Looks until nothing changes any more, a few times at most.
pub fn passes(state: &mut State, design: Design) {
    for _ in 0..8 {
        let before = state.cluster.clone();
        pass(state, design, None);
        if before.same_objects(&state.cluster) {
            return;
        }
    }
}

impl Cluster {
    /// Whether all but the lease's time is the same.
    fn same_objects(&self, other: &Cluster) -> bool {
        self.group == other.group
            && self.requests == other.requests
            && self.decisions == other.decisions
            && self.ledger == other.ledger
    }
}

fn begin(state: &State) -> Option<Pass> {
    let object = state.cluster.group.as_ref()?;
    let group = Group {
        namespace: "ns".to_owned(),
        name: GROUP.to_owned(),
        uid: object.uid.clone(),
        object: OBJECT.to_owned(),
        members: [OBJECT.to_owned()].into(),
        generation: object.generation,
        intent: object.intent.clone(),
        edits: match &state.operator {
            Operator::Up { edits, .. } => edits.clone(),
            Operator::Down => Vec::new(),
        },
        starting_deadline_seconds: STARTING_DEADLINE,
        suspend: false,
    };
    let ledger = match &state.cluster.ledger {
        Some(ledger) => LedgerRead::Stored(Stored {
            version: Version(String::new()),
            ledger: Arc::new(ledger.clone()),
        }),
        None => LedgerRead::Missing,
    };
    let requests = state.cluster.requests.clone();
    // While a forced failover waits the list is what was seen last; at rest it is of now.
    let waits = |r: &Request| r.operation == OperationType::Failover && !r.ended;
    let listed = match earlier(state).filter(|_| requests.iter().any(waits)) {
        Some((seen, _)) => Sight::Seen(seen.clone()),
        None => see(state, Depth::Listed),
    };
    Some(Pass::begin(group, listed, ledger, requests))
}

/// Where a forced failover waits, what was seen last is good enough to record its call by.
fn by_the_list(state: &State, design: Design, at: Observes) -> Result<Pass, Box<Observes>> {
    let Some((_, begun_at)) = earlier(state) else {
        return Err(Box::new(at));
    };
    let begun_at = match design {
        Design::ForgetsTheListsAge => state.now,
        _ => state.now.min(*begun_at),
    };
    with_env(state, design, |env| at.by_the_list(begun_at, env))
}

fn moment(state: &State) -> Moment {
    Moment {
        now: state.now,
        fresh: fresh(state),
        absent_until: match &state.operator {
            Operator::Up { absent_until, .. } => *absent_until,
            Operator::Down => None,
        },
        watched: match &state.operator {
            Operator::Up { watched, .. } => watched.iter().cloned().collect(),
            Operator::Down => Vec::new(),
        },
    }
}

/// A token that nobody has seen.
pub(super) fn fresh(state: &State) -> Token {
    Token::quoted(format!("t{}", state.tokens + 1))
}

/// Nothing comes between the last look and the sending: what can come between is the other model's.
fn standing(state: &State) -> Standing {
    let group = state.cluster.group.as_ref();
    Standing {
        ledger: Ok(Some(Version(String::new()))),
        group: Ok(group.map(|g| (g.uid.clone(), g.generation))),
        now: state.now,
        stopping: false,
        leads: true,
    }
}

pub(super) fn with_env<T>(state: &State, design: Design, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
    let variant = state.provider.variant;
    use_it(&Env {
        orders_guarded: false,
        plan: &|operation, target, seen: &Observation| variant.plan(operation, target, seen),
        right: &|_| ClaimRight::FirstCome,
        endpoint: Some(state.endpoint),
        there_and_back: there_and_back(state),
        instance: "operator",
        rules: Rules {
            decide: &|input: &Input<'_>| design.decide(state, input),
            ..Rules::shipped()
        },
    })
}

/// Time passes. Whoever leads renews the lease; nobody looks.
pub fn wait(state: &mut State, seconds: i64) {
    state.now += SignedDuration::from_secs(seconds);
    let before = state.provider.journal().len();
    state.provider.advance_to(state.now);
    debug_assert_eq!(
        before,
        state.provider.journal().len(),
        "nothing is on its way in this model"
    );
    if let Operator::Up { .. } = state.operator {
        state.cluster.renewed = state.now;
    }
}
