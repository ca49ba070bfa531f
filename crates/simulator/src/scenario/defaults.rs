//! Fills the parts of a scenario that may be left out.
//! It must not override anything that the scenario says.

use sha2::{Digest, Sha256};

use super::{Account, Group, ReplicationDomain, Scenario, ScenarioError, Server, Station};

/// A UUID that depends on its seed alone, so that two loads of one scenario have the same ids.
pub(crate) fn derived_uuid(seed: &str) -> String {
    let digest = hex::encode(Sha256::digest(seed.as_bytes()));
    format!(
        "{}-{}-4{}-8{}-{}",
        &digest[0..8],
        &digest[8..12],
        &digest[13..16],
        &digest[17..20],
        &digest[20..32]
    )
}

fn fill(field: &mut String, value: impl FnOnce() -> String) {
    if field.is_empty() {
        *field = value();
    }
}

impl Scenario {
    /// The scenario with every omitted id, name and status filled in.
    ///
    /// # Errors
    /// When a group names a project or domain that the scenario lacks, or two objects share an id.
    pub fn completed(mut self) -> Result<Self, ScenarioError> {
        fill(&mut self.region, || "eu-de".into());
        self.accounts.iter_mut().for_each(complete_account);
        if self.domains.is_empty() {
            self.domains.push(ReplicationDomain {
                id: super::DOMAIN_ID.into(),
                name: "ActiveactiveDomain".into(),
                source_availability_zone: "eu-de-01".into(),
                target_availability_zone: "eu-de-02".into(),
                ..Default::default()
            });
        }
        for domain in &mut self.domains {
            fill(&mut domain.id, || derived_uuid(&format!("domain/{}", domain.name)));
        }
        let projects: Vec<_> = self.accounts.iter().flat_map(|a| a.projects.clone()).collect();
        let project_id = |wanted: &str| -> Result<String, ScenarioError> {
            projects
                .iter()
                .find(|p| wanted.is_empty() || p.id == wanted || p.name == wanted)
                .map(|p| p.id.clone())
                .ok_or_else(|| ScenarioError::UnknownProject(wanted.into()))
        };
        let domains = self.domains.clone();
        for group in &mut self.groups {
            group.project = project_id(&group.project)?;
            let domain = domains
                .iter()
                .find(|d| group.domain.is_empty() || d.id == group.domain || d.name == group.domain)
                .ok_or_else(|| ScenarioError::UnknownDomain(group.domain.clone()))?;
            group.domain.clone_from(&domain.id);
            complete_group(group);
        }
        let vpc = self
            .groups
            .first()
            .map(|g| g.source_vpc_id.clone())
            .unwrap_or_else(|| derived_uuid("vpc"));
        for server in &mut self.servers {
            server.project = project_id(&server.project)?;
            fill(&mut server.id, || derived_uuid(&format!("server/{}", server.name)));
            fill(&mut server.status, || "ACTIVE".into());
            fill(&mut server.availability_zone, || {
                domains[0].source_availability_zone.clone()
            });
            fill(&mut server.vpc_id, || vpc.clone());
        }
        for volume in &mut self.volumes {
            fill(&mut volume.volume_type, || "SATA".into());
            fill(&mut volume.availability_zone, || {
                domains[0].source_availability_zone.clone()
            });
            volume.size_gb = volume.size_gb.max(1);
        }
        self.reject_duplicates()?;
        self.ocp.complete()?;
        Ok(self)
    }

    fn reject_duplicates(&self) -> Result<(), ScenarioError> {
        let mut seen = std::collections::HashSet::new();
        let members = self.groups.iter().flat_map(|g| {
            let own = std::iter::once(&g.id);
            let loose = g.pairs.iter().map(|p| &p.id);
            let inner = g.instances.iter().flat_map(|i| {
                [&i.id, &i.source_server.id, &i.target_server.id]
                    .into_iter()
                    .chain(i.pairs.iter().map(|p| &p.id))
            });
            own.chain(loose).chain(inner)
        });
        for id in members.chain(self.servers.iter().map(|s| &s.id)) {
            if !seen.insert(id) {
                return Err(ScenarioError::DuplicateId(id.clone()));
            }
        }
        Ok(())
    }
}

fn complete_account(account: &mut Account) {
    fill(&mut account.id, || {
        derived_uuid(&format!("account/{}", account.name)).replace('-', "")
    });
    for project in &mut account.projects {
        fill(&mut project.id, || {
            derived_uuid(&format!("project/{}", project.name)).replace('-', "")
        });
    }
    for user in &mut account.users {
        fill(&mut user.id, || {
            derived_uuid(&format!("user/{}", user.name)).replace('-', "")
        });
    }
}

fn complete_group(group: &mut Group) {
    fill(&mut group.id, || derived_uuid(&format!("group/{}", group.name)));
    fill(&mut group.status, || "available".into());
    fill(&mut group.source_vpc_id, || derived_uuid(&format!("vpc/{}", group.id)));
    let (id, status, station) = (group.id.clone(), group.status.clone(), group.priority_station);
    let complete_pairs = |pairs: &mut Vec<super::Pair>, owner: &str| {
        for (index, pair) in pairs.iter_mut().enumerate() {
            fill(&mut pair.name, || format!("{owner}-disk-{index}"));
            fill(&mut pair.id, || derived_uuid(&format!("pair/{id}/{}", pair.name)));
            fill(&mut pair.status, || status.clone());
            fill(&mut pair.replication_status, || {
                if pair.status == "protected" {
                    "active"
                } else {
                    "inactive"
                }
                .into()
            });
            fill(&mut pair.fault_level, || "0".into());
            fill(&mut pair.volume_type, || "SATA".into());
            fill(&mut pair.device, || {
                format!("/dev/vd{}", char::from(b'a' + (index % 26) as u8))
            });
            if pair.size_gb == 0 {
                pair.size_gb = 10;
            }
        }
    };
    complete_pairs(&mut group.pairs, &group.name);
    for instance in &mut group.instances {
        fill(&mut instance.id, || {
            derived_uuid(&format!("instance/{id}/{}", instance.name))
        });
        fill(&mut instance.status, || status.clone());
        complete_pairs(&mut instance.pairs, &instance.name);
        for (server, side) in [
            (&mut instance.source_server, Station::Source),
            (&mut instance.target_server, Station::Target),
        ] {
            complete_server(
                server,
                &instance.name,
                &format!("{id}/{}/{}", instance.name, side.as_str()),
            );
            fill(&mut server.status, || {
                if side == station { "ACTIVE" } else { "SHUTOFF" }.into()
            });
        }
    }
}

fn complete_server(server: &mut Server, name: &str, seed: &str) {
    fill(&mut server.name, || name.into());
    fill(&mut server.id, || derived_uuid(&format!("server/{seed}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_stable_uuids() {
        let id = derived_uuid("x");
        assert_eq!(id, derived_uuid("x"));
        assert_ne!(id, derived_uuid("y"));
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }

    #[test]
    fn an_unknown_project_is_refused() {
        let scenario = Scenario {
            groups: vec![Group {
                project: "nowhere".into(),
                ..Default::default()
            }],
            ..Default::default()
        };
        assert!(matches!(scenario.completed(), Err(ScenarioError::UnknownProject(_))));
    }

    #[test]
    fn shared_ids_are_refused() {
        let mut scenario = super::super::three_groups();
        scenario.groups[1].id = scenario.groups[0].id.clone();
        assert!(matches!(scenario.completed(), Err(ScenarioError::DuplicateId(_))));
    }
}
