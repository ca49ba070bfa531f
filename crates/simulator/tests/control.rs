//! The control API and the journal.
//! It must not test faults; `faults.rs` does.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{ARCHIVE_ID, PAYMENTS_DB_ID as GROUP, PROJECT_ID};
use stationmaster_simulator::{ConsoleAct, Station};
use support::{Cloud, wait_until};

#[tokio::test]
async fn the_journal_has_every_mutating_call_and_no_other() {
    let cloud = Cloud::three_groups().await;
    cloud.get("server-groups").await;
    cloud.fresh_token().await;
    cloud.act(GROUP, "failover").await.job();
    cloud.act(GROUP, "failover").await.refused(400, "SDRS.1002");
    let servers = json!({"os-stop": {"servers": [{"id": "a"}, {"id": "b"}]}});
    cloud
        .post("cloudservers/action", servers)
        .await
        .refused(404, "Ecs.0114");
    let journal = cloud.control("GET", "/journal", "").await.json();
    let field = |key: &str| {
        journal
            .as_array()
            .expect("list")
            .iter()
            .map(|e| e[key].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(field("sequence"), [1, 2, 3]);
    assert_eq!(field("accepted"), [true, false, false]);
    assert_eq!(field("answered"), [true, true, true]);
    assert_eq!(
        field("action"),
        ["failover-server-group", "failover-server-group", "os-stop"]
    );
    assert_eq!(
        field("operation"),
        ["ProtectionGroupAction", "ProtectionGroupAction", "ServersAction"]
    );
    assert_eq!(field("resource"), [json!(GROUP), json!(GROUP), json!("a,b")]);
    assert_eq!(
        field("resourceName"),
        [json!("payments-db"), json!("payments-db"), Value::Null]
    );
    assert_eq!(field("status"), [200, 400, 404]);
    assert_eq!(field("code"), [Value::Null, json!("SDRS.1002"), json!("Ecs.0114")]);
    assert_eq!(field("method"), ["POST", "POST", "POST"]);
    assert!(field("path")[0].as_str().expect("text").ends_with("/action"));
    assert_eq!(cloud.control("DELETE", "/journal", "").await.status, 204);
    cloud.act(ARCHIVE_ID, "stop").await.job();
    assert_eq!(cloud.simulator.journal()[0].sequence, 4, "sequences go on");
}

#[tokio::test]
async fn a_call_without_credentials_is_in_the_journal_too() {
    let cloud = Cloud::three_groups().await;
    let path = format!("/v1/{PROJECT_ID}/server-groups/{GROUP}/action");
    cloud
        .anonymous("POST", &path, r#"{"failover-server-group": {}}"#)
        .await
        .refused(401, "APIG.0301");
    let entry = &cloud.simulator.journal()[0];
    assert!(!entry.accepted && entry.answered);
    assert_eq!(entry.code.as_deref(), Some("APIG.0301"));
}

#[tokio::test]
async fn requests_are_counted_by_route() {
    let cloud = Cloud::three_groups().await;
    cloud.get("server-groups").await;
    cloud.get(&format!("server-groups/{GROUP}")).await;
    cloud.get("server-groups/nope").await;
    cloud.act(GROUP, "stop").await;
    cloud.get("what").await;
    let report = cloud.control("GET", "/requests", "").await.json();
    assert_eq!((&report["total"], &report["reads"]), (&json!(5), &json!(4)));
    let route = |method: &str, route: &str| {
        let routes = report["routes"].as_array().expect("list");
        routes
            .iter()
            .find(|r| r["method"] == method && r["route"] == route)
            .cloned()
            .expect("route")
    };
    let shown = route("GET", "/v1/{project_id}/server-groups/{id}");
    assert_eq!(
        (&shown["count"], &shown["statuses"]),
        (&json!(2), &json!({"200": 1, "400": 1}))
    );
    assert_eq!(
        route("POST", "/v1/{project_id}/server-groups/{id}/action")["service"],
        "sdrs"
    );
    assert_eq!(route("GET", "*")["statuses"], json!({"404": 1}));
    assert_eq!(cloud.control("DELETE", "/requests", "").await.status, 204);
    assert_eq!(cloud.simulator.requests().total, 0);
}

#[tokio::test]
async fn the_clock_is_set_and_advanced() {
    let cloud = Cloud::three_groups().await;
    let before = cloud.control("GET", "/clock", "").await.json();
    assert_eq!(before["speed"], 0.0);
    let after = cloud
        .control("POST", "/clock", r#"{"advanceSeconds": 90}"#)
        .await
        .json();
    let at = |value: &Value| {
        value["now"]
            .as_str()
            .expect("time")
            .parse::<jiff::Timestamp>()
            .expect("time")
    };
    assert_eq!(at(&after).duration_since(at(&before)).as_secs(), 90);
    assert_eq!(
        cloud.control("POST", "/clock", r#"{"speed": 1000}"#).await.json()["speed"],
        1000.0
    );
    cloud.act(GROUP, "stop").await.job();
    wait_until("the end of the job", async || cloud.place(GROUP).await.0 != "stopping").await;
    assert_eq!(cloud.place(GROUP).await.0, "available");
    assert_eq!(cloud.control("POST", "/clock", r#"{"speed": -1}"#).await.status, 400);
    assert_eq!(cloud.control("POST", "/clock", r#"{"sped": 1}"#).await.status, 400);
}

#[tokio::test]
async fn a_scenario_replaces_everything() {
    let mut cloud = Cloud::three_groups().await;
    cloud.act(GROUP, "stop").await.job();
    cloud.simulator.set_switch("list-count", "total").expect("switch");
    cloud
        .control("POST", "/faults", r#"{"act": {"kind": "throttle"}}"#)
        .await;
    let summary = cloud.control("POST", "/scenario?builtin=groups:7", "").await.json();
    assert_eq!((&summary["groups"], &summary["pairs"]), (&json!(7), &json!(21)));
    assert!(cloud.simulator.journal().is_empty() && cloud.simulator.faults().is_empty());
    assert_eq!(cloud.simulator.switches(), stationmaster_simulator::Switches::default());
    cloud.get("server-groups").await.refused(401, "APIG.0301");
    cloud.token = cloud.fresh_token().await;
    assert_eq!(cloud.get("server-groups").await.json()["count"], 7);

    let yaml = "name: small\nswitches: {enable-seconds: '3'}\ngroups: []\n";
    assert_eq!(
        cloud.control("POST", "/scenario", yaml).await.json()["scenario"],
        "small"
    );
    assert_eq!(cloud.simulator.switches().enable_seconds, 3.0);
    let wrong = cloud.control("POST", "/scenario", r#"{"grups": []}"#).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.json()["error"].as_str().expect("text").contains("grups"));
    assert_eq!(cloud.control("POST", "/scenario?builtin=nope", "").await.status, 400);
    assert_eq!(
        cloud.simulator.state()["summary"]["scenario"],
        "small",
        "a refused scenario changes nothing"
    );
}

#[tokio::test]
async fn switches_are_listed_and_set_all_or_none() {
    let cloud = Cloud::three_groups().await;
    let set = cloud
        .control(
            "POST",
            "/switches",
            r#"{"enable-seconds": 2, "servers-swap": true, "list-count": "total"}"#,
        )
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    let all = cloud.control("GET", "/switches", "").await.json();
    let row = all
        .as_array()
        .expect("list")
        .iter()
        .find(|r| r["name"] == "enable-seconds")
        .expect("row");
    assert_eq!((&row["value"], &row["default"]), (&json!("2"), &json!("20")));
    let wrong = cloud
        .control("POST", "/switches", r#"{"enable-seconds": 9, "nope": 1}"#)
        .await;
    assert_eq!(wrong.status, 400);
    assert_eq!(cloud.simulator.switches().enable_seconds, 2.0);
}

#[tokio::test]
async fn console_acts() {
    let cloud = Cloud::three_groups().await;
    let console = async |body: Value| cloud.control("POST", "/console", &body.to_string()).await;
    for (act, place) in [
        (json!({"action": "reverse"}), ("protected", "target")),
        (json!({"action": "failover"}), ("failed-over", "source")),
        (json!({"action": "start"}), ("protected", "source")),
        (json!({"action": "stop-server-group"}), ("available", "source")),
        (json!({"setStatus": "quiescing"}), ("quiescing", "source")),
        (json!({"setPriorityStation": "target"}), ("quiescing", "target")),
    ] {
        let mut body = act.clone();
        body["group"] = json!("payments-db");
        assert_eq!(console(body).await.status, 200, "{act}");
        assert_eq!(cloud.place(GROUP).await, (place.0.into(), place.1.into()), "{act}");
    }
    let members =
        json!({"group": GROUP, "setMemberStatus": "fault", "setReplicationStatus": "inactive", "setFaultLevel": "2"});
    assert_eq!(console(members).await.status, 200);
    let pair = cloud.pairs(GROUP).await[0].clone();
    assert_eq!(
        (&pair["status"], &pair["replication_status"], &pair["fault_level"]),
        (&json!("fault"), &json!("inactive"), &json!("2"))
    );
    assert_eq!(console(json!({"group": "nope"})).await.status, 400);
    assert_eq!(console(json!({"group": GROUP, "action": "dance"})).await.status, 400);
    assert!(cloud.simulator.journal().is_empty(), "console acts are no calls");
    assert_eq!(cloud.simulator.history().len(), 6);
    assert_eq!(console(json!({"group": GROUP, "delete": true})).await.status, 200);
    cloud
        .get(&format!("server-groups/{GROUP}"))
        .await
        .refused(400, "SDRS.1013");
}

#[tokio::test]
async fn a_console_action_as_a_job_keeps_the_rules() {
    let cloud = Cloud::three_groups().await;
    let act = ConsoleAct {
        group: "archive".into(),
        action: Some("reverse".into()),
        as_job: true,
        ..Default::default()
    };
    let refused = cloud.simulator.console(&act).expect_err("servers run");
    assert!(refused.to_string().contains("SDRS.1319"), "{refused}");
    cloud.stop_servers("archive", Station::Source);
    cloud.simulator.console(&act).expect("servers are stopped");
    assert_eq!(cloud.place(ARCHIVE_ID).await.0, "reversing");
    cloud.simulator.advance(60.0);
    assert_eq!(cloud.place(ARCHIVE_ID).await, ("protected".into(), "target".into()));
}

#[tokio::test]
async fn a_status_set_behind_a_running_job_stays() {
    let cloud = Cloud::three_groups().await;
    let answer = cloud.act(GROUP, "failover").await;
    cloud.simulator.advance(10.0);
    cloud.set_status(GROUP, "protected");
    assert_eq!(cloud.run(answer, 60.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, ("protected".into(), "source".into()));
}

#[tokio::test]
async fn the_state_shows_jobs_and_no_secrets() {
    let cloud = Cloud::three_groups().await;
    let id = cloud.act(GROUP, "stop").await.job();
    let state = cloud.control("GET", "/state", "").await;
    assert_eq!(state.json()["jobs"][0]["id"], id);
    assert_eq!(state.json()["groups"][0]["job"], id);
    for secret in [
        stationmaster_simulator::scenario::PASSWORD,
        stationmaster_simulator::scenario::SECRET_KEY,
        &cloud.token,
    ] {
        assert!(!state.text.contains(secret));
    }
    assert_eq!(cloud.control("GET", "/healthz", "").await.text, "ok\n");
}
