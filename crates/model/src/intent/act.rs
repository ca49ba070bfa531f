//! What can happen next: people, Git, the console, the cluster, the operator, time.
//! It must not know what is right.

use super::operator::{self, Death};
use super::state::{ABSENT_AFTER, OBJECT, Operator, STARTING_DEADLINE, State};
use super::{Bound, Design, cluster, people};
use stationmaster_engine::{ActiveStation, OperationType, Station};
use stationmaster_provider_proof::{At, Fate, Servers};

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A person who looks at the status commits an intent for a station with the token that is shown.
    Switch(Station),
    /// A person commits that nothing is asked for.
    Withdraw,
    /// An unrelated revert makes the manifest what it was at a revision.
    Revert(usize),
    /// GitOps applies the head of Git, and makes the group if it is not there.
    Sync,
    /// A person who looks at the status files an operation.
    File(OperationType),
    /// A person who looks at the running operation answers its question with yes.
    Agree,
    /// A person deletes an operation that has no result: a filed one, or the operator's own.
    TakeBack(usize),
    /// GitOps or a backup puts a filed operation back, under a new uid.
    Reapply(usize),
    /// GitOps puts the filed operation back that was deleted last.
    PutBackOrder,
    /// Somebody moves production at the console.
    ConsoleFlip,
    /// Somebody renames the object at the console: its revision moves, and nothing else.
    ConsoleRename,
    /// The provider cannot be read any more, or again.
    ToggleDark,
    /// The next job fails.
    NextJobFails,
    /// The servers are stopped, or started.
    ToggleServers,
    /// Somebody deletes the group.
    DeleteGroup,
    /// The ledger is lost.
    LoseLedger,
    /// A backup of objects is taken.
    TakeBackup,
    /// The group and its operations are deleted and made again from the backup.
    Restore {
        /// Whether the backup brings the statuses back.
        with_status: bool,
    },
    /// A snapshot of etcd is taken.
    Snapshot,
    /// etcd is put back to the snapshot; the operator has to start again.
    PutBack,
    /// Somebody writes the connection's endpoint in another way.
    Respell,
    /// The operator looks once.
    Look,
    /// The operator looks once, and dies on the way.
    LookAndDie(Death),
    /// The operator is stopped between two looks.
    Stop,
    /// The operator starts.
    Start,
    /// Time passes: a job ends.
    ShortPause,
    /// Time passes: an intent lapses.
    LongPause,
}

const SHORT: i64 = 30;
const LONG: i64 = STARTING_DEADLINE as i64 + 100;

/// Everything that can happen now.
pub fn possible(state: &State, bound: &Bound, actions: &mut Vec<Action>) {
    let (spent, most) = (&state.spent, &bound.most);
    if state.witness.wrong.is_some() {
        return;
    }
    let up = matches!(state.operator, Operator::Up { .. });
    if up {
        actions.push(Action::Look);
    } else {
        actions.push(Action::Start);
    }
    let group = state.cluster.group.as_ref();
    if group.is_none_or(|g| g.intent != state.head().intent) || state.head().asks {
        actions.push(Action::Sync);
    }
    if spent.people < most.people {
        persons(state, actions);
    }
    if spent.git < most.git {
        let head = &state.head().intent;
        actions.extend(
            (0..state.git.len())
                .filter(|i| state.git[*i].intent != *head)
                .map(Action::Revert),
        );
    }
    if spent.console < most.console {
        let object = state.provider.object(OBJECT);
        if object.is_some_and(|o| !matches!(o.at, At::Working(_))) && state.provider.console_can_move(OBJECT) {
            actions.push(Action::ConsoleFlip);
        }
        if state.provider.variant.there_and_back_seconds > 0 {
            actions.push(Action::ConsoleRename);
        }
        if object.is_some_and(|o| o.fates.is_empty()) {
            actions.push(Action::NextJobFails);
        }
    }
    if spent.dark < most.dark {
        actions.push(Action::ToggleDark);
    }
    if spent.servers < most.servers {
        actions.push(Action::ToggleServers);
    }
    if spent.cluster < most.cluster {
        troubles(state, actions);
    }
    if spent.deaths < most.deaths && up {
        actions.push(Action::Stop);
        actions.extend([Death::Recorded, Death::Acted, Death::Answered].map(Action::LookAndDie));
    }
    if spent.pauses < most.pauses {
        actions.extend([Action::ShortPause, Action::LongPause]);
    }
}

fn persons(state: &State, actions: &mut Vec<Action>) {
    let Some(shown) = state.shown().filter(|s| s.token.is_some()) else {
        if people::under_way(state).is_some() {
            actions.push(Action::File(OperationType::Failover));
        }
        return;
    };
    if let Some(active) = shown.active.known() {
        actions.push(Action::Switch(active.other()));
        actions.extend([OperationType::Failover, OperationType::Reprotect].map(Action::File));
    }
    if state.head().intent.is_some() {
        actions.push(Action::Withdraw);
    }
    if people::is_asked(state) {
        actions.push(Action::Agree);
    }
    let open = state.cluster.requests.iter().enumerate();
    actions.extend(open.filter(|(_, r)| !r.ended).map(|(i, _)| Action::TakeBack(i)));
}

fn troubles(state: &State, actions: &mut Vec<Action>) {
    actions.push(Action::Respell);
    if state.cluster.group.is_some() {
        actions.push(Action::DeleteGroup);
    }
    if state.cluster.ledger.is_some() {
        actions.push(Action::LoseLedger);
    }
    let filed = state
        .cluster
        .requests
        .iter()
        .enumerate()
        .filter(|(_, r)| r.not_after.is_some());
    actions.extend(filed.map(|(i, _)| Action::Reapply(i)));
    actions.extend(state.deleted.iter().map(|_| Action::PutBackOrder));
    match &state.backup {
        None if state.cluster.group.is_some() => actions.push(Action::TakeBackup),
        None => {}
        Some(_) => actions.extend([true, false].map(|with_status| Action::Restore { with_status })),
    }
    match &state.snapshot {
        None => actions.push(Action::Snapshot),
        Some(snapshot) => {
            let age = state.now.duration_since(snapshot.renewed).as_secs();
            if age > ABSENT_AFTER {
                actions.push(Action::PutBack);
            }
        }
    }
}

/// Lets it happen.
pub fn happen(state: &mut State, action: Action, design: Design) {
    match action {
        Action::Switch(station) => people::switch(state, station),
        Action::Withdraw => people::withdraw(state),
        Action::Revert(to) => people::revert(state, to),
        Action::Sync => people::sync(state),
        Action::File(operation) => people::file(state, operation),
        Action::Agree => {
            state.spent.people += 1;
            people::agree(state);
        }
        Action::TakeBack(index) => people::take_back(state, index),
        Action::Reapply(index) => cluster::reapply(state, index),
        Action::PutBackOrder => {
            state.cluster.requests.extend(state.deleted.take().map(|r| *r));
            let last = state.cluster.requests.len() - 1;
            cluster::reapply(state, last);
        }
        Action::ConsoleFlip => {
            state.spent.console += 1;
            state.provider.console_flip(OBJECT);
            state.witness.nothing_is_asked();
        }
        Action::ToggleDark => {
            state.spent.dark += 1;
            state.dark = !state.dark;
        }
        Action::ConsoleRename => {
            state.spent.console += 1;
            state.witness.orders_are_void();
            state.provider.console_rename(OBJECT);
        }
        Action::NextJobFails => {
            state.spent.console += 1;
            if let Some(object) = state.provider.object_mut(OBJECT) {
                object.fates.push_back(Fate::Fails);
            }
        }
        Action::ToggleServers => {
            state.spent.servers += 1;
            if let Some(object) = state.provider.object_mut(OBJECT) {
                object.servers = match object.servers {
                    Servers::Running => Servers::Stopped,
                    Servers::Stopped | Servers::CannotTell => Servers::Running,
                };
            }
        }
        Action::DeleteGroup => cluster::delete_group(state),
        Action::LoseLedger => {
            state.spent.cluster += 1;
            state.cluster.ledger = None;
            state.witness.orders_are_void();
        }
        Action::TakeBackup => cluster::take_backup(state),
        Action::Restore { with_status } => cluster::restore(state, with_status, design),
        Action::Snapshot => {
            state.spent.cluster += 1;
            state.snapshot = Some(Box::new(state.cluster.clone()));
        }
        Action::PutBack => cluster::put_back(state),
        Action::Respell => cluster::respell(state, design),
        Action::Look => operator::pass(state, design, None),
        Action::LookAndDie(death) => {
            state.spent.deaths += 1;
            operator::pass(state, design, Some(death));
        }
        Action::Stop => {
            state.spent.deaths += 1;
            state.operator = Operator::Down;
        }
        Action::Start => operator::start(state),
        Action::ShortPause => {
            state.spent.pauses += 1;
            operator::wait(state, SHORT);
        }
        Action::LongPause => {
            state.spent.pauses += 1;
            operator::wait(state, LONG);
        }
    }
}

/// Where a filed operation leads: a failover to the other station, a reprotect stays.
pub fn target(operation: OperationType, active: ActiveStation) -> Option<Station> {
    let active = active.known()?;
    Some(if operation.moves_production() {
        active.other()
    } else {
        active
    })
}
