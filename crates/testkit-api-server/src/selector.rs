//! Label and field selectors as the API server reads them.
//! It must not know where objects are kept.

use serde_json::{Map, Value};

use super::kind::Kind;
use super::refusal::Refusal;
use super::schema;

/// Which objects of a kind are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    labels: Vec<(String, Test)>,
    fields: Vec<(Vec<String>, Test)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Is(String),
    IsNot(String),
    In(Vec<String>),
    NotIn(Vec<String>),
    There,
    Absent,
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        let among = |values: &Vec<String>| value.is_some_and(|value| values.iter().any(|v| v == value));
        match self {
            Self::Is(wanted) => value == Some(wanted),
            Self::IsNot(unwanted) => value != Some(unwanted),
            Self::In(values) => among(values),
            Self::NotIn(values) => !among(values),
            Self::There => value.is_some(),
            Self::Absent => value.is_none(),
        }
    }
}

impl Selector {
    /// Reads both selectors of a request.
    ///
    /// # Errors
    ///
    /// What the API server answers to one that cannot be read, or that names a field that cannot be selected by.
    pub fn read(kind: &Kind, labels: Option<&str>, fields: Option<&str>) -> Result<Self, Refusal> {
        let mut selector = Self::default();
        for part in split(labels.unwrap_or_default()) {
            let read = label(part).ok_or_else(|| {
                Refusal::bad_request(format!(
                    "unable to parse requirement: found a label selector that cannot be read: {part:?}"
                ))
            })?;
            selector.labels.push(read);
        }
        for part in fields.unwrap_or_default().split(',').filter(|part| !part.is_empty()) {
            let (name, test) = comparison(part).ok_or_else(|| {
                Refusal::bad_request(format!("invalid selector: {part:?}; can't understand {part:?}"))
            })?;
            let path: Vec<String> = name.split('.').map(ToOwned::to_owned).collect();
            let common = name == "metadata.name" || (name == "metadata.namespace" && kind.namespaced);
            if !common && !kind.selectable.contains(&path) {
                return Err(Refusal::bad_request(format!("field label not supported: {name}")));
            }
            selector.fields.push((path, test));
        }
        Ok(selector)
    }

    /// Whether everything is asked for.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object is asked for.
    pub fn matches(&self, object: &Value) -> bool {
        let labels = object["metadata"]["labels"].as_object();
        let label = |name: &str| labels.and_then(|labels| labels.get(name)).and_then(Value::as_str);
        let nothing = Map::new();
        let map = object.as_object().unwrap_or(&nothing);
        // A field that is not there is taken for an empty one.
        let field = |path: &[String]| match schema::at(map, path) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        self.labels.iter().all(|(name, test)| test.holds(label(name)))
            && self.fields.iter().all(|(path, test)| test.holds(Some(&field(path))))
    }
}

/// The parts of a label selector: commas inside brackets separate values, not parts.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    if text.trim().is_empty() { Vec::new() } else { parts }
}

fn comparison(part: &str) -> Option<(String, Test)> {
    let (name, test) = if let Some((name, value)) = part.split_once("!=") {
        (name, Test::IsNot(value.trim().to_owned()))
    } else if let Some((name, value)) = part.split_once("==") {
        (name, Test::Is(value.trim().to_owned()))
    } else {
        let (name, value) = part.split_once('=')?;
        (name, Test::Is(value.trim().to_owned()))
    };
    Some((name.trim().to_owned(), test))
}

fn label(part: &str) -> Option<(String, Test)> {
    let found = if let Some((name, values)) = part.split_once(" in ") {
        (name.trim().to_owned(), Test::In(set(values)?))
    } else if let Some((name, values)) = part.split_once(" notin ") {
        (name.trim().to_owned(), Test::NotIn(set(values)?))
    } else if let Some(found) = comparison(part) {
        found
    } else if let Some(name) = part.strip_prefix('!') {
        (name.trim().to_owned(), Test::Absent)
    } else {
        (part.to_owned(), Test::There)
    };
    let good = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    (!found.0.is_empty() && found.0.chars().all(good)).then_some(found)
}

fn set(values: &str) -> Option<Vec<String>> {
    let inside = values.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(inside.split(',').map(|value| value.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kinds;
    use super::*;
    use serde_json::json;

    fn matches(labels: &str, fields: &str) -> bool {
        let kind = Kinds::committed()
            .unwrap()
            .of("stationmaster.dev/v1alpha1", "ProtectionGroup");
        let object = json!({
            "metadata": { "name": "a", "namespace": "shop", "labels": { "tier": "db", "team": "orders" } },
            "spec": { "priorityStation": "target" },
        });
        Selector::read(kind.unwrap(), Some(labels), Some(fields))
            .unwrap()
            .matches(&object)
    }

    #[test]
    fn labels_are_compared_and_sought_in_sets() {
        for yes in [
            "",
            "tier=db",
            "tier==db,team",
            "tier in (web, db)",
            "tier notin (web)",
            "!gone",
            "tier!=web",
            "gone!=x",
        ] {
            assert!(matches(yes, ""), "{yes}");
        }
        for no in [
            "tier=web",
            "gone",
            "tier in (web)",
            "tier notin (db),team",
            "!tier",
            "tier!=db",
        ] {
            assert!(!matches(no, ""), "{no}");
        }
    }

    #[test]
    fn fields_are_those_of_the_definition_and_absent_ones_are_empty() {
        for yes in [
            "metadata.name=a",
            "metadata.namespace=shop,spec.priorityStation=target",
            "status.activeStation=",
        ] {
            assert!(matches("", yes), "{yes}");
        }
        assert!(!matches("", "spec.priorityStation=source"));
        let kind = Kinds::committed()
            .unwrap()
            .of("stationmaster.dev/v1alpha1", "ProtectionGroup")
            .unwrap();
        let refused = Selector::read(kind, None, Some("spec.suspend=true")).unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str()),
            (400, "field label not supported: spec.suspend")
        );
        assert_eq!(Selector::read(kind, Some("a b c"), None).unwrap_err().code, 400);
    }
}
