//! Requests to the API server and what must become of them: told once, tried on a CEL evaluator here and on a real API server.
//! It must not hold anything but tests; a crate of its own, so that the evaluator is built only for them.

mod cases;
pub mod intents;

use serde_json::{Value, json};

pub use cases::cases;

/// A request and its fate.
pub struct Case {
    /// What is asked, in words.
    pub name: String,
    /// The kind of the object.
    pub kind: &'static str,
    /// Spec and status of the stored object; none for a creation.
    pub before: Option<(Value, Value)>,
    /// What is asked for.
    pub request: Request,
    /// None if it is accepted; otherwise a part of the refusal.
    pub refused: Option<&'static str>,
    /// Whether a CEL rule refuses it, or the plain schema, which only an API server checks.
    pub by_rule: bool,
}

/// What is asked for.
pub enum Request {
    /// This whole spec, through the main resource.
    Spec(Value),
    /// This whole status, through the status subresource.
    Status(Value),
}

/// An object of the API.
pub fn object(kind: &str, name: &str, spec: &Value) -> Value {
    json!({ "apiVersion": "stationmaster.dev/v1alpha1", "kind": kind, "metadata": { "name": name }, "spec": spec })
}

/// `base` with the keys of `more` put over it; null takes a key away.
pub fn with(base: &Value, more: Value) -> Value {
    let mut merged = base.clone();
    if let (Value::Object(target), Value::Object(more)) = (&mut merged, more) {
        for (key, value) in more {
            match value {
                Value::Null => target.remove(&key),
                value => target.insert(key, value),
            };
        }
    }
    merged
}
