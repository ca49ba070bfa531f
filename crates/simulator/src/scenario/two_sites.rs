//! The scenarios of OCP that come with the simulator.
//! It must not need a file: tests in other crates use them in process.

use super::{AccessKey, Ocp, OcpCluster, OcpTenant, OcpUser, Scenario};

/// User of the API in the built-in scenarios of OCP.
pub const OCP_USER: &str = "admin";
/// Password of [`OCP_USER`].
pub const OCP_PASSWORD: &str = "demo-Passw0rd";
/// Access key (AK) of [`OCP_USER`].
pub const OCP_ACCESS_KEY: &str = "DEMOOCPACCESSKEY";
/// Secret key (SK) of [`OCP_ACCESS_KEY`].
pub const OCP_SECRET_KEY: &str = "demoocpsecretkey0000000000000001";
/// User of the API that may only read.
pub const OCP_READER: &str = "reader";
/// Account of the SQL ports, which may only read.
pub const OCP_SQL_USER: &str = "monitor@sys";
/// Password of [`OCP_SQL_USER`].
pub const OCP_SQL_PASSWORD: &str = "demo-Sql-Passw0rd";
/// Name of the cluster that produces at the start.
pub const OCP_EAST: &str = "ob-east";
/// OCP's id of [`OCP_EAST`].
pub const OCP_EAST_ID: u64 = 3_000_009;
/// Name of the cluster of the standbys.
pub const OCP_WEST: &str = "ob-west";
/// OCP's id of [`OCP_WEST`].
pub const OCP_WEST_ID: u64 = 3_000_010;
/// Names of the tenants of [`two_sites`], on both sides.
pub const OCP_TENANTS: [&str; 3] = ["payments", "orders", "ledger"];
/// OCP's ids of the primaries in [`two_sites`], in the order of [`OCP_TENANTS`].
pub const OCP_PRIMARY_IDS: [u64; 3] = [2_000_015, 2_000_016, 2_000_017];
/// OCP's ids of the standbys in [`two_sites`], in the order of [`OCP_TENANTS`].
pub const OCP_STANDBY_IDS: [u64; 3] = [2_000_025, 2_000_026, 2_000_027];

/// Two clusters at two sites; each tenant `payments`, `orders` and `ledger` of `ob-east` has its standby in `ob-west`, and both
/// have a service name.
pub fn two_sites() -> Scenario {
    let pairs = OCP_TENANTS.iter().zip(OCP_PRIMARY_IDS.into_iter().zip(OCP_STANDBY_IDS));
    sites(
        "two-sites",
        pairs.map(|(name, ids)| ((*name).to_owned(), ids)).collect(),
    )
}

/// `n` pairs of tenants named `tenant-0001` and so on, shaped as in [`two_sites`].
pub fn many_tenants(n: usize) -> Scenario {
    let pair = |i: u64| (format!("tenant-{i:04}"), (2_100_000 + i, 2_200_000 + i));
    sites(&format!("tenants:{n}"), (1..=n as u64).map(pair).collect())
}

fn sites(name: &str, pairs: Vec<(String, (u64, u64))>) -> Scenario {
    let tenant = |name: &str, id: u64, standby_of: String| OcpTenant {
        id,
        name: name.into(),
        standby_of,
        service_name: format!("svc_{}", name.replace('-', "_")),
        ..Default::default()
    };
    let primary = |(name, ids): &(String, (u64, u64))| tenant(name, ids.0, String::new());
    let standby = |(name, ids): &(String, (u64, u64))| tenant(name, ids.1, format!("{OCP_EAST}/{name}"));
    let cluster = |name: &str, id: u64, tenants: Vec<OcpTenant>| OcpCluster {
        id,
        name: name.into(),
        tenants,
        ..Default::default()
    };
    let user = OcpUser {
        name: OCP_USER.into(),
        password: OCP_PASSWORD.into(),
        access_keys: vec![AccessKey {
            access: OCP_ACCESS_KEY.into(),
            secret: OCP_SECRET_KEY.into(),
        }],
        read_only: false,
    };
    let reader = OcpUser {
        name: OCP_READER.into(),
        password: OCP_PASSWORD.into(),
        read_only: true,
        ..Default::default()
    };
    Scenario {
        name: name.into(),
        ocp: Ocp {
            users: vec![user, reader],
            sql_user: OCP_SQL_USER.into(),
            sql_password: OCP_SQL_PASSWORD.into(),
            clusters: vec![
                cluster(OCP_EAST, OCP_EAST_ID, pairs.iter().map(primary).collect()),
                cluster(OCP_WEST, OCP_WEST_ID, pairs.iter().map(standby).collect()),
            ],
        },
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_has_its_standby_on_the_other_side() {
        let scenario = two_sites().completed().expect("complete");
        let [east, west] = &scenario.ocp.clusters[..] else {
            panic!("two clusters")
        };
        for (primary, standby) in east.tenants.iter().zip(&west.tenants) {
            assert_eq!(standby.standby_of, format!("ob-east/{}", primary.name));
            assert_ne!(primary.id, standby.id);
        }
        assert_eq!(many_tenants(7).ocp.clusters[1].tenants.len(), 7);
    }

    #[test]
    fn the_block_on_the_documentation_page_is_a_scenario() {
        let page = include_str!("../../../../docs/simulator.md");
        let block = page
            .split("```json\n")
            .filter_map(|part| part.split("```").next())
            .find(|block| block.contains("standbyOf"))
            .expect("a block");
        let scenario = Scenario::parse(block).expect("valid").completed().expect("complete");
        assert_eq!(scenario.ocp.clusters[1].tenants[0].id, 2_000_025);
    }

    #[test]
    fn a_standby_of_nothing_is_refused() {
        let mut scenario = two_sites();
        scenario.ocp.clusters[1].tenants[0].standby_of = "ob-east/nothing".into();
        assert!(scenario.completed().is_err());
    }
}
