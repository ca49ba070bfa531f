//! Whether an object is as its schema says: types, required fields, enums, bounds, patterns, formats, unique keys.
//! It must not change the object.

use serde_json::Value;

use super::{Kind, Schema};
use crate::refusal::Cause;

/// Everything that is wrong, in the API server's words for it.
pub(crate) fn check(value: &Value, schema: &Schema) -> Vec<Cause> {
    let mut causes = Vec::new();
    at(value, schema, "", &mut causes);
    causes
}

fn at(value: &Value, schema: &Schema, path: &str, causes: &mut Vec<Cause>) {
    if let Some(kind) = schema.kind
        && !kind.fits(value)
    {
        let message = format!(
            "Invalid value: {}: {path} in body must be of type {}: {}",
            shown(value),
            kind.name(),
            shown(value)
        );
        causes.push(Cause::new("FieldValueTypeInvalid", path, message));
        return;
    }
    if let Some(allowed) = &schema.allowed
        && !allowed.contains(value)
    {
        let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let message = format!(
            "Unsupported value: {}: supported values: {}",
            shown(value),
            names.join(", ")
        );
        causes.push(Cause::new("FieldValueNotSupported", path, message));
    }
    match value {
        Value::Object(map) => {
            for name in schema.required.iter().filter(|name| !map.contains_key(*name)) {
                causes.push(Cause::new(
                    "FieldValueRequired",
                    &join(path, name),
                    "Required value".into(),
                ));
            }
            for (name, value) in map {
                if let Some(property) = schema.properties.get(name) {
                    at(value, property, &join(path, name), causes);
                }
            }
        }
        Value::Array(items) => list(items, schema, path, causes),
        Value::String(text) => words(text, value, schema, path, causes),
        Value::Number(number) => bounds(number, value, schema, path, causes),
        _ => {}
    }
}

fn list(items: &[Value], schema: &Schema, path: &str, causes: &mut Vec<Cause>) {
    let length = items.len() as u64;
    if let Some(most) = schema.max_items.filter(|most| length > *most) {
        let message = format!("Too many: {length}: must have at most {most} items");
        causes.push(Cause::new("FieldValueTooMany", path, message));
    }
    if let Some(least) = schema.min_items.filter(|least| length < *least) {
        let message = format!("Invalid value: {length}: {path} in body should have at least {least} items");
        causes.push(Cause::new("FieldValueInvalid", path, message));
    }
    if let Some(items_schema) = &schema.items {
        for (index, item) in items.iter().enumerate() {
            at(item, items_schema, &format!("{path}[{index}]"), causes);
        }
    }
    if let Some(keys) = &schema.map_keys {
        let key = |item: &Value| -> Vec<Option<Value>> { keys.iter().map(|key| item.get(key).cloned()).collect() };
        for (index, item) in items.iter().enumerate() {
            if items[..index].iter().any(|earlier| key(earlier) == key(item)) {
                let place = format!("{path}[{index}]");
                causes.push(Cause::new("FieldValueDuplicate", &place, "Duplicate value".into()));
            }
        }
    }
}

fn words(text: &str, value: &Value, schema: &Schema, path: &str, causes: &mut Vec<Cause>) {
    let mut wrong = |reason: &'static str, message: String| causes.push(Cause::new(reason, path, message));
    let length = text.chars().count() as u64;
    if let Some(most) = schema.max_length.filter(|most| length > *most) {
        wrong(
            "FieldValueTooLong",
            format!("Too long: may not be more than {most} bytes"),
        );
    }
    if let Some(least) = schema.min_length.filter(|least| length < *least) {
        let message = format!(
            "Invalid value: {}: {path} in body should be at least {least} chars long",
            shown(value)
        );
        wrong("FieldValueInvalid", message);
    }
    if let Some(pattern) = schema.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
        let message = format!(
            "Invalid value: {}: {path} in body should match '{pattern}'",
            shown(value)
        );
        wrong("FieldValueInvalid", message);
    }
    if schema.format.as_deref() == Some("date-time") && !is_date_time(text) {
        let message = format!(
            "Invalid value: {}: {path} in body must be of type date-time",
            shown(value)
        );
        wrong("FieldValueTypeInvalid", message);
    }
}

/// The real server looks at the shape and at the calendar; it takes every year up to 9999, also what no clock of this process can hold.
fn is_date_time(text: &str) -> bool {
    let moment = |year: &str| format!("{year}{}", text.get(4..).unwrap_or_default()).parse::<jiff::Timestamp>();
    text.parse::<jiff::Timestamp>().is_ok() || (text.starts_with("9999-") && moment("2000").is_ok())
}

fn bounds(number: &serde_json::Number, value: &Value, schema: &Schema, path: &str, causes: &mut Vec<Cause>) {
    let number = number.as_f64().unwrap_or(f64::NAN);
    let mut wrong = |message: String| causes.push(Cause::new("FieldValueInvalid", path, message));
    if let Some(most) = schema.maximum.filter(|most| number > *most) {
        wrong(format!(
            "Invalid value: {value}: {path} in body should be less than or equal to {most}"
        ));
    }
    if let Some(least) = schema.minimum.filter(|least| number < *least) {
        wrong(format!(
            "Invalid value: {value}: {path} in body should be greater than or equal to {least}"
        ));
    }
    if schema.kind == Some(Kind::Integer)
        && schema.format.as_deref() == Some("int32")
        && !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number)
    {
        wrong(format!("Invalid value: {value}: {path} in body must be of type int32"));
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "\"object\"".into(),
        Value::Array(_) => "\"array\"".into(),
        other => other.to_string(),
    }
}
