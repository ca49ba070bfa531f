//! A group as SDRS shows it, in our words: one entry of the list, or the whole with its members and servers.
//! It must not act, nor keep what it read.

mod facts;
mod members;
mod memory;
pub(crate) mod permits;
mod replication;
mod servers;
mod station;
mod status;

pub(crate) use facts::{ACTIVE_STOPPED, STANDBY_STOPPED};
pub(crate) use memory::Memory;
pub(crate) use status::Status;

use crate::client::{Client, Read};
use crate::keep::Keep;
use crate::list::{List, Listed};
use crate::problem::Problem;
use crate::wire::{Group, GroupPage, Instance, OneGroup, Words};
use members::{Need, Roll};
use permits::Members;
use servers::Zones;
use stationmaster_engine::{ActiveStation, Depth, Fact, Fingerprint, Observation, OperationType, Permit, Reason, text};
use stationmaster_provider::{Fault, FaultClass, Listing, Wanted};
use stationmaster_transport::Urgency;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// For a forced failover the group is read twice at most, each time for so long. What hangs once may answer the next time.
const FORCED_TRIES: [Duration; 2] = [Duration::from_secs(6), Duration::from_secs(12)];
/// For a forced failover members are waited for no longer.
const FORCED_MEMBERS: Duration = Duration::from_secs(3);

/// The groups of the project that are wanted, with what is known of their members.
pub(crate) async fn list(client: &Client, memory: &Memory, wanted: &Wanted) -> Result<Listing, Problem> {
    let groups = groups(client, memory, wanted).await?;
    memory.follow(client, &groups).await;
    let seen = told(&groups, memory);
    // Members that contradict their group may only be younger than the list of groups.
    if seen.objects.values().any(|seen| seen.active == ActiveStation::Mixed) {
        return Ok(told(&self::groups(client, memory, wanted).await?, memory));
    }
    Ok(seen)
}

/// What a list of the groups shows, by the group's id.
fn told(groups: &Listed<Group>, memory: &Memory) -> Listing {
    let bad = groups.bad.iter();
    let bad = bad.filter_map(|bad| Some((bad.id.clone()?, unreadable(&bad.why))));
    let good = groups.entries.iter();
    let good = good.filter_map(|group| Some((group.id.clone()?, listed(group, memory))));
    Listing {
        objects: bad.chain(good).collect(),
        shown: groups.shown,
    }
}

async fn groups(client: &Client, memory: &Memory, wanted: &Wanted) -> Result<Listed<Group>, Problem> {
    let list = List {
        whole: memory.as_many_groups(),
        keep: Keep::Groups(wanted),
        ..List::of(
            "ListProtectionGroups",
            "listing the protection groups",
            &["server-groups"],
        )
    };
    let listed = client.list::<GroupPage, Group>(&list).await?;
    memory.counted_groups(listed.shown);
    Ok(listed)
}

/// A group whose entry cannot be read: nothing is known of it, and nothing permitted.
fn unreadable(why: &str) -> Observation {
    let closed = Permit::Closed {
        reason: Reason::UnknownProviderState,
        message: text::sentence(format!("SDRS lists the group in a form that is not documented: {why}")),
    };
    Observation {
        permits: OperationType::ALL
            .into_iter()
            .map(|operation| (operation, closed.clone()))
            .collect(),
        ..read(&Group::default(), Roll::unknown(why).view(), Depth::Listed)
    }
}

/// One group with everything.
pub(crate) async fn full(client: &Client, memory: &Memory, id: &str) -> Result<Observation, Problem> {
    let group = one(client, id, None).await?;
    let roll = members::of_group(client, &group, Need::Needed).await?;
    memory.put(&group, &roll);
    let mut seen = read(&group, roll.view(), Depth::Full);
    seen.facts = facts(client, &group, seen.active, &roll.instances).await;
    Ok(seen)
}

/// One group for a forced failover: the group itself, and of its members what is known or quickly told. ECS is not asked.
pub(crate) async fn for_failover(client: &Client, memory: &Memory, id: &str) -> Result<Observation, Problem> {
    let [first, second] = FORCED_TRIES;
    let group = match one(client, id, Some(first)).await {
        Err(problem) if problem.fault.reason == Reason::ProviderUnreachable => one(client, id, Some(second)).await?,
        answered => answered?,
    };
    forced(client, memory, &group).await
}

/// The same when the call has been made: in its turn among all reads.
pub(crate) async fn after_failover(client: &Client, memory: &Memory, id: &str) -> Result<Observation, Problem> {
    let group = one(client, id, None).await?;
    forced(client, memory, &group).await
}

async fn forced(client: &Client, memory: &Memory, group: &Group) -> Result<Observation, Problem> {
    let known = memory.fresh(group);
    let status = Status::read(group.status.as_deref().unwrap_or_default());
    let opens = status.opens(OperationType::Failover);
    let seen = |roll: &Roll| read(group, roll.view(), Depth::Full);
    if let Some(seen) = known.as_deref().map(seen)
        && (!opens || seen.permit(OperationType::Failover) == Permit::Open)
    {
        return Ok(seen);
    }
    let alone = seen(&Roll::unknown("the group is changing"));
    if !alone.settled() {
        return Ok(alone);
    }
    if let Some(why) = memory.failed_lately() {
        return Ok(seen(&Roll::unknown(why)));
    }
    // What is remembered may leave it open and never closes it: an obstacle is looked at once more, as urgently as the group.
    let need = if known.is_some() {
        Need::Urgently
    } else {
        Need::IfPossible
    };
    let reading = tokio::time::timeout(FORCED_MEMBERS, members::of_group(client, group, need));
    let why = match reading.await {
        Ok(Ok(roll)) => {
            memory.put(group, &roll);
            return Ok(seen(&roll));
        }
        Ok(Err(problem)) => problem.fault.message,
        Err(_) => format!("SDRS did not list them within {} s", FORCED_MEMBERS.as_secs()),
    };
    memory.not_again_soon(&why);
    Ok(seen(&Roll::unknown(why)))
}

/// The group alone; with `patience` urgently, and for no longer than that.
async fn one(client: &Client, id: &str, patience: Option<Duration>) -> Result<Group, Problem> {
    let what = format!("reading the protection group {id}");
    let path = ["server-groups", id];
    let mut read = Read::of_sdrs("ShowProtectionGroup", &what, &path);
    if patience.is_some() {
        read.urgency = Urgency::Urgent;
        read.patience = patience;
    }
    let answer: Result<OneGroup, Problem> = client.read(&read).await;
    match answer {
        Ok(answer) if answer.server_group.id.as_deref() == Some(id) => match answer.server_group.too_long() {
            Some(why) => Err(Problem::unreadable(&what, &why)),
            None => Ok(answer.server_group),
        },
        Ok(_) => Err(Problem::unreadable(&what, "it is of another group")),
        Err(mut problem) => {
            // "Not found" is HTTP 400 with 1013; an id that is no id at all is 0207 (`docs/vendors/sdrs.md#not-found`).
            if problem.says_not_found(&["SDRS.1013", "SDRS.0207"]) {
                let code = problem.code.clone().unwrap_or_default();
                let class = FaultClass::Rejected { code };
                problem.fault = Fault::new(class, Reason::ProtectionObjectNotFound, problem.fault.message);
            }
            Err(problem)
        }
    }
}

/// A reading of depth `Listed`.
fn listed(group: &Group, memory: &Memory) -> Observation {
    let roll = memory.of(group);
    let roll = roll.unwrap_or_else(|| Arc::new(Roll::unknown(memory.why_unknown())));
    read(group, roll.view(), Depth::Listed)
}

fn read(group: &Group, members: Members<'_>, depth: Depth) -> Observation {
    let word = group.status.as_deref().unwrap_or_default();
    let status = Status::read(word);
    let alone = station::of_group(status, group.priority_station.as_deref());
    let active = station::with_members(alone, members.instances, members.pairs);
    let word = text::start(64, word).to_owned();
    Observation {
        active,
        phase: status.phase(),
        replication: replication::replication(status, group, members.pairs, members.gap.is_none()),
        fingerprint: Fingerprint {
            status: word.clone(),
            // The group's own word: members may not be known, and all readings must give one fingerprint.
            active: alone,
            revision: group.updated_at.clone(),
        },
        permits: permits::permits(status, &word, group, members),
        own_station: if status.moving() {
            None
        } else {
            station::station(group.priority_station.as_deref())
        },
        description: Some(description(group)),
        facts: BTreeMap::new(),
        depth,
        provider_status: word,
    }
}

/// What the group says of itself that is no state: whoever renames it, or adds a member, moves `updated_at`.
fn description(group: &Group) -> String {
    let number = |n: Option<i64>| n.map_or("-".to_owned(), |n| n.to_string());
    let (instances, pairs) = (number(group.protected_instance_num), number(group.replication_num));
    let text = |t: &Option<String>| text::start(256, t.as_deref().unwrap_or_default()).to_owned();
    format!(
        "{instances} {pairs} {:?} {:?}",
        text(&group.name),
        text(&group.description)
    )
}

/// The facts for the operations that the status could open; others are not read, to spare ECS.
async fn facts(
    client: &Client,
    group: &Group,
    active: ActiveStation,
    instances: &[Instance],
) -> BTreeMap<String, Fact> {
    let status = Status::read(group.status.as_deref().unwrap_or_default());
    let planned = status.opens(OperationType::PlannedFailover);
    let reprotect = status.opens(OperationType::Reprotect);
    if !planned && !reprotect {
        return BTreeMap::new();
    }
    let name = if planned { ACTIVE_STOPPED } else { STANDBY_STOPPED };
    let Some(active) = active.known() else {
        let question =
            "Are all servers of the group stopped? It is not certain at which site production runs.".to_owned();
        return [(name.to_owned(), Fact::CannotTell { question })].into();
    };
    let zones = Zones {
        source: group.source_availability_zone.as_deref(),
        target: group.target_availability_zone.as_deref(),
    };
    let servers = servers::servers_of(instances);
    let site = if planned { active } else { active.other() };
    let zone = match site {
        stationmaster_engine::Station::Source => zones.source,
        stationmaster_engine::Station::Target => zones.target,
    };
    let ids: Vec<String> = servers
        .iter()
        .filter(|(_, at)| *at == site)
        .map(|(id, _)| id.clone())
        .collect();
    let counted = group
        .protected_instance_num
        .is_none_or(|count| usize::try_from(count) == Ok(instances.len()));
    let fact = if client.ecs.is_none() {
        facts::ask(site, zone, "SDRS does not tell, and no ECS endpoint is set.", &ids)
    } else if !counted || servers.len() != 2 * instances.len() {
        facts::ask(site, zone, "SDRS does not name all of them.", &ids)
    } else {
        let readings = servers::read(client, servers, zones).await;
        if planned {
            facts::active_stopped(active, &readings)
        } else {
            facts::standby_stopped(active, &readings)
        }
    };
    [(name.to_owned(), fact)].into()
}
