//! The instances and pairs of groups: read for one group or for all, and checked against the service's own counts.
//! It must not take a list that ends early for the whole.

use super::permits::Members;
use crate::client::Client;
use crate::keep::Keep;
use crate::list::{Bad, List, Listed};
use crate::problem::Problem;
use crate::wire::{Group, Instance, InstancePage, Pair, PairPage};
use stationmaster_transport::Urgency;
use std::collections::{HashMap, HashSet};

/// The members of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll {
    pub(crate) instances: Vec<Instance>,
    pub(crate) pairs: Vec<Pair>,
    /// Why these are not all.
    pub(super) gap: Option<String>,
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
    pub(super) fn counted(mut self, group: &Group) -> Roll {
        let short = |counted: Option<i64>, listed: usize, what: &str| {
            let counted = counted?;
            let fewer = i64::try_from(listed).is_ok_and(|listed| listed < counted);
            fewer.then(|| format!("SDRS counts {counted} {what} and lists {listed}"))
        };
        let (pairs, instances) = (group.replication_num, group.protected_instance_num);
        let pairs = short(pairs, self.pairs.len(), "replication pairs");
        let instances = short(instances, self.instances.len(), "protected instances");
        self.gap = pairs.or(instances).or(self.gap);
        self
    }
}

/// How much depends on a reading of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A decision: it fails where they cannot be read.
    Needed,
    /// What is shown. That it fails says nothing of the groups, which can be read.
    IfPossible,
    /// The same for a forced failover that an obstacle would close.
    Urgently,
}

impl Need {
    fn urgency(self) -> Urgency {
        match self {
            Need::Urgently => Urgency::Urgent,
            Need::Needed | Need::IfPossible => Urgency::Routine,
        }
    }
}

/// The members of one group, read now.
pub(crate) async fn of_group(client: &Client, group: &Group, need: Need) -> Result<Roll, Problem> {
    let id = group.id.as_deref().unwrap_or_default();
    let filter = [("server_group_id", id)];
    let counts = Counts::of(std::iter::once(group));
    let only = HashSet::from([id]);
    let keep = Keep::MembersOf(&only);
    let (mut instances, mut pairs) = futures::try_join!(
        instances(client, (&filter, keep), need, counts.instances),
        pairs(client, (&filter, keep), need, counts.pairs)
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
pub(super) async fn of_all(
    client: &Client,
    groups: &Listed<Group>,
) -> Result<(HashMap<String, Roll>, Option<String>), Problem> {
    let counts = match groups.shown == groups.entries.len() {
        true => Counts::of(groups.entries.iter()),
        // Those of the groups that are not kept are not known.
        false => Counts::unknown(),
    };
    let ids = groups.entries.iter().filter_map(|group| group.id.as_deref());
    let ids: HashSet<&str> = ids.collect();
    let keep = Keep::MembersOf(&ids);
    let (instances, pairs) = futures::try_join!(
        instances(client, (&[], keep), Need::IfPossible, counts.instances),
        pairs(client, (&[], keep), Need::IfPossible, counts.pairs)
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
    fn unknown() -> Counts {
        Counts {
            instances: None,
            pairs: None,
        }
    }

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

/// Whose members are asked for, and kept.
type Of<'a> = (&'a [(&'a str, &'a str)], Keep<'a>);

type All<T> = Result<Listed<T>, Problem>;

async fn instances(client: &Client, (filter, keep): Of<'_>, need: Need, whole: Option<usize>) -> All<Instance> {
    let list = List {
        filter,
        keep,
        urgency: need.urgency(),
        informs: need != Need::Needed,
        whole,
        ..List::of(
            "ListProtectedInstances",
            "listing the protected instances",
            &["protected-instances"],
        )
    };
    client.list::<InstancePage, Instance>(&list).await
}

async fn pairs(client: &Client, (filter, keep): Of<'_>, need: Need, whole: Option<usize>) -> All<Pair> {
    let list = List {
        filter,
        keep,
        urgency: need.urgency(),
        informs: need != Need::Needed,
        whole,
        ..List::of("ListReplications", "listing the replication pairs", &["replications"])
    };
    client.list::<PairPage, Pair>(&list).await
}
