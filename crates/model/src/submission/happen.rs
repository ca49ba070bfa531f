//! Lets something happen.
//! It must not ask whether it may: that was asked before.

use super::action::{Action, Point, at_work};
use super::groups;
use super::judge::judge;
use super::people::{self, Word};
use super::protocol::Protocol;
use super::shell;
use super::state::{Budget, OBJECT, Pc, State};
use super::time;
use stationmaster_engine::{CallOutcome, Pass, Reason};

/// It happens.
pub fn happen(state: &mut State, action: Action, protocol: Protocol, word: Word) {
    if let Action::Pass(who) = action
        && state.replicas[who] == Pc::Idle
        && at_work(&state.replicas[1 - who])
    {
        used(state, |l| &mut l.thefts);
    }
    match action {
        Action::Pass(who) => shell::run(state, who, protocol, None),
        Action::HeldUp(who, at) => {
            used(state, |l| &mut l.holds);
            shell::run(state, who, protocol, Some(at));
        }
        Action::DiesAfterItsRecord(who) => {
            used(state, |l| &mut l.crashes);
            shell::run(state, who, protocol, Some(Point::BeforeTheRecord));
            shell::step(state, who, protocol);
            dies(state, who);
        }
        Action::StaleRead(who) => {
            used(state, |l| &mut l.stale_reads);
            if let Some(older) = state.older.clone() {
                shell::begin(state, who, &older, protocol);
                shell::run(state, who, protocol, None);
            }
        }
        Action::Dies(who) => {
            used(state, |l| &mut l.crashes);
            dies(state, who);
        }
        Action::UnheardWrite(who, written) => {
            used(state, |l| &mut l.lost_writes);
            shell::run(state, who, protocol, Some(Point::BeforeTheRecord));
            shell::record_unheard(state, who, written);
        }
        Action::ConnectionRefused(who) => {
            used(state, |l| &mut l.refused_connections);
            shell::run(state, who, protocol, Some(Point::BeforeSending));
            let outcome = CallOutcome::NotSent {
                reason: Reason::ProviderUnreachable,
                message: "connection refused".to_owned(),
            };
            shell::answered(state, who, outcome);
        }
        Action::Arrives(index) => arrives(state, index, false),
        Action::Duplicated(index) => {
            used(state, |l| &mut l.duplicates);
            arrives(state, index, true);
        }
        Action::HearsNothing(who) => {
            used(state, |l| &mut l.silences);
            state.clear = false;
            let message = "no answer".to_owned();
            shell::answered(state, who, CallOutcome::Ambiguous { message });
        }
        Action::Passes(span) => {
            if !time::free(state, span, protocol) {
                used(state, |l| &mut l.pauses);
            }
            span.go_by(state);
        }
        Action::Asks => people::ask(state),
        Action::Answers(what) => people::answer(state, what, word),
        Action::Withdraws => people::withdraw(state),
        Action::Turns => {
            state.left.turns -= 1;
            groups::turn(state, protocol);
        }
        Action::Console => {
            state.left.console -= 1;
            state.world.console_flip(OBJECT);
        }
    }
}

fn used(state: &mut State, kind: fn(&mut Budget) -> &mut u8) {
    state.left.faults -= 1;
    *kind(&mut state.left) -= 1;
}

/// What dies before its record, or making an object, leaves no doubt.
fn dies(state: &mut State, who: usize) {
    state.clear &= match &state.replicas[who] {
        Pc::Idle => true,
        Pc::At(pass) => matches!(**pass, Pass::Records(_) | Pass::Creates(_)),
        Pc::Waits(_) => false,
    };
    state.replicas[who] = Pc::Idle;
}

/// The process that waits for the answer to a request, if one still does.
fn waiting(state: &State, index: usize) -> Option<usize> {
    let sent = &state.network[index];
    let its = |pass: &Pass| match pass {
        Pass::Sends(at) => {
            let (its, sent) = (at.call(), &sent.request);
            (&its.operation_name, &its.step, its.attempt, its.recorded_at)
                == (&sent.operation_name, &sent.step, sent.attempt, sent.recorded_at)
        }
        _ => false,
    };
    match &state.replicas[sent.from] {
        Pc::Waits(pass) if !sent.copy && its(pass) => Some(sent.from),
        _ => None,
    }
}

/// A request arrives at the provider; what is carried out is held against the promises.
pub fn arrives(state: &mut State, index: usize, keep: bool) {
    let caller = waiting(state, index);
    let mut sent = state.network.remove(index);
    let delivered = state.world.deliver(&sent.request);
    if delivered.executed {
        judge(state, &sent.request);
    }
    if keep {
        sent.copy = true;
        state.network.push(sent);
    }
    if let Some(who) = caller {
        shell::answered(state, who, delivered.outcome);
    }
}
