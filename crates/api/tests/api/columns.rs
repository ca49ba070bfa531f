//! `kubectl get` fits into 80 columns, and its columns show what exists.
//! It must not render tables for anything else; the API server does that.

use serde_json::{Value, json};

use super::{crd, crds, schema_of};

/// The default table of a kind as kubectl prints it: NAME first, three spaces between columns.
fn table(kind: &str, objects: &[Value], age: &str) -> Vec<String> {
    let crd = crd(kind);
    let columns: Vec<_> = columns(&crd)
        .filter(|column| column["priority"].as_i64().unwrap_or(0) == 0)
        .cloned()
        .collect();
    let mut rows = vec![vec!["NAME".to_owned()]];
    rows[0].extend(
        columns
            .iter()
            .map(|column| column["name"].as_str().unwrap().to_uppercase()),
    );
    for object in objects {
        let mut row = vec![object["metadata"]["name"].as_str().unwrap().to_owned()];
        row.extend(columns.iter().map(|column| match column["type"].as_str() {
            Some("date") => age.to_owned(),
            _ => text(find(object, column["jsonPath"].as_str().unwrap())),
        }));
        rows.push(row);
    }
    let widths: Vec<_> = (0..rows[0].len())
        .map(|i| rows.iter().map(|row| row[i].len()).max().unwrap())
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("   ")
    };
    rows.iter().map(line).collect()
}

fn columns(crd: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    crd["spec"]["versions"][0]["additionalPrinterColumns"]
        .as_array()
        .unwrap()
        .iter()
}

fn text(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The part of JSONPath that the columns use: `.a.b` and `.list[?(@.key=='value')].c`.
fn find<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let Some((list, rest)) = path.split_once("[?(@.") else {
        return path.split('.').skip(1).try_fold(object, |value, name| value.get(name));
    };
    let (filter, rest) = rest.split_once("')]").expect("a filter ends");
    let (key, wanted) = filter.split_once("=='").expect("a filter compares");
    let item = find(object, list)?
        .as_array()?
        .iter()
        .find(|item| item[key] == wanted)?;
    find(item, rest)
}

fn ready(status: &str, reason: &str) -> Value {
    json!([{ "type": "Protected", "status": "True", "reason": "Protected" }, { "type": "Ready", "status": status, "reason": reason }])
}

fn group(name: &str, active: &str, copies: Option<u32>, conditions: Value) -> Value {
    json!({
        "metadata": { "name": name },
        "status": { "activeStation": active, "copies": copies, "conditions": conditions },
    })
}

#[test]
fn groups_fit() {
    let running = |mut group: Value, operation: &str| {
        group["status"]["operation"] = json!({ "type": operation });
        group
    };
    let lines = table(
        "ProtectionGroup",
        &[
            group("billing", "source", Some(2), ready("True", "Protected")),
            running(
                group("payments-db", "source", Some(2), ready("False", "AwaitingConfirmation")),
                "PlannedFailover",
            ),
            group("archive", "target", Some(1), ready("True", "FailedOver")),
            group("orders", "source", Some(2), ready("True", "Suspended")),
            group("crm", "Unknown", None, ready("False", "ProviderUnreachable")),
        ],
        "200d",
    );
    assert_eq!(
        lines[0],
        "NAME          ACTIVE    OPERATION         COPIES   REASON                 AGE "
    );
    assert_eq!(
        lines[2],
        "payments-db   source    PlannedFailover   2        AwaitingConfirmation   200d"
    );
    assert_eq!(
        lines[3], "archive       target                      1        FailedOver             200d",
        "that there is one copy only is seen in the row"
    );
    assert!(lines[0].len() <= 80, "{} columns", lines[0].len());
}

#[test]
fn operations_fit_with_the_longest_words_and_a_made_up_name() {
    let operation = |name: &str, kind: &str, state: &str, reason: &str| {
        json!({
            "metadata": { "name": name },
            "spec": { "groupRef": { "name": "orders-db" }, "type": kind, "targetStation": "source" },
            "status": { "state": state, "reason": reason },
        })
    };
    let lines = table(
        "RecoveryOperation",
        &[
            operation("orders-db-k7m2-9xqd", "PlannedFailover", "Succeeded", "Succeeded"),
            operation("az-1-is-lost", "Failover", "Refused", "DataLossNotAccepted"),
        ],
        "12d",
    );
    assert_eq!(
        lines[2], "az-1-is-lost          Failover          Refused     DataLossNotAccepted   12d",
        "the reason stands beside the state"
    );
    assert!(lines[0].len() <= 80, "{} columns", lines[0].len());
}

#[test]
fn decisions_providers_and_ledgers_fit() {
    let decision = json!({
        "metadata": { "name": "servers-down" },
        "spec": { "operationRef": { "name": "orders-db-k7m2-9xqd" }, "step": "ServersStopped", "action": "Confirm" },
        "status": { "state": "Refused", "reason": "DecisionNotApplicable" },
    });
    let provider = json!({
        "metadata": { "name": "otc-eu-de" },
        "spec": { "sdrs": { "region": "ap-southeast-2" } },
        "status": { "groups": 12, "conditions": ready("False", "AuthenticationFailed") },
    });
    let ledger = json!({
        "metadata": { "name": "sdrs-0f9a0f4e5b1a4a538f0e8a2b5a8d9c77" },
        "spec": { "groupRef": { "namespace": "shop", "name": "orders-db" }, "activeStation": "source" },
    });
    for (kind, object) in [
        ("OperationDecision", decision),
        ("ProtectionProvider", provider),
        ("GroupLedger", ledger),
    ] {
        let lines = table(kind, &[object], "12d");
        assert!(
            lines[0].len() <= 80,
            "{kind}: {} columns\n{}",
            lines[0].len(),
            lines.join("\n")
        );
        let cells = lines[1].split_whitespace().count();
        assert_eq!(
            cells,
            lines[0].split_whitespace().count(),
            "a column of {kind} shows nothing: {}",
            lines[1]
        );
    }
}

#[test]
fn every_column_reads_a_field_that_exists_and_only_age_moves_by_itself() {
    for crd in crds() {
        let kind = &crd["spec"]["names"]["kind"];
        let dates: Vec<_> = columns(&crd)
            .filter(|column| column["type"] == "date")
            .map(|column| &column["name"])
            .collect();
        assert_eq!(dates, ["Age"], "{kind}");
        let last_default = columns(&crd)
            .rfind(|column| column["priority"].as_i64().unwrap_or(0) == 0)
            .unwrap();
        assert_eq!(last_default["name"], "Age", "{kind}");
        for column in columns(&crd) {
            let path = column["jsonPath"].as_str().unwrap();
            assert!(
                !column["name"].as_str().unwrap().contains(' '),
                "{kind}: {}",
                column["name"]
            );
            if path.starts_with(".metadata") {
                continue;
            }
            let mut pointer = String::new();
            for part in path
                .split('.')
                .skip(1)
                .filter(|part| !part.starts_with("type==") && !part.starts_with("state=="))
            {
                match part.split_once("[?(@") {
                    Some((list, _)) => pointer.push_str(&format!("/properties/{list}/items")),
                    None => pointer.push_str(&format!("/properties/{part}")),
                }
            }
            let property = schema_of(&crd).pointer(&pointer);
            assert!(property.is_some(), "{kind}: {path} ({pointer}) does not exist");
            assert_eq!(property.unwrap()["type"], column["type"], "{kind}: {path}");
        }
    }
}
