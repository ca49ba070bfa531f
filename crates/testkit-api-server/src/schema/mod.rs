//! A structural schema as a CustomResourceDefinition has it: read from the committed YAML.
//! It must not evaluate CEL rules; whoever relies on them being refused here relies on a courtesy.

mod check;
mod fill;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};

pub(crate) use self::check::check;
pub(crate) use self::fill::{fill, prune, unknown};

/// What the API server makes of one place in an object.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub kind: Option<Kind>,
    pub format: Option<String>,
    pub properties: BTreeMap<String, Schema>,
    pub items: Option<Box<Schema>>,
    pub required: Vec<String>,
    pub default: Option<Value>,
    pub allowed: Option<Vec<Value>>,
    pub pattern: Option<Regex>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    /// The keys that make an element of a list unique.
    pub map_keys: Option<Vec<String>>,
    pub keep_unknown: bool,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Integer,
    Number,
    Boolean,
}

/// Words of a schema that change nothing here.
const SILENT: [&str; 4] = ["description", "title", "example", "x-kubernetes-validations"];

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// For a word that is not known: one that is passed over would make this server kinder than the real one.
    pub fn read(value: &Value) -> Result<Self, String> {
        let mut schema = Self::default();
        for (word, value) in value.as_object().ok_or("a schema is no object")? {
            let problem = || format!("{word}: {value}");
            let number = || value.as_f64().ok_or_else(problem);
            let length = || value.as_u64().ok_or_else(problem);
            match word.as_str() {
                "type" => schema.kind = Some(Kind::read(value).ok_or_else(problem)?),
                "format" => schema.format = Some(value.as_str().ok_or_else(problem)?.to_owned()),
                "properties" => {
                    for (name, property) in value.as_object().ok_or_else(problem)? {
                        let read = Self::read(property).map_err(|problem| format!("{name}.{problem}"))?;
                        schema.properties.insert(name.clone(), read);
                    }
                }
                "items" => schema.items = Some(Box::new(Self::read(value)?)),
                "required" => schema.required = words(value).ok_or_else(problem)?,
                "default" => schema.default = Some(value.clone()),
                "enum" => schema.allowed = Some(value.as_array().ok_or_else(problem)?.clone()),
                "pattern" => {
                    let pattern = value.as_str().ok_or_else(problem)?;
                    schema.pattern = Some(Regex::new(pattern).map_err(|error| format!("{word}: {error}"))?);
                }
                "minimum" => schema.minimum = Some(number()?),
                "maximum" => schema.maximum = Some(number()?),
                "minLength" => schema.min_length = Some(length()?),
                "maxLength" => schema.max_length = Some(length()?),
                "minItems" => schema.min_items = Some(length()?),
                "maxItems" => schema.max_items = Some(length()?),
                "x-kubernetes-list-type" if value == "map" || value == "atomic" => {}
                "x-kubernetes-list-map-keys" => schema.map_keys = Some(words(value).ok_or_else(problem)?),
                "x-kubernetes-preserve-unknown-fields" => schema.keep_unknown = value == true,
                word if SILENT.contains(&word) => {}
                _ => return Err(format!("`{word}` is not understood")),
            }
        }
        Ok(schema)
    }
}

impl Kind {
    fn read(value: &Value) -> Option<Self> {
        Some(match value.as_str()? {
            "object" => Self::Object,
            "array" => Self::Array,
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }

    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Object => value.is_object(),
            Self::Array => value.is_array(),
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
        }
    }
}

fn words(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|word| word.as_str().map(ToOwned::to_owned))
        .collect()
}

/// The value at a path of plain names.
pub(crate) fn at<'v>(object: &'v Map<String, Value>, path: &[String]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(object.get(first)?, |value, name| value.get(name))
}
