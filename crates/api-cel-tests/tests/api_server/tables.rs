//! What `kubectl get` shows, as the API server renders it, and what can be selected.
//! It must not check widths; that needs no API server.

use serde_json::{Value, json};
use stationmaster_api_cel::{intents::Intent, object};

use super::server::{MERGE, Server};

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// The cells of the default columns of the first row, by column name.
fn cells(table: &Value) -> Vec<(String, Value)> {
    let columns = table["columnDefinitions"].as_array().unwrap();
    let row = table["rows"][0]["cells"].as_array().unwrap();
    let shown = columns.iter().zip(row).filter(|(column, _)| column["priority"] == 0);
    shown
        .map(|(column, cell)| (column["name"].as_str().unwrap().to_owned(), cell.clone()))
        .collect()
}

#[tokio::test]
async fn a_group_shows_where_production_runs_and_can_be_found_by_it() {
    let server = Server::start("tables").await;
    let groups = server.path("ProtectionGroup");
    let spec = Intent {
        station: Some("source"),
        token: None,
    }
    .spec();
    for name in ["a", "b"] {
        server
            .call(
                "POST",
                &groups,
                "application/json",
                &object("ProtectionGroup", name, &spec),
            )
            .await
            .ok();
    }
    let condition = |kind: &str, reason: &str| json!({ "type": kind, "status": "True", "reason": reason, "message": "", "lastTransitionTime": "2026-11-02T03:04:05Z" });
    let status = json!({ "status": {
        "activeStation": "target",
        "copies": 1,
        "conditions": [condition("Protected", "Other"), condition("Ready", "FailedOver")],
    } });
    server
        .call("PATCH", &format!("{groups}/a/status"), MERGE, &status)
        .await
        .ok();

    let table = server
        .get(&format!("{groups}?fieldSelector=status.activeStation%3Dtarget"), TABLE)
        .await
        .ok();
    assert_eq!(table["rows"].as_array().unwrap().len(), 1, "{table}");
    let mut cells = cells(&table);
    assert_eq!(cells.pop().unwrap().0, "Age");
    let expected = [
        ("Name", "a"),
        ("Active", "target"),
        ("Operation", ""),
        ("Copies", "1"),
        ("Reason", "FailedOver"),
    ];
    // An empty cell is null on the wire, and a number is one.
    let cell = |text: &str| match text.parse::<i64>() {
        Ok(number) => json!(number),
        Err(_) if text.is_empty() => Value::Null,
        Err(_) => json!(text),
    };
    assert_eq!(cells, expected.map(|(name, text)| (name.to_owned(), cell(text))));

    for (selector, rows) in [
        ("spec.priorityStation%3Dsource", 2),
        ("spec.providerRef.name%3Dotc-eu-de", 2),
        ("spec.priorityStation%3Dtarget", 0),
    ] {
        let list = server
            .get(&format!("{groups}?fieldSelector={selector}"), "application/json")
            .await
            .ok();
        assert_eq!(list["items"].as_array().unwrap().len(), rows, "{selector}");
    }
}
