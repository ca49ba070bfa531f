//! The server alone, fast: what a client sees, what faults do, and that nothing takes real time.
//! They must not say what the real server does; `tests/same_answers` does.

mod faults;
mod reads;
mod watches;
mod writes;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, ObjectMeta, PostParams};
use serde_json::json;
use stationmaster_api::{ProtectionGroup, ProtectionGroupSpec};

use super::ApiServer;

pub(super) fn server() -> ApiServer {
    let server = ApiServer::new();
    server.create_namespace("shop");
    server
}

pub(super) fn groups(server: &ApiServer) -> Api<ProtectionGroup> {
    Api::namespaced(server.client("test", "shop"), "shop")
}

pub(super) fn maps(server: &ApiServer) -> Api<ConfigMap> {
    Api::namespaced(server.client("test", "shop"), "shop")
}

pub(super) fn group(name: &str) -> ProtectionGroup {
    let spec = json!({ "providerRef": { "name": "otc" }, "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" } });
    ProtectionGroup::new(name, serde_json::from_value::<ProtectionGroupSpec>(spec).unwrap())
}

pub(super) fn map(name: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.into()),
            ..ObjectMeta::default()
        },
        ..ConfigMap::default()
    }
}

pub(super) async fn create(server: &ApiServer, name: &str) -> ProtectionGroup {
    groups(server)
        .create(&PostParams::default(), &group(name))
        .await
        .unwrap()
}

/// Code and reason of a refusal.
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, kube::Error>) -> (u16, String) {
    match result.unwrap_err() {
        kube::Error::Api(status) => (status.code, status.reason),
        other => panic!("no answer: {other}"),
    }
}
