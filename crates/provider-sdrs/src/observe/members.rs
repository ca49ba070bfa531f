//! The instances and pairs of groups: read for one group or for all, checked against the service's own counts, and remembered.
//! It must not let what is remembered stand for a group that has changed since.

use super::permits::Members;
use crate::auth::Urgency;
use crate::client::Client;
use crate::list::{Bad, List, Listed};
use crate::problem::Problem;
use crate::wire::{Group, Instance, InstancePage, Pair, PairPage};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
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

/// The members of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll {
    pub(crate) instances: Vec<Instance>,
    pub(crate) pairs: Vec<Pair>,
    /// Why these are not all.
    gap: Option<String>,
}

impl Roll {
    /// What nobody has looked at.
    pub(crate) fn unknown(why: impl Into<String>) -> Roll {
        Roll {
            gap: Some(why.into()),
            ..Roll::default()
        }
    }

    /// For the rules.
    pub(crate) fn view(&self) -> Members<'_> {
        Members {
            instances: &self.instances,
            pairs: &self.pairs,
            gap: self.gap.as_deref(),
        }
    }

    /// What was read, held against the numbers that the group names: a list that ends early is not the whole.
    fn counted(mut self, group: &Group) -> Roll {
        let short = |counted: Option<i64>, listed: usize| {
            counted.is_some_and(|counted| i64::try_from(listed).is_ok_and(|listed| listed < counted))
        };
        let told = |counted: Option<i64>| counted.unwrap_or_default();
        if short(group.replication_num, self.pairs.len()) {
            let (counted, listed) = (told(group.replication_num), self.pairs.len());
            self.gap = Some(format!("SDRS counts {counted} replication pairs and lists {listed}"));
        } else if short(group.protected_instance_num, self.instances.len()) {
            let (counted, listed) = (told(group.protected_instance_num), self.instances.len());
            self.gap = Some(format!("SDRS counts {counted} protected instances and lists {listed}"));
        }
        self
    }
}

/// How much depends on a reading of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A decision: it fails where they cannot be read.
    Needed,
    /// What is shown. That it fails says nothing of the groups, which can be read.
    IfPossible,
    /// The same for a forced failover that an obstacle would close.
    Urgently,
}

impl Wanted {
    fn urgency(self) -> Urgency {
        match self {
            Wanted::Urgently => Urgency::Urgent,
            Wanted::Needed | Wanted::IfPossible => Urgency::Routine,
        }
    }
}

/// The members of one group, read now.
pub(crate) async fn of_group(client: &Client, group: &Group, wanted: Wanted) -> Result<Roll, Problem> {
    let id = group.id.as_deref().unwrap_or_default();
    let filter = [("server_group_id", id)];
    let counts = Counts::of(std::iter::once(group));
    let (mut instances, mut pairs) = futures::try_join!(
        instances(client, &filter, wanted, counts.instances),
        pairs(client, &filter, wanted, counts.pairs)
    )?;
    instances
        .entries
        .retain(|instance| instance.server_group_id.as_deref().is_none_or(|of| of == id));
    pairs
        .entries
        .retain(|pair| pair.server_group_id.as_deref().is_none_or(|of| of == id));
    let gap = instances.bad.first().or(pairs.bad.first()).map(gap_of);
    let roll = Roll {
        instances: instances.entries,
        pairs: pairs.entries,
        gap,
    };
    Ok(roll.counted(group))
}

/// The members of all groups of the project, by the group's id, and the gap of all groups.
async fn of_all(client: &Client, groups: &[Group]) -> Result<(HashMap<String, Roll>, Option<String>), Problem> {
    let counts = Counts::of(groups.iter());
    let (instances, pairs) = futures::try_join!(
        instances(client, &[], Wanted::IfPossible, counts.instances),
        pairs(client, &[], Wanted::IfPossible, counts.pairs)
    )?;
    let mut all: HashMap<String, Roll> = HashMap::new();
    for instance in instances.entries {
        if let Some(group) = instance.server_group_id.clone() {
            all.entry(group).or_default().instances.push(instance);
        }
    }
    for pair in pairs.entries {
        if let Some(group) = pair.server_group_id.clone() {
            all.entry(group).or_default().pairs.push(pair);
        }
    }
    let mut gap_of_all = None;
    for bad in instances.bad.iter().chain(&pairs.bad) {
        match &bad.group {
            Some(group) => all.entry(group.clone()).or_default().gap = Some(gap_of(bad)),
            None => gap_of_all = Some(gap_of(bad)),
        }
    }
    Ok((all, gap_of_all))
}

fn gap_of(bad: &Bad) -> String {
    let named = bad.id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
    format!("a member{named} cannot be read: {}", bad.why)
}

/// How many members the groups name together; none where one of them does not say.
struct Counts {
    instances: Option<usize>,
    pairs: Option<usize>,
}

impl Counts {
    fn of<'a>(groups: impl Iterator<Item = &'a Group> + Clone) -> Counts {
        let sum = |of: fn(&Group) -> Option<i64>| {
            let numbers = groups.clone().map(|group| usize::try_from(of(group)?).ok());
            numbers.sum::<Option<usize>>()
        };
        Counts {
            instances: sum(|group| group.protected_instance_num),
            pairs: sum(|group| group.replication_num),
        }
    }
}

type All<T> = Result<Listed<T>, Problem>;

async fn instances(client: &Client, filter: &[(&str, &str)], wanted: Wanted, whole: Option<usize>) -> All<Instance> {
    let list = List {
        operation: "ListProtectedInstances",
        what: "listing the protected instances",
        path: &["protected-instances"],
        filter,
        urgency: wanted.urgency(),
        informs: wanted != Wanted::Needed,
        whole,
    };
    client.list::<InstancePage, Instance>(&list).await
}

async fn pairs(client: &Client, filter: &[(&str, &str)], wanted: Wanted, whole: Option<usize>) -> All<Pair> {
    let list = List {
        operation: "ListReplications",
        what: "listing the replication pairs",
        path: &["replications"],
        filter,
        urgency: wanted.urgency(),
        informs: wanted != Wanted::Needed,
        whole,
    };
    client.list::<PairPage, Pair>(&list).await
}

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
    pub(crate) async fn follow(&self, client: &Client, groups: &[Group]) {
        if !self.due(groups) {
            return;
        }
        let patience = if self.state().failures == 0 {
            PATIENCE
        } else {
            IMPATIENCE
        };
        let all = tokio::time::timeout(patience, of_all(client, groups))
            .await
            .unwrap_or_else(|_| {
                let message = format!("SDRS did not list the members within {} s", patience.as_secs());
                Err(Fault::new(FaultClass::Transient, Reason::ProviderUnreachable, message).into())
            });
        match all {
            Ok((mut all, gap)) => {
                let mut state = self.state();
                *state = State {
                    groups: state.groups,
                    ..State::default()
                };
                for group in groups {
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
