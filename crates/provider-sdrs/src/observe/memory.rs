//! The members of groups as they were last read, and when they are read again.
//! It must not let what is remembered stand for a group that has changed since.

use super::members::{Roll, of_all};
use crate::client::Client;
use crate::list::Listed;
use crate::wire::Group;
use stationmaster_transport::within;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// At rest the members are read with each third list, and with each in which a group has changed.
const EVERY: u32 = 3;
/// So many readings may fail before what is remembered is not believed any more.
const FORGIVEN: u32 = 3;
/// For so long a list of groups waits for all members, and while that fails for so long.
const PATIENCE: Duration = Duration::from_secs(20);
const IMPATIENCE: Duration = Duration::from_secs(5);
/// A reading that failed is not repeated for a forced failover within this time.
const PAUSE: Duration = Duration::from_secs(30);
/// For a forced failover nothing older counts.
const FRESH: Duration = Duration::from_secs(300);

/// What the groups showed when their members were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Print([Option<String>; 3]);

impl Print {
    fn of(group: &Group) -> Print {
        let Group {
            status,
            priority_station,
            updated_at,
            ..
        } = group;
        Print([status.clone(), priority_station.clone(), updated_at.clone()])
    }
}

struct Remembered {
    print: Print,
    at: Instant,
    roll: Arc<Roll>,
}

/// The members as they were last read.
#[derive(Default)]
pub(crate) struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    by_group: HashMap<String, Remembered>,
    /// Lists of groups since the members were read.
    lists: u32,
    /// How many groups the last list to the empty page has shown.
    groups: Option<usize>,
    failures: u32,
    failed: Option<(Instant, String)>,
}

impl Memory {
    /// Brings the memory up to date with a list of the groups, where it is time to.
    pub(crate) async fn follow(&self, client: &Client, groups: &Listed<Group>) {
        if !self.due(&groups.entries) {
            return;
        }
        let patience = if self.state().failures == 0 {
            PATIENCE
        } else {
            IMPATIENCE
        };
        let late = || format!("SDRS did not list the members within {} s", patience.as_secs());
        match within(patience, late, of_all(client, groups)).await {
            Ok((mut all, gap)) => {
                let mut state = self.state();
                *state = State {
                    groups: state.groups,
                    ..State::default()
                };
                for group in &groups.entries {
                    if let Some(id) = &group.id {
                        let mut roll = all.remove(id).unwrap_or_default();
                        roll.gap = roll.gap.or_else(|| gap.clone());
                        state.put(id, group, roll.counted(group));
                    }
                }
            }
            Err(problem) => self.failed(&problem.fault.message),
        }
    }

    /// The members of a group as they were read while it showed what it shows now.
    pub(crate) fn of(&self, group: &Group) -> Option<Arc<Roll>> {
        self.state().of(group).map(|known| Arc::clone(&known.roll))
    }

    /// The same, read within the last minutes.
    pub(crate) fn fresh(&self, group: &Group) -> Option<Arc<Roll>> {
        let state = self.state();
        let known = state.of(group).filter(|known| known.at.elapsed() < FRESH)?;
        Some(Arc::clone(&known.roll))
    }

    /// Remembers what was read of one group.
    pub(crate) fn put(&self, group: &Group, roll: &Roll) {
        if let Some(id) = &group.id {
            self.state().put(id, group, roll.clone());
        }
    }

    /// A reading of all failed: what is remembered is believed for a few more of them.
    fn failed(&self, why: &str) {
        self.not_again_soon(why);
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FORGIVEN {
            state.by_group.clear();
        }
    }

    /// A reading failed, and a forced failover does not wait for the next.
    pub(crate) fn not_again_soon(&self, why: &str) {
        self.state().failed = Some((Instant::now(), why.to_owned()));
    }

    /// Why a reading just failed.
    pub(crate) fn failed_lately(&self) -> Option<String> {
        let state = self.state();
        let (at, why) = state.failed.as_ref()?;
        (at.elapsed() < PAUSE).then(|| why.clone())
    }

    /// Why nothing is known of a group.
    pub(crate) fn why_unknown(&self) -> String {
        let state = self.state();
        let why = state.failed.as_ref().map(|(_, why)| why.clone());
        why.unwrap_or_else(|| "they have not been looked at since the group has changed".to_owned())
    }

    /// With how many groups a list is whole without its empty page: as many as the last one had that went so far. Each third goes so far.
    pub(crate) fn as_many_groups(&self) -> Option<usize> {
        let state = self.state();
        state.groups.filter(|_| state.lists + 1 < EVERY)
    }

    /// A list of groups had so many entries.
    pub(crate) fn counted_groups(&self, groups: usize) {
        self.state().groups = Some(groups);
    }

    fn due(&self, groups: &[Group]) -> bool {
        let mut state = self.state();
        state.lists += 1;
        state.lists >= EVERY || state.failed.is_some() || groups.iter().any(|group| state.of(group).is_none())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(&self, group: &Group) -> Option<&Remembered> {
        let known = self.by_group.get(group.id.as_deref()?)?;
        (known.print == Print::of(group)).then_some(known)
    }

    fn put(&mut self, id: &str, group: &Group, roll: Roll) {
        let remembered = Remembered {
            print: Print::of(group),
            at: Instant::now(),
            roll: Arc::new(roll),
        };
        self.by_group.insert(id.to_owned(), remembered);
    }
}
