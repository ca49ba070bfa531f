//! Numbers that only rise: generations that were judged and observed, attempts.
//! It must not compare two objects of one name: a uid that changes begins anew.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Case, Invariant};

/// `NothingGoesBack`. Acknowledged writes never take a number back.
pub(super) fn nothing_goes_back(case: &mut Case<'_>) {
    let mut highest: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut found = Vec::new();
    let mut rise = |what: String, number: u64, line: u64| {
        let before = highest.entry(what.clone()).or_insert((number, line));
        if before.0 > number {
            found.push((
                line,
                format!("{what} is {number}, and was {} on line {}", before.0, before.1),
            ));
        }
        *before = (number, line);
    };
    for write in case.ledgers.iter().filter(|write| write.written().is_some()) {
        let line = write.exchange.asked;
        let uid = write.group[2];
        if let Some(generation) = write.record["judgedGeneration"].as_u64() {
            rise(format!("the judged generation of group {uid}"), generation, line);
        }
        let mut last: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for submission in write.submissions() {
            last.insert((submission.operation, submission.step), submission.attempt);
        }
        for ((operation, step), attempt) in last {
            rise(
                format!("the attempt at {step} of {operation} of group {uid}"),
                attempt,
                line,
            );
        }
    }
    for write in case.exchanges.iter().filter(|exchange| exchange.acknowledged()) {
        let is_status = write.api.is_some_and(|api| {
            api.verb == "update" && api.resource == "protectiongroups" && api.subresource.as_deref() == Some("status")
        });
        let generation = write.body.pointer("/status/observedGeneration").and_then(Value::as_u64);
        if let (true, Some(generation)) = (is_status, generation) {
            let uid = write
                .body
                .pointer("/metadata/uid")
                .and_then(Value::as_str)
                .unwrap_or_default();
            rise(
                format!("the observed generation of group {uid}"),
                generation,
                write.asked,
            );
        }
    }
    for (line, what) in found {
        case.report(Invariant::NothingGoesBack, line, what);
    }
}
