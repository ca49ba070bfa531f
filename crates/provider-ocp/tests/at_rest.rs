//! What it costs to look at all sets of a connection: pages of lists, and the same few statements whatever their number.
//! It must not read a set singly.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, SimulatorBench, connection};
use stationmaster_engine::{ActiveStation, Phase};
use stationmaster_provider::Wanted;
use stationmaster_simulator::Scenario;
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_WEST_ID};
use std::collections::BTreeSet;

/// So many entries are asked for at a time.
const PAGE: u64 = 500;

/// Requests to OCP and statements to its databases for one look at so many sets of one pair each.
async fn cost(auth: Auth, sets: u64) -> (u64, u64) {
    let bench = SimulatorBench::new(auth, false).await;
    let scenario = Scenario::find(&format!("tenants:{sets}")).unwrap();
    bench.simulator.load(scenario).unwrap();
    bench.simulator.set_speed(0.0);
    let provider = connection(bench.config());
    let set = |n: u64| format!("{OCP_EAST_ID}>{OCP_WEST_ID}:{}>{}", 2_100_000 + n, 2_200_000 + n);
    let wanted: BTreeSet<String> = (1..=sets).map(set).collect();
    let wanted = Wanted::new(wanted, usize::MAX);
    // The first look learns by what the databases know the tenants.
    for look in 0..2 {
        bench.simulator.clear_requests();
        let listing = provider.list_wanted(&wanted).await.unwrap();
        assert_eq!(listing.objects.len() as u64, sets, "look {look}");
        for seen in listing.objects.values() {
            assert_eq!((seen.active, seen.phase), (ActiveStation::Source, Phase::Protected));
            assert!(seen.replication.lag_seconds.is_some(), "{seen:?}");
        }
    }
    let report = bench.simulator.requests();
    let of = |service: &str| {
        let routes = report.routes.iter().filter(|route| route.service == service);
        routes.map(|route| route.count).sum::<u64>()
    };
    (of("ocp"), of("sql"))
}

#[tokio::test]
async fn a_look_at_a_thousand_sets_costs_more_pages_and_not_one_statement_more() {
    let (few, statements) = cost(Auth::Basic, 10).await;
    let (many, as_many) = cost(Auth::AccessKey, 1_000).await;
    assert_eq!(statements, as_many, "statements");
    assert_eq!(statements, 4, "two views at two stations");
    // Each of the two clusters has its own list.
    let pages = 2 * (1_000 / PAGE);
    assert!(many <= few + pages, "{few} requests for 10 sets, {many} for 1000");
    assert!(few <= 4, "{few} requests for 10 sets");
}
