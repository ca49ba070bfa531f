//! Everything that is explored: what stands under the objects' names, two groups, two processes.
//! It must not decide anything: it is changed by what happens, and held against the promises.

use stationmaster_engine::ledger::{Entry, GroupRef, Version};
use stationmaster_engine::{Group, Ledger, Pass};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much trouble there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Processes that die.
    pub deaths: u8,
    /// Groups that are deleted.
    pub deletions: u8,
    /// Groups that are made again.
    pub remakes: u8,
    /// Groups whose set is changed.
    pub changes: u8,
    /// Looks at a group as it was before its set was changed.
    pub lags: u8,
    /// Operations that are filed.
    pub orders: u8,
}

/// A promise that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// A call was sent while an object of the group was not its own.
    ActsWithout,
    /// An object was given up at which a call may still arrive.
    GivesUpInDoubt,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its spec.
    pub group: Group,
    /// Its spec before its set was changed.
    pub before: Option<Group>,
    /// Whether it exists.
    pub lives: bool,
    /// What it is made of after a change.
    pub other: BTreeSet<String>,
    /// Whether a person has filed an operation.
    pub asked: bool,
}

/// A process, at a point of a pass over a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// Which group.
    pub of: usize,
    /// Where it stands.
    pub at: Arc<Pass>,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What stands under the name of each object that anybody holds.
    pub store: BTreeMap<String, Entry>,
    /// The version that was written last.
    pub version: u32,
    /// The groups.
    pub groups: [Member; 2],
    /// The processes.
    pub processes: [Option<Process>; 2],
    /// What trouble is left.
    pub left: Budget,
    /// Whether a call was made.
    pub acted: bool,
    /// Which promise was broken.
    pub broken: Option<Broken>,
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl State {
    /// Two groups that nobody has looked at.
    pub fn new(sets: [[&'static [&'static str]; 2]; 2], left: Budget) -> State {
        let member = |index: usize| {
            let [members, other] = sets[index];
            Member {
                group: Group {
                    namespace: "shop".to_owned(),
                    name: format!("g{index}"),
                    uid: format!("u{index}"),
                    object: "set".to_owned(),
                    members: set(members),
                    generation: 1,
                    intent: None,
                    edits: Vec::new(),
                    starting_deadline_seconds: 3600,
                    suspend: false,
                },
                before: None,
                lives: true,
                other: set(other),
                asked: false,
            }
        };
        State {
            store: BTreeMap::new(),
            version: 0,
            groups: [member(0), member(1)],
            processes: [None, None],
            left,
            acted: false,
            broken: None,
        }
    }

    /// A version that nothing has yet.
    pub fn next_version(&mut self) -> Version {
        self.version += 1;
        Version(self.version.to_string())
    }

    /// What stands under the name of an object.
    pub fn entry(&self, object: &str) -> Entry {
        self.store.get(object).cloned().unwrap_or(Entry::Nobody)
    }

    /// The journals, each with the object under whose name it stands.
    pub fn journals(&self) -> impl Iterator<Item = (&String, &Arc<Ledger>)> {
        self.store
            .iter()
            .filter_map(|(object, entry)| Some((object, entry.journal()?)))
    }

    /// Whether the group of this identity holds an object, be it made again since.
    pub fn holds(&self, group: &GroupRef, object: &str) -> bool {
        self.store
            .get(object)
            .and_then(Entry::holder)
            .is_some_and(|holder| holder.same_name(group))
    }

    /// Notes that a promise is broken; the first one is enough.
    pub fn breaks(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// What a call may still arrive at is held for the group that made it.
    pub fn judge(&mut self) {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let fencing = self.journals().filter(|(_, ledger)| ledger.fences(now));
        let lost = fencing
            .into_iter()
            .any(|(_, ledger)| ledger.claims.iter().any(|object| !self.holds(&ledger.group, object)));
        if lost {
            self.breaks(Broken::GivesUpInDoubt);
        }
    }
}
