//! The bulk list: one request at rest, all pages, and servers that count or page in another way than thought.
//! It must not take a part of the list for the whole.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;
mod documented;

use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use bench::{Auth, SimulatorBench};
use documented::Documented;
use serde_json::{Value, json};
use stationmaster_engine::Reason;
use stationmaster_provider::contract::Bench;
use stationmaster_simulator::scenario;
use std::collections::{BTreeMap, HashMap};

#[tokio::test]
async fn a_list_is_one_request_and_each_third_time_the_members_are_listed_too() {
    for auth in [Auth::Password, Auth::AccessKey] {
        let bench = SimulatorBench::new(auth, false).await;
        let provider = bench.provider();
        provider.list().await.unwrap();
        bench.simulator.clear_requests();
        for requests in [1, 2, 5, 6, 7, 10] {
            assert_eq!(provider.list().await.unwrap().len(), 3);
            assert_eq!(bench.simulator.requests().total, requests);
        }
    }
}

fn lists(bench: &SimulatorBench) -> u64 {
    let routes = bench.simulator.requests().routes;
    routes
        .iter()
        .filter(|r| r.route.ends_with("/server-groups"))
        .map(|r| r.count)
        .sum()
}

#[tokio::test]
async fn all_pages_are_read_whatever_count_means() {
    for count in ["page", "total"] {
        for (groups, pages) in [(499, 1), (500, 2), (1200, 3)] {
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
    let small = |offset: usize, limit: usize| {
        let entries: Vec<Value> = (offset..250).take(limit.min(100)).map(group).collect();
        json!({"server_groups": entries, "count": 250})
    };
    let service = listing(small).await;
    assert_eq!(service.provider().list().await.unwrap().len(), 250);
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
    assert!(fault.message.contains("no end"), "{fault}");
}

#[tokio::test]
async fn an_entry_without_an_id_makes_the_list_unreadable() {
    let nameless = |_: usize, _: usize| json!({"server_groups": [group(1), {"status": "protected"}], "count": 2});
    let fault = listing(nameless).await.provider().list().await.unwrap_err();
    assert_eq!(fault.reason, Reason::ProviderError);
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
