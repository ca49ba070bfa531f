//! What people do: they look at the status, commit to Git, file operations. GitOps brings Git to the cluster.
//! It must not give a person more than the status shows.

use super::act::target;
use super::state::{GroupObject, Revision, State};
use crate::decision;
use jiff::SignedDuration;
use stationmaster_engine::ledger::Operation;
use stationmaster_engine::{DataLoss, DecisionAction, Intent, Ledger, OperationType, Reason, Request, Station};

/// For how long a filed operation may start, in seconds.
const NOT_AFTER: i64 = 3600;

/// A person intents for a station, quoting the token that is shown.
pub fn switch(state: &mut State, station: Station) {
    state.spent.people += 1;
    let token = state.shown().and_then(|s| s.token.clone());
    let intent = Some(Intent { station, token });
    state.git.push(Revision { intent, asks: true });
}

/// A person intents for nothing any more.
pub fn withdraw(state: &mut State) {
    state.spent.people += 1;
    state.git.push(Revision {
        intent: None,
        asks: false,
    });
}

/// A revert that has nothing to do with this group restores what was written at an earlier revision.
pub fn revert(state: &mut State, to: usize) {
    state.spent.git += 1;
    let intent = state.git[to].intent.clone();
    state.git.push(Revision { intent, asks: false });
}

/// GitOps applies the head. An intent that a person wrote and that the cluster never saw is one also when a revert brings it: that it was
/// withdrawn in between is not told to anybody.
pub fn sync(state: &mut State) {
    let intent = state.head().intent.clone();
    let mut asks = false;
    for revision in &mut state.git {
        if revision.intent == intent {
            asks |= std::mem::take(&mut revision.asks);
        }
    }
    let made_again = state.cluster.group.is_none();
    if made_again {
        let uid = state.new_uid("group");
        state.cluster.group = Some(GroupObject {
            uid,
            generation: 1,
            intent: None,
            shown: None,
        });
        state.witness.nothing_is_asked();
    }
    let Some(group) = &mut state.cluster.group else { return };
    if group.intent == intent {
        return;
    }
    group.intent = intent;
    if !made_again {
        group.generation += 1;
        let (intent, ledger) = (group.intent.as_ref(), state.cluster.ledger.as_ref());
        state.witness.spec_changed(intent, asks, ledger);
    }
    state.is_delivered(made_again);
}

/// A person files an operation, quoting the token that is shown.
pub fn file(state: &mut State, operation: OperationType) {
    state.spent.people += 1;
    let Some(mut shown) = state.shown().cloned() else {
        return;
    };
    let behind = under_way(state).filter(|_| shown.token.is_none());
    let behind = behind.map(|o| (o.name.clone(), o.token.clone(), o.target));
    if let Some((_, token, target)) = &behind {
        shown.token = Some(token.clone());
        shown.active = target.other().into();
    }
    let group_uid = state.cluster.group.as_ref().map(|g| g.uid.clone()).unwrap_or_default();
    let uid = state.new_uid("operation");
    let request = Request {
        name: format!("filed-{}", state.objects),
        uid,
        created_at: state.now,
        group_uid,
        operation,
        target: target(operation, shown.active),
        token: shown.token,
        not_after: Some(state.now + SignedDuration::from_secs(NOT_AFTER)),
        data_loss: Some(DataLoss::Unknown),
        accepted_risks: Vec::new(),
        requested_by: "a person".to_owned(),
        ended: false,
    };
    // A status that was not written since can show what is long past.
    let noted = request.token.as_ref().zip(state.cluster.ledger.as_ref());
    let present = noted.is_some_and(|(token, ledger)| ledger.stands(token, None));
    state.witness.files(&request, behind.map(|(name, ..)| name), present);
    state.cluster.requests.push(request);
}

/// The planned failover that has made its call: a person who despairs of it quotes its token.
pub fn under_way(state: &State) -> Option<&Operation> {
    stationmaster_engine::gate::planned_under_way(state.cluster.ledger.as_ref()?)
}

/// Whether the running operation asks a person, and nobody has answered yet.
pub fn is_asked(state: &State) -> bool {
    let asks = |ledger| decision::is_asked(ledger, &state.cluster.decisions, Reason::AwaitingConfirmation);
    state.cluster.ledger.as_ref().is_some_and(asks)
}

/// A person answers the question of the running operation with yes.
pub fn agree(state: &mut State) {
    let Some(ledger) = &state.cluster.ledger else { return };
    state.objects += 1;
    let answer = decision::to_the_present_step(ledger, DecisionAction::Confirm, usize::from(state.objects));
    if let Some(answer) = answer {
        state.witness.agrees(&answer.operation_name, &answer.step);
        state.cluster.decisions.push(answer);
    }
}

/// A person deletes an operation.
pub fn take_back(state: &mut State, index: usize) {
    state.spent.people += 1;
    let request = state.cluster.requests.remove(index);
    state.witness.takes_back(&request.name);
    // What no operator has seen cannot be told from what is filed for the first time.
    let seen = |ledger: &Ledger| ledger.note(&request.name, &request.uid).is_some();
    if state.cluster.ledger.as_ref().is_some_and(seen) {
        state.deleted = Some(Box::new(request));
    }
}
