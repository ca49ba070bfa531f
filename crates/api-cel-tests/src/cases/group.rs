//! Cases of `ProtectionGroup`: the table of the intent rule, the union, what is immutable.
//! It must not repeat what `intents` enumerates; here stand the requests that people make.

use serde_json::{Value, json};

use super::{by_schema, change, creation};
use crate::intents::{Intent, PRESENT};
use crate::{Case, Request, with};

const KIND: &str = "ProtectionGroup";

pub(super) fn cases() -> Vec<Case> {
    let mut all = intent_table();
    let plain = Intent {
        station: None,
        token: None,
    }
    .spec();
    let other = json!({ "serverGroupID": "50df180b-9fe2-471a-8c64-1b758dc84189" });
    let id = |id: &str| with(&plain, json!({ "sdrs": { "serverGroupID": id } }));
    all.extend([
        creation("a group without an intent", KIND, plain.clone(), None),
        creation(
            "no provider's object",
            KIND,
            with(&plain, json!({ "sdrs": null })),
            Some("exactly one of sdrs, ocp and hcp"),
        ),
        creation(
            "two provider's objects",
            KIND,
            with(&plain, json!({ "hcp": { "linkName": "a" } })),
            Some("exactly one of"),
        ),
        creation(
            "a token alone",
            KIND,
            with(&plain, json!({ "priorityToken": "a" })),
            Some("no meaning without priorityStation"),
        ),
        change(
            "another object",
            KIND,
            &plain,
            with(&plain, json!({ "sdrs": other })),
            Some("is immutable"),
        ),
        change(
            "another kind of object",
            KIND,
            &plain,
            with(&plain, json!({ "sdrs": null, "hcp": { "linkName": "a" } })),
            Some("is immutable"),
        ),
        change(
            "another connection",
            KIND,
            &plain,
            with(&plain, json!({ "providerRef": { "name": "other" } })),
            Some("providerRef is immutable"),
        ),
        change(
            "suspension",
            KIND,
            &plain,
            with(&plain, json!({ "suspend": true })),
            None,
        ),
        by_schema(creation(
            "a token that nobody issued",
            KIND,
            with(&plain, json!({ "priorityStation": "source", "priorityToken": "A b" })),
            Some("should match"),
        )),
        by_schema(creation(
            "an unknown station",
            KIND,
            with(&plain, json!({ "priorityStation": "north" })),
            Some("supported values"),
        )),
        by_schema(creation(
            "an id that is none",
            KIND,
            id("40DF180B"),
            Some("should match"),
        )),
        by_schema(creation(
            "no time to start",
            KIND,
            with(&plain, json!({ "startingDeadlineSeconds": 0 })),
            Some("greater than or equal to 1"),
        )),
    ]);
    all
}

/// What control planes are asked in practice: people, GitOps engines and old manifests.
fn intent_table() -> Vec<Case> {
    let intent = |station, token| Intent { station, token }.spec();
    let none = intent(None, None);
    let stay = intent(Some("source"), None);
    let armed = intent(Some("target"), Some(PRESENT));
    let at = |active: &str| json!({ "activeStation": active, "priorityToken": PRESENT });
    let running = json!({ "activeStation": "source", "operation": { "name": "g-k7m2-9xqd", "type": "PlannedFailover", "stepsDone": 0, "stepsTotal": 3 } });
    let lines = "set spec: {priorityStation: target, priorityToken: k7m2-9xqd}";
    let table: Vec<(&str, &Value, Value, Value, Option<&'static str>)> = vec![
        (
            "a first intent before anyone has looked",
            &stay,
            json!({}),
            armed.clone(),
            Some("has not observed this group yet"),
        ),
        (
            "a move without a token",
            &stay,
            at("source"),
            intent(Some("target"), None),
            Some(lines),
        ),
        (
            "a move with a wrong token",
            &stay,
            at("source"),
            intent(Some("target"), Some("zzzz-zzzz")),
            Some(lines),
        ),
        (
            "a move with the present token",
            &stay,
            at("source"),
            armed.clone(),
            None,
        ),
        (
            "disarming with an old token",
            &armed,
            at("source"),
            intent(Some("source"), Some("zzzz-zzzz")),
            None,
        ),
        (
            "another token while an operation runs",
            &armed,
            running.clone(),
            intent(Some("target"), Some("zzzz-zzzz")),
            Some("operation g-k7m2-9xqd (PlannedFailover) is running"),
        ),
        (
            "the same intent while an operation runs",
            &armed,
            running.clone(),
            armed.clone(),
            None,
        ),
        (
            "the old manifest after the role has changed",
            &armed,
            at("target"),
            stay.clone(),
            Some("Production runs at target"),
        ),
        (
            "the active station with any token",
            &armed,
            at("target"),
            intent(Some("target"), Some("zzzz-zzzz")),
            None,
        ),
        ("a withdrawal", &armed, at("source"), none.clone(), None),
        (
            "half a withdrawal",
            &armed,
            at("source"),
            with(&none, json!({ "priorityToken": PRESENT })),
            Some("no meaning without priorityStation"),
        ),
        (
            "an intent while the role is not certain",
            &none,
            json!({ "activeStation": "Both" }),
            stay.clone(),
            Some("does not surely run at one station"),
        ),
        (
            "an intent while an operation moves production",
            &none,
            json!({ "activeStation": "Unknown", "operation": running["operation"].clone() }),
            stay.clone(),
            Some("operation g-k7m2-9xqd (PlannedFailover) is running"),
        ),
        (
            "an intent while no token is shown",
            &none,
            json!({ "activeStation": "target" }),
            stay.clone(),
            Some("no token is shown now"),
        ),
    ];
    let mut cases: Vec<_> = table
        .into_iter()
        .map(|(name, old, status, new, refused)| Case {
            name: name.to_owned(),
            kind: KIND,
            before: Some((old.clone(), status)),
            request: Request::Spec(new),
            refused,
            by_rule: true,
        })
        .collect();
    cases.push(creation(
        "an intent in a new manifest: the controller holds it",
        KIND,
        armed.clone(),
        None,
    ));
    for (name, status) in [
        ("the token is taken away", json!({ "activeStation": "source" })),
        ("the role changes", at("target")),
    ] {
        cases.push(Case {
            name: format!("{name} under an intent that quotes it"),
            kind: KIND,
            before: Some((armed.clone(), at("source"))),
            request: Request::Status(status),
            refused: None,
            by_rule: true,
        });
    }
    cases
}
