//! What can happen: a process takes a step or dies, a group is deleted, made again, changed, asked for; what is left over is swept.
//! It must not decide what a process does: the engine does.

use super::protocol::Protocol;
use super::state::{Process, State};
use super::{scene, shell};
use stationmaster_engine::Pass;
use std::fmt;

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It may have arrived, or may still.
    Lost,
    /// It was refused.
    Refused,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A process begins a pass over a group: it reads, decides, and stands at its first write.
    Begins(usize, usize),
    /// The same, and the process has read the group before its set was changed.
    Lags(usize, usize),
    /// A process makes its next write, or sends its call.
    Steps(usize),
    /// A process hears of its call.
    Hears(usize, Answer),
    /// A process dies.
    Dies(usize),
    /// A group is deleted.
    Deleted(usize),
    /// A group of the same name is made.
    Remade(usize),
    /// A group is made of other objects.
    Changed(usize),
    /// A person files an operation.
    Asked(usize),
    /// What a group that is gone has left, and nothing may arrive at, is removed.
    Swept,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Begins(process, group) => write!(f, "process {process} looks at group {group}"),
            Action::Lags(process, group) => write!(f, "process {process} looks at group {group} as it was"),
            Action::Steps(process) => write!(f, "process {process} goes on"),
            Action::Hears(process, answer) => write!(f, "process {process} hears: {answer:?}"),
            Action::Dies(process) => write!(f, "process {process} dies"),
            Action::Deleted(group) => write!(f, "group {group} is deleted"),
            Action::Remade(group) => write!(f, "group {group} is made again"),
            Action::Changed(group) => write!(f, "group {group} is made of other objects"),
            Action::Asked(group) => write!(f, "a failover of group {group} is filed"),
            Action::Swept => write!(f, "what is left over is swept"),
        }
    }
}

/// What can happen now.
pub fn possible(state: &State, actions: &mut Vec<Action>) {
    if state.broken.is_some() {
        return;
    }
    for (index, process) in state.processes.iter().enumerate().take(state.left.processes) {
        match process {
            None => {
                actions.extend((0..state.left.groups).map(|group| Action::Begins(index, group)));
                let changed =
                    (0..state.left.groups).filter(|group| state.left.lags > 0 && state.groups[*group].before.is_some());
                actions.extend(changed.map(|group| Action::Lags(index, group)));
            }
            Some(Process { at, .. }) if matches!(**at, Pass::Sends(_)) => {
                actions.extend([Answer::Lost, Answer::Refused].map(|answer| Action::Hears(index, answer)));
            }
            Some(_) => actions.push(Action::Steps(index)),
        }
        if process.is_some() && state.left.deaths > 0 {
            actions.push(Action::Dies(index));
        }
    }
    for (index, group) in state.groups.iter().enumerate().take(state.left.groups) {
        if group.lives && state.left.deletions > 0 {
            actions.push(Action::Deleted(index));
        }
        if !group.lives && state.left.remakes > 0 {
            actions.push(Action::Remade(index));
        }
        if group.lives && state.left.changes > 0 && group.group.members != group.other {
            actions.push(Action::Changed(index));
        }
        if group.lives && !group.asked && state.left.orders > 0 && scene::token(state, index).is_some() {
            actions.push(Action::Asked(index));
        }
    }
    if !shell::left_over(state).is_empty() {
        actions.push(Action::Swept);
    }
}

/// It happens.
pub fn happen(state: &mut State, action: Action, protocol: Protocol) {
    match action {
        Action::Begins(process, group) => {
            let spec = state.groups[group].group.clone();
            shell::begin(state, process, group, spec, protocol);
        }
        Action::Lags(process, group) => {
            state.left.lags -= 1;
            if let Some(spec) = state.groups[group].before.clone() {
                shell::begin(state, process, group, spec, protocol);
            }
        }
        Action::Steps(process) => shell::step(state, process, protocol),
        Action::Hears(process, answer) => shell::hear(state, process, answer, protocol),
        Action::Dies(process) => {
            state.left.deaths -= 1;
            state.processes[process] = None;
        }
        Action::Deleted(group) => {
            state.left.deletions -= 1;
            state.groups[group].lives = false;
        }
        Action::Remade(group) => {
            state.left.remakes -= 1;
            let group = &mut state.groups[group];
            group.lives = true;
            group.asked = false;
            group.before = None;
            group.group.uid.push('+');
            group.group.generation = 1;
        }
        Action::Changed(group) => {
            state.left.changes -= 1;
            let group = &mut state.groups[group];
            group.before = Some(group.group.clone());
            group.group.members = group.other.clone();
            group.group.generation += 1;
        }
        Action::Asked(group) => {
            state.left.orders -= 1;
            state.groups[group].asked = true;
        }
        Action::Swept => {
            for object in shell::left_over(state) {
                state.store.remove(&object);
            }
        }
    }
}
