//! The scenarios that come with the simulator.
//! It must not need a file: tests in other crates use them in process.

use super::{AccessKey, Account, Group, Instance, Pair, Project, Quotas, Scenario, Server, User};

/// Account (IAM domain) name of the built-in scenarios.
pub const ACCOUNT: &str = "OTC-EU-DE-DEMO";
/// Project name of the built-in scenarios.
pub const PROJECT: &str = "demo";
/// Project id of the built-in scenarios.
pub const PROJECT_ID: &str = "9d4b3a5c0e7f4f8a8c1d2e3f40516273";
/// User name of the built-in scenarios.
pub const USER: &str = "stationmaster";
/// Password of [`USER`].
pub const PASSWORD: &str = "demo-Passw0rd";
/// Access key (AK) of [`USER`].
pub const ACCESS_KEY: &str = "DEMOACCESSKEY0000001";
/// Secret key (SK) of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "demoSecretKey000000000000000000000000001";
/// Id of the replication domain of the built-in scenarios.
pub const DOMAIN_ID: &str = "fb4b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3";
/// Id of the group `payments-db` in [`three_groups`].
pub const PAYMENTS_DB_ID: &str = "40df180b-9fe2-471a-8c64-1b758dc84189";
/// Id of the group `web-frontend` in [`three_groups`].
pub const WEB_FRONTEND_ID: &str = "7c2b6f0e-51aa-4d0b-9d0c-2f6f8a1e4b11";
/// Id of the group `archive` in [`three_groups`].
pub const ARCHIVE_ID: &str = "b8e21f47-0c3d-4e5a-a6b7-c8d9e0f1a2b3";

/// Three protected groups `payments-db`, `web-frontend` and `archive`, each with two instances and three pairs, in one
/// project; production at the source site, its servers running, the others stopped.
pub fn three_groups() -> Scenario {
    Scenario {
        name: "three-groups".into(),
        groups: [
            ("payments-db", PAYMENTS_DB_ID),
            ("web-frontend", WEB_FRONTEND_ID),
            ("archive", ARCHIVE_ID),
        ]
        .map(|(name, id)| protected_group(name, id))
        .into(),
        ..cloud()
    }
}

/// `n` protected groups named `group-0001` and so on, each shaped as in [`three_groups`], with quotas to fit.
pub fn many_groups(n: usize) -> Scenario {
    let groups = (1..=n)
        .map(|i| {
            let name = format!("group-{i:04}");
            let id = super::derived_uuid(&format!("group/{name}"));
            protected_group(&name, &id)
        })
        .collect();
    Scenario {
        name: format!("groups:{n}"),
        groups,
        quotas: Quotas {
            server_groups: -1,
            replications: -1,
        },
        ..cloud()
    }
}

fn cloud() -> Scenario {
    Scenario {
        region: "eu-de".into(),
        accounts: vec![Account {
            name: ACCOUNT.into(),
            projects: vec![Project {
                id: PROJECT_ID.into(),
                name: PROJECT.into(),
            }],
            users: vec![User {
                name: USER.into(),
                password: PASSWORD.into(),
                access_keys: vec![AccessKey {
                    access: ACCESS_KEY.into(),
                    secret: SECRET_KEY.into(),
                }],
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn protected_group(name: &str, id: &str) -> Group {
    let pair = |suffix: &str, bootable: bool| Pair {
        name: format!("{name}-{suffix}"),
        bootable,
        size_gb: if bootable { 40 } else { 100 },
        volume_type: "SSD".into(),
        ..Default::default()
    };
    let instance = |suffix: &str, pairs: Vec<Pair>| Instance {
        name: format!("{name}-{suffix}"),
        source_server: Server {
            name: format!("{name}-{suffix}"),
            ..Default::default()
        },
        pairs,
        ..Default::default()
    };
    Group {
        id: id.into(),
        name: name.into(),
        project: PROJECT.into(),
        status: "protected".into(),
        instances: vec![
            instance("a", vec![pair("a-system", true), pair("a-data", false)]),
            instance("b", vec![pair("b-system", true)]),
        ],
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_file_is_the_built_in_scenario() {
        let file = include_str!("../../scenarios/three-groups.json");
        let parsed = Scenario::parse(file).expect("valid file");
        assert_eq!(
            parsed.completed().expect("complete"),
            three_groups().completed().expect("complete"),
            "scenarios/three-groups.json must follow three_groups()"
        );
    }

    #[test]
    fn each_group_has_two_instances_and_three_pairs() {
        for group in many_groups(3).groups {
            assert_eq!(group.instances.len(), 2);
            assert_eq!(group.instances.iter().map(|i| i.pairs.len()).sum::<usize>(), 3);
        }
    }
}
