//! Objects against the schema of a committed kind: what is filled in, taken out and refused.
//! They must not need a server.

use super::*;
use crate::kind::Kinds;
use serde_json::json;

fn group() -> &'static Schema {
    let kind = Kinds::committed()
        .unwrap()
        .of("stationmaster.dev/v1alpha1", "ProtectionGroup");
    kind.unwrap().schema.as_ref().unwrap()
}

fn wrong(object: &Value) -> Vec<(&'static str, String)> {
    check(object, group())
        .into_iter()
        .map(|cause| (cause.reason, cause.field))
        .collect()
}

fn valid() -> Value {
    json!({ "spec": { "providerRef": { "name": "otc" }, "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" } } })
}

#[test]
fn a_valid_object_stays_and_gets_its_defaults() {
    let mut object = valid();
    fill(&mut object, group());
    assert_eq!(object["status"], json!({ "observedGeneration": -1 }));
    assert_eq!(wrong(&object), []);
}

#[test]
fn what_the_schema_does_not_know_is_taken_out_and_named() {
    let mut object = valid();
    object["spec"]["priorityStatoin"] = json!("target");
    object["metadata"] = json!({ "name": "a" });
    assert_eq!(unknown(&object, group()), ["spec.priorityStatoin"]);
    prune(&mut object, group());
    assert!(object["spec"].get("priorityStatoin").is_none());
    assert_eq!(object["metadata"]["name"], "a", "metadata is no matter of the schema");
}

#[test]
fn each_kind_of_violation_is_found_where_it_is() {
    let cases = [
        (json!({}), "FieldValueRequired", "spec"),
        (
            json!({ "spec": { "providerRef": {} } }),
            "FieldValueRequired",
            "spec.providerRef.name",
        ),
        (json!({ "spec": 5 }), "FieldValueTypeInvalid", "spec"),
        (
            json!({ "spec": { "providerRef": { "name": "x".repeat(254) } } }),
            "FieldValueTooLong",
            "spec.providerRef.name",
        ),
        (
            json!({ "spec": { "providerRef": { "name": "x" }, "priorityStation": "left" } }),
            "FieldValueNotSupported",
            "spec.priorityStation",
        ),
        (
            json!({ "spec": { "providerRef": { "name": "x" }, "startingDeadlineSeconds": -5 } }),
            "FieldValueInvalid",
            "spec.startingDeadlineSeconds",
        ),
    ];
    for (object, reason, field) in cases {
        assert!(
            wrong(&object).contains(&(reason, field.to_owned())),
            "{object}: {:?}",
            wrong(&object)
        );
    }
}

#[test]
fn a_null_counts_as_absent() {
    let mut object = valid();
    object["spec"]["priorityStation"] = Value::Null;
    fill(&mut object, group());
    assert!(object["spec"].get("priorityStation").is_none());
}

#[test]
fn a_word_that_is_not_understood_is_an_error() {
    assert!(Schema::read(&json!({ "type": "object", "maxProperties": 3 })).is_err());
}
