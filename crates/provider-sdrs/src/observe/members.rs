//! The instances and pairs of groups: read for one group or for all, checked against the service's own counts, and remembered.
//! It must not let what is remembered stand for a group that has changed since.

use super::permits::Members;
use crate::auth::Urgency;
use crate::client::{Client, List};
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
    let (mut instances, mut pairs) =
        futures::try_join!(instances(client, &filter, wanted), pairs(client, &filter, wanted))?;
    instances.retain(|instance| instance.server_group_id.as_deref().is_none_or(|of| of == id));
    pairs.retain(|pair| pair.server_group_id.as_deref().is_none_or(|of| of == id));
    let roll = Roll {
        instances,
        pairs,
        gap: None,
    };
    Ok(roll.counted(group))
}

/// The members of all groups of the project, by the group's id.
async fn of_all(client: &Client) -> Result<HashMap<String, Roll>, Problem> {
    let (instances, pairs) = futures::try_join!(
        instances(client, &[], Wanted::IfPossible),
        pairs(client, &[], Wanted::IfPossible)
    )?;
    let mut all: HashMap<String, Roll> = HashMap::new();
    for instance in instances {
        if let Some(group) = instance.server_group_id.clone() {
            all.entry(group).or_default().instances.push(instance);
        }
    }
    for pair in pairs {
        if let Some(group) = pair.server_group_id.clone() {
            all.entry(group).or_default().pairs.push(pair);
        }
    }
    Ok(all)
}

async fn instances(client: &Client, filter: &[(&str, &str)], wanted: Wanted) -> Result<Vec<Instance>, Problem> {
    let list = List {
        operation: "ListProtectedInstances",
        what: "listing the protected instances",
        path: &["protected-instances"],
        filter,
        urgency: wanted.urgency(),
        informs: wanted != Wanted::Needed,
    };
    client
        .list(
            &list,
            |page: InstancePage| page.into(),
            |entry: &Instance| entry.id.clone(),
        )
        .await
}

async fn pairs(client: &Client, filter: &[(&str, &str)], wanted: Wanted) -> Result<Vec<Pair>, Problem> {
    let list = List {
        operation: "ListReplications",
        what: "listing the replication pairs",
        path: &["replications"],
        filter,
        urgency: wanted.urgency(),
        informs: wanted != Wanted::Needed,
    };
    client
        .list(&list, |page: PairPage| page.into(), |entry: &Pair| entry.id.clone())
        .await
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
    lists: u32,
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
        let all = tokio::time::timeout(patience, of_all(client))
            .await
            .unwrap_or_else(|_| {
                let message = format!("SDRS did not list the members within {} s", patience.as_secs());
                Err(Fault::new(FaultClass::Transient, Reason::ProviderUnreachable, message).into())
            });
        match all {
            Ok(mut all) => {
                let mut state = self.state();
                *state = State::default();
                for group in groups {
                    if let Some(id) = &group.id {
                        let roll = all.remove(id).unwrap_or_default().counted(group);
                        state.put(id, group, roll);
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
