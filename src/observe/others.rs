//! How many objects are kept that a server lists and nobody asks about: a share for each namespace, for all its connections together.
//! It must not hold back an object that a group names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Of one connection. So many are shown at once to groups that are made after the list.
const OF_ONE: usize = 1000;
/// Of one namespace.
const OF_A_NAMESPACE: usize = 2000;
/// Of all.
const OF_ALL: usize = 8000;

/// Who keeps how many, by namespace.
#[derive(Clone, Debug, Default)]
pub struct Others(Arc<Mutex<HashMap<String, usize>>>);

/// What one connection may keep; given back when it is dropped.
#[derive(Debug)]
pub struct Allowance {
    others: Others,
    namespace: String,
    count: usize,
}

impl Others {
    /// An allowance of nothing, for a connection of this namespace.
    pub fn of(&self, namespace: &str) -> Allowance {
        Allowance {
            others: self.clone(),
            namespace: namespace.to_owned(),
            count: 0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Allowance {
    /// As many as there may be before a list is read.
    pub fn grow(&mut self) -> usize {
        let mut kept = self.others.lock();
        let all: usize = kept.values().sum();
        let ours = kept.entry(self.namespace.clone()).or_default();
        let free = OF_A_NAMESPACE.saturating_sub(*ours).min(OF_ALL.saturating_sub(all));
        let more = OF_ONE.saturating_sub(self.count).min(free);
        *ours += more;
        self.count += more;
        self.count
    }

    /// As many as the list has brought; the rest is for others.
    pub fn shrink(&mut self, used: usize) {
        let less = self.count.saturating_sub(used);
        self.count -= less;
        let mut kept = self.others.lock();
        if let Some(ours) = kept.get_mut(&self.namespace) {
            *ours = ours.saturating_sub(less);
        }
        kept.retain(|_, ours| *ours > 0);
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        self.shrink(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_has_its_share_and_leaves_the_others_theirs() {
        let others = Others::default();
        let mut hostile: Vec<Allowance> = (0..50).map(|_| others.of("hostile")).collect();
        let taken: usize = hostile.iter_mut().map(Allowance::grow).sum();
        assert_eq!(taken, OF_A_NAMESPACE);
        let mut honest = others.of("honest");
        assert_eq!(honest.grow(), OF_ONE);
        assert_eq!(honest.grow(), OF_ONE, "it is not taken twice");
        honest.shrink(3);
        hostile[0].shrink(0);
        assert_eq!(hostile[40].grow(), OF_ONE, "what one does not need is another's");
    }

    #[test]
    fn nothing_stays_of_connections_that_are_gone() {
        let others = Others::default();
        for namespace in 0..100 {
            others.of(&namespace.to_string()).grow();
        }
        assert!(others.lock().is_empty());
    }
}
