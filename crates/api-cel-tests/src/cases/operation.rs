//! Cases of `RecoveryOperation` and `OperationDecision`: what each type must say, and that nothing is edited.
//! It must not hold what only the operator can judge (tokens, the state of the world).

use serde_json::{Value, json};

use super::{by_schema, change, creation};
use crate::{Case, with};

const KIND: &str = "RecoveryOperation";
const DECISION: &str = "OperationDecision";

fn operation(kind: &str) -> Value {
    json!({
        "groupRef": { "name": "orders-db", "uid": "6c5d3e0e-6f0b-4c1f-9a57-2f1d0c6b7f11" },
        "type": kind,
        "targetStation": "target",
        "priorityToken": "k7m2-9xqd",
        "notAfter": "2026-11-02T03:30:00Z",
    })
}

pub(super) fn cases() -> Vec<Case> {
    let forced = with(
        &operation("Failover"),
        json!({ "dataLoss": { "acceptUnknown": true }, "reason": "AZ 1 is lost" }),
    );
    let loss = |loss: Value| with(&forced, json!({ "dataLoss": loss }));
    let union = "exactly one of acceptSeconds and acceptUnknown";
    let mut all = vec![
        creation("a forced failover", KIND, forced.clone(), None),
        creation(
            "a forced failover within a bound",
            KIND,
            loss(json!({ "acceptSeconds": 0 })),
            None,
        ),
        creation(
            "without a token: the operator refuses it, with its reason",
            KIND,
            with(&forced, json!({ "priorityToken": null })),
            None,
        ),
        creation(
            "a failover that accepts nothing",
            KIND,
            with(&forced, json!({ "dataLoss": null })),
            Some("dataLoss must be set for Failover"),
        ),
        creation(
            "a failover that accepts an empty loss",
            KIND,
            loss(json!({})),
            Some(union),
        ),
        creation(
            "a failover that accepts two losses",
            KIND,
            loss(json!({ "acceptSeconds": 1, "acceptUnknown": true })),
            Some(union),
        ),
        creation(
            "a failover that does not accept",
            KIND,
            loss(json!({ "acceptUnknown": false })),
            Some("acceptUnknown can only be true"),
        ),
        creation(
            "a failover without a reason",
            KIND,
            with(&forced, json!({ "reason": null })),
            Some("reason must be set for Failover"),
        ),
        creation(
            "a failover for ever",
            KIND,
            with(&forced, json!({ "notAfter": null })),
            Some("notAfter must be set"),
        ),
        creation(
            "a failover in the last year that there is",
            KIND,
            with(&forced, json!({ "notAfter": "9999-12-31T23:59:59Z" })),
            Some("notAfter must lie before the year 2200"),
        ),
        creation(
            "a failover late, but not for ever",
            KIND,
            with(&forced, json!({ "notAfter": "2199-12-31T23:59:59+01:00" })),
            None,
        ),
        by_schema(creation(
            "a failover until a word",
            KIND,
            with(&forced, json!({ "notAfter": "tomorrow" })),
            Some("date-time"),
        )),
        by_schema(creation(
            "a failover of a group whose name is no name",
            KIND,
            with(&forced, json!({ "groupRef": { "name": "a b", "uid": "u" } })),
            Some("spec.groupRef.name"),
        )),
        creation(
            "a failover to nowhere",
            KIND,
            with(&forced, json!({ "targetStation": null })),
            Some("targetStation must be set"),
        ),
        creation(
            "the operator's planned failover",
            KIND,
            with(&operation("PlannedFailover"), json!({ "notAfter": null })),
            None,
        ),
        creation(
            "a planned failover to nowhere",
            KIND,
            with(&operation("PlannedFailover"), json!({ "targetStation": null })),
            Some("targetStation must be set"),
        ),
        creation("a reprotect", KIND, operation("Reprotect"), None),
        creation(
            "a reprotect of anything",
            KIND,
            with(&operation("Reprotect"), json!({ "targetStation": null })),
            Some("targetStation must be set"),
        ),
        creation(
            "a reprotect that accepts a loss",
            KIND,
            with(
                &operation("Reprotect"),
                json!({ "dataLoss": { "acceptUnknown": true } }),
            ),
            Some("for Failover only"),
        ),
        creation(
            "switching on, without a station",
            KIND,
            with(&operation("EnableProtection"), json!({ "targetStation": null })),
            None,
        ),
        creation(
            "switching off, for ever",
            KIND,
            with(&operation("DisableProtection"), json!({ "notAfter": null })),
            Some("notAfter must be set"),
        ),
        by_schema(creation(
            "an unknown type",
            KIND,
            operation("Explode"),
            Some("Unsupported value"),
        )),
        by_schema(creation(
            "any group of that name",
            KIND,
            with(&forced, json!({ "groupRef": { "name": "orders-db" } })),
            Some("spec.groupRef.uid"),
        )),
        by_schema(creation(
            "a time that is none",
            KIND,
            with(&forced, json!({ "notAfter": "soon" })),
            Some("date-time"),
        )),
        by_schema(creation(
            "an empty reason",
            KIND,
            with(&forced, json!({ "reason": "" })),
            Some("at least 1 chars"),
        )),
    ];
    for (name, more) in [
        ("another station", json!({ "targetStation": "source" })),
        ("a later time", json!({ "notAfter": "2026-11-09T03:30:00Z" })),
        ("a ticket, afterwards", json!({ "ticket": "INC-4711" })),
        ("no token, afterwards", json!({ "priorityToken": null })),
    ] {
        all.push(change(
            name,
            KIND,
            &forced,
            with(&forced, more),
            Some("spec is immutable"),
        ));
    }
    all.push(change("the same again", KIND, &forced, forced.clone(), None));
    all.extend(decisions());
    all
}

fn decisions() -> Vec<Case> {
    let decision = json!({
        "operationRef": { "name": "orders-db-k7m2-9xqd", "uid": "0f9a0f4e-5b1a-4a53-8f0e-8a2b5a8d9c77" },
        "step": "ServersStopped",
        "attempt": 0,
        "action": "Confirm",
        "reason": "all servers show SHUTOFF",
    });
    let nothing = json!({ "step": null, "attempt": null });
    vec![
        creation("a confirmation", DECISION, decision.clone(), None),
        creation(
            "a confirmation of anything",
            DECISION,
            with(&decision, nothing.clone()),
            Some("step and attempt must be set"),
        ),
        creation(
            "a confirmation of any attempt",
            DECISION,
            with(&decision, json!({ "attempt": null })),
            Some("step and attempt must be set"),
        ),
        creation(
            "a retry of a part",
            DECISION,
            with(&decision, json!({ "action": "Retry", "part": "2000025/17" })),
            None,
        ),
        creation(
            "a retry of anything",
            DECISION,
            with(&decision, json!({ "action": "Retry" })),
            Some("part must be set"),
        ),
        creation(
            "giving up",
            DECISION,
            with(&with(&decision, nothing), json!({ "action": "Abandon" })),
            None,
        ),
        change(
            "a change of mind",
            DECISION,
            &decision,
            with(&decision, json!({ "action": "Abandon" })),
            Some("spec is immutable"),
        ),
        by_schema(creation(
            "a decision without a reason",
            DECISION,
            with(&decision, json!({ "reason": null })),
            Some("spec.reason"),
        )),
        by_schema(creation(
            "a negative attempt",
            DECISION,
            with(&decision, json!({ "attempt": -1 })),
            Some("greater than or equal to 0"),
        )),
        by_schema(creation(
            "an unknown action",
            DECISION,
            with(&decision, json!({ "action": "Approve" })),
            Some("Unsupported value"),
        )),
    ]
}
