//! Turns a completed scenario into state.
//! It must not be called with a scenario that was not completed.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::World;
use super::agenda::Agenda;
use super::endpoints::Endpoints;
use super::history::History;
use super::ids::Ids;
use super::model::{Attachment, Group, Instance, Pair, Server, Volume, power};
use super::ocp::Estate;
use crate::clock::Clock;
use crate::scenario::{self, Scenario, ScenarioError, Station, derived_uuid};
use crate::switches::Switches;

impl World {
    /// A state made from a completed scenario. `generation` counts the loads of this process.
    pub(crate) fn load(
        scenario: Scenario,
        base_switches: Switches,
        endpoints: Endpoints,
        speed: f64,
        real: Timestamp,
        generation: u64,
    ) -> Result<Self, ScenarioError> {
        let mut switches = base_switches;
        switches.set_all(&scenario.switches)?;
        let start = scenario.clock.start.unwrap_or(real);
        let mut world = Self {
            scenario_name: scenario.name.clone(),
            region: scenario.region.clone(),
            switches,
            clock: Clock::new(start, real, scenario.clock.speed.unwrap_or(speed)),
            now: start,
            real_now: real,
            ids: Ids::new(generation),
            endpoints,
            domains: scenario.domains.clone(),
            quotas: scenario.quotas.clone(),
            groups: IndexMap::new(),
            instances: IndexMap::new(),
            pairs: IndexMap::new(),
            servers: IndexMap::new(),
            volumes: IndexMap::new(),
            drills: IndexMap::new(),
            jobs: IndexMap::new(),
            failures: IndexMap::new(),
            ocp: Estate::load(&scenario.ocp, start),
            agenda: Agenda::default(),
            history: History::default(),
        };
        for group in &scenario.groups {
            world.load_group(group, start);
        }
        for server in &scenario.servers {
            let (zone, vpc) = (server.availability_zone.clone(), server.vpc_id.clone());
            world.load_server(server, &server.project, zone, vpc, start);
        }
        for volume in scenario.volumes {
            world.volumes.insert(
                volume.id.clone(),
                Volume {
                    id: volume.id,
                    size_gb: volume.size_gb,
                    volume_type: volume.volume_type,
                    availability_zone: volume.availability_zone,
                },
            );
        }
        Ok(world)
    }

    fn load_group(&mut self, group: &scenario::Group, start: Timestamp) {
        let domain = self
            .domains
            .iter()
            .find(|d| d.id == group.domain)
            .cloned()
            .unwrap_or_default();
        let created_at = group.created_at.unwrap_or(start);
        self.groups.insert(
            group.id.clone(),
            Group {
                id: group.id.clone(),
                project: group.project.clone(),
                name: group.name.clone(),
                description: group.description.clone(),
                source_availability_zone: domain.source_availability_zone.clone(),
                target_availability_zone: domain.target_availability_zone.clone(),
                domain_id: domain.id.clone(),
                domain_name: domain.name.clone(),
                status: group.status.clone(),
                priority_station: group.priority_station,
                source_vpc_id: group.source_vpc_id.clone(),
                created_at,
                updated_at: created_at,
                job: None,
            },
        );
        for instance in &group.instances {
            let zones = [&domain.source_availability_zone, &domain.target_availability_zone];
            for (server, zone) in [&instance.source_server, &instance.target_server]
                .into_iter()
                .zip(zones)
            {
                self.load_server(
                    server,
                    &group.project,
                    zone.clone(),
                    group.source_vpc_id.clone(),
                    created_at,
                );
            }
            self.instances.insert(
                instance.id.clone(),
                Instance {
                    id: instance.id.clone(),
                    project: group.project.clone(),
                    group: group.id.clone(),
                    name: instance.name.clone(),
                    description: instance.description.clone(),
                    status: instance.status.clone(),
                    priority_station: group.priority_station,
                    source_server: instance.source_server.id.clone(),
                    target_server: instance.target_server.id.clone(),
                    tags: instance.tags.clone(),
                    created_at,
                    updated_at: created_at,
                },
            );
            for pair in &instance.pairs {
                let attachment = Attachment {
                    instance: instance.id.clone(),
                    device: pair.device.clone(),
                };
                self.load_pair(pair, group, Some(attachment), created_at);
            }
        }
        for pair in &group.pairs {
            self.load_pair(pair, group, None, created_at);
        }
    }

    fn load_pair(
        &mut self,
        pair: &scenario::Pair,
        group: &scenario::Group,
        attachment: Option<Attachment>,
        created_at: Timestamp,
    ) {
        self.pairs.insert(
            pair.id.clone(),
            Pair {
                id: pair.id.clone(),
                project: group.project.clone(),
                group: group.id.clone(),
                name: pair.name.clone(),
                description: pair.description.clone(),
                status: pair.status.clone(),
                replication_status: pair.replication_status.clone(),
                priority_station: group.priority_station,
                source_volume: derived_uuid(&format!("volume/{}/source", pair.id)),
                target_volume: derived_uuid(&format!("volume/{}/target", pair.id)),
                attachment,
                fault_level: pair.fault_level.clone(),
                failure_detail: None,
                size_gb: pair.size_gb,
                volume_type: pair.volume_type.clone(),
                bootable: pair.bootable,
                created_at,
                updated_at: created_at,
                sync: None,
            },
        );
    }

    fn load_server(&mut self, server: &scenario::Server, project: &str, zone: String, vpc: String, at: Timestamp) {
        self.servers.insert(
            server.id.clone(),
            Server {
                id: server.id.clone(),
                project: project.into(),
                name: server.name.clone(),
                status: server.status.clone(),
                task: None,
                availability_zone: zone,
                vpc_id: vpc,
                created_at: at,
                updated_at: at,
                started_at: None,
            },
        );
    }

    /// All servers of a group's instances, both sites.
    pub(crate) fn servers_of(&self, group: &str) -> Vec<String> {
        let of_group = self.instances.values().filter(|i| i.group == group);
        of_group
            .flat_map(|i| [i.source_server.clone(), i.target_server.clone()])
            .collect()
    }

    /// The servers of a group at one site.
    pub(crate) fn servers_at(&self, group: &str, station: Station) -> Vec<String> {
        let of_group = self.instances.values().filter(|i| i.group == group);
        of_group.map(|i| i.server_at(station).to_owned()).collect()
    }

    /// Sets the power of all servers of a group at one site, at once.
    pub(crate) fn set_power(&mut self, group: &str, station: Station, word: &str) {
        let now = self.now;
        for id in self.servers_at(group, station) {
            let Some(server) = self.servers.get_mut(&id) else {
                continue;
            };
            if server.status != word || server.task.is_some() {
                server.started_at = (word == power::ACTIVE).then_some(now);
                (server.status, server.task, server.updated_at) = (word.into(), None, now);
            }
        }
    }
}
