//! Which entries of a list are kept while it is read.
//! It must not forget that there were others: a list is whole by their number.

use crate::wire::Entry;
use stationmaster_provider::Wanted;
use std::collections::HashSet;

/// Which entries are kept.
#[derive(Clone, Copy)]
pub(crate) enum Keep<'a> {
    /// The objects that are wanted.
    Groups(&'a Wanted),
    /// The members of these groups, and those that name none.
    MembersOf(&'a HashSet<&'a str>),
    /// All that there are.
    All,
}

impl Keep<'_> {
    /// Whether an entry is kept, `others` having been kept that nobody asked for.
    pub(crate) fn keeps(&self, id: Option<&str>, group: Option<&str>, others: &mut usize) -> bool {
        match self {
            Keep::All => true,
            Keep::MembersOf(groups) => group.is_none_or(|group| groups.contains(group)),
            Keep::Groups(wanted) => wanted.keeps(id, others),
        }
    }

    /// The same of an entry that can be read.
    pub(crate) fn keeps_entry(&self, entry: &impl Entry, others: &mut usize) -> bool {
        self.keeps(entry.id(), entry.group(), others)
    }
}
