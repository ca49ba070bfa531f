//! The CEL rules of the API on an evaluator in this process: in milliseconds, without a control plane.
//! It must not be the last word: `api_server` tries the same on a real one.
#![allow(clippy::unwrap_used)] // helpers of tests are not seen as tests

use kube_cel::{CompiledSchema, Validator, compile_schema};
use serde_json::{Value, json};
use stationmaster_api_cel::{Request, cases, intents, object, with};

fn schema(kind: &str) -> Value {
    let crd = stationmaster_api::crds()
        .into_iter()
        .find(|crd| crd.spec.names.kind == kind)
        .unwrap();
    let schema = crd.spec.versions[0].schema.as_ref().unwrap();
    serde_json::to_value(schema.open_api_v3_schema.as_ref().unwrap()).unwrap()
}

/// What the rules say to `new` in the place of `old`; empty if they accept it.
fn refusals(schema: &CompiledSchema, old: Option<&Value>, new: &Value) -> Vec<String> {
    match Validator::new().validate_compiled(schema, new, old) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.into_vec().into_iter().map(|error| error.message).collect(),
    }
}

/// The object as the API server would judge it: the stored status is there while the spec is changed.
fn stored(kind: &str, spec: &Value, status: &Value) -> Value {
    let mut object = object(kind, "g", spec);
    if kind != "GroupLedger" {
        object["status"] = with(&json!({ "observedGeneration": -1 }), status.clone());
    }
    object
}

#[test]
fn every_case_that_a_rule_decides() {
    let mut refused = 0;
    for case in cases().iter().filter(|case| case.by_rule) {
        let schema = compile_schema(&schema(case.kind));
        let old = case
            .before
            .as_ref()
            .map(|(spec, status)| stored(case.kind, spec, status));
        let new = match (&case.request, &case.before) {
            (Request::Spec(spec), Some((_, status))) => stored(case.kind, spec, status),
            (Request::Spec(spec), None) => stored(case.kind, spec, &json!({})),
            (Request::Status(status), Some((spec, _))) => stored(case.kind, spec, status),
            (Request::Status(_), None) => panic!("{}: a status of nothing", case.name),
        };
        let found = refusals(&schema, old.as_ref(), &new);
        match case.refused {
            None => assert!(found.is_empty(), "{} {}: {found:?}", case.kind, case.name),
            Some(part) => {
                assert!(
                    found.iter().any(|message| message.contains(part)),
                    "{} {}: {found:?}",
                    case.kind,
                    case.name
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 25, "only {refused} refusals were tried");
}

#[test]
fn every_change_of_an_intent_in_every_state() {
    let schema = compile_schema(&schema("ProtectionGroup"));
    assert!(!schema.has_errors(), "{:?}", schema.compilation_errors());
    let (mut yes, mut no) = (0, 0);
    for shown in intents::shown() {
        for old in intents::intents().into_iter().filter(|intent| intent.is_legal()) {
            for new in intents::intents() {
                let before = stored("ProtectionGroup", &old.spec(), &shown.status());
                let after = stored("ProtectionGroup", &new.spec(), &shown.status());
                let found = refusals(&schema, Some(&before), &after);
                let accepted = intents::accepted(old, new, shown);
                assert_eq!(
                    found.is_empty(),
                    accepted,
                    "{old:?} -> {new:?} while {shown:?}: {found:?}"
                );
                if accepted { yes += 1 } else { no += 1 }
            }
        }
    }
    assert!(
        yes > 300 && no > 300,
        "{yes} accepted, {no} refused: one side is hardly tried"
    );
}

/// The oracle and the rule could be wrong together; a rule that lacks one of its parts must not pass for the right one.
#[test]
fn a_rule_without_one_of_its_parts_is_noticed() {
    let good = schema("ProtectionGroup");
    let rule = good["x-kubernetes-validations"][0]["rule"].as_str().unwrap().to_owned();
    let broken = [
        rule.replace("self.spec.priorityStation == self.status.activeStation", "false"),
        rule.replace("self.spec.priorityToken == self.status.priorityToken", "false"),
        rule.replace("self.spec.priorityToken == self.status.priorityToken", "true"),
        rule.replace("self.spec.priorityStation == oldSelf.spec.priorityStation", "true"),
        rule.replace("self.spec.priorityToken == oldSelf.spec.priorityToken", "true"),
        rule.replace(
            "has(self.spec.priorityToken) == has(oldSelf.spec.priorityToken)",
            "true",
        ),
        rule.replacen("!has(self.spec.priorityStation)", "false", 1),
    ];
    for broken in broken {
        assert_ne!(broken, rule);
        let mut schema = good.clone();
        schema["x-kubernetes-validations"][0]["rule"] = json!(broken);
        assert!(differs(&schema), "nobody would notice {broken}");
    }
    assert!(!differs(&good));
}

fn differs(schema: &Value) -> bool {
    let schema = &compile_schema(schema);
    assert!(!schema.has_errors(), "{:?}", schema.compilation_errors());
    intents::shown().into_iter().any(|shown| {
        let legal = intents::intents().into_iter().filter(|intent| intent.is_legal());
        legal
            .flat_map(|old| intents::intents().into_iter().map(move |new| (old, new)))
            .any(|(old, new)| {
                let before = stored("ProtectionGroup", &old.spec(), &shown.status());
                let after = stored("ProtectionGroup", &new.spec(), &shown.status());
                refusals(schema, Some(&before), &after).is_empty() != intents::accepted(old, new, shown)
            })
    })
}
