//! What the engine asks the operator of this model to do: write the ledger, make an object, send a call, publish what it reports.
//! It must not decide when; `operator` carries a pass from one to the next.

use super::design::Design;
use super::operator::{fresh, with_env};
use super::state::{Shown, State};
use stationmaster_engine::pass::Reports;
use stationmaster_engine::{CallOutcome, CallRequest, Ledger, OwnRequest, Request};

pub(super) fn write(state: &mut State, ledger: Ledger) {
    let before = state.cluster.ledger.take();
    // A token is counted when it is issued, and not when the ledger that holds it is written again.
    let new = ledger.token.as_ref() == Some(&fresh(state));
    state.tokens += u16::from(new);
    state.witness.ledger_written(before.as_ref(), &ledger, &state.provider);
    state.cluster.ledger = Some(ledger);
}

pub(super) fn create(state: &mut State, own: &OwnRequest) {
    if state.cluster.requests.iter().any(|r| r.name == own.name) {
        return;
    }
    let uid = state.new_uid("operation");
    let group_uid = state.cluster.group.as_ref().map(|g| g.uid.clone()).unwrap_or_default();
    let filed = own.filed(uid, group_uid, state.now);
    state.cluster.requests.push(filed);
}

pub(super) fn send(state: &mut State, ledger: &Ledger, call: &CallRequest) -> CallOutcome {
    let operation = ledger.operation.as_ref().expect("it records an operation");
    state.witness.judges(call, &operation.token, &state.provider, state.now);
    let delivered = state.provider.deliver(call);
    if delivered.executed {
        let entry = state.provider.journal().last().expect("it was carried out").clone();
        state.witness.done(&entry);
    }
    delivered.outcome
}

pub(super) fn publish(state: &mut State, design: Design, at: &Reports) {
    let report = with_env(state, design, |env| at.report(env));
    for operation in report.operations.iter().filter(|o| o.finished_at.is_some()) {
        let of = |r: &&mut Request| Some(&r.uid) == operation.uid.as_ref();
        state
            .cluster
            .requests
            .iter_mut()
            .filter(of)
            .for_each(|r| r.ended = true);
    }
    for answer in &mut state.cluster.decisions {
        answer.ended |= report.decisions.iter().any(|reported| reported.uid == answer.uid);
    }
    if let Some(group) = &mut state.cluster.group {
        group.shown = Some(Shown {
            token: report.group.token,
            active: report.group.active,
        });
    }
}
