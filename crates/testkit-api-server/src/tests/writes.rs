//! Writes: what the server gives, what is a conflict, and what is no change.
//! They must not wait in real time.

use kube::api::{DeleteParams, ObjectMeta, Patch, PatchParams, PostParams, Preconditions};
use serde_json::json;
use stationmaster_api::ProtectionGroup;

use super::{create, group, groups, map, maps, refused, server};

fn conflict() -> (u16, String) {
    (409, "Conflict".into())
}

#[tokio::test]
async fn a_new_object_has_what_the_server_gives() {
    let server = server();
    let made = create(&server, "db").await;
    assert_eq!(made.metadata.generation, Some(1));
    assert_eq!(made.metadata.namespace.as_deref(), Some("shop"));
    assert_eq!(made.metadata.uid.as_ref().unwrap().len(), 36);
    assert_eq!(made.status.as_ref().unwrap().observed_generation, Some(-1));
    assert_eq!(made.metadata.resource_version, Some(server.revision().to_string()));
    let again = groups(&server).create(&PostParams::default(), &group("db")).await;
    assert_eq!(refused(again), (409, "AlreadyExists".into()));

    let mut elsewhere = group("db");
    elsewhere.metadata.namespace = Some("other".into());
    assert_eq!(
        refused(groups(&server).create(&PostParams::default(), &elsewhere).await).0,
        400
    );
    let nowhere = kube::Api::<ProtectionGroup>::namespaced(server.client("test", "nowhere"), "nowhere");
    assert_eq!(
        refused(nowhere.create(&PostParams::default(), &group("db")).await),
        (404, "NotFound".into())
    );
}

#[tokio::test]
async fn names_are_made_up_and_the_same_in_every_run() {
    let make = async || {
        let server = server();
        let mut object = map("");
        object.metadata = ObjectMeta {
            generate_name: Some("some-".into()),
            ..ObjectMeta::default()
        };
        let made = maps(&server).create(&PostParams::default(), &object).await.unwrap();
        (made.metadata.name.unwrap(), made.metadata.uid.unwrap())
    };
    let (name, uid) = make().await;
    assert!(name.starts_with("some-") && name.len() == 10, "{name}");
    assert_eq!(make().await, (name, uid));
}

#[tokio::test]
async fn spec_and_status_are_written_apart_and_only_spec_counts() {
    let server = server();
    let mut object = create(&server, "db").await;
    object.spec.suspend = true;
    object.status.as_mut().unwrap().provider_status = Some("smuggled".into());
    let written = groups(&server)
        .replace("db", &PostParams::default(), &object)
        .await
        .unwrap();
    assert_eq!(written.metadata.generation, Some(2));
    assert_eq!(written.status.as_ref().unwrap().provider_status, None);

    let mut object = written;
    object.spec.suspend = false;
    object.status.as_mut().unwrap().provider_status = Some("protected".into());
    let written = groups(&server)
        .replace_status("db", &PostParams::default(), &object)
        .await
        .unwrap();
    assert!(written.spec.suspend);
    assert_eq!(written.metadata.generation, Some(2));
    assert_eq!(written.status.unwrap().provider_status.as_deref(), Some("protected"));
}

#[tokio::test]
async fn a_stale_write_is_a_conflict_and_one_without_version_is_refused() {
    let server = server();
    let first = create(&server, "db").await;
    let mut second = first.clone();
    second.spec.suspend = true;
    let mut unguarded = groups(&server)
        .replace("db", &PostParams::default(), &second)
        .await
        .unwrap();
    assert_eq!(
        refused(groups(&server).replace("db", &PostParams::default(), &first).await),
        conflict()
    );
    assert_eq!(
        refused(
            groups(&server)
                .replace_status("db", &PostParams::default(), &first)
                .await
        ),
        conflict()
    );
    unguarded.metadata.resource_version = None;
    assert_eq!(
        refused(groups(&server).replace("db", &PostParams::default(), &unguarded).await),
        (422, "Invalid".into())
    );
    assert_eq!(
        refused(groups(&server).replace("other", &PostParams::default(), &first).await).0,
        400
    );
    maps(&server).create(&PostParams::default(), &map("m")).await.unwrap();
    maps(&server)
        .replace("m", &PostParams::default(), &map("m"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_write_that_changes_nothing_is_none() {
    let server = server();
    let made = create(&server, "db").await;
    let settled = groups(&server)
        .replace("db", &PostParams::default(), &made)
        .await
        .unwrap();
    let again = groups(&server)
        .replace("db", &PostParams::default(), &settled)
        .await
        .unwrap();
    assert_eq!(again.metadata.resource_version, settled.metadata.resource_version);
}

#[tokio::test]
async fn a_delete_keeps_to_its_preconditions() {
    let server = server();
    let made = create(&server, "db").await;
    let with = |uid: Option<String>, resource_version: Option<String>| DeleteParams {
        preconditions: Some(Preconditions { uid, resource_version }),
        ..DeleteParams::default()
    };
    let delete = async |params: DeleteParams| groups(&server).delete("db", &params).await;
    assert_eq!(refused(delete(with(Some("other".into()), None)).await), conflict());
    assert_eq!(refused(delete(with(None, Some("1".into()))).await), conflict());
    let gone = delete(with(made.metadata.uid, made.metadata.resource_version))
        .await
        .unwrap();
    assert!(gone.is_right(), "the answer is a status");
    assert_eq!(refused(delete(DeleteParams::default()).await), (404, "NotFound".into()));
}

#[tokio::test]
async fn an_object_with_a_finalizer_goes_when_that_is_taken_away() {
    let server = server();
    let mut object = group("db");
    object.metadata.finalizers = Some(vec!["example.com/wait".into()]);
    groups(&server).create(&PostParams::default(), &object).await.unwrap();
    let going = groups(&server)
        .delete("db", &DeleteParams::default())
        .await
        .unwrap()
        .left()
        .unwrap();
    assert!(going.metadata.deletion_timestamp.is_some());
    assert_eq!(going.metadata.generation, Some(2));
    let free = json!({ "metadata": { "finalizers": null } });
    groups(&server)
        .patch("db", &PatchParams::default(), &Patch::Merge(free))
        .await
        .unwrap();
    assert!(groups(&server).get_opt("db").await.unwrap().is_none());
}

#[tokio::test]
async fn patches_are_merged_edited_and_applied() {
    let server = server();
    create(&server, "db").await;
    let merge = async |patch| {
        groups(&server)
            .patch("db", &PatchParams::default(), &Patch::Merge(patch))
            .await
    };
    let patched = merge(json!({ "spec": { "suspend": true } })).await.unwrap();
    assert!(patched.spec.suspend);
    let stale = json!({ "metadata": { "resourceVersion": "1" }, "spec": { "suspend": false } });
    assert_eq!(refused(merge(stale).await), conflict());
    assert_eq!(
        refused(merge(json!({ "spec": { "priorityStation": "left" } })).await),
        (422, "Invalid".into())
    );

    let edit = async |patch| {
        let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
        groups(&server)
            .patch("db", &PatchParams::default(), &Patch::Json::<()>(patch))
            .await
    };
    edit(json!([{ "op": "test", "path": "/spec/priorityStation", "value": null }]))
        .await
        .unwrap();
    edit(json!([{ "op": "replace", "path": "/spec/suspend", "value": false }]))
        .await
        .unwrap();
    assert_eq!(
        refused(edit(json!([{ "op": "test", "path": "/spec/suspend", "value": true }])).await),
        (422, "Invalid".into())
    );

    let config = |station| {
        json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "metadata": { "name": "web", "namespace": "shop" },
            "spec": { "providerRef": { "name": "otc" }, "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" }, "priorityStation": station },
        })
    };
    server.apply(&config(json!("source"))).unwrap();
    let mut without = config(json!("source"));
    without["spec"].as_object_mut().unwrap().remove("priorityStation");
    server.apply(&without).unwrap();
    let web: ProtectionGroup = server.get("shop", "web").unwrap();
    assert_eq!((web.spec.priority_station, web.metadata.generation), (None, Some(2)));
}

#[tokio::test]
async fn what_the_schema_forbids_is_refused_and_what_it_does_not_know_is_dropped() {
    let server = server();
    let object = |spec: serde_json::Value| {
        json!({
            "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "metadata": { "name": "x", "namespace": "shop" }, "spec": spec,
        })
    };
    let refused = server.create_json(&object(json!({ "providerRef": {} }))).unwrap_err();
    assert_eq!((refused.code, refused.reason), (422, "Invalid"));
    assert_eq!(refused.causes[0].field, "spec.providerRef.name");
    let made = server
        .create_json(&object(
            json!({ "providerRef": { "name": "a" }, "priorityStatoin": "target" }),
        ))
        .unwrap();
    assert!(made["spec"].get("priorityStatoin").is_none());
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let server = server();
    let before = server.revision();
    groups(&server)
        .create(
            &PostParams {
                dry_run: true,
                ..PostParams::default()
            },
            &group("db"),
        )
        .await
        .unwrap();
    assert_eq!(server.revision(), before);
    assert!(server.get::<ProtectionGroup>("shop", "db").is_none());
}
