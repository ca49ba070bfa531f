//! Paging and filters.
//! It must not test single objects.

mod support;

use serde_json::Value;
use stationmaster_simulator::scenario::{self, ARCHIVE_ID, PAYMENTS_DB_ID, WEB_FRONTEND_ID};
use support::Cloud;

async fn names(cloud: &Cloud, query: &str) -> Vec<String> {
    let body = cloud.get(&format!("server-groups{query}")).await.json();
    let groups = body["server_groups"].as_array().unwrap_or_else(|| panic!("{body}"));
    groups
        .iter()
        .map(|g| g["name"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn pages_cover_everything_once_and_end_with_an_empty_list() {
    let cloud = Cloud::of(scenario::many_groups(25)).await;
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let body = cloud
            .get(&format!("server-groups?limit=10&offset={}", seen.len()))
            .await
            .json();
        let page = body["server_groups"].as_array().expect("list").clone();
        assert_eq!(body["count"], page.len());
        sizes.push(page.len());
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|g| g["name"].as_str().expect("text").to_owned()));
    }
    assert_eq!(sizes, [10, 10, 5, 0]);
    let expected: Vec<_> = (1..=25).map(|i| format!("group-{i:04}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn limits_and_offsets_are_checked() {
    let cloud = Cloud::three_groups().await;
    assert_eq!(names(&cloud, "?limit=0").await.len(), 0);
    assert_eq!(names(&cloud, "?limit=1000").await.len(), 3);
    assert_eq!(names(&cloud, "?offset=99").await.len(), 0);
    cloud.get("server-groups?limit=1001").await.refused(400, "SDRS.0221");
    cloud.get("server-groups?limit=-1").await.refused(400, "SDRS.0221");
    cloud.get("server-groups?offset=x").await.refused(400, "SDRS.0222");
}

#[tokio::test]
async fn count_and_order_are_switches() {
    let cloud = Cloud::three_groups().await;
    cloud.simulator.set_switch("list-count", "total").expect("switch");
    cloud
        .simulator
        .set_switch("lists-newest-first", "true")
        .expect("switch");
    assert_eq!(cloud.get("server-groups?limit=1").await.json()["count"], 3);
    assert_eq!(names(&cloud, "?limit=1").await, ["archive"]);
}

#[tokio::test]
async fn group_filters() {
    let cloud = Cloud::three_groups().await;
    cloud.set_status(WEB_FRONTEND_ID, "available");
    cloud.set_status(ARCHIVE_ID, "error-reversing");
    assert_eq!(names(&cloud, "?status=protected").await, ["payments-db"]);
    assert_eq!(names(&cloud, "?name=front").await, ["web-frontend"]);
    assert_eq!(names(&cloud, "?query_type=status_abnormal").await, ["archive"]);
    assert_eq!(names(&cloud, "?query_type=stop_protected").await, ["web-frontend"]);
    assert_eq!(names(&cloud, "?query_type=period_no_dr_drill").await.len(), 3);
    assert_eq!(names(&cloud, "?query_type=general").await.len(), 3);
    cloud
        .simulator
        .set_switch("abnormal-statuses", "available, fault")
        .expect("switch");
    assert_eq!(names(&cloud, "?query_type=status_abnormal").await, ["web-frontend"]);
    let act = stationmaster_simulator::ConsoleAct {
        group: "payments-db".into(),
        set_priority_station: Some(stationmaster_simulator::Station::Target),
        ..Default::default()
    };
    cloud.simulator.console(&act).expect("console");
    assert_eq!(
        names(&cloud, "?availability_zone=eu-de-02").await,
        ["payments-db"],
        "the present production site"
    );
}

#[tokio::test]
async fn plural_ids_are_a_json_array_or_repeated_and_override_the_singular() {
    let cloud = Cloud::three_groups().await;
    let count = async |path: &str| {
        let body = cloud.get(path).await.json();
        body["count"].as_u64().unwrap_or_else(|| panic!("{body}"))
    };
    let array = format!("%5B%22{PAYMENTS_DB_ID}%22%2C%22{ARCHIVE_ID}%22%5D");
    assert_eq!(count(&format!("protected-instances?server_group_ids={array}")).await, 4);
    assert_eq!(
        count(&format!("replications?server_group_id=nope&server_group_ids={array}")).await,
        6
    );
    let repeated = format!("server_group_ids={PAYMENTS_DB_ID}&server_group_ids={ARCHIVE_ID}");
    assert_eq!(count(&format!("replications?{repeated}")).await, 6);
    let instance = cloud.instances(PAYMENTS_DB_ID).await[0]["id"]
        .as_str()
        .expect("id")
        .to_owned();
    assert_eq!(
        count(&format!("replications?protected_instance_id={instance}")).await,
        2
    );
    let both = format!("replications?server_group_id={ARCHIVE_ID}&protected_instance_id={instance}");
    assert_eq!(count(&both).await, 3, "the group filter overrides the instance filter");
    assert_eq!(count("protected-instances").await, 6);
    let many = vec!["server_group_ids=x"; 31].join("&");
    cloud
        .get(&format!("replications?{many}"))
        .await
        .refused(400, "SDRS.0226");
    cloud
        .get("replications?server_group_ids=%5B1%5D")
        .await
        .refused(400, "SDRS.0201");
}

#[tokio::test]
async fn server_lists_have_page_numbers() {
    let cloud = Cloud::three_groups().await;
    let list = async |query: &str| cloud.get(&format!("cloudservers/detail{query}")).await.json();
    let ids = |body: &Value| -> Vec<String> {
        body["servers"]
            .as_array()
            .expect("list")
            .iter()
            .map(|s| s["id"].to_string())
            .collect()
    };
    let (zero, first, third) = (
        list("?limit=5&offset=0").await,
        list("?limit=5&offset=1").await,
        list("?limit=5&offset=3").await,
    );
    assert_eq!(first["count"], 12);
    assert_eq!(ids(&zero), ids(&first));
    assert_eq!(ids(&third).len(), 2);
    assert_eq!(list("?status=SHUTOFF").await["count"], 6);
    assert_eq!(list("?name=archive").await["count"], 4);
}

#[tokio::test]
async fn a_thousand_groups() {
    let cloud = Cloud::of(scenario::many_groups(1000)).await;
    let body = cloud.get("server-groups").await.json();
    assert_eq!(body["count"], 1000);
    assert_eq!(body["server_groups"][999]["replication_num"], 3);
}
