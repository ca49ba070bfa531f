//! The cases, one file for each kind.
//! It must not try them: the tests do.

mod group;
mod ocp;
mod operation;
mod others;

use serde_json::Value;

use crate::{Case, Request};

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut all = group::cases();
    all.extend(ocp::cases());
    all.extend(operation::cases());
    all.extend(others::cases());
    all
}

/// A creation; `refused` is none if it is accepted.
fn creation(name: &str, kind: &'static str, spec: Value, refused: Option<&'static str>) -> Case {
    Case {
        name: name.to_owned(),
        kind,
        before: None,
        request: Request::Spec(spec),
        refused,
        by_rule: true,
    }
}

/// A change of the spec of an object that was never looked at.
fn change(name: &str, kind: &'static str, old: &Value, new: Value, refused: Option<&'static str>) -> Case {
    let before = Some((old.clone(), Value::Object(serde_json::Map::new())));
    Case {
        name: name.to_owned(),
        kind,
        before,
        request: Request::Spec(new),
        refused,
        by_rule: true,
    }
}

/// Like another case, but refused by the plain schema.
fn by_schema(case: Case) -> Case {
    Case { by_rule: false, ..case }
}
