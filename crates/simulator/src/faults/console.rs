//! Acts behind the client's back, as somebody at the vendor's console or the vendor itself could do them.
//! It must not leave entries in the journal: they are no calls. The history has them.

use serde::{Deserialize, Serialize};

use crate::scenario::Station;
use crate::world::World;
use crate::world::job::GroupAction;
use crate::world::model::power;

/// Something that happens to a group without a call. Several parts may be given; they happen in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ConsoleAct {
    /// Group id or name.
    pub group: String,
    /// Stops or starts servers first.
    pub servers: Option<ConsoleServers>,
    /// `start`, `stop`, `reverse` or `failover` (the long forms ending in `-server-group` too).
    pub action: Option<String>,
    /// For `reverse`: where to; the other site when absent.
    pub station: Option<Station>,
    /// Whether the action runs as a job under the vendor's rules; else its end state is there at once, unchecked.
    pub as_job: bool,
    /// Sets the group's status to any word, known or not, and ends the interest of a running job.
    pub set_status: Option<String>,
    /// Sets the role of group and members.
    pub set_priority_station: Option<Station>,
    /// Sets the status of all members to any word.
    pub set_member_status: Option<String>,
    /// Sets `replication_status` of all pairs to any word.
    pub set_replication_status: Option<String>,
    /// Sets `fault_level` of all pairs.
    pub set_fault_level: Option<String>,
    /// Removes the group with all its members.
    pub delete: bool,
}

/// Which servers to set to which status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsoleServers {
    /// The servers of one site; both when absent.
    #[serde(default)]
    pub station: Option<Station>,
    /// ECS status word, for example `SHUTOFF` or `ACTIVE`.
    pub status: String,
}

/// Why a console act could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// No group has that id or name.
    #[error("no group is called {0:?}")]
    UnknownGroup(String),
    /// No tenant or cluster of OCP has that id or name.
    #[error("no tenant or cluster is called {0:?}")]
    UnknownTenant(String),
    /// The action word is not known.
    #[error("no console action is called {0:?}")]
    UnknownAction(String),
    /// The vendor's rules do not allow the action now.
    #[error("the action is refused: {0}")]
    Refused(String),
}

impl World {
    /// The id of a group by id or name.
    pub(crate) fn group_id(&self, wanted: &str) -> Option<String> {
        let by_name = || self.groups.values().find(|g| g.name == wanted);
        self.groups.get(wanted).or_else(by_name).map(|g| g.id.clone())
    }
}

/// Does a console act now.
pub(crate) fn act(world: &mut World, act: &ConsoleAct) -> Result<(), ConsoleError> {
    let id = world
        .group_id(&act.group)
        .ok_or_else(|| ConsoleError::UnknownGroup(act.group.clone()))?;
    if let Some(servers) = &act.servers {
        let both = [Station::Source, Station::Target];
        let stations = servers.station.map_or(both.to_vec(), |s| vec![s]);
        for station in stations {
            world.set_power(&id, station, &servers.status);
        }
    }
    if let Some(word) = &act.action {
        action(world, &id, word, act)?;
    }
    if let Some(word) = &act.set_status {
        forget_job(world, &id);
        world.move_group(&id, Some(word), None, "console");
    }
    if let Some(station) = act.set_priority_station {
        world.move_group(&id, None, Some(station), "console");
        world
            .instances
            .values_mut()
            .filter(|i| i.group == id)
            .for_each(|i| i.priority_station = station);
        world
            .pairs
            .values_mut()
            .filter(|p| p.group == id)
            .for_each(|p| p.priority_station = station);
    }
    if let Some(word) = &act.set_member_status {
        world.move_members(&id, word, None, None);
    }
    for pair in world.pairs.values_mut().filter(|p| p.group == id) {
        if let Some(word) = &act.set_replication_status {
            pair.replication_status.clone_from(word);
        }
        if let Some(word) = &act.set_fault_level {
            pair.fault_level.clone_from(word);
        }
    }
    if act.delete {
        world.groups.shift_remove(&id);
        world.instances.retain(|_, i| i.group != id);
        world.pairs.retain(|_, p| p.group != id);
    }
    Ok(())
}

fn forget_job(world: &mut World, id: &str) {
    if let Some(group) = world.groups.get_mut(id) {
        group.job = None;
    }
}

fn action(world: &mut World, id: &str, word: &str, act: &ConsoleAct) -> Result<(), ConsoleError> {
    let short = word.strip_suffix("-server-group").unwrap_or(word);
    let known = ["start", "stop", "reverse", "failover"].contains(&short);
    if !known {
        return Err(ConsoleError::UnknownAction(word.into()));
    }
    if act.as_job {
        let key = format!("{short}-server-group");
        let started = crate::sdrs::console_action(world, id, &key, act.station);
        return started.map(drop).map_err(|refusal| ConsoleError::Refused(refusal.code));
    }
    let Some(group) = world.groups.get(id) else {
        return Ok(());
    };
    let active = group.priority_station;
    let failed_over = GroupAction::Reprotect.allowed_from().contains(&group.status.as_str());
    let (action, to) = match short {
        "start" if failed_over => (GroupAction::Reprotect, active),
        "start" => (GroupAction::Enable, active),
        "stop" => (GroupAction::Disable, active),
        "failover" => (GroupAction::Failover, active.other()),
        _ => (GroupAction::Reverse, act.station.unwrap_or_else(|| active.other())),
    };
    forget_job(world, id);
    if action.moves_production() {
        world.set_power(id, active, power::SHUTOFF);
    }
    world.move_group(id, Some(action.success()), Some(to), "console");
    world.move_members(id, action.success(), Some(action.replication_after()), Some(to));
    Ok(())
}
