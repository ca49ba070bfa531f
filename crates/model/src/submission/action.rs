//! What can happen next: steps of processes, the network, faults, time. People have a module of their own.
//! It must not let anything happen that the budget does not hold.

use super::people::{self, Word};
use super::protocol::Protocol;
use super::shell;
use super::state::{Pc, State};
use super::time::{self, Span};
use stationmaster_engine::{Act, DecisionAction, Pass};
use std::fmt;

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A process goes through its pass, from where it stands to the end or until it waits for an answer.
    Pass(usize),
    /// A process begins a pass and is held up at a point, while everything else goes on.
    HeldUp(usize, Point),
    /// A process begins a pass, writes the ledger, and dies.
    DiesAfterItsRecord(usize),
    /// A process begins a pass, and its read of the ledger is old.
    StaleRead(usize),
    /// A process that is held up, or waits, or has an answer, dies and starts again.
    Dies(usize),
    /// The API server does not say whether it wrote the record of a call; whether it did.
    UnheardWrite(usize, bool),
    /// A connection is refused: provably not sent.
    ConnectionRefused(usize),
    /// A request arrives. Whoever waits for its answer has it.
    Arrives(usize),
    /// A request arrives, and a middlebox keeps a copy.
    Duplicated(usize),
    /// A process gives up waiting. Its request stays on its way.
    HearsNothing(usize),
    /// Time passes.
    Passes(Span),
    /// A person asks for the next operation.
    Asks,
    /// A person answers the running operation.
    Answers(DecisionAction),
    /// A person takes the intent back.
    Withdraws,
    /// Somebody moves production at the console.
    Console,
    /// The group in the other namespace has its turn.
    Turns,
}

/// Where a process is held up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// It has decided and not written.
    BeforeTheRecord,
    /// It has recorded the call and not looked again.
    BeforeTheLook,
    /// It has looked again and not sent.
    BeforeSending,
}

impl Point {
    /// Whether a process that stands there is at this point.
    pub fn is(self, pc: &Pc) -> bool {
        let Pc::At(pass) = pc else { return false };
        matches!(
            (self, &**pass),
            (Point::BeforeTheRecord, Pass::Records(_))
                | (Point::BeforeTheLook, Pass::Looks(_))
                | (Point::BeforeSending, Pass::Sends(_))
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Pass(who) => write!(f, "replica {who} goes on"),
            Action::HeldUp(who, Point::BeforeTheRecord) => write!(f, "replica {who} decides and is held up"),
            Action::HeldUp(who, Point::BeforeTheLook) => {
                write!(f, "replica {who} records a call and is held up before it looks again")
            }
            Action::HeldUp(who, Point::BeforeSending) => {
                write!(
                    f,
                    "replica {who} records a call, looks again and is held up before it sends"
                )
            }
            Action::DiesAfterItsRecord(who) => write!(f, "replica {who} writes the ledger and dies"),
            Action::StaleRead(who) => write!(f, "replica {who} reads the ledger of before and goes on"),
            Action::Dies(who) => write!(f, "replica {who} dies"),
            Action::UnheardWrite(who, true) => write!(f, "replica {who} records a call and does not hear that it did"),
            Action::UnheardWrite(who, false) => {
                write!(f, "replica {who} fails to record a call and does not hear of it")
            }
            Action::ConnectionRefused(who) => write!(f, "the connection of replica {who} is refused"),
            Action::Arrives(index) => write!(f, "request {index} arrives"),
            Action::Duplicated(index) => write!(f, "request {index} arrives, and there is another of it"),
            Action::HearsNothing(who) => write!(f, "replica {who} hears no answer"),
            Action::Passes(Span::Minute) => f.write_str("a minute passes"),
            Action::Passes(Span::DeadTime) => f.write_str("the dead time passes"),
            Action::Passes(Span::KeyTime) => f.write_str("so much time passes that keys are forgotten"),
            Action::Asks => f.write_str("a person asks for the next operation"),
            Action::Answers(what) => write!(f, "a person answers {what:?}"),
            Action::Withdraws => f.write_str("a person takes the intent back"),
            Action::Turns => f.write_str("the other group, by the other spelling, has its turn"),
            Action::Console => f.write_str("somebody moves production at the console"),
        }
    }
}

/// What can happen.
pub fn possible(state: &State, protocol: Protocol, word: Word, actions: &mut Vec<Action>) {
    if state.broken.is_some() {
        return;
    }
    for who in 0..state.replicas.len() {
        process(state, who, protocol, actions);
    }
    for (index, sent) in state.network.iter().enumerate() {
        actions.push(Action::Arrives(index));
        if fault(state, state.left.duplicates) && !sent.copy {
            actions.push(Action::Duplicated(index));
        }
    }
    if state.left.turns > 0 && state.idle() {
        actions.push(Action::Turns);
    }
    time::possible(state, protocol, actions);
    people::possible(state, word, actions);
}

/// Whether a process is in the middle of a pass and nothing holds it up.
pub fn at_work(pc: &Pc) -> bool {
    match pc {
        Pc::Idle => false,
        Pc::Waits(_) => true,
        Pc::At(pass) => matches!(**pass, Pass::Creates(_) | Pass::WritesDown(_) | Pass::Rereads(_)),
    }
}

/// Whether there may be another fault of a kind of which so many are left.
pub fn fault(state: &State, kind: u8) -> bool {
    kind > 0 && state.left.faults > 0
}

fn process(state: &State, who: usize, protocol: Protocol, actions: &mut Vec<Action>) {
    let left = &state.left;
    if state.replicas[who] != Pc::Idle {
        if matches!(state.replicas[who], Pc::Waits(_)) {
            if fault(state, left.silences) {
                actions.push(Action::HearsNothing(who));
            }
        } else {
            actions.push(Action::Pass(who));
        }
        if fault(state, left.crashes) {
            actions.push(Action::Dies(who));
        }
        return;
    }
    // Two processes between their passes are alike: it is enough that the first one begins. Beside one that is at work another begins only
    // when the lease was stolen; one that is held up loses it.
    match &state.replicas[1 - who] {
        Pc::Idle if who == 1 => return,
        other if at_work(other) => {
            // Nothing else befalls a thief.
            if fault(state, left.thefts) && shell::decide(state, who, &state.stored, protocol).is_some() {
                actions.push(Action::Pass(who));
            }
            return;
        }
        _ => {}
    }
    if fault(state, left.stale_reads) && state.older.is_some() {
        actions.push(Action::StaleRead(who));
    }
    let Some(pass) = shell::decide(state, who, &state.stored, protocol) else {
        return;
    };
    actions.push(Action::Pass(who));
    let Pass::Records(at) = &pass else { return };
    let calls = matches!(at.act(), Act::Submit(_));
    if fault(state, left.crashes) && *at.act() != Act::None {
        actions.push(Action::DiesAfterItsRecord(who));
    }
    if fault(state, left.holds) {
        actions.push(Action::HeldUp(who, Point::BeforeTheRecord));
        if calls {
            actions.extend([Point::BeforeTheLook, Point::BeforeSending].map(|p| Action::HeldUp(who, p)));
        }
    }
    if fault(state, left.lost_writes) && calls {
        actions.extend([true, false].map(|written| Action::UnheardWrite(who, written)));
    }
    if fault(state, left.refused_connections) && calls {
        actions.push(Action::ConnectionRefused(who));
    }
}
