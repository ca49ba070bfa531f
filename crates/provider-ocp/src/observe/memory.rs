//! What is remembered of tenants and sets: by what the databases know a tenant, and how it was last shown.
//! It must not let what is remembered stand for a tenant that has changed since.

use super::View;
use super::world::{Known, World};
use crate::set::TenantSet;
use crate::set::role::{Last, Role, Sight};
use crate::set::stand::Seen;
use stationmaster_engine::Station;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So many sets are remembered; the operator serves no more groups of one connection.
const MOST_SETS: usize = 4096;
/// A call is made ready within so long of the reading that it was decided by.
const FRESH: Duration = Duration::from_secs(300);

/// The memory of one connection.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The sets that were asked for, by the text that names them.
    sets: BTreeMap<String, TenantSet>,
    known: HashMap<i64, Known>,
    last: HashMap<i64, Last>,
    looks: HashMap<String, Look>,
}

/// What a call depends on, as the last whole reading of a set showed it.
#[derive(Debug)]
struct Look {
    at: Instant,
    /// At source and at target: whom a failover there would promote, and whether an old primary is read as one.
    promote: [Vec<(i64, Option<String>)>; 2],
    lives: [bool; 2],
    /// The tenants that a database showed as primaries.
    primaries: HashSet<i64>,
}

/// The index of a station.
fn place(station: Station) -> usize {
    usize::from(station == Station::Target)
}

impl Memory {
    /// A set was asked for: lists tell it from now on.
    pub(crate) fn ask(&self, text: &str, set: &TenantSet) {
        let mut state = self.state();
        if state.sets.len() < MOST_SETS || state.sets.contains_key(text) {
            state.sets.insert(text.to_owned(), set.clone());
        }
    }

    /// The sets that were asked for.
    pub(crate) fn sets(&self) -> Vec<(String, TenantSet)> {
        let state = self.state();
        state
            .sets
            .iter()
            .map(|(text, set)| (text.clone(), set.clone()))
            .collect()
    }

    /// The pairs of a set as the world shows them, with what is remembered where it is dark; and remembers them.
    pub(crate) fn pairs(&self, set: &TenantSet, world: &World) -> Vec<Seen> {
        let mut state = self.state();
        // Only its own tenants are looked up: the world may hold those of a thousand sets.
        for pair in set.pairs() {
            for station in [Station::Source, Station::Target] {
                let id = pair.at(station);
                if let Some(tenant) = world.tenant(set.cluster(station), id) {
                    state.known.insert(id, Known::of(tenant));
                }
            }
        }
        let mut pairs = world.pairs(set, &state.known);
        for seen in &mut pairs {
            state.recall(seen);
            state.note(seen.pair.source, &seen.source);
            state.note(seen.pair.target, &seen.target);
        }
        pairs
    }

    /// A set was read as a whole.
    pub(crate) fn look(&self, text: &str, view: &View<'_>) {
        let both = [Station::Source, Station::Target];
        let look = Look {
            at: Instant::now(),
            promote: both.map(|station| view.to_promote(station)),
            lives: both.map(|station| view.old_primary_lives(station)),
            primaries: view.primaries().collect(),
        };
        let mut state = self.state();
        if state.looks.len() < MOST_SETS || state.looks.contains_key(text) {
            state.looks.insert(text.to_owned(), look);
        }
    }

    /// Whom a failover to `station` promotes, by the last reading; none where there was none lately.
    pub(crate) fn to_promote(&self, text: &str, station: Station) -> Option<Vec<(i64, Option<String>)>> {
        let state = self.state();
        let look = state.looks.get(text).filter(|look| look.at.elapsed() < FRESH)?;
        Some(look.promote[place(station)].clone())
    }

    /// Whether the last reading showed an old primary as one.
    pub(crate) fn old_primary_lives(&self, text: &str, station: Station) -> bool {
        let state = self.state();
        let look = state.looks.get(text).filter(|look| look.at.elapsed() < FRESH);
        look.is_some_and(|look| look.lives[place(station)])
    }

    /// Whether a database showed a tenant as a primary when the set that it is in was last read.
    pub(crate) fn is_primary(&self, tenant: i64) -> bool {
        let state = self.state();
        let mut looks = state.looks.values().filter(|look| look.at.elapsed() < FRESH);
        looks.any(|look| look.primaries.contains(&tenant))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Fills in how a dark tenant was last shown. What was a standby is one no more once its other side has changed its role: it follows the
    /// primary that was, or one that is new, and nobody knows which.
    fn recall(&self, seen: &mut Seen) {
        let (source, target) = (seen.pair.source, seen.pair.target);
        let changed = |tenant: i64, sight: &Sight| match (self.last.get(&tenant), sight.shown()) {
            (Some(last), Some(shown)) => last.role != shown.role || last.epoch != shown.epoch,
            _ => false,
        };
        let (source_changed, target_changed) = (changed(source, &seen.source), changed(target, &seen.target));
        let fill = |tenant: i64, sight: &mut Sight, other_changed: bool| {
            if let Sight::Dark { last, .. } = sight {
                *last = self.last.get(&tenant).copied();
                if other_changed && last.is_some_and(|last| last.role == Role::Standby) {
                    *last = None;
                }
            }
        };
        fill(source, &mut seen.source, target_changed);
        fill(target, &mut seen.target, source_changed);
    }

    fn note(&mut self, tenant: i64, sight: &Sight) {
        match sight.last() {
            Some(last) => {
                self.last.insert(tenant, last);
            }
            None => {
                self.last.remove(&tenant);
            }
        }
    }
}
