//! Which objects of a list are kept, and what came of it.
//! It must not know who wants them.

use std::collections::{BTreeMap, BTreeSet};

use stationmaster_engine::Observation;

/// Which objects of a list are kept: the server names as many as it likes, and memory is for those that somebody asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    ids: BTreeSet<String>,
    others: usize,
}

/// A list, as far as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The objects by id.
    pub objects: BTreeMap<String, Observation>,
    /// How many objects the list showed.
    pub shown: usize,
}

impl Wanted {
    /// Those of these ids, and so many others, whichever come first.
    pub fn new(ids: BTreeSet<String>, others: usize) -> Wanted {
        Wanted { ids, others }
    }

    /// Whatever there is.
    pub fn everything() -> Wanted {
        Wanted::new(BTreeSet::new(), usize::MAX)
    }

    /// Whether somebody asks about this object.
    pub fn names(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// What somebody asks about, by name.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// Whether an object is kept, `others` having been kept that nobody asks about; what has no id is one of those.
    pub fn keeps(&self, id: Option<&str>, others: &mut usize) -> bool {
        if id.is_some_and(|id| self.names(id)) {
            return true;
        }
        let room = *others < self.others;
        *others += usize::from(room);
        room
    }

    /// What is kept of a whole list.
    pub fn of(&self, mut objects: BTreeMap<String, Observation>) -> Listing {
        let shown = objects.len();
        let mut others = 0;
        objects.retain(|id, _| self.keeps(Some(id), &mut others));
        Listing { objects, shown }
    }
}
