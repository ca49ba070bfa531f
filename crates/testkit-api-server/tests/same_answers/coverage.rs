//! What a run of random sequences must have come upon, so that their agreement means something.
//! It must not count scripts: they are there for what chance hardly meets.

use std::collections::BTreeSet;

use super::asked::Asked;
use super::objects::{KINDS, is_custom, path};
use super::step::{EDIT, MERGE, Step};

/// What every kind must have seen.
const OF_EVERY_KIND: [&str; 8] = [
    "create 201",
    "create 409",
    "replace 200",
    "replace 409",
    "merge 200",
    "delete 200",
    "list 200",
    "watch 200",
];
/// What some custom kind and some kind of Kubernetes must have seen.
const OF_EACH_FAMILY: [&str; 11] = [
    "create 400",
    "create 422",
    "merge 404",
    "merge 409",
    "edit 200",
    "edit 422",
    "delete 404",
    "delete 409",
    "get 200",
    "get 404",
    "replace 404",
];
/// What some kind with a status of its own must have seen.
const OF_STATUS: [&str; 4] = ["status 200", "status 404", "status 409", "status 422"];

/// What was not met; empty when all was.
pub fn missing(all: &[Asked]) -> Vec<String> {
    let mut met = BTreeSet::new();
    for asked in all.iter().filter(|asked| asked.seed.is_some()) {
        for (step, code) in asked.steps.iter().zip(asked.transcript.codes()) {
            let Some(kind) = KINDS.iter().find(|kind| is_of(step, kind)) else {
                continue;
            };
            let what = format!("{} {code}", act(step));
            met.insert(format!("{}: {what}", family(kind)));
            met.insert(format!("{kind}: {what}"));
        }
    }
    let mut wanted = Vec::new();
    let mut want = |of: &str, what: &[&str]| wanted.extend(what.iter().map(|what| format!("{of}: {what}")));
    for kind in KINDS {
        want(kind, &OF_EVERY_KIND);
        want(family(kind), &OF_EACH_FAMILY);
    }
    want("custom", &OF_STATUS);
    // A PUT makes what is not there where a kind of Kubernetes allows it.
    wanted.retain(|what| !met.contains(what) && what != "of Kubernetes: replace 404");
    wanted.sort();
    wanted.dedup();
    wanted
}

fn family(kind: &str) -> &'static str {
    if is_custom(kind) { "custom" } else { "of Kubernetes" }
}

fn is_of(step: &Step, kind: &str) -> bool {
    let rest = step.path.strip_prefix(&path(kind));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

fn act(step: &Step) -> &'static str {
    let named = step.path.split('?').next().unwrap_or_default().split('/').count() > path_length(&step.path);
    match (step.method, step.form) {
        _ if step.path.contains("/status") => "status",
        ("POST", _) => "create",
        ("PUT", _) => "replace",
        ("PATCH", MERGE) => "merge",
        ("PATCH", EDIT) => "edit",
        ("PATCH", _) => "other patch",
        ("DELETE", _) => "delete",
        _ if step.watch => "watch",
        _ if named => "get",
        _ => "list",
    }
}

/// How many parts the path of a list has: those of the core group have one less.
fn path_length(path: &str) -> usize {
    if path.starts_with("/api/") { 6 } else { 7 }
}
