//! Sequences of requests from a seed. What is asked does not depend on what was answered: one sequence can be put to many servers.
//! It must not ask for what the named differences are about.

use serde_json::{Value, json};
use stationmaster_testkit_basics::dice::Dice;

use super::objects::{self, KINDS, LAST, NAMES, has_status, path};
use super::spoil;
use super::step::{EDIT, JSON, MERGE, Step};

/// Selectors that the last object satisfies, so that each watch has an end.
const WATCHED: [&str; 4] = [
    "",
    "&labelSelector=tier%3Ddb",
    "&labelSelector=tier+in+(db,web)",
    "&labelSelector=team",
];
const SELECTORS: [&str; 9] = [
    "labelSelector=tier%3Ddb",
    "labelSelector=tier+in+(db,web),team",
    "labelSelector=!tier",
    "labelSelector=tier+notin+(db)",
    "fieldSelector=metadata.name%3Da",
    "fieldSelector=metadata.name!%3Da",
    "fieldSelector=metadata.namespace%3D@ns@",
    "fieldSelector=spec.nothing%3Da",
    "labelSelector=a+b+c",
];

/// A sequence of about `length` requests about one kind, which the seeds take by turns, and mostly a second one.
pub fn sequence(seed: u64, length: usize) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    let turn = usize::try_from(seed % KINDS.len() as u64).unwrap();
    // Groups are what the product is about.
    let second = if dice.once_in(3) { KINDS[0] } else { *dice.of(&KINDS) };
    let mut kinds = vec![KINDS[turn], second];
    kinds.dedup();
    let mut steps = Vec::new();
    for kind in kinds.iter().copied() {
        steps.push(Step::get(path(kind)));
        let selector = if dice.once_in(2) { "" } else { *dice.of(&WATCHED) };
        steps.push(watch(kind, selector, "resourceVersion=@list@"));
        for name in &NAMES[..2] {
            steps.push(create(kind, name, &mut dice));
        }
    }
    while steps.len() + 2 * kinds.len() < length {
        let kind = *dice.of(&kinds);
        one(kind, &mut dice, &mut steps);
    }
    for kind in kinds {
        let mut last = objects::good(kind, LAST, &mut dice);
        last["metadata"]["labels"] = json!({ "tier": "db", "team": "orders" });
        steps.push(Step::new("POST", path(kind), JSON, last));
        steps.push(Step::get(path(kind)));
    }
    steps
}

fn create(kind: &str, name: &str, dice: &mut Dice) -> Step {
    Step::new("POST", path(kind), JSON, objects::good(kind, name, dice))
}

fn watch(kind: &str, selector: &str, from: &str) -> Step {
    Step::watch(format!("{}?watch=true&timeoutSeconds=600&{from}{selector}", path(kind)))
}

fn one(kind: &'static str, dice: &mut Dice, steps: &mut Vec<Step>) {
    let name = *dice.of(&NAMES);
    let at = format!("{}/{name}", path(kind));
    let step = match dice.below(29) {
        0..=3 => {
            let mut object = objects::good(kind, name, dice);
            maybe_spoil(kind, &mut object, dice, 3);
            if dice.once_in(12) {
                object["metadata"]["resourceVersion"] = "7".into();
            }
            Step::new("POST", path(kind) + strictly(dice), JSON, object)
        }
        4 => {
            let mut object = objects::good(kind, name, dice);
            // Numbered, so that their order does not depend on what is made up.
            object["metadata"] = json!({ "generateName": format!("made-{:04}-", steps.len()) });
            Step::new("POST", path(kind), JSON, object)
        }
        5..=9 | 25 | 26 => {
            let mut object = objects::good(kind, name, dice);
            guard(kind, name, &mut object, dice);
            maybe_spoil(kind, &mut object, dice, 4);
            Step::new("PUT", at + strictly(dice), JSON, object)
        }
        10..=12 if has_status(kind) => {
            let mut object = objects::good(kind, name, dice);
            let mut status = objects::status(kind, dice);
            if dice.once_in(4) {
                spoil::status(kind, &mut status, dice);
            }
            object["status"] = status;
            guard(kind, name, &mut object, dice);
            if dice.once_in(10) {
                object.as_object_mut().unwrap().remove("status");
            }
            Step::new("PUT", at + "/status", JSON, object)
        }
        10..=14 => Step::new("PATCH", at, MERGE, merge(kind, name, dice)),
        15 if has_status(kind) => Step::new("PATCH", at + "/status", MERGE, merge(kind, name, dice)),
        15 | 16 => Step::new("PATCH", at, EDIT, edit(dice)),
        17 => delete(kind, name, dice),
        18 => {
            // A write that changes nothing, twice: what was not written with its defaults is the first time.
            let nothing = Step::new("PATCH", at, MERGE, "{}");
            steps.push(nothing.clone());
            nothing
        }
        19 => Step::get(at),
        20 => {
            steps.push(Step::get(format!("{}?limit={}", path(kind), 1 + dice.below(2))));
            one_write(kind, dice, steps);
            Step::get(format!("{}?limit=2&continue=@continue@", path(kind)))
        }
        21 => Step::get(format!("{}?{}", path(kind), dice.of(&SELECTORS))),
        22 => {
            let selector = *dice.of(&WATCHED);
            let from = match dice.below(6) {
                // Everything that is there, then a bookmark, then what follows.
                0 => "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true".into(),
                1 => String::new(),
                back => format!("resourceVersion=@since:{kind}/{name}:{}@", back - 2),
            };
            watch(kind, selector, &from)
        }
        23 => {
            let from = format!("resourceVersion=@since:{kind}/{name}:{}@", dice.below(3));
            Step::get(format!("{}?{from}&resourceVersionMatch=Exact", path(kind)))
        }
        24 => {
            steps.extend(the_end_of(kind, name, &at, dice));
            Step::get(at)
        }
        _ => odd(kind, &at, dice),
    };
    steps.push(step);
}

/// A finalizer, a delete that waits for it, writes meanwhile, and the release.
fn the_end_of(kind: &'static str, name: &str, at: &str, dice: &mut Dice) -> Vec<Step> {
    let held = |by: &Value| json!({ "metadata": { "finalizers": by } });
    let another = if dice.once_in(2) {
        json!(["example.com/wait", "example.com/new"])
    } else {
        json!(["example.com/wait"])
    };
    vec![
        Step::new("PATCH", at, MERGE, held(&json!(["example.com/wait"]))),
        delete(kind, name, dice),
        Step::new("DELETE", at, JSON, ""),
        create(kind, name, dice),
        Step::new("PATCH", at, MERGE, held(&another)),
        Step::new("PATCH", at, MERGE, merge(kind, name, dice)),
        Step::new("PATCH", at, MERGE, held(&Value::Null)),
    ]
}

/// A write between two parts of a list.
fn one_write(kind: &'static str, dice: &mut Dice, steps: &mut Vec<Step>) {
    let name = *dice.of(&NAMES);
    let at = format!("{}/{name}", path(kind));
    steps.push(match dice.below(3) {
        0 => delete(kind, name, dice),
        1 => create(kind, name, dice),
        _ => Step::new("PATCH", at, MERGE, merge(kind, name, dice)),
    });
}

fn strictly(dice: &mut Dice) -> &'static str {
    if dice.once_in(6) { "?fieldValidation=Strict" } else { "" }
}

fn maybe_spoil(kind: &str, object: &mut Value, dice: &mut Dice, times: u64) {
    if dice.once_in(times) {
        spoil::object(kind, object, dice);
    }
}

/// Version and uid as a writer quotes them: mostly the present ones.
fn guard(kind: &str, name: &str, object: &mut Value, dice: &mut Dice) {
    let back = match dice.below(6) {
        0 => None,
        1 => Some(1),
        2 => Some(2),
        _ => Some(0),
    };
    if let Some(back) = back {
        object["metadata"]["resourceVersion"] = format!("@rv:{kind}/{name}:{back}@").into();
    }
    match dice.below(8) {
        0 => object["metadata"]["uid"] = "0f9a0f4e-5b1a-4a53-8f0e-8a2b5a8d9c77".into(),
        1 => object["metadata"]["uid"] = format!("@uid:{kind}/{name}:0@").into(),
        _ => {}
    }
}

fn merge(kind: &str, name: &str, dice: &mut Dice) -> Value {
    let mut patch = match dice.below(8) {
        0 => json!({ "metadata": { "labels": { "tier": dice.of(&[json!("db"), json!("web"), json!(null)]) } } }),
        1 => json!({ "metadata": { "annotations": { "note": dice.below(3).to_string() } } }),
        2 => json!({ "metadata": { "finalizers": dice.of(&[json!(["example.com/wait"]), json!(null)]) } }),
        3 if has_status(kind) => json!({ "status": objects::status(kind, dice) }),
        4 => json!({ "metadata": { "name": "other" } }),
        5 => json!({ "metadata": { "generation": 77, "creationTimestamp": "2020-01-01T00:00:00Z" } }),
        // Nearly all of an event is immutable.
        _ if kind == "events" => json!({ "series": objects::content(kind, dice)["series"] }),
        _ => objects::content(kind, dice),
    };
    match dice.below(9) {
        0 => patch["metadata"]["resourceVersion"] = format!("@rv:{kind}/{name}:1@").into(),
        1 => patch["metadata"]["resourceVersion"] = format!("@rv:{kind}/{name}:0@").into(),
        2 => patch["metadata"]["uid"] = "0f9a0f4e-5b1a-4a53-8f0e-8a2b5a8d9c77".into(),
        3 if objects::is_custom(kind) => patch["spec"]["unknown"] = 1.into(),
        _ => {}
    }
    patch
}

fn edit(dice: &mut Dice) -> Value {
    let note = json!({ "op": "add", "path": "/metadata/annotations", "value": { "edited": "yes" } });
    match dice.below(6) {
        0 => json!([{ "op": "test", "path": "/metadata/name", "value": "nobody" }, note]),
        1 => json!([{ "op": "test", "path": "/metadata/nothing", "value": null }, note]),
        2 => json!([{ "op": "remove", "path": "/metadata/nothing" }]),
        3 => json!([{ "op": "replace", "path": "/metadata/labels", "value": { "tier": "web" } }]),
        4 => json!([{ "op": "test", "path": "/metadata/resourceVersion", "value": "1" }, note]),
        _ => json!([note]),
    }
}

fn delete(kind: &str, name: &str, dice: &mut Dice) -> Step {
    let preconditions = match dice.below(7) {
        0 => json!({ "uid": "0f9a0f4e-5b1a-4a53-8f0e-8a2b5a8d9c77" }),
        1 => json!({ "uid": format!("@uid:{kind}/{name}:0@") }),
        2 => json!({ "resourceVersion": format!("@rv:{kind}/{name}:1@") }),
        3 => json!({ "resourceVersion": format!("@rv:{kind}/{name}:0@"), "uid": format!("@uid:{kind}/{name}:0@") }),
        _ => Value::Null,
    };
    let body = if preconditions.is_null() {
        String::new()
    } else {
        json!({ "preconditions": preconditions }).to_string()
    };
    Step::new("DELETE", format!("{}/{name}", path(kind)), JSON, body)
}

/// What no client of ours does on purpose.
fn odd(kind: &str, at: &str, dice: &mut Dice) -> Step {
    match dice.below(7) {
        0 => Step::new("POST", path(kind), JSON, "{ no json"),
        1 => Step::new("POST", path(kind), JSON, "[]"),
        2 => Step::new("PATCH", at, MERGE, "[]"),
        3 => Step::new("PATCH", at, EDIT, "{}"),
        4 => Step::new("PATCH", at, "text/plain", "{}"),
        5 => Step::get(format!("{}?continue=garbage", path(kind))),
        _ => Step::get(format!("{}?dryRun=All", at)),
    }
}
