//! The provider objects of a group, and what was read under the names of them: whose they are, and where the group's journal stands.
//! It must not decide who may hold an object: `decide` does.

use crate::ledger::{Entry, GroupRef, Ledger, Stored};
use crate::{Reason, Why};
use std::collections::{BTreeMap, BTreeSet};

/// How many provider objects a group can be made of.
pub const MEMBERS: usize = 128;

/// What was read under the names of provider objects, in the order of their names. All of them are of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Held {
    entries: BTreeMap<String, Entry>,
}

/// What was found of a group's own journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Journal {
    /// There is none.
    Missing,
    /// It stands under the name of this object.
    At(String, Stored),
    /// It is there and cannot be used, or cannot be told from another; why.
    Unreadable(Why),
}

impl Held {
    /// Notes what was read under the name of an object.
    pub fn put(&mut self, object: impl Into<String>, entry: Entry) {
        self.entries.insert(object.into(), entry);
    }

    /// All that was read, in the order of the objects' names.
    pub fn entries(&self) -> impl Iterator<Item = (&String, &Entry)> {
        self.entries.iter()
    }

    /// What stands under the name of an object; of one that was not read, nothing.
    pub fn entry(&self, object: &str) -> &Entry {
        self.entries.get(object).unwrap_or(&Entry::Nobody)
    }

    /// The object that must be read next: each of the group's own, then what its journal lists besides, then the journal of whoever else
    /// holds one.
    pub fn unread(&self, group: &GroupRef, members: &BTreeSet<String>) -> Option<String> {
        let missing = |object: &&String| !self.entries.contains_key(*object);
        if let Some(member) = members.iter().find(missing) {
            return Some(member.clone());
        }
        // The journal of a group that was made again may stand under the name of an object that it does not have any more.
        let again = |entry: &Entry| entry.holder().is_some_and(|holder| holder.same_name(group));
        let pointed = |entry: &Entry| match entry {
            Entry::Claim { record, .. } => Some(record.journal.clone()),
            _ => None,
        };
        let own = members.iter().map(|m| self.entry(m)).filter(|e| again(e));
        if let Some(journal) = own.filter_map(pointed).find(|object| missing(&object)) {
            return Some(journal);
        }
        if let Journal::At(_, stored) = self.journal(group, members)
            && let Some(listed) = stored.ledger.claims.iter().find(missing)
        {
            return Some(listed.clone());
        }
        let entry = self.foreign(group, members)?;
        pointed(entry).filter(|object| missing(&object))
    }

    /// The first of the group's objects that a group of another name holds.
    pub fn foreign(&self, group: &GroupRef, members: &BTreeSet<String>) -> Option<&Entry> {
        let theirs = |entry: &&Entry| entry.holder().is_some_and(|holder| !holder.same_name(group));
        members.iter().map(|member| self.entry(member)).find(theirs)
    }

    /// The journal of whoever else holds one of the group's objects.
    pub fn fencing(&self, group: &GroupRef, members: &BTreeSet<String>) -> Option<&Ledger> {
        let entry = self.foreign(group, members)?;
        let journal = match entry {
            Entry::Claim { record, .. } => self.entry(&record.journal).journal(),
            other => other.journal(),
        };
        journal.map(|ledger| &**ledger)
    }

    /// Whose existence decides: the first holder that is another group, else the one that had this group's name before.
    pub fn holder(&self, group: &GroupRef, members: &BTreeSet<String>) -> Option<GroupRef> {
        if let Some(entry) = self.foreign(group, members) {
            return entry.holder().cloned();
        }
        let holders = self.entries.values().filter_map(Entry::holder);
        holders.into_iter().find(|holder| holder.uid != group.uid).cloned()
    }

    /// The group's own journal: by its uid wherever it stands, else by its name, if it was made again. A single object's ledger is told
    /// whoever holds it: it is taken over with all that it fences.
    pub fn journal(&self, group: &GroupRef, members: &BTreeSet<String>) -> Journal {
        let journals = || {
            let stored = |(object, entry): (&String, &Entry)| match entry {
                Entry::Journal(stored) => Some((object.clone(), stored.clone())),
                _ => None,
            };
            self.entries.iter().filter_map(stored)
        };
        let mut own = journals().filter(|(_, stored)| stored.ledger.group.uid == group.uid);
        match (own.next(), own.next()) {
            (Some((first, _)), Some((second, _))) => {
                let message = format!("journals of the group stand under the names of {first} and of {second}");
                return Journal::Unreadable(Why::new(Reason::LedgerUnreadable, message));
            }
            (Some((object, stored)), None) => return Journal::At(object, stored),
            (None, _) => {}
        }
        if let Some((object, stored)) = journals().find(|(_, stored)| stored.ledger.group.same_name(group)) {
            return Journal::At(object, stored);
        }
        let alone = members.first().filter(|_| members.len() == 1);
        match alone.map(|only| (only, self.entry(only))) {
            Some((only, Entry::Journal(stored))) => return Journal::At(only.clone(), stored.clone()),
            Some((_, Entry::Unreadable(why))) => return Journal::Unreadable(why.clone()),
            _ => {}
        }
        // Whether one of them is the group's own journal cannot be told.
        let unreadable = members.iter().find_map(|member| match self.entry(member) {
            Entry::Unreadable(why) => Some(why.clone()),
            _ => None,
        });
        unreadable.map_or(Journal::Missing, Journal::Unreadable)
    }
}

impl Held {
    /// The object under whose name the group's journal stands, or will stand: the first one.
    pub fn home(&self, group: &GroupRef, members: &BTreeSet<String>) -> Option<String> {
        match self.journal(group, members) {
            Journal::At(object, _) => Some(object),
            Journal::Missing | Journal::Unreadable(_) => members.first().cloned(),
        }
    }

    /// The first object that is not known to be the group's own: neither that of its journal, nor one with a record that counts.
    pub fn lacking(&self, group: &GroupRef, members: &BTreeSet<String>) -> Option<(String, &Entry)> {
        let home = self.home(group, members);
        let own = |entry: &Entry| match entry {
            Entry::Claim { record, .. } => {
                record.listed && record.group == *group && Some(&record.journal) == home.as_ref()
            }
            Entry::Nobody | Entry::Journal(_) | Entry::Unreadable(_) => false,
        };
        let others = members.iter().filter(|member| Some(*member) != home.as_ref());
        let mut entries = others.map(|member| (member.clone(), self.entry(member)));
        entries.find(|(_, entry)| !own(entry))
    }
}

impl GroupRef {
    /// Whether it is the group of the same name, be it made again.
    pub fn same_name(&self, other: &GroupRef) -> bool {
        self.namespace == other.namespace && self.name == other.name
    }
}
