//! What must come of every state when trouble ends and the operator looks: intents are carried out, disarming works, rest is rest.
//! It must not add trouble of its own.

use super::state::{OBJECT, Operator, State};
use super::{Design, operator, people};
use stationmaster_engine::ledger::Origin;
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider_proof::{At, Servers};

/// How often is looked, 30 s apart: long enough for a job, for evidence, for a verification.
const LOOKS: usize = 16;

/// Whether an intent of now, with nothing in its way, is carried out.
pub fn a_current_intent_is_carried_out(state: &State) -> bool {
    match current(state) {
        None => true,
        Some(station) => {
            let settled = settled(state.clone(), true);
            settled.witness.wrong.is_none() && settled.provider.object(OBJECT).is_some_and(|o| o.station == station)
        }
    }
}

/// Whether a forced failover whose author saw the present state is carried out as soon as the provider can be read.
pub fn a_standing_order_is_carried_out(state: &State) -> bool {
    let Some(name) = standing_order(state) else { return true };
    let mut lit = state.clone();
    lit.dark = false;
    let settled = settled(lit, true);
    settled.witness.wrong.is_none() && settled.provider.journal().iter().any(|e| e.by == name)
}

/// The one forced failover that must be carried out.
fn standing_order(state: &State) -> Option<String> {
    let Operator::Up { absent_until, .. } = &state.operator else {
        return None;
    };
    let group = state.cluster.group.as_ref()?;
    let ledger = state.cluster.ledger.as_ref()?;
    let object = state.provider.object(OBJECT)?;
    // Without a revision nothing tells what happened in an absence that is not noted yet.
    let seen = state.provider.observe(OBJECT, stationmaster_engine::Depth::Full)?;
    let noted = absent_until.is_none() || *absent_until == ledger.absence || state.provider.variant.revision;
    let same = seen.fingerprint == ledger.fingerprint && noted;
    let free = same
        && object.at == At::Protected
        && object.fates.is_empty()
        && state.provider.variant.has(OperationType::Failover);
    // One that was put back by a program is no act of a person; of two, one goes first.
    let mut open = state
        .cluster
        .requests
        .iter()
        .filter(|r| !r.ended && r.not_after.is_some());
    let only = open.next().filter(|_| open.next().is_none())?;
    let first = |n: &stationmaster_engine::ledger::NotedOrder| n.name != only.name || n.uid == only.uid;
    let asked = only.operation == OperationType::Failover
        && only.group_uid == group.uid
        && ledger.group.uid == group.uid
        && ledger.endpoint == state.endpoint
        && ledger.noted.iter().all(first)
        && ledger.completed.iter().all(|c| c.name != only.name)
        && ledger.operation.as_ref().is_none_or(|o| !o.submitted())
        && state.witness.stands_behind(only, &state.provider, state.now);
    (free && asked).then(|| only.name.clone())
}

/// Whether after a withdrawal nothing is begun for an intent any more, and the operator comes to rest.
pub fn disarming_works(state: &State) -> bool {
    let mut state = state.clone();
    state.dark = false;
    let Some(group) = &mut state.cluster.group else {
        return true;
    };
    if group.intent.take().is_some() {
        group.generation += 1;
    }
    state.witness.spec_changed(None, false, None);
    let settled = settled(state, false);
    let Some(ledger) = &settled.cluster.ledger else {
        return false;
    };
    let waits = ledger
        .operation
        .as_ref()
        .is_some_and(|o| o.origin == Origin::Intent && !o.submitted());
    settled.witness.wrong.is_none() && ledger.intent.is_none() && !waits && at_rest(&settled)
}

/// Where a person wants production now, if the operator has all that it needs to bring it there.
fn current(state: &State) -> Option<Station> {
    let Operator::Up { absent_until, .. } = &state.operator else {
        return None;
    };
    let (ledger, group) = (state.cluster.ledger.as_ref()?, state.cluster.group.as_ref()?);
    if state.dark {
        return None;
    }
    let object = state.provider.object(OBJECT)?;
    let station = state.witness.wants(ledger.token.as_ref())?;
    if !state.provider.variant.has(OperationType::PlannedFailover) {
        return None;
    }
    let free = object.at == At::Protected
        && object.servers != Servers::Running
        && object.fates.is_empty()
        && object.station != station
        && ledger.operation.is_none()
        && ledger.pending_calls.is_empty();
    // What the operator must hold, it holds: changes that it missed, another state, another group, another endpoint, an absence.
    let gap = group.generation - ledger.judged_generation;
    let known = (0..=1).contains(&gap)
        && ledger.group.uid == group.uid
        && ledger.endpoint == state.endpoint
        && (absent_until.is_none() || *absent_until == ledger.absence)
        && ledger
            .token
            .as_ref()
            .is_some_and(|t| state.witness.still(t, &state.provider))
        && state
            .provider
            .observe(OBJECT, stationmaster_engine::Depth::Full)?
            .fingerprint
            == ledger.fingerprint;
    let in_time =
        ledger.intent.is_none() && gap == 1 || ledger.intent.as_ref().is_some_and(|w| w.first_seen == state.now);
    let unasked = state
        .cluster
        .requests
        .iter()
        .all(|r| r.ended || ledger.completed_operation(&r.uid).is_some());
    (free && known && in_time && unasked).then_some(station)
}

/// `agrees`: a person who is asked says yes.
fn settled(mut state: State, agrees: bool) -> State {
    let design = Design::AsItIs;
    if state.operator == Operator::Down {
        operator::start(&mut state);
    }
    for _ in 0..LOOKS {
        operator::passes(&mut state, design);
        if agrees && people::is_asked(&state) {
            people::agree(&mut state);
            operator::passes(&mut state, design);
        }
        if at_rest(&state) && state.cluster.ledger.as_ref().is_some_and(|l| l.operation.is_none()) {
            break;
        }
        operator::wait(&mut state, 30);
    }
    state
}

/// Whether a look at once changes nothing.
fn at_rest(state: &State) -> bool {
    let mut again = state.clone();
    operator::pass(&mut again, Design::AsItIs, None);
    again.cluster == state.cluster
}
