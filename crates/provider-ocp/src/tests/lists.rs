//! Lists that are whole, and lists that are not.
//! They must not be told apart by luck.

use super::{Bench, SET};
use serde_json::json;
use stationmaster_engine::OperationType;
use stationmaster_provider::Provider;

async fn tenants(bench: &Bench) -> Result<usize, String> {
    let ocp = bench.provider();
    let listed = ocp
        .client()
        .tenants(3_000_010, stationmaster_transport::Urgency::Routine)
        .await;
    listed
        .map(|listed| listed.entries.len())
        .map_err(|problem| problem.fault.message)
}

#[tokio::test]
async fn a_list_goes_on_to_its_count_or_to_the_empty_page() {
    let bench = Bench::new().await;
    let all: Vec<_> = (1..=7)
        .map(|id| json!({ "id": id, "name": format!("t{id}") }))
        .collect();
    bench.ocp.set(|world| {
        world.tenants.insert(3_000_010, all);
        world.page = 3;
    });
    assert_eq!(tenants(&bench).await, Ok(7));
    assert_eq!(bench.ocp.count(), 3);
    bench.ocp.set(|world| world.counts = false);
    assert_eq!(tenants(&bench).await, Ok(7));
    assert_eq!(bench.ocp.count(), 3 + 4, "to the empty page");
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_an_error() {
    let bench = Bench::new().await;
    for (body, why) in [
        (
            r#"{"data":{"contents":[{"id":1}],"page":{"totalElements":3}}}"#,
            "does not heed page",
        ),
        (
            r#"{"data":{"contents":[],"page":{"totalElements":3}}}"#,
            "counts 3 entries and lists 0",
        ),
        (r#"{"data":{}}"#, "holds no list"),
        (r#"{"data":{"contents":null}}"#, "holds no list"),
        ("<html>", "a page of HTML"),
        ("<p>sk-hunter22</p>", "a page of HTML: <secret>"),
        ("", "no body"),
    ] {
        bench.ocp.set(|world| world.everything = Some((200, body.to_owned())));
        let error = tenants(&bench).await.unwrap_err();
        assert!(error.contains(why), "{body}: {error}");
    }
    // One page, again and again, and no count: it was all.
    bench
        .ocp
        .set(|world| world.everything = Some((200, r#"{"data":{"contents":[{"id":1},{"id":2}]}}"#.to_owned())));
    assert_eq!(tenants(&bench).await, Ok(2));
}

#[tokio::test]
async fn a_bad_entry_leaves_its_cluster_dark_and_says_nobody_is_gone() {
    let bench = Bench::new().await;
    bench.ocp.set(|world| {
        let all = world.tenants.get_mut(&3_000_010).unwrap();
        all[0] = json!({ "id": 2_000_025, "name": "x".repeat(600) });
    });
    let ocp = bench.provider();
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!(
        seen.provider_status, "PRIMARY/STANDBY",
        "the standbys still say where their primaries are"
    );
    assert_ne!(
        seen.permits[&OperationType::PlannedFailover],
        stationmaster_engine::Permit::Open
    );
}

#[tokio::test]
async fn a_cluster_that_is_gone_has_no_tenants() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    bench.ocp.set(|world| _ = world.tenants.remove(&3_000_010));
    bench.target.put(&[
        super::row("1004", "orders", "PRIMARY", "4", super::SCN),
        super::row("1006", "stock", "PRIMARY", "4", super::SCN),
    ]);
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!(seen.provider_status, "-/PRIMARY");
    bench.ocp.set(|world| world.tenants.clear());
    let fault = ocp.observe(SET).await.unwrap_err();
    assert_eq!(fault.reason, stationmaster_engine::Reason::ProtectionObjectNotFound);
}

/// At rest the calls do not grow with the sets: two clusters' tenants, the tasks that run, and each database once.
#[tokio::test]
async fn a_list_of_many_sets_costs_what_one_costs() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let sets = [
        SET,
        "3000010>3000020:2000025>2000125",
        "3000010>3000020:2000026>2000126",
    ];
    for set in sets {
        ocp.observe(set).await.unwrap();
    }
    let (calls, questions) = (
        bench.ocp.count(),
        bench.source.world.questions.load(std::sync::atomic::Ordering::SeqCst),
    );
    assert_eq!(ocp.list().await.unwrap().len(), 3);
    assert_eq!(bench.ocp.count() - calls, 3);
    assert_eq!(
        bench.source.world.questions.load(std::sync::atomic::Ordering::SeqCst) - questions,
        2,
        "tenants, and how their logs come in"
    );
    assert_eq!(bench.source.connections(), 1);
}
