//! Tags of protected instances (`docs/vendors/sdrs.md#tags`).
//! It must not serve the query by tags; that path is not there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Handled, instances, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;

/// The larger of the two documented limits.
const MOST: usize = 20;

fn tag(given: &Value) -> Result<(String, String), Refusal> {
    let key = wire::text(given, "key", "SDRS.2204")?;
    let value = given
        .get("value")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if key.chars().count() > 36 {
        return Err(Refusal::sdrs("SDRS.2204"));
    }
    if value.chars().count() > 43 {
        return Err(Refusal::sdrs("SDRS.2207"));
    }
    Ok((key, value))
}

pub(super) fn of_project(world: &World, project: &str) -> Reply {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for instance in world.instances.values().filter(|i| i.project == project) {
        for (key, value) in &instance.tags {
            all.entry(key).or_default().insert(value);
        }
    }
    let tags: Vec<Value> = all
        .iter()
        .map(|(key, values)| json!({"key": key, "values": values}))
        .collect();
    Reply::ok(json!({"tags": tags}))
}

pub(super) fn show(world: &World, project: &str, id: &str) -> Handled {
    let instance = instances::find(world, project, id)?;
    let tags: Vec<Value> = instance
        .tags
        .iter()
        .map(|(k, v)| json!({"key": k, "value": v}))
        .collect();
    Ok(Reply::ok(json!({"tags": tags})))
}

pub(super) fn create(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let (key, value) = tag(&wire::wrapped(call, "tag")?)?;
    add(world, project, id, [(key, value)].into())
}

fn add(world: &mut World, project: &str, id: &str, new: BTreeMap<String, String>) -> Handled {
    let mut tags = instances::find(world, project, id)?.tags.clone();
    tags.extend(new);
    if tags.len() > MOST {
        return Err(Refusal::sdrs("SDRS.2203"));
    }
    if let Some(instance) = world.instances.get_mut(id) {
        instance.tags = tags;
    }
    Ok(Reply::no_content())
}

pub(super) fn batch(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let body = call.json()?;
    let given = body.get("tags").and_then(Value::as_array).filter(|t| !t.is_empty());
    let given = given.ok_or_else(|| Refusal::sdrs("SDRS.2202"))?;
    let tags = given.iter().map(tag).collect::<Result<BTreeMap<_, _>, _>>()?;
    match body.get("action").and_then(Value::as_str) {
        Some("create") => add(world, project, id, tags),
        Some("delete") => {
            instances::find(world, project, id)?;
            if let Some(instance) = world.instances.get_mut(id) {
                instance.tags.retain(|key, _| !tags.contains_key(key));
            }
            Ok(Reply::no_content())
        }
        _ => Err(Refusal::sdrs("SDRS.2201")),
    }
}

pub(super) fn delete(world: &mut World, project: &str, id: &str, key: &str) -> Handled {
    instances::find(world, project, id)?;
    let removed = world.instances.get_mut(id).and_then(|i| i.tags.remove(key));
    match removed {
        Some(_) => Ok(Reply::no_content()),
        None => {
            let (status, message) = crate::world::codes::describe("SDRS.2206");
            Err(Refusal::item_not_found(status, "SDRS.2206", message))
        }
    }
}
