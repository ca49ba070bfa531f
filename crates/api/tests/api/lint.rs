//! A walk over a schema that lists what breaks the API's rules.
//! It must not know a single kind; the one exception that the API makes is passed in.

use serde_json::{Value, json};

/// Lists every violation below `schema`. `free_form` are the paths where any object is allowed.
pub(crate) fn violations(schema: &Value, free_form: &[&str]) -> Vec<String> {
    let mut walk = Walk {
        free_form,
        found: Vec::new(),
    };
    walk.schema(schema, "");
    walk.found
}

struct Walk<'a> {
    free_form: &'a [&'a str],
    found: Vec<String>,
}

impl Walk<'_> {
    fn report(&mut self, path: &str, what: &str) {
        self.found.push(format!("{path}: {what}"));
    }

    fn schema(&mut self, schema: &Value, path: &str) {
        for word in [
            "nullable",
            "$ref",
            "anyOf",
            "oneOf",
            "allOf",
            "not",
            "x-kubernetes-int-or-string",
        ] {
            if schema.get(word).is_some() {
                self.report(path, &format!("{word} is not used in this API"));
            }
        }
        self.rules(schema, path);
        match schema["type"].as_str() {
            Some("object") => self.object(schema, path),
            Some("array") => {
                if schema.get("maxItems").is_none() {
                    self.report(path, "list without maxItems");
                }
                match schema.get("items") {
                    Some(items) => self.schema(items, &format!("{path}[]")),
                    None => self.report(path, "list without items"),
                }
            }
            Some("string") => self.string(schema, path),
            Some("integer") => {
                if !matches!(schema["format"].as_str(), Some("int32" | "int64")) {
                    self.report(path, "integer without int32 or int64");
                }
            }
            Some("boolean") => {}
            Some("number") => self.report(path, "fractions are not used in this API"),
            _ => self.report(path, "no type"),
        }
    }

    fn object(&mut self, schema: &Value, path: &str) {
        let free = schema["x-kubernetes-preserve-unknown-fields"] == true;
        if free != self.free_form.contains(&path) {
            self.report(path, if free { "free-form" } else { "expected to be free-form" });
        }
        if schema.get("additionalProperties").is_some() {
            self.report(path, "a map has no bound");
        }
        let properties = schema["properties"].as_object();
        if properties.is_none_or(|p| p.is_empty()) && !free {
            self.report(path, "object without properties");
        }
        for (name, property) in properties.into_iter().flatten() {
            let path = format!("{path}.{name}");
            let description = property["description"].as_str().unwrap_or_default();
            if description.len() < 10 || !description.ends_with('.') {
                self.report(&path, "no description that is a sentence");
            }
            self.schema(property, &path);
        }
    }

    fn string(&mut self, schema: &Value, path: &str) {
        let bounded = schema["maxLength"].is_u64() || schema["enum"].is_array() || schema["format"] == "date-time";
        if !bounded {
            self.report(path, "string without maxLength, enum or date-time");
        }
    }

    fn rules(&mut self, schema: &Value, path: &str) {
        for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
            if rule.get("message").is_none() && rule.get("messageExpression").is_none() {
                self.report(path, "rule without a message");
            }
            // Optional syntax makes the cost estimator lose the lengths, and the API server refuses the CRD.
            if rule.to_string().contains(".?") {
                self.report(path, "rule with optional syntax");
            }
            if rule["message"].as_str().is_some_and(|m| m.contains('\n')) {
                self.report(path, "message with a line break");
            }
        }
    }
}

#[test]
fn each_rule_is_found_when_it_is_broken() {
    let good = json!({ "type": "string", "maxLength": 3, "description": "A good one, e.g. `abc`." });
    let with = |name: &str, value: Value| {
        let mut property = good.clone();
        property[name] = value;
        property
    };
    let list =
        |items: Value| json!({ "type": "array", "maxItems": 2, "items": items, "description": "A list of things." });
    let cases = [
        (
            "string without maxLength",
            json!({ "type": "string", "description": "An unbounded one." }),
        ),
        ("string without maxLength", list(json!({ "type": "string" }))),
        (
            "list without maxItems",
            json!({ "type": "array", "items": good, "description": "An unbounded list." }),
        ),
        (
            "list without items",
            json!({ "type": "array", "maxItems": 2, "description": "A list of anything." }),
        ),
        ("no description", with("description", json!(""))),
        ("no description", with("description", json!("no sentence at all"))),
        (
            "no description",
            list(json!({ "type": "object", "properties": { "a": { "type": "boolean" } } })),
        ),
        ("nullable", with("nullable", json!(true))),
        ("anyOf", with("anyOf", json!([]))),
        (
            "integer without",
            json!({ "type": "integer", "format": "uint32", "description": "A strange integer." }),
        ),
        (
            "fractions",
            json!({ "type": "number", "description": "A fraction of something." }),
        ),
        ("no type", json!({ "description": "Anything you like." })),
        (
            "a map has no bound",
            json!({ "type": "object", "additionalProperties": good, "description": "A map of things." }),
        ),
        (
            "free-form",
            json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true, "description": "Anything you like." }),
        ),
        (
            "object without properties",
            json!({ "type": "object", "description": "Nothing at all." }),
        ),
        (
            "rule without a message",
            with("x-kubernetes-validations", json!([{ "rule": "true" }])),
        ),
        (
            "optional syntax",
            with(
                "x-kubernetes-validations",
                json!([{ "rule": "self.?a.hasValue()", "message": "m" }]),
            ),
        ),
        (
            "line break",
            with(
                "x-kubernetes-validations",
                json!([{ "rule": "true", "message": "a\nb" }]),
            ),
        ),
    ];
    assert_eq!(
        violations(&json!({ "type": "object", "properties": { "x": good } }), &[]),
        Vec::<String>::new()
    );
    for (what, property) in cases {
        let found = violations(&json!({ "type": "object", "properties": { "x": property } }), &[]);
        assert!(
            found.iter().any(|f| f.contains(what)),
            "{property}: expected {what:?}, found {found:?}"
        );
    }
    let gone = violations(&json!({ "type": "object", "properties": { "x": good } }), &[".record"]);
    assert!(gone.is_empty(), "a path that is not there is not walked");
}
