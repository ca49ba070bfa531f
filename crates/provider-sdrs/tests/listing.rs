//! The bulk list: one request at rest, all pages, and servers that count or page in another way than thought.
//! It must not take a part of the list for the whole.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;
mod documented;

use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use bench::{Auth, GROUP, SimulatorBench, respond};
use documented::Documented;
use serde_json::{Value, json};
use stationmaster_engine::{OperationType, Permit, Reason, ReplicationState};
use stationmaster_provider::FaultClass;
use stationmaster_provider::contract::Bench;
use stationmaster_simulator::{FaultMatch, FaultRule, scenario};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[tokio::test]
async fn a_list_is_one_request_and_each_third_time_the_members_are_listed_too() {
    for auth in [Auth::Password, Auth::AccessKey] {
        let bench = SimulatorBench::new(auth, false).await;
        let provider = bench.provider();
        provider.list().await.unwrap();
        bench.simulator.clear_requests();
        for requests in [1, 2, 6, 7, 8, 12] {
            assert_eq!(provider.list().await.unwrap().len(), 3);
            assert_eq!(bench.simulator.requests().total, requests);
        }
    }
}

fn lists(bench: &SimulatorBench) -> u64 {
    bench.requests(|r| r.route.ends_with("/server-groups"))
}

#[tokio::test]
async fn all_pages_are_read_whatever_count_means() {
    for count in ["page", "total"] {
        // The last page is empty, unless the service has shown that it counts all.
        let last = if count == "page" { 4 } else { 3 };
        for (groups, pages) in [(499, 2), (500, 2), (1200, last)] {
            let bench = SimulatorBench::new(Auth::Password, false).await;
            bench.simulator.load(scenario::many_groups(groups)).unwrap();
            bench.simulator.set_switch("list-count", count).unwrap();
            let provider = bench.provider();
            assert_eq!(provider.list().await.unwrap().len(), groups, "{count}");
            assert_eq!(lists(&bench), pages, "{groups} groups, count is {count}");
        }
    }
}

fn group(n: usize) -> Value {
    json!({"id": format!("g{n}"), "status": "protected", "priority_station": "source"})
}

/// A service whose list is made by `page(offset, limit)`.
async fn listing(page: impl Fn(usize, usize) -> Value + Clone + Send + Sync + 'static) -> Documented {
    let list = move |Query(query): Query<HashMap<String, String>>| {
        let page = page.clone();
        async move {
            let number = |key: &str| query.get(key).and_then(|text| text.parse().ok()).unwrap_or(0);
            Json(page(number("offset"), number("limit")))
        }
    };
    Documented::serve(Router::new().route("/v1/{project}/server-groups", get(list))).await
}

#[tokio::test]
async fn a_service_with_smaller_pages_than_asked_is_read_to_its_end() {
    for most in [1, 27, 60, 100] {
        for count in ["page", "total", "none"] {
            let small = move |offset: usize, limit: usize| {
                let entries: Vec<Value> = (offset..250).take(limit.min(most)).map(group).collect();
                match count {
                    "page" => json!({"count": entries.len(), "server_groups": entries}),
                    "total" => json!({"count": 250, "server_groups": entries}),
                    _ => json!({"server_groups": entries}),
                }
            };
            let service = listing(small).await;
            let all = service.provider().list().await;
            if most == 1 {
                assert!(
                    all.unwrap_err().message.contains("no end"),
                    "more than two hundred pages"
                );
                continue;
            }
            assert_eq!(all.unwrap().len(), 250, "{most} {count}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_shorter_than_the_service_counts_is_not_the_whole() {
    let ends_early = |offset: usize, _: usize| {
        let entries: Vec<Value> = (offset..50).map(group).collect();
        json!({"server_groups": entries, "count": 60})
    };
    let fault = listing(ends_early).await.provider().list().await.unwrap_err();
    assert!(fault.message.contains("counts 60 entries and lists 50"), "{fault}");
}

#[tokio::test]
async fn a_service_that_does_not_heed_offset_is_not_believed() {
    let deaf = |_: usize, limit: usize| json!({"server_groups": (0..limit).map(group).collect::<Vec<_>>()});
    let fault = listing(deaf).await.provider().list().await.unwrap_err();
    assert_eq!(fault.reason, Reason::ProviderError);
    assert!(fault.message.contains("offset"), "{fault}");
    let endless =
        |offset: usize, limit: usize| json!({"server_groups": (offset..offset + limit).map(group).collect::<Vec<_>>()});
    let fault = listing(endless).await.provider().list().await.unwrap_err();
    assert!(fault.message.contains("too long"), "{fault}");
    // All of a small list with each page is the whole list.
    let whole = |_: usize, _: usize| json!({"server_groups": (0..7).map(group).collect::<Vec<_>>()});
    assert_eq!(listing(whole).await.provider().list().await.unwrap().len(), 7);
}

#[tokio::test]
async fn one_bad_entry_costs_no_other_and_is_told() {
    let bad = |_: usize, _: usize| {
        let long = json!({"id": "long", "status": "protected", "priority_station": "source", "updated_at": "x".repeat(900_000)});
        json!({"server_groups": [group(1), {"status": "protected"}, null, 7, long, group(2)], "count": 6})
    };
    let list = listing(bad).await.provider().list().await.unwrap();
    assert_eq!(list.keys().collect::<Vec<_>>(), ["g1", "g2", "long"]);
    assert_eq!(list["g2"].active.known(), Some(stationmaster_engine::Station::Source));
    let unknown = &list["long"];
    assert!(unknown.active.known().is_none() && !unknown.settled() && unknown.fingerprint.revision.is_none());
    for permit in unknown.permits.values() {
        let Permit::Closed { message, .. } = permit else {
            panic!("open")
        };
        assert!(
            message.contains("updated_at has more than the 128 bytes that are expected at most"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn null_is_an_empty_list_where_it_is_counted_so_and_no_list_elsewhere() {
    let counted = |_: usize, _: usize| json!({"server_groups": null, "count": 0});
    assert_eq!(listing(counted).await.provider().list().await.unwrap().len(), 0);
    let ends = |offset: usize, _: usize| match offset {
        0 => json!({"server_groups": [group(1)], "count": 1}),
        _ => json!({"server_groups": null}),
    };
    assert_eq!(listing(ends).await.provider().list().await.unwrap().len(), 1);
    for nothing in [
        json!({"server_groups": null}),
        json!({"server_groups": null, "count": 3}),
        json!({}),
        json!(null),
        json!([]),
    ] {
        let answer = nothing.clone();
        let fault = listing(move |_, _| answer.clone())
            .await
            .provider()
            .list()
            .await
            .unwrap_err();
        assert_eq!(
            (fault.class, fault.reason),
            (FaultClass::Transient, Reason::ProviderError),
            "{nothing}"
        );
    }
}

/// A hostile service: each page holds one new group and almost four megabytes of nothing.
#[tokio::test]
async fn a_list_without_measure_is_given_up_early() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let padded = move |offset: usize, _: usize| {
        counter.fetch_add(1, Ordering::SeqCst);
        json!({"server_groups": [{"id": offset.to_string(), "updated_at": "x".repeat(3_900_000)}], "count": 1_000_000_000})
    };
    let fault = listing(padded).await.provider().list().await.unwrap_err();
    assert!(
        fault.message.contains("too long") && fault.message.len() <= 512,
        "{fault}"
    );
    assert!(asked.load(Ordering::SeqCst) <= 10, "{asked:?} pages were read");
}

#[tokio::test]
async fn no_word_of_the_service_is_taken_for_an_id_or_a_time_that_is_too_long_to_be_one() {
    let long = |field: &str| {
        let mut group = json!({"id": "g", "status": "protected", "priority_station": "source"});
        group[field] = json!("x".repeat(900_000));
        group
    };
    for field in ["updated_at", "status", "priority_station", "source_availability_zone"] {
        let answer = json!({"server_group": long(field)});
        let show = move || {
            let answer = answer.clone();
            async move { Json(answer) }
        };
        let service = Documented::serve(Router::new().route("/v1/{project}/server-groups/{id}", get(show))).await;
        for fault in [
            service.provider().observe("g").await.unwrap_err(),
            service.provider().observe_for_failover("g").await.unwrap_err(),
        ] {
            assert_eq!(fault.reason, Reason::ProviderError);
            assert!(
                fault.message.contains(&format!("{field} has more than the 128 bytes")),
                "{fault}"
            );
            assert!(fault.message.len() <= 512);
        }
    }
}

#[tokio::test]
async fn fewer_members_than_the_group_counts_are_not_all() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    let provider = bench.provider();
    for (operation, list) in [
        ("ListReplications", "replications"),
        ("ListProtectedInstances", "protected_instances"),
    ] {
        let empty = respond(200, json!({list: [], "count": 0}));
        bench
            .simulator
            .add_fault(FaultRule::new(FaultMatch::operation(operation), empty).count(0));
        for seen in [
            provider.list().await.unwrap().remove(GROUP).unwrap(),
            provider.observe(GROUP).await.unwrap(),
        ] {
            let Permit::Closed { reason, message } = seen.permit(OperationType::PlannedFailover) else {
                panic!("what is not listed was taken for well");
            };
            assert_eq!(reason, Reason::NotObserved);
            assert!(
                message.contains("SDRS counts ") && message.contains("and lists 0"),
                "{message}"
            );
            assert_eq!(seen.replication.state, ReplicationState::Unknown);
        }
        bench.simulator.clear_faults();
    }
}

#[tokio::test]
async fn a_group_of_nulls_is_listed_and_permits_nothing() {
    let nulls = |_: usize, _: usize| json!({"server_groups": [{"id": "g", "status": null, "priority_station": null}]});
    let list: BTreeMap<_, _> = listing(nulls).await.provider().list().await.unwrap();
    let seen = &list["g"];
    assert!(seen.active.known().is_none() && !seen.settled());
    let closed = |permit: &stationmaster_engine::Permit| matches!(permit, stationmaster_engine::Permit::Closed { .. });
    assert!(seen.permits.values().all(closed));
}
