//! Fixed sequences: what a random one would hardly come upon.
//! It must not repeat what the random ones ask.

use serde_json::{Value, json};
use stationmaster_testkit_basics::dice::Dice;

use super::objects::{KINDS, LAST, good, path};
use super::step::{EDIT, JSON, MERGE, Step};

const GROUPS: &str = "protectiongroups";
const APPLY: &str = "application/apply-patch+yaml";

fn group(name: &str) -> Value {
    good(GROUPS, name, &mut Dice::new(1))
}

fn post(name: &str) -> Step {
    Step::new("POST", path(GROUPS), JSON, group(name))
}

fn note(name: &str, text: &str) -> Step {
    let patch = json!({ "metadata": { "annotations": { "note": text } } });
    Step::new("PATCH", format!("{}/{name}", path(GROUPS)), MERGE, patch)
}

fn end(steps: &mut Vec<Step>) {
    steps.push(Step::new("POST", path(GROUPS), JSON, group(LAST)));
}

/// All but the one that compacts, by name.
pub fn all() -> Vec<(&'static str, Vec<Step>)> {
    vec![("versions", versions()), ("paths", paths()), ("habits", habits())]
}

/// Lists and watches at every kind of resourceVersion.
fn versions() -> Vec<Step> {
    let groups = path(GROUPS);
    let mut steps = vec![post("a"), post("b"), note("a", "1"), post("c")];
    // A list of the present lets the cache of the real server catch up; version 0 asks for whatever it has.
    steps.push(Step::get(groups.clone()));
    for query in [
        "resourceVersion=0",
        "resourceVersion=0&limit=1",
        "resourceVersion=@rv:protectiongroups/b:0@",
        "resourceVersion=@rv:protectiongroups/b:0@&resourceVersionMatch=Exact",
        "resourceVersion=@rv:protectiongroups/b:0@&resourceVersionMatch=Exact&limit=1",
        "resourceVersion=@rv:protectiongroups/b:0@&resourceVersionMatch=NotOlderThan",
        "resourceVersion=garbage",
        "resourceVersion=99999999",
        "limit=garbage",
        "fieldSelector=spec.providerRef.name%3Dotc",
        "fieldSelector=spec.providerRef.name%3Dother",
        "fieldSelector=status.activeStation%3D",
    ] {
        steps.push(Step::get(format!("{groups}?{query}")));
    }
    steps.push(Step::get(format!("{groups}/a?resourceVersion=0")));
    steps.push(Step::get(format!("{groups}/a/status")));
    // What begins with everything says when that is over; a bookmark may follow, and the end.
    let initial = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    for kind in &KINDS[1..] {
        steps.push(Step::watch(format!("{}?{initial}&timeoutSeconds=3", path(kind))));
    }
    for query in [
        "resourceVersion=0",
        "",
        "resourceVersion=garbage",
        "resourceVersion=@since:protectiongroups/b:0@",
        "resourceVersion=99999999&timeoutSeconds=2",
        "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
        "resourceVersion=@since:protectiongroups/b:0@&fieldSelector=metadata.name%3Da&timeoutSeconds=8",
    ] {
        steps.push(Step::watch(format!("{groups}?watch=true&{query}")));
    }
    steps.push(note("a", "2"));
    steps.push(Step::new("DELETE", format!("{groups}/b"), JSON, ""));
    end(&mut steps);
    steps
}

/// Paths and methods that are not served, or serve nothing.
fn paths() -> Vec<Step> {
    let groups = path(GROUPS);
    vec![
        post("a"),
        Step::new("POST", groups.replace("@ns@", "nowhere"), JSON, group("a")),
        Step::get(groups.replace("@ns@", "nowhere")),
        Step::new("PUT", groups.replace("@ns@", "nowhere") + "/a", JSON, {
            let mut object = group("a");
            object["metadata"]["resourceVersion"] = "1".into();
            object
        }),
        Step::get(format!("{groups}/a/scale")),
        Step::get(format!("{}/a/status", path("groupledgers"))),
        Step::get("/apis/stationmaster.dev/v1alpha1/namespaces/@ns@/widgets"),
        Step::get("/apis/stationmaster.dev/v2/namespaces/@ns@/protectiongroups"),
        Step::get("/apis/example.com/v1/namespaces/@ns@/widgets"),
        Step::new("PUT", groups.clone(), JSON, group("a")),
        Step::new(
            "POST",
            "/apis/stationmaster.dev/v1alpha1/protectiongroups",
            JSON,
            group("a"),
        ),
        Step::get("/apis/stationmaster.dev/v1alpha1/protectiongroups?fieldSelector=metadata.namespace%3D@ns@"),
        Step::new(
            "DELETE",
            format!("{groups}/a"),
            JSON,
            json!({ "kind": "Widget", "apiVersion": "v1" }),
        ),
        Step::new("DELETE", format!("{groups}/a"), JSON, "{ no json"),
    ]
}

/// What the operator and its people do beside plain writes: events, secrets, trials, applying.
fn habits() -> Vec<Step> {
    let groups = path(GROUPS);
    let events = "/apis/events.k8s.io/v1/namespaces/@ns@/events";
    let event = json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": { "name": "a.1" },
        "action": "Look", "reason": "Seen", "note": "n", "type": "Normal",
        "reportingController": "stationmaster.dev/operator", "reportingInstance": "one", "eventTime": "2026-01-01T00:00:00.000000Z",
        "regarding": { "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "name": "a", "namespace": "@ns@" },
    });
    let series = json!({ "series": { "count": 2, "lastObservedTime": "2026-01-01T00:01:00.000000Z" } });
    let secrets = "/api/v1/namespaces/@ns@/secrets";
    let secret =
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "s" }, "stringData": { "k": "v" } });
    let applied = |suspend: Option<bool>| {
        let mut object = group("web");
        object["metadata"].as_object_mut().unwrap().remove("labels");
        object["spec"] = json!({ "providerRef": { "name": "otc" }, "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" } });
        if let Some(suspend) = suspend {
            object["spec"]["suspend"] = suspend.into();
            object["metadata"]["annotations"] = json!({ "by": "git" });
        }
        object
    };
    let apply = |object: Value, query: &str| Step::new("PATCH", format!("{groups}/web{query}"), APPLY, object);
    let mine = "?fieldManager=git&force=true";
    let everything = json!({ "spec": { "suspend": true }, "status": { "observedGeneration": 5 } });
    vec![
        Step::new("POST", events, JSON, &event),
        Step::new("PATCH", format!("{events}/a.1"), MERGE, series),
        Step::new("POST", events, JSON, &event),
        Step::new("PATCH", format!("{events}/gone"), MERGE, "{}"),
        Step::new("POST", secrets, JSON, secret),
        Step::get(format!("{secrets}/s")),
        Step::get(format!("{secrets}/gone")),
        Step::new("POST", groups.clone() + "?dryRun=All", JSON, group("try")),
        Step::get(format!("{groups}/try")),
        post("a"),
        Step::new(
            "DELETE",
            format!("{groups}/a?dryRun=All"),
            JSON,
            json!({ "kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"] }),
        ),
        Step::get(format!("{groups}/a")),
        Step::new("PATCH", format!("{groups}/a"), MERGE, &everything),
        Step::new("PATCH", format!("{groups}/a/status"), MERGE, &everything),
        Step::new(
            "PATCH",
            format!("{groups}/a"),
            EDIT,
            json!([{ "op": "remove", "path": "/spec/suspend" }]),
        ),
        Step::new(
            "PATCH",
            format!("{groups}/a"),
            EDIT,
            json!([{ "op": "replace", "path": "/spec/none/deep", "value": 1 }]),
        ),
        Step::new("PATCH", format!("{groups}/a"), MERGE, json!({ "spec": null })),
        apply(applied(Some(true)), ""),
        apply(applied(Some(true)), mine),
        apply(applied(Some(true)), mine),
        apply(applied(Some(false)), mine),
        apply(applied(None), mine),
        apply(
            json!({ "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "metadata": { "name": "other" } }),
            mine,
        ),
        Step::new("DELETE", format!("{groups}?labelSelector=tier"), JSON, ""),
        Step::get(groups.clone()),
        Step::new("DELETE", groups.clone(), JSON, ""),
        Step::get(groups),
    ]
}

/// Before a compaction of everything that is older than the group `a`, and after it.
pub fn compaction() -> (Vec<Step>, Vec<Step>) {
    let groups = path(GROUPS);
    let before = vec![
        post("a"),
        post("b"),
        Step::get(format!("{groups}?limit=1")),
        note("a", "1"),
        note("a", "2"),
        note("a", "3"),
    ];
    let mut after = vec![
        Step::get(format!("{groups}?limit=1&continue=@continue@")),
        Step::get(format!("{groups}?limit=1&continue=@continue@")),
    ];
    // The version right before the compaction is a named difference.
    for back in [0, 2, 3] {
        let version = format!("resourceVersion=@rv:protectiongroups/a:{back}@");
        after.push(Step::watch(format!("{groups}?watch=true&{version}")));
        after.push(Step::get(format!("{groups}?{version}&resourceVersionMatch=Exact")));
        after.push(Step::get(format!(
            "{groups}?{version}&resourceVersionMatch=NotOlderThan"
        )));
    }
    end(&mut after);
    (before, after)
}
