//! Cases of OCP's blocks: what a connection needs, which tenants make a set, and what of a set may change when.
//! It must not hold cases that need the provider.

use serde_json::{Value, json};

use super::{by_schema, change, creation};
use crate::{Case, Request, with};

const PROVIDER: &str = "ProtectionProvider";
const GROUP: &str = "ProtectionGroup";

pub(super) fn cases() -> Vec<Case> {
    let mut all = connections();
    all.extend(sets());
    all.extend(changes());
    all
}

fn connections() -> Vec<Case> {
    let database = json!({ "clusterID": 1, "host": "proxy.example.com", "credentialsSecretRef": { "name": "r" } });
    let ocp = json!({ "endpoint": "http://ocp.example.com:8080", "installation": "berlin-ocp", "authMethod": "Basic" });
    let spec = |more: Value| json!({ "credentialsSecretRef": { "name": "s" }, "ocp": with(&ocp, more) });
    vec![
        creation("OCP without databases", PROVIDER, spec(json!({})), None),
        creation(
            "OCP with databases",
            PROVIDER,
            spec(json!({ "sql": [database, with(&database, json!({ "clusterID": 2 }))] })),
            None,
        ),
        creation(
            "two databases of one cluster",
            PROVIDER,
            spec(json!({ "sql": [database, database] })),
            Some("sql names a cluster twice"),
        ),
        by_schema(creation(
            "an OCP that nothing stands for",
            PROVIDER,
            spec(json!({ "installation": null })),
            Some("spec.ocp.installation"),
        )),
        by_schema(creation(
            "an address that stands for an OCP",
            PROVIDER,
            spec(json!({ "installation": "http://ocp" })),
            Some("should match"),
        )),
    ]
}

fn pair(source: u32, target: u32) -> Value {
    json!({ "sourceTenantID": source, "targetTenantID": target })
}

fn set(tenants: &[Value]) -> Value {
    json!({
        "providerRef": { "name": "p" },
        "ocp": { "sourceClusterID": 1, "targetClusterID": 2, "tenants": tenants },
    })
}

fn sets() -> Vec<Case> {
    let one = set(&[pair(11, 21)]);
    let same = with(
        &one,
        json!({ "ocp": { "sourceClusterID": 1, "targetClusterID": 1, "tenants": [pair(11, 21)] } }),
    );
    let many: Vec<Value> = (1..=64).map(|n| pair(100 + n, 300 + n)).collect();
    let more: Vec<Value> = (1..=65).map(|n| pair(100 + n, 300 + n)).collect();
    let twice = Some("a tenant is named twice");
    vec![
        creation("a set of one tenant", GROUP, one, None),
        creation("a set of 64 tenants", GROUP, set(&many), None),
        creation("a set in one cluster", GROUP, same, Some("must differ")),
        creation("a primary twice", GROUP, set(&[pair(11, 21), pair(11, 22)]), twice),
        creation("a standby twice", GROUP, set(&[pair(11, 21), pair(12, 21)]), twice),
        creation("a tenant that stands by for itself", GROUP, set(&[pair(11, 11)]), twice),
        by_schema(creation("no tenants", GROUP, set(&[]), Some("at least 1 items"))),
        by_schema(creation(
            "65 tenants",
            GROUP,
            set(&more),
            Some("must have at most 64 items"),
        )),
        by_schema(creation(
            "a service name that is none",
            GROUP,
            set(&[with(&pair(11, 21), json!({ "serviceName": "1 a" }))]),
            Some("should match"),
        )),
    ]
}

/// A change of a set while production is seen at this station.
fn seen(name: &str, active: &str, new: Value, refused: Option<&'static str>) -> Case {
    let old = set(&[pair(11, 21), pair(12, 22)]);
    Case {
        name: name.to_owned(),
        kind: GROUP,
        before: Some((old, json!({ "activeStation": active }))),
        request: Request::Spec(new),
        refused,
        by_rule: true,
    }
}

fn changes() -> Vec<Case> {
    let old = set(&[pair(11, 21), pair(12, 22)]);
    let source_anew = set(&[pair(13, 21), pair(12, 22)]);
    let target_anew = set(&[pair(11, 23), pair(12, 22)]);
    let immutable = Some("clusters and pairs of tenants are immutable");
    let other_cluster = with(
        &old,
        json!({ "ocp": { "sourceClusterID": 1, "targetClusterID": 3, "tenants": [pair(11, 21), pair(12, 22)] } }),
    );
    let named = set(&[with(&pair(11, 21), json!({ "serviceName": "orders" })), pair(12, 22)]);
    vec![
        seen("another service name", "source", named, None),
        seen(
            "the pairs in another order",
            "source",
            set(&[pair(12, 22), pair(11, 21)]),
            None,
        ),
        seen("a standby that was made anew", "source", target_anew.clone(), None),
        seen("a primary that is replaced", "source", source_anew.clone(), immutable),
        seen("an old primary that was made anew", "target", source_anew.clone(), None),
        seen("the new primary replaced", "target", target_anew.clone(), immutable),
        seen(
            "a standby anew where nobody knows who is one",
            "Mixed",
            target_anew.clone(),
            immutable,
        ),
        seen("a pair less", "source", set(&[pair(11, 21)]), immutable),
        seen(
            "a pair more",
            "source",
            set(&[pair(11, 21), pair(12, 22), pair(13, 23)]),
            immutable,
        ),
        seen("another cluster", "source", other_cluster, immutable),
        change(
            "a standby anew before anyone has looked",
            GROUP,
            &old,
            target_anew,
            immutable,
        ),
    ]
}
