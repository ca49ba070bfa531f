//! Lists: pages, selectors and revisions.
//! They must not wait in real time.

use kube::api::{ListParams, VersionMatch};
use serde_json::json;
use stationmaster_api::ProtectionGroup;

use super::{create, groups, refused, server};

fn names(list: &kube::api::ObjectList<ProtectionGroup>) -> Vec<&str> {
    list.items
        .iter()
        .map(|object| object.metadata.name.as_deref().unwrap())
        .collect()
}

#[tokio::test]
async fn a_list_comes_in_pages_of_one_state() {
    let server = server();
    for name in ["c", "a", "b"] {
        create(&server, name).await;
    }
    let first = groups(&server).list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!(names(&first), ["a", "b"]);
    assert_eq!(first.metadata.remaining_item_count, Some(1));
    create(&server, "d").await;
    let token = first.metadata.continue_.clone().unwrap();
    let second = groups(&server)
        .list(&ListParams::default().limit(2).continue_token(&token))
        .await
        .unwrap();
    assert_eq!(
        (names(&second), &second.metadata.resource_version),
        (vec!["c"], &first.metadata.resource_version)
    );

    server.compact(server.revision());
    let late = groups(&server)
        .list(&ListParams::default().continue_token(&token))
        .await;
    assert_eq!(refused(late), (410, "Expired".into()));
    assert_eq!(
        refused(groups(&server).list(&ListParams::default().continue_token("x")).await).0,
        400
    );
}

#[tokio::test]
async fn a_list_keeps_to_selectors_and_revisions() {
    let server = server();
    create(&server, "a").await;
    let then = server.revision();
    create(&server, "b").await;
    server
        .merge::<ProtectionGroup>("shop", "b", &json!({ "metadata": { "labels": { "tier": "db" } } }))
        .unwrap();
    let list = async |params: ListParams| groups(&server).list(&params).await;
    assert_eq!(
        names(&list(ListParams::default().labels("tier=db")).await.unwrap()),
        ["b"]
    );
    assert_eq!(
        names(&list(ListParams::default().fields("metadata.name=a")).await.unwrap()),
        ["a"]
    );
    assert_eq!(
        refused(list(ListParams::default().fields("spec.suspend=true")).await),
        (400, "BadRequest".into())
    );
    let exact = ListParams::default()
        .at(&then.to_string())
        .matching(VersionMatch::Exact);
    assert_eq!(names(&list(exact.clone()).await.unwrap()), ["a"]);
    server.compact(server.revision());
    assert_eq!(refused(list(exact).await), (410, "Expired".into()));
    let future = ListParams::default().at("9999").matching(VersionMatch::NotOlderThan);
    assert_eq!(refused(list(future).await), (504, "Timeout".into()));
}
