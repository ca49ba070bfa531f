//! The committed manifests and samples on a real API server.
//! It must not start a pod: there is no node.

use std::path::Path;

use serde_json::{Value, json};
use stationmaster_api::{manifests, names::INSTALL_NAMESPACE};

use super::server::{APPLY, Server, place};

#[tokio::test]
async fn the_pod_is_let_in_by_pod_security_restricted_and_a_laxer_one_is_not() {
    let server = Server::start("pod").await;
    let deployment: Value = serde_saphyr::from_str(manifests::DEPLOYMENT).unwrap();
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": INSTALL_NAMESPACE },
        "spec": deployment["spec"]["template"]["spec"],
    });
    let path = format!("/api/v1/namespaces/{INSTALL_NAMESPACE}/pods?dryRun=All&fieldValidation=Strict");
    server.call("POST", &path, "application/json", &pod).await.ok();
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = json!(true);
    let refused = server.call("POST", &path, "application/json", &pod).await;
    assert_eq!(refused.code, 403);
    assert!(
        refused.message().contains("violates PodSecurity"),
        "{}",
        refused.message()
    );
}

#[tokio::test]
async fn every_sample_is_accepted_strictly() {
    let server = Server::start("samples").await;
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/samples");
    let mut tried = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        for mut object in serde_saphyr::from_multiple::<Value>(&std::fs::read_to_string(&path).unwrap()).unwrap() {
            object["metadata"]["namespace"] = json!(server.namespace);
            let place = match object["kind"].as_str().unwrap() {
                "Secret" | "ConfigMap" => place(&object),
                kind => format!("{}/{}", server.path(kind), object["metadata"]["name"].as_str().unwrap()),
            };
            let apply = format!("{place}?fieldManager=git&fieldValidation=Strict&dryRun=All");
            let answer = server.call("PATCH", &apply, APPLY, &object).await;
            assert!(answer.is_ok(), "{}: {}", path.display(), answer.message());
            assert!(answer.warnings.is_empty(), "{}: {:?}", path.display(), answer.warnings);
            if object["kind"] != "Secret" && object["kind"] != "ConfigMap" {
                object["spec"]["priorityStatoin"] = json!("target");
                let misspelt = server.call("PATCH", &apply, APPLY, &object).await;
                assert!(!misspelt.is_ok(), "{}: a misspelt field was taken", path.display());
            }
            tried += 1;
        }
    }
    assert!(tried >= 10, "only {tried} samples");
}
