//! What people do: they look at the status, commit to Git, file operations. GitOps brings Git to the cluster.
//! It must not give a person more than the status shows.

use super::act::target;
use super::state::{GroupObject, Revision, State};
use crate::answer;
use jiff::SignedDuration;
use stationmaster_engine::{AnswerAction, DataLoss, OperationType, Reason, Request, Station, Wish};

/// For how long a filed operation may start, in seconds.
const NOT_AFTER: i64 = 3600;

/// A person wishes for a station, quoting the token that is shown.
pub fn switch(state: &mut State, station: Station) {
    state.spent.people += 1;
    let token = state.shown().and_then(|s| s.token.clone());
    let wish = Some(Wish { station, token });
    state.git.push(Revision { wish, asks: true });
}

/// A person wishes for nothing any more.
pub fn withdraw(state: &mut State) {
    state.spent.people += 1;
    state.git.push(Revision {
        wish: None,
        asks: false,
    });
}

/// A revert that has nothing to do with this group restores what was written at an earlier revision.
pub fn revert(state: &mut State, to: usize) {
    state.spent.git += 1;
    let wish = state.git[to].wish.clone();
    state.git.push(Revision { wish, asks: false });
}

/// GitOps applies the head. A wish that a person wrote and that the cluster never saw is one also when a revert brings it: that it was
/// withdrawn in between is not told to anybody.
pub fn sync(state: &mut State) {
    let wish = state.head().wish.clone();
    let mut asks = false;
    for revision in &mut state.git {
        if revision.wish == wish {
            asks |= std::mem::take(&mut revision.asks);
        }
    }
    let made_again = state.cluster.group.is_none();
    if made_again {
        let uid = state.new_uid("group");
        state.cluster.group = Some(GroupObject {
            uid,
            generation: 1,
            wish: None,
            shown: None,
        });
        state.witness.nothing_is_asked();
    }
    let Some(group) = &mut state.cluster.group else { return };
    if group.wish == wish {
        return;
    }
    group.wish = wish;
    if !made_again {
        group.generation += 1;
        let (wish, ledger) = (group.wish.as_ref(), state.cluster.ledger.as_ref());
        state.witness.spec_changed(wish, asks, ledger);
    }
}

/// A person files an operation, quoting the token that is shown.
pub fn file(state: &mut State, operation: OperationType) {
    state.spent.people += 1;
    let Some(shown) = state.shown().cloned() else { return };
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
        requested_by: "a person".to_owned(),
        ended: false,
    };
    state.witness.files(&request);
    state.cluster.requests.push(request);
}

/// Whether the running operation asks a person, and nobody has answered yet.
pub fn is_asked(state: &State) -> bool {
    let asks = |ledger| answer::is_asked(ledger, &state.cluster.answers, Reason::AwaitingConfirmation);
    state.cluster.ledger.as_ref().is_some_and(asks)
}

/// A person answers the question of the running operation with yes.
pub fn agree(state: &mut State) {
    let Some(ledger) = &state.cluster.ledger else { return };
    state.objects += 1;
    let answer = answer::to_the_present_step(ledger, AnswerAction::Confirm, usize::from(state.objects));
    if let Some(answer) = answer {
        state.witness.agrees(&answer.operation_name, &answer.step);
        state.cluster.answers.push(answer);
    }
}

/// A person deletes a filed operation.
pub fn take_back(state: &mut State, index: usize) {
    state.spent.people += 1;
    let request = state.cluster.requests.remove(index);
    state.witness.takes_back(&request.name);
}
