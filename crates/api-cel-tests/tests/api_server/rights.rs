//! Who may do what, as the API server judges it with the committed roles.
//! It must not be a list of what the roles say: it is what people and the operator need and must not have.

use serde_json::{Value, json};
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_api_cel::{intents::Intent, object};

use super::server::{APPLY, MERGE, Server};

const OPERATOR: &str = "system:serviceaccount:stationmaster-system:stationmaster";

/// Whether the user may do `verb` on `resource` (`group/resource[/subresource]`).
async fn may(user: &Server, namespace: &str, verb: &str, resource: &str) -> bool {
    let mut parts = resource.split('/');
    let (group, resource, subresource) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap_or_default(),
    );
    let attributes = json!({
        "namespace": namespace, "verb": verb, "group": group, "resource": resource, "subresource": subresource,
    });
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": { "resourceAttributes": attributes },
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    user.call("POST", path, "application/json", &review).await.ok()["status"]["allowed"] == true
}

async fn check(user: &Server, namespace: &str, expected: &[(&str, &str, bool)]) {
    for (verbs, resource, allowed) in expected {
        for verb in verbs.split(' ') {
            assert_eq!(
                may(user, namespace, verb, resource).await,
                *allowed,
                "{verb} {resource} in {namespace}"
            );
        }
    }
}

#[tokio::test]
async fn the_operator_has_what_it_needs_and_no_more() {
    let admin = Server::start("operator").await;
    let operator = admin.as_user(OPERATOR).await;
    let anywhere = [
        ("get list watch", "stationmaster.dev/protectiongroups", true),
        ("get list watch", "stationmaster.dev/protectionproviders", true),
        (
            "get list watch create delete",
            "stationmaster.dev/recoveryoperations",
            true,
        ),
        ("get list watch", "stationmaster.dev/operationdecisions", true),
        ("patch update", "stationmaster.dev/protectiongroups/status", true),
        ("patch update", "stationmaster.dev/protectionproviders/status", true),
        ("patch update", "stationmaster.dev/recoveryoperations/status", true),
        ("patch update", "stationmaster.dev/operationdecisions/status", true),
        ("create patch", "events.k8s.io/events", true),
        ("get", "/secrets", true),
        ("get", "/configmaps", true),
        // It can never intent, decide or edit a request, and never look for secrets.
        (
            "create update patch delete",
            "stationmaster.dev/protectiongroups",
            false,
        ),
        (
            "create update patch delete",
            "stationmaster.dev/protectionproviders",
            false,
        ),
        (
            "create update patch delete",
            "stationmaster.dev/operationdecisions",
            false,
        ),
        ("update patch", "stationmaster.dev/recoveryoperations", false),
        ("list watch create update patch delete", "/secrets", false),
        ("list watch create update patch delete", "/configmaps", false),
        ("get create", "/pods", false),
        ("create", "rbac.authorization.k8s.io/rolebindings", false),
    ];
    check(&operator, &admin.namespace, &anywhere).await;
    check(
        &operator,
        &admin.namespace,
        &[
            ("get list create update delete", "stationmaster.dev/groupledgers", false),
            ("get create update", "coordination.k8s.io/leases", false),
        ],
    )
    .await;
    check(
        &operator,
        INSTALL_NAMESPACE,
        &[
            (
                "get list watch create update delete",
                "stationmaster.dev/groupledgers",
                true,
            ),
            ("get create update", "coordination.k8s.io/leases", true),
            ("delete", "coordination.k8s.io/leases", false),
        ],
    )
    .await;
}

/// The rights above are claims; these are the two writes that everything depends on.
#[tokio::test]
async fn the_operator_reports_and_cannot_intent() {
    let admin = Server::start("reports").await;
    let operator = admin.as_user(OPERATOR).await;
    let group = object(
        "ProtectionGroup",
        "g",
        &Intent {
            station: None,
            token: None,
        }
        .spec(),
    );
    admin
        .call("POST", &admin.path("ProtectionGroup"), "application/json", &group)
        .await
        .ok();
    let path = format!("{}/g", admin.path("ProtectionGroup"));
    let status = json!({
        "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "metadata": { "name": "g" },
        "status": { "observedGeneration": 1, "activeStation": "source", "priorityToken": "k7m2-9xqd" },
    });
    let apply = format!("{path}/status?fieldManager=stationmaster&force=true");
    let reported = operator.call("PATCH", &apply, APPLY, &status).await.ok();
    assert_eq!(reported["status"], status["status"]);
    let intent = json!({ "spec": { "priorityStation": "target", "priorityToken": "k7m2-9xqd" } });
    assert_eq!(operator.call("PATCH", &path, MERGE, &intent).await.code, 403);
    admin.call("PATCH", &path, MERGE, &intent).await.ok();
}

#[tokio::test]
async fn people_have_their_roles() {
    let admin = Server::start("people").await;
    let operations = "stationmaster.dev/recoveryoperations";
    let decisions = "stationmaster.dev/operationdecisions";
    let groups = "stationmaster.dev/protectiongroups";
    let ledgers = "stationmaster.dev/groupledgers";
    for (role, intents, commands) in [
        ("stationmaster-view", false, false),
        ("stationmaster-edit", true, false),
        ("stationmaster-dr-commander", false, true),
    ] {
        let name = format!("{role}-{}", admin.namespace);
        bind(&admin, role, &name).await;
        let person = admin.as_user(&name).await;
        let expected = [
            ("create update patch delete", groups, intents),
            ("create delete", operations, commands),
            ("create", decisions, commands),
            ("update patch", operations, false),
            ("update patch delete", decisions, false),
            ("create update patch delete", ledgers, false),
            ("get list", groups, role != "stationmaster-edit"),
            ("patch update", "stationmaster.dev/protectiongroups/status", false),
        ];
        check(&person, &admin.namespace, &expected).await;
    }
    // The cluster's own roles take view and edit in, and nobody becomes a commander by that.
    bind(&admin, "edit", &format!("edit-{}", admin.namespace)).await;
    let editor = admin.as_user(&format!("edit-{}", admin.namespace)).await;
    for _ in 0..200 {
        if may(&editor, &admin.namespace, "patch", groups).await && may(&editor, &admin.namespace, "get", groups).await
        {
            assert!(!may(&editor, &admin.namespace, "create", operations).await);
            assert!(!may(&editor, &admin.namespace, "create", decisions).await);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the role edit does not take stationmaster-edit in");
}

/// Binds a ClusterRole to a user in the test's namespace, and waits until the API server knows.
async fn bind(admin: &Server, role: &str, user: &str) {
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": user },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
        "subjects": [{ "kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user }],
    });
    let path = format!(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
        admin.namespace
    );
    admin.call("POST", &path, "application/json", &binding).await.ok();
    let (verb, resource) = match role {
        "stationmaster-edit" => ("patch", "stationmaster.dev/protectiongroups"),
        "edit" => ("create", "/configmaps"),
        _ => ("list", "stationmaster.dev/protectiongroups"),
    };
    let person = admin.as_user(user).await;
    for _ in 0..200 {
        if may(&person, &admin.namespace, verb, resource).await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let bound: Value = admin.get(&format!("{path}/{user}"), "application/json").await.body;
    panic!("{user} has not got {role}: {bound}");
}
