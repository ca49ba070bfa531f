//! Each status is written for itself, and where it is refused the least of it is written.
//! They must not depend on why it is refused.

use super::{group, order, server};
use crate::controllers::group::put::put;
use kube::api::{Api, PostParams};
use stationmaster_api::{
    OperationState, ProtectionGroup, ProtectionGroupStatus, RecoveryOperation, RecoveryOperationStatus,
};
use stationmaster_testkit_api_server::{ApiServer, Fate};

async fn filed(server: &ApiServer, name: &str) -> (Api<RecoveryOperation>, RecoveryOperation) {
    let api: Api<RecoveryOperation> = Api::namespaced(server.client("test", "shop"), "shop");
    let order = RecoveryOperation::new(name, serde_json::from_value(order()).unwrap());
    let made = api.create(&PostParams::default(), &order).await.unwrap();
    (api, made)
}

fn long() -> RecoveryOperationStatus {
    RecoveryOperationStatus {
        observed_generation: Some(1),
        state: Some(OperationState::Failed),
        reason: Some("JobFailed".to_owned()),
        message: Some("x".repeat(5000)),
        finished_at: Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(
            "2026-01-01T00:00:00Z".parse().unwrap(),
        )),
        ..RecoveryOperationStatus::default()
    }
}

#[tokio::test]
async fn where_a_status_is_refused_the_least_of_it_is_written_once() {
    let server = server();
    let (api, made) = filed(&server, "o").await;
    put(&api, &made, long(), "test").await.unwrap();
    let told = api.get("o").await.unwrap();
    let status = told.status.clone().unwrap();
    assert_eq!(
        (status.state, status.reason.as_deref(), status.has_ended()),
        (Some(OperationState::Failed), Some("JobFailed"), true)
    );
    let message = status.message.unwrap();
    assert!(message.contains("did not take the whole status"), "{message}");
    assert!(
        message.contains("status.message"),
        "what does not fit is named: {message}"
    );

    put(&api, &told, long(), "test").await.unwrap();
    let again = api.get("o").await.unwrap();
    assert_eq!(
        again.metadata.resource_version, told.metadata.resource_version,
        "what is there already is not written again"
    );
}

#[tokio::test]
async fn a_group_keeps_its_token_where_its_status_is_refused() {
    let server = server();
    let api: Api<ProtectionGroup> = Api::namespaced(server.client("test", "shop"), "shop");
    let made = ProtectionGroup::new("db", serde_json::from_value(group()).unwrap());
    let made = api.create(&PostParams::default(), &made).await.unwrap();
    let wanted = ProtectionGroupStatus {
        provider_status: Some("x".repeat(5000)),
        priority_token: Some("k7m2-9xqd".to_owned()),
        ..ProtectionGroupStatus::default()
    };
    put(&api, &made, wanted, "test").await.unwrap();
    let status = api.get("db").await.unwrap().status.unwrap();
    assert_eq!(status.priority_token.as_deref(), Some("k7m2-9xqd"));
}

#[tokio::test]
async fn an_object_that_is_gone_needs_no_status_and_a_conflict_is_told() {
    let server = server();
    let (api, made) = filed(&server, "o").await;
    let status = RecoveryOperationStatus {
        message: Some("short".to_owned()),
        ..long()
    };
    put(&api, &made, status.clone(), "test").await.unwrap();
    let conflict = put(&api, &made, long(), "test").await.unwrap_err();
    assert!(conflict.conflict(), "somebody else wrote first: {conflict}");
    server.on_request(|call| match call.status {
        true => Fate::Answer(404, None),
        false => Fate::Pass,
    });
    put(&api, &made, status, "test").await.unwrap();
}
