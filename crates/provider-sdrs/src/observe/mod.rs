//! A group as SDRS shows it, in our words: one entry of the list, or the whole with its members and servers.
//! It must not act, nor keep what it read.

mod facts;
pub(crate) mod permits;
mod replication;
mod servers;
mod station;
mod status;

pub(crate) use facts::{ACTIVE_STOPPED, STANDBY_STOPPED};
pub(crate) use status::Status;

use crate::client::{Client, Page};
use crate::problem::Problem;
use crate::wire::{Group, GroupPage, Instance, InstancePage, OneGroup, Pair, PairPage};
use permits::Members;
use servers::Zones;
use stationmaster_engine::{ActiveStation, Depth, Fact, Fingerprint, Observation, Reason, text};
use stationmaster_provider::{Fault, FaultClass};
use std::collections::BTreeMap;

/// All groups of the project.
pub(crate) async fn list(client: &Client) -> Result<BTreeMap<String, Observation>, Problem> {
    let open = |page: GroupPage| Page {
        entries: page.server_groups,
        count: page.count,
    };
    let id = |group: &Group| group.id.clone();
    let groups = client
        .list(
            "ListProtectionGroups",
            "listing the protection groups",
            &["server-groups"],
            &[],
            open,
            id,
        )
        .await?;
    Ok(groups
        .into_iter()
        .filter_map(|group| Some((group.id.clone()?, listed(&group))))
        .collect())
}

/// One group with everything.
pub(crate) async fn full(client: &Client, id: &str) -> Result<Observation, Problem> {
    let group = one(client, id).await?;
    let (instances, pairs) = futures::try_join!(instances(client, id), pairs(client, id))?;
    let mut seen = read(
        &group,
        Some(Members {
            instances: &instances,
            pairs: &pairs,
        }),
    );
    seen.facts = facts(client, &group, seen.active, &instances).await;
    Ok(seen)
}

async fn one(client: &Client, id: &str) -> Result<Group, Problem> {
    let what = format!("reading the protection group {id}");
    let answer: Result<OneGroup, Problem> = client.get("ShowProtectionGroup", &what, &["server-groups", id]).await;
    match answer {
        Ok(answer) if answer.server_group.id.as_deref() == Some(id) => Ok(answer.server_group),
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

async fn instances(client: &Client, group: &str) -> Result<Vec<Instance>, Problem> {
    let open = |page: InstancePage| Page {
        entries: page.protected_instances,
        count: page.count,
    };
    let id = |instance: &Instance| instance.id.clone();
    let (path, filter) = (["protected-instances"], [("server_group_id", group)]);
    let mut all = client
        .list(
            "ListProtectedInstances",
            "listing the protected instances",
            &path,
            &filter,
            open,
            id,
        )
        .await?;
    all.retain(|instance| instance.server_group_id.as_deref().is_none_or(|of| of == group));
    Ok(all)
}

async fn pairs(client: &Client, group: &str) -> Result<Vec<Pair>, Problem> {
    let open = |page: PairPage| Page {
        entries: page.replications,
        count: page.count,
    };
    let id = |pair: &Pair| pair.id.clone();
    let (path, filter) = (["replications"], [("server_group_id", group)]);
    let mut all = client
        .list(
            "ListReplications",
            "listing the replication pairs",
            &path,
            &filter,
            open,
            id,
        )
        .await?;
    all.retain(|pair| pair.server_group_id.as_deref().is_none_or(|of| of == group));
    Ok(all)
}

/// A reading of depth `Listed`.
fn listed(group: &Group) -> Observation {
    read(group, None)
}

fn read(group: &Group, members: Option<Members<'_>>) -> Observation {
    let word = group.status.as_deref().unwrap_or_default();
    let status = Status::read(word);
    let alone = station::of_group(status, group.priority_station.as_deref());
    let active = members.map_or(alone, |m| station::with_members(alone, m.instances, m.pairs));
    let word = text::start(64, word).to_owned();
    Observation {
        active,
        phase: status.phase(),
        replication: replication::replication(status, group, members.map(|m| m.pairs)),
        fingerprint: Fingerprint {
            status: word.clone(),
            // The group's own word: a bulk list knows no members, and both readings must give one fingerprint.
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
        depth: if members.is_some() { Depth::Full } else { Depth::Listed },
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
    let planned = status.opens(stationmaster_engine::OperationType::PlannedFailover);
    let reprotect = status.opens(stationmaster_engine::OperationType::Reprotect);
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
