//! A control plane with everything installed, and plain requests to it.
//! It must not interpret answers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kube::client::Body;
use serde_json::{Value, json};
use stationmaster_testkit::control_plane::{ControlPlane, shared};
use tokio::sync::OnceCell;

/// Requests of one user to the control plane of this test program.
pub(crate) struct Server {
    client: kube::Client,
    /// A namespace of this test's own.
    pub(crate) namespace: String,
}

/// What the API server said.
#[derive(Debug)]
pub(crate) struct ServerReply {
    pub(crate) code: u16,
    pub(crate) body: Value,
    pub(crate) warnings: Vec<String>,
}

impl ServerReply {
    pub(crate) fn is_ok(&self) -> bool {
        self.code < 300
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.is_ok(), "{}: {}", self.code, self.message());
        self.body
    }
}

/// Creates or takes over an object, field by field.
pub(crate) const APPLY: &str = "application/apply-patch+yaml";
/// Lays an object over the stored one.
pub(crate) const MERGE: &str = "application/merge-patch+json";

/// The plural of each kind.
static PLURALS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let names = stationmaster_api::crds().into_iter().map(|crd| crd.spec.names);
    names.map(|names| (names.kind, names.plural)).collect()
});

impl Server {
    /// The administrator, in a new namespace, with CRDs and manifests installed.
    pub(crate) async fn start(prefix: &str) -> Server {
        static INSTALLED: OnceCell<()> = OnceCell::const_new();
        let plane = shared().await.unwrap();
        let client = plane.client().await.unwrap();
        let admin = Server {
            client,
            namespace: String::new(),
        };
        INSTALLED.get_or_init(|| install(&admin)).await;
        Server {
            namespace: plane.create_namespace(prefix).await.unwrap(),
            ..admin
        }
    }

    /// Another user in the same namespace.
    pub(crate) async fn as_user(&self, user: &str) -> Server {
        let plane: &ControlPlane = shared().await.unwrap();
        Server {
            client: plane.client_for(user, &[]).await.unwrap(),
            namespace: self.namespace.clone(),
        }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, content_type: &str, body: &Value) -> ServerReply {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content_type)
            .body(Body::from(serde_json::to_vec(body).unwrap()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str, accept: &str) -> ServerReply {
        self.send(
            http::Request::get(path)
                .header("accept", accept)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    async fn send(&self, request: http::Request<Body>) -> ServerReply {
        let response = self.client.send(request).await.unwrap();
        let code = response.status().as_u16();
        let warnings = response
            .headers()
            .get_all("warning")
            .iter()
            .map(|w| w.to_str().unwrap().to_owned())
            .collect();
        let bytes = response.into_body().collect_bytes().await.unwrap();
        let body =
            serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({ "message": String::from_utf8_lossy(&bytes) }));
        ServerReply { code, body, warnings }
    }

    /// The path of a kind's objects in this test's namespace.
    pub(crate) fn path(&self, kind: &str) -> String {
        let plural = &PLURALS[kind];
        format!(
            "/apis/stationmaster.dev/v1alpha1/namespaces/{}/{plural}",
            self.namespace
        )
    }
}

/// Where an object of an install manifest belongs.
pub(crate) fn place(object: &Value) -> String {
    let name = object["metadata"]["name"].as_str().unwrap();
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
    match object["kind"].as_str().unwrap() {
        "CustomResourceDefinition" => format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"),
        "Namespace" => format!("/api/v1/namespaces/{name}"),
        "ServiceAccount" => format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}"),
        "Secret" => format!("/api/v1/namespaces/{namespace}/secrets/{name}"),
        "ConfigMap" => format!("/api/v1/namespaces/{namespace}/configmaps/{name}"),
        "ClusterRole" => format!("/apis/rbac.authorization.k8s.io/v1/clusterroles/{name}"),
        "ClusterRoleBinding" => format!("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{name}"),
        "Role" => format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{name}"),
        "RoleBinding" => format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings/{name}"),
        "Deployment" => format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}"),
        other => panic!("no place for a {other}"),
    }
}

/// Applies CRDs and manifests as a person with kubectl would, and takes no warning.
async fn install(admin: &Server) {
    let mut objects: Vec<Value> = stationmaster_api::crds()
        .iter()
        .map(|crd| serde_json::to_value(crd).unwrap())
        .collect();
    for text in stationmaster_api::manifests::ALL {
        objects.extend(serde_saphyr::from_multiple::<Value>(text).unwrap());
    }
    for object in objects {
        let path = format!("{}?fieldManager=installer&fieldValidation=Strict", place(&object));
        let answer = admin.call("PATCH", &path, APPLY, &object).await;
        assert!(answer.is_ok(), "{path}: {}", answer.message());
        assert!(answer.warnings.is_empty(), "{path}: {:?}", answer.warnings);
        if object["kind"] == "CustomResourceDefinition" {
            established(admin, &place(&object)).await;
        }
    }
}

async fn established(admin: &Server, path: &str) {
    for _ in 0..600 {
        let crd = admin.get(path, "application/json").await.ok();
        let conditions = crd["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let is = |kind: &str| conditions.iter().any(|c| c["type"] == kind && c["status"] == "True");
        assert!(!is("NonStructuralSchema") && !is("Violations"), "{conditions:?}");
        if is("Established") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{path} is not served");
}
