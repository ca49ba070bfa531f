//! Everything that is explored: what stands under the objects' names, two groups, two processes.
//! It must not decide anything: it is changed by what happens, and held against the promises.

use stationmaster_engine::ledger::{Entry, GroupRef, Version};
use stationmaster_engine::{Group, Ledger, Pass};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much trouble there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// How many processes there are.
    pub processes: usize,
    /// How many of the groups are looked at.
    pub groups: usize,
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
    /// How often was written under each name.
    pub versions: BTreeMap<String, u32>,
    /// The groups.
    pub groups: [Member; 2],
    /// The processes.
    pub processes: [Option<Process>; 2],
    /// What trouble is left.
    pub left: Budget,
    /// At which objects a call of a group may still arrive, by the group's name.
    pub at_stake: BTreeMap<String, BTreeSet<String>>,
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
            versions: BTreeMap::new(),
            groups: [member(0), member(1)],
            processes: [None, None],
            left,
            at_stake: BTreeMap::new(),
            acted: false,
            broken: None,
        }
    }

    /// A version that nothing under this name has had.
    pub fn next_version(&mut self, object: &str) -> Version {
        let version = self.versions.entry(object.to_owned()).or_default();
        *version += 1;
        Version(format!("{object}{version}"))
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
        let mut at_stake = std::mem::take(&mut self.at_stake);
        at_stake.retain(|name, objects| {
            let journal = self.journals().find(|(_, ledger)| ledger.group.name == *name);
            let Some((_, ledger)) = journal else {
                self.breaks(Broken::GivesUpInDoubt);
                return true;
            };
            let (fences, group) = (ledger.fences(now), ledger.group.clone());
            if fences && objects.iter().any(|object| !self.holds(&group, object)) {
                self.breaks(Broken::GivesUpInDoubt);
            }
            fences
        });
        self.at_stake = at_stake;
    }
}
