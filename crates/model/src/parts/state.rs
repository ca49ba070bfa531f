//! Everything that is explored, and what can happen to it.
//! It must not decide what a process does: the engine does.

use super::{Protocol, scene, shell};
use stationmaster_engine::{DecisionAction, DecisionRequest, Ledger, Pass, Reason};
use std::fmt;
use std::sync::Arc;

/// How much trouble there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Decisions that a person files.
    pub decisions: u8,
    /// Processes that die.
    pub deaths: u8,
    /// Answers that are lost.
    pub silences: u8,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// It does nothing.
    Idle,
    /// It stands before its next write.
    At(Arc<Pass>),
    /// It waits for the answer to its call.
    Waits(Arc<Pass>),
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The ledger and its version.
    pub ledger: (u32, Arc<Ledger>),
    /// What persons have decided.
    pub decisions: Vec<DecisionRequest>,
    /// The processes.
    pub processes: [Process; 2],
    /// Calls on their way: who made them.
    pub network: Vec<usize>,
    /// Whether the provider works on the part; if not, it waits for a person.
    pub works: bool,
    /// How many calls on the part were carried out.
    pub done: u8,
    /// What trouble is left.
    pub left: Budget,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A process reads and decides.
    Begins(usize),
    /// A process makes its next write, or sends its call.
    Steps(usize),
    /// A process dies.
    Dies(usize),
    /// A process hears no answer.
    HearsNothing(usize),
    /// A call arrives.
    Arrives(usize),
    /// The part fails once more.
    Fails,
    /// A person decides, quoting what the status shows.
    Decided,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Begins(process) => write!(f, "process {process} looks"),
            Action::Steps(process) => write!(f, "process {process} goes on"),
            Action::Dies(process) => write!(f, "process {process} dies"),
            Action::HearsNothing(process) => write!(f, "process {process} hears no answer"),
            Action::Arrives(call) => write!(f, "call {call} arrives"),
            Action::Fails => write!(f, "the part fails again"),
            Action::Decided => write!(f, "a person decides: Retry"),
        }
    }
}

impl State {
    /// An operation whose job waits for a person.
    pub fn new(left: Budget) -> State {
        State {
            ledger: (1, Arc::new(shell::begun())),
            decisions: Vec::new(),
            processes: [Process::Idle, Process::Idle],
            network: Vec::new(),
            works: false,
            done: 0,
            left,
        }
    }

    /// The attempt at which a person is asked, if one is.
    fn asked(&self) -> Option<u32> {
        let step = self.ledger.1.operation.as_ref()?.current()?;
        (step.reason == Some(Reason::PartFailed)).then_some(step.attempts)
    }

    /// What can happen now.
    pub fn possible(&self, actions: &mut Vec<Action>) {
        for (index, process) in self.processes.iter().enumerate() {
            match process {
                Process::Idle => actions.push(Action::Begins(index)),
                Process::At(_) => actions.push(Action::Steps(index)),
                Process::Waits(_) if self.left.silences > 0 => actions.push(Action::HearsNothing(index)),
                Process::Waits(_) => {}
            }
            if *process != Process::Idle && self.left.deaths > 0 {
                actions.push(Action::Dies(index));
            }
        }
        actions.extend((0..self.network.len()).map(Action::Arrives));
        if self.works {
            actions.push(Action::Fails);
        }
        if self.left.decisions > 0 && self.asked().is_some() {
            actions.push(Action::Decided);
        }
    }

    /// It happens.
    pub fn happen(&mut self, action: Action, protocol: Protocol) {
        match action {
            Action::Begins(process) => shell::begin(self, process, protocol),
            Action::Steps(process) => shell::step(self, process, protocol),
            Action::Dies(process) => {
                self.left.deaths -= 1;
                self.processes[process] = Process::Idle;
            }
            Action::HearsNothing(process) => {
                self.left.silences -= 1;
                shell::hear(self, process, false, protocol);
            }
            Action::Arrives(call) => {
                let from = self.network.remove(call);
                // One that finds the job at work is refused, and nobody who waits for another answer hears of it.
                if self.works {
                    return;
                }
                self.works = true;
                self.done += 1;
                shell::hear(self, from, true, protocol);
            }
            Action::Fails => self.works = false,
            Action::Decided => {
                let Some(attempt) = self.asked() else { return };
                self.left.decisions -= 1;
                let name = format!("d{}", self.decisions.len());
                self.decisions.push(DecisionRequest {
                    uid: name.clone(),
                    name,
                    operation_name: scene::OPERATION.to_owned(),
                    operation_uid: scene::OPERATION.to_owned(),
                    step: "Follow".to_owned(),
                    attempt,
                    action: DecisionAction::Retry,
                    part: "7".to_owned(),
                    requested_by: String::new(),
                    ended: false,
                });
            }
        }
    }
}
