//! What the API server does to an object before it looks at it: nulls that mean nothing, defaults, unknown fields.
//! It must not refuse anything.

use serde_json::Value;

use super::Schema;

/// Fields of the root that belong to every object and to no schema.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Takes out nulls that have no default, and puts in defaults.
pub(crate) fn fill(value: &mut Value, schema: &Schema) {
    drop_nulls(value, Some(schema));
    defaults(value, schema);
}

fn drop_nulls(value: &mut Value, schema: Option<&Schema>) {
    match value {
        Value::Object(map) => {
            map.retain(|name, value| {
                let known = schema.and_then(|schema| schema.properties.get(name));
                let nothing = value.is_null() && known.is_some_and(|schema| schema.default.is_none());
                if !nothing {
                    drop_nulls(value, known);
                }
                !nothing
            });
        }
        Value::Array(items) => {
            let schema = schema.and_then(|schema| schema.items.as_deref());
            items.iter_mut().for_each(|item| drop_nulls(item, schema));
        }
        _ => {}
    }
}

fn defaults(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(map) => {
            for (name, property) in &schema.properties {
                if let Some(default) = &property.default
                    && map.get(name).is_none_or(Value::is_null)
                {
                    map.insert(name.clone(), default.clone());
                }
                if let Some(value) = map.get_mut(name) {
                    defaults(value, property);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = &schema.items {
                items.iter_mut().for_each(|item| defaults(item, schema));
            }
        }
        _ => {}
    }
}

/// Takes out what the schema of a root does not know.
pub(crate) fn prune(object: &mut Value, schema: &Schema) {
    walk(object, Some(schema), true, "", &mut |_| {});
}

/// The paths of what [`prune`] would take out, sorted.
pub(crate) fn unknown(object: &Value, schema: &Schema) -> Vec<String> {
    let mut paths = Vec::new();
    walk(&mut object.clone(), Some(schema), true, "", &mut |path| {
        paths.push(path)
    });
    paths.sort();
    paths
}

fn walk(value: &mut Value, schema: Option<&Schema>, root: bool, path: &str, lost: &mut dyn FnMut(String)) {
    let keeps = schema.is_some_and(|schema| schema.keep_unknown);
    match value {
        Value::Object(map) => map.retain(|name, value| {
            if root && COMMON.contains(&name.as_str()) {
                return true;
            }
            let here = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            match schema.and_then(|schema| schema.properties.get(name)) {
                Some(known) => walk(value, Some(known), false, &here, lost),
                None if keeps => {}
                None => {
                    lost(here);
                    return false;
                }
            }
            true
        }),
        Value::Array(items) => {
            let schema = schema.and_then(|schema| schema.items.as_deref());
            if schema.is_none() && keeps {
                return;
            }
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, schema, false, &format!("{path}[{index}]"), lost);
            }
        }
        _ => {}
    }
}
