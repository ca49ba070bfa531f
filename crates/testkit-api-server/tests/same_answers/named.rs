//! The named differences, each with a request that shows it where one request can.
//! It must not grow without a reason: what stands here is not compared, and a test in virtual time may meet it.

use serde_json::{Value, json};
use stationmaster_testkit_basics::dice::Dice;

use super::objects::{good, path};
use super::step::{JSON, Step};

/// One difference that is meant.
pub struct Named {
    /// As the page calls it.
    pub name: &'static str,
    /// Requests whose last one shows it, and the codes of the real answer and of ours.
    pub shown: Option<(Vec<Step>, u16, u16)>,
}

/// All of them, in the order of the page (`docs/proof/api-server.md`).
pub fn all() -> Vec<Named> {
    let shown = |name, steps, real, ours| Named {
        name,
        shown: Some((steps, real, ours)),
    };
    let plain = |name| Named { name, shown: None };
    vec![
        shown(
            "CEL rules",
            vec![Step::new(
                "POST",
                path("recoveryoperations"),
                JSON,
                forced_without_reason(),
            )],
            422,
            201,
        ),
        plain("rights"),
        shown(
            "field ownership",
            vec![applied("one", "60"), applied("two", "90")],
            409,
            200,
        ),
        shown(
            "kinds of Kubernetes",
            vec![Step::new("POST", path("leases"), JSON, lease_without_time())],
            422,
            201,
        ),
        plain("messages, warnings"),
        plain("a cause that is told twice"),
        plain("uids, times, revisions"),
        plain("when a bookmark comes, and whether"),
        plain("a server that has just started"),
        plain("a watch from the revision right before a compaction"),
        plain("garbage collection, emptied namespaces"),
    ]
}

fn forced_without_reason() -> Value {
    let mut object = good("recoveryoperations", "forced", &mut Dice::new(1));
    object["spec"]["type"] = "Failover".into();
    object
}

fn lease_without_time() -> Value {
    let mut object = good("leases", "short", &mut Dice::new(1));
    object["spec"]["leaseDurationSeconds"] = 0.into();
    object
}

fn applied(manager: &str, note: &str) -> Step {
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "owned" }, "data": { "k": note },
    });
    let at = format!("{}/owned?fieldManager={manager}", path("configmaps"));
    Step::new("PATCH", at, "application/apply-patch+yaml", object)
}
