//! Whether a person asked: an intent that quotes a token which the cluster had shown, or an object that somebody filed.
//! It must not believe the ledger alone: what it says was asked must have been read.

use serde_json::Value;

use super::{Case, Invariant};
use crate::history::view::Exchange;

/// `PersonAsked`. Each call belongs to an operation that was asked for before it was recorded.
pub(super) fn by_a_person(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    for call in calls {
        let Some(ledger) = case.journal_of(call) else {
            continue;
        };
        let operation = &ledger.record["operation"];
        let text = |field: &str| operation[field].as_str().unwrap_or_default();
        let [namespace, group, uid] = ledger.group;
        let before = || {
            case.exchanges
                .iter()
                .filter(|exchange| exchange.asked < ledger.exchange.asked)
        };
        let (token, target) = (text("token"), text("target"));
        let what = if text("origin") == "Intent" {
            let is_group = |object: &Value| object["metadata"]["uid"] == uid;
            let shown = before()
                .filter(|e| is_status(e))
                .any(|e| e.acknowledged() && is_group(e.body) && e.body["status"]["priorityToken"] == token)
                || before()
                    .flat_map(|e| objects(e, "protectiongroups"))
                    .any(|object| is_group(object) && object["status"]["priorityToken"] == token);
            let asked = before().flat_map(|e| objects(e, "protectiongroups")).any(|object| {
                is_group(object)
                    && object["spec"]["priorityStation"] == target
                    && object["spec"]["priorityToken"] == token
            });
            match (asked, shown) {
                (false, _) => format!("no intent of {namespace}/{group} for {target} quotes {token}"),
                (_, false) => format!("the intent of {namespace}/{group} quotes {token}, which was never shown"),
                (true, true) => String::new(),
            }
        } else {
            let filed = before().flat_map(|e| objects(e, "recoveryoperations")).any(|object| {
                object["metadata"]["name"] == text("name")
                    && object["metadata"]["namespace"] == namespace
                    && object["spec"]["type"] == text("type")
                    && object["spec"]["groupRef"]["uid"] == uid
            });
            match filed {
                false => format!("nobody filed {namespace}/{} ({})", text("name"), text("type")),
                true => String::new(),
            }
        };
        // What is asked of a part of a job a person decides each time anew.
        let part = case.recorded(call).and_then(|recorded| recorded.part);
        let undecided = part.filter(|part| {
            let decisions = before().flat_map(|e| objects(e, "operationdecisions"));
            !decisions.into_iter().any(|object| {
                object["metadata"]["namespace"] == namespace
                    && object["spec"]["operationRef"]["name"] == text("name")
                    && object["spec"]["action"] == part.action
            })
        });
        let what = match undecided {
            Some(part) if what.is_empty() => {
                format!(
                    "nobody decided {} for part {} of job {}",
                    part.action, part.part, part.job
                )
            }
            _ => what,
        };
        if !what.is_empty() {
            case.report(Invariant::PersonAsked, call.asked, what);
        }
    }
}

fn is_status(write: &Exchange<'_>) -> bool {
    write.api.is_some_and(|api| {
        api.verb == "update" && api.resource == "protectiongroups" && api.subresource.as_deref() == Some("status")
    })
}

/// The objects of this kind that a reading showed.
fn objects<'a>(read: &Exchange<'a>, resource: &str) -> Vec<&'a Value> {
    let Some((_, body)) = read.answer else {
        return Vec::new();
    };
    if read.read("get", resource) {
        vec![body]
    } else if read.read("list", resource) {
        body["items"].as_array().into_iter().flatten().collect()
    } else {
        Vec::new()
    }
}
