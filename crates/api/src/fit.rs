//! Makes a status fit its schema: what is too long is cut, what is too large is bounded, all at this one place.
//! It must not know a field by name but `message`: what the bounds are is read from the schema, which takes them from [`bounds`].
//!
//! A status that does not fit is refused as a whole. Then the object shows for ever what was so before.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    OperationDecisionStatus, ProtectionGroupStatus, ProtectionProviderStatus, RecoveryOperationStatus, bounds, crds,
};

/// The status of a kind.
pub trait Status: Serialize + DeserializeOwned {
    /// The kind whose schema bounds it.
    const KIND: &'static str;
}

impl Status for ProtectionProviderStatus {
    const KIND: &'static str = "ProtectionProvider";
}

impl Status for ProtectionGroupStatus {
    const KIND: &'static str = "ProtectionGroup";
}

impl Status for RecoveryOperationStatus {
    const KIND: &'static str = "RecoveryOperation";
}

impl Status for OperationDecisionStatus {
    const KIND: &'static str = "OperationDecision";
}

/// The status as its schema takes it, and with at most [`bounds::STATUS`] bytes. One that fits is given back as it is. A message that was
/// cut ends with `…`; a word that was cut does not.
pub fn fit<S: Status>(status: S) -> S {
    let (Ok(mut value), Some(schema)) = (serde_json::to_value(&status), schema(S::KIND)) else {
        return status;
    };
    let mut changed = cut(&mut value, schema, false);
    changed |= shrink(&mut value);
    if !changed {
        return status;
    }
    // What was cut is of the same types; should that ever be otherwise, the status is refused by the API server, as it would be without this.
    serde_json::from_value(value).unwrap_or(status)
}

/// The schema of a kind's status.
fn schema(kind: &str) -> Option<&'static Value> {
    static SCHEMAS: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    let read = || {
        let schemas = crds().into_iter().filter_map(|crd| {
            let kind = crd.spec.names.kind.clone();
            let crd = serde_json::to_value(crd).ok()?;
            let status = crd.pointer("/spec/versions/0/schema/openAPIV3Schema/properties/status")?;
            Some((kind, status.clone()))
        });
        schemas.collect()
    };
    SCHEMAS.get_or_init(read).get(kind)
}

/// Cuts everything below `value` to its bounds; whether anything was changed.
fn cut(value: &mut Value, schema: &Value, prose: bool) -> bool {
    let bound = |name: &str| schema[name].as_u64().and_then(|most| usize::try_from(most).ok());
    match value {
        Value::Object(map) => {
            let mut changed = false;
            map.retain(|name, value| {
                let property = &schema["properties"][name];
                let keep = !is_untellable(value, property) || required(schema, name);
                changed |= !keep;
                if keep {
                    changed |= cut(value, property, name == "message");
                }
                keep
            });
            changed
        }
        Value::Array(items) => {
            let most = bound("maxItems").unwrap_or(usize::MAX);
            let mut changed = items.len() > most;
            items.truncate(most);
            for item in items {
                changed |= cut(item, &schema["items"], false);
            }
            changed
        }
        Value::String(text) => {
            let fits = fitting(text, bound("maxLength").unwrap_or(usize::MAX), prose);
            let time = schema["format"] == "date-time" && is_no_time(text);
            // A moment that must be told and cannot be is the beginning of time.
            let fits = if time { "1970-01-01T00:00:00Z".to_owned() } else { fits };
            let short = fits.is_empty() && bound("minLength").is_some_and(|least| least > 0);
            let fits = if short { "unnamed".to_owned() } else { fits };
            let changed = *text != fits;
            *text = fits;
            changed
        }
        Value::Number(number) => {
            let (least, most) = range(schema);
            let told = number.as_i64().unwrap_or(i64::MAX);
            let fits = told.clamp(least, most.max(least));
            let changed = number.as_i64() != Some(fits) && schema["type"] == "integer";
            if changed {
                *value = json!(fits);
            }
            changed
        }
        Value::Null | Value::Bool(_) => false,
    }
}

/// A moment before the first year or after the last one that a date can be written in.
fn is_untellable(value: &Value, schema: &Value) -> bool {
    schema["format"] == "date-time" && value.as_str().is_some_and(is_no_time)
}

fn is_no_time(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
}

fn required(schema: &Value, name: &str) -> bool {
    let required = schema["required"].as_array();
    required.is_some_and(|required| required.iter().any(|other| other == name))
}

/// What an integer may be.
fn range(schema: &Value) -> (i64, i64) {
    let (least, most) = match schema["format"].as_str() {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    // The bounds come out of a CRD as fractions.
    let whole = |name: &str| {
        let bound = schema[name].as_f64()?;
        #[allow(clippy::cast_possible_truncation)] // bounds of this API are small, and the cast saturates
        let bound = bound as i64;
        Some(bound)
    };
    (whole("minimum").unwrap_or(least), whole("maximum").unwrap_or(most))
}

/// The text in one line and of at most so many bytes. The schema counts characters, of which there are never more.
fn fitting(text: &str, most: usize, prose: bool) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() <= most {
        return line;
    }
    let mark = if prose { "…" } else { "" };
    let room = most.saturating_sub(mark.len());
    let end = (0..=room).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{mark}", &line[..end])
}

/// How many parts of a job stay while messages can still be shortened.
const PARTS: usize = 10;
/// How many of what a person may ask of parts stay in any case: once one was asked for, others have room.
const CHOICES: usize = 16;
const JOB_PARTS: &str = "/job/subJobs";
const ACTIONS: &str = "/availableActions";

/// Takes away what is told least, until the status is small enough; whether anything was.
fn shrink(status: &mut Value) -> bool {
    if size(status) <= bounds::STATUS {
        return false;
    }
    drop_last(status, ACTIONS, CHOICES);
    drop_last(status, JOB_PARTS, PARTS);
    for most in [256, 64] {
        if size(status) > bounds::STATUS {
            shorten(status, most);
        }
    }
    drop_last(status, JOB_PARTS, 0);
    if size(status) > bounds::STATUS {
        plain(status);
    }
    true
}

/// Each letter that costs six bytes becomes a `?`: then everything that the schema allows fits.
fn plain(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(plain),
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::String(text) => *text = text.replace(costly, "?"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn costly(letter: char) -> bool {
    matches!(letter, '<' | '>' | '&')
}

/// Takes the last of a list away. Of a job's parts the failed and running ones stand first; how many there are in all is told beside them.
fn drop_last(status: &mut Value, list: &str, least: usize) {
    let mut surplus = size(status).saturating_sub(bounds::STATUS);
    let Some(items) = status.pointer_mut(list).and_then(Value::as_array_mut) else {
        return;
    };
    while surplus > 0 && items.len() > least {
        let last = items.pop().map_or(0, |last| size(&last) + 1);
        surplus = surplus.saturating_sub(last);
    }
}

fn shorten(value: &mut Value, most: usize) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(text) if name == "message" => *text = fitting(text, most, true),
                    other => shorten(other, most),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, most)),
        _ => {}
    }
}

/// How many bytes the API server makes of it: it writes `<`, `>` and `&` as six.
fn size(value: &Value) -> usize {
    let text = value.to_string();
    text.len() + 5 * text.chars().filter(|letter| costly(*letter)).count()
}
