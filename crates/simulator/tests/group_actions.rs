//! Every transition of a group, allowed and refused.
//! It must not test the form of jobs; `jobs.rs` does.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::PAYMENTS_DB_ID as GROUP;
use stationmaster_simulator::{Act, ConsoleAct, FaultMatch, FaultRule, RoleFlip, Station};
use support::Cloud;

fn place(status: &str, station: &str) -> (String, String) {
    (status.into(), station.into())
}

/// All members have the status and the site.
async fn members_are(cloud: &Cloud, status: &str, station: &str) {
    let mut members = cloud.instances(GROUP).await;
    members.extend(cloud.pairs(GROUP).await);
    assert_eq!(members.len(), 5);
    for member in members {
        assert_eq!(member["status"], status, "{member}");
        assert_eq!(member["priority_station"], station, "{member}");
    }
}

#[tokio::test]
async fn disable_then_enable() {
    let cloud = Cloud::three_groups().await;
    let job = cloud.act(GROUP, "stop").await;
    assert_eq!(cloud.place(GROUP).await, place("stopping", "source"));
    assert_eq!(cloud.run(job, 8.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, place("available", "source"));
    members_are(&cloud, "available", "source").await;
    assert_eq!(cloud.pairs(GROUP).await[0]["replication_status"], "active-stopped");

    let job = cloud.act(GROUP, "start").await;
    assert_eq!(cloud.place(GROUP).await, place("starting", "source"));
    let job = cloud.run(job, 20.0).await;
    assert_eq!(
        (&job["status"], &job["job_type"]),
        (&json!("SUCCESS"), &json!("startProtectionGroupNoCG"))
    );
    assert_eq!(cloud.place(GROUP).await, place("protected", "source"));
    members_are(&cloud, "protected", "source").await;
    assert_eq!(cloud.pairs(GROUP).await[0]["replication_status"], "active");
}

#[tokio::test]
async fn reverse_there_and_back() {
    let cloud = Cloud::three_groups().await;
    cloud.reverse(GROUP, "target").await.refused(400, "SDRS.1319");
    cloud.stop_servers(GROUP, Station::Source);
    let job = cloud.reverse(GROUP, "target").await;
    assert_eq!(cloud.place(GROUP).await, place("reversing", "source"));
    assert_eq!(cloud.run(job, 60.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, place("protected", "target"));
    members_are(&cloud, "protected", "target").await;

    cloud.set_servers(GROUP, Station::Target, "ACTIVE");
    cloud.reverse(GROUP, "source").await.refused(400, "SDRS.1319");
    cloud.stop_servers(GROUP, Station::Target);
    let job = cloud.reverse(GROUP, "source").await;
    assert_eq!(cloud.run(job, 60.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, place("protected", "source"));
}

#[tokio::test]
async fn failover_reprotect_failback() {
    let cloud = Cloud::three_groups().await;
    let job = cloud.act(GROUP, "failover").await;
    assert_eq!(cloud.place(GROUP).await, place("failing-over", "source"));
    let server = cloud.instances(GROUP).await[0]["source_server"]
        .as_str()
        .expect("id")
        .to_owned();
    let state = cloud.get(&format!("cloudservers/{server}")).await.json();
    assert_eq!(
        state["server"]["status"], "SHUTOFF",
        "a failover stops production servers"
    );
    assert_eq!(cloud.run(job, 45.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, place("failed-over", "target"));
    members_are(&cloud, "failed-over", "target").await;
    assert_eq!(cloud.pairs(GROUP).await[0]["replication_status"], "inactive");

    let job = cloud.act(GROUP, "start").await;
    assert_eq!(cloud.place(GROUP).await, place("reprotecting", "target"));
    let job = cloud.run(job, 40.0).await;
    assert_eq!(job["job_type"], "reprotectProtectionGroupNoCG");
    assert_eq!(cloud.place(GROUP).await, place("protected", "target"));

    let job = cloud.reverse(GROUP, "source").await;
    cloud.run(job, 60.0).await;
    assert_eq!(cloud.place(GROUP).await, place("protected", "source"));
}

#[tokio::test]
async fn reprotect_needs_the_lost_site_stopped() {
    let cloud = Cloud::three_groups().await;
    let job = cloud.act(GROUP, "failover").await;
    cloud.run(job, 45.0).await;
    cloud.set_servers(GROUP, Station::Source, "ACTIVE");
    cloud.act(GROUP, "start").await.refused(400, "SDRS.1342");
}

#[tokio::test]
async fn the_lost_site_cannot_be_started_until_reprotect() {
    let cloud = Cloud::three_groups().await;
    let job = cloud.act(GROUP, "failover").await;
    cloud.run(job, 45.0).await;
    let instance = cloud.instances(GROUP).await[0].clone();
    let start = |id: &Value| json!({"os-start": {"servers": [{"id": id}]}});
    let lost = cloud
        .post("cloudservers/action", start(&instance["source_server"]))
        .await;
    lost.refused(400, "Ecs.0100");
    assert_eq!(
        cloud
            .post("cloudservers/action", start(&instance["target_server"]))
            .await
            .status,
        200
    );
    cloud
        .simulator
        .set_switch("fence-after-failover", "false")
        .expect("switch");
    assert_eq!(
        cloud
            .post("cloudservers/action", start(&instance["source_server"]))
            .await
            .status,
        200
    );
}

/// Every action from every status: allowed exactly where the table says so.
#[tokio::test]
async fn the_whole_table_of_statuses() {
    let allowed = |action: &str| -> &[&str] {
        match action {
            "start" => &["available", "error-starting", "failed-over", "error-reprotecting"],
            "stop" => &["protected", "error-stopping"],
            "reverse" => &["protected", "error-reversing"],
            _ => &["protected", "error-failing-over", "error-reversing"],
        }
    };
    let statuses = [
        "available",
        "protected",
        "failed-over",
        "creating",
        "deleting",
        "starting",
        "stopping",
        "reversing",
        "failing-over",
        "reprotecting",
        "error",
        "error-deleting",
        "error-starting",
        "error-stopping",
        "error-reversing",
        "error-failing-over",
        "error-reprotecting",
        "something-new",
    ];
    for action in ["start", "stop", "reverse", "failover"] {
        for status in statuses {
            let cloud = Cloud::three_groups().await;
            cloud.stop_servers(GROUP, Station::Source);
            cloud.set_status(GROUP, status);
            let answer = match action {
                "reverse" => cloud.reverse(GROUP, "target").await,
                action => cloud.act(GROUP, action).await,
            };
            if allowed(action).contains(&status) {
                assert_eq!(answer.status, 200, "{action} from {status}: {}", answer.text);
            } else {
                answer.refused(400, "SDRS.1002");
                assert_eq!(cloud.place(GROUP).await.0, status, "a refused {action} changes nothing");
            }
        }
    }
}

#[tokio::test]
async fn a_failed_job_leaves_its_error_status_and_can_be_repeated() {
    let cases = [
        ("stop", "error-stopping", "SDRS.1028", "stopFail"),
        ("reverse", "error-reversing", "SDRS.1029", "reverseFail"),
        ("failover", "error-failing-over", "SDRS.1030", "failoverFail"),
        ("start", "error-starting", "SDRS.1027", "startFail"),
        ("reprotect", "error-reprotecting", "SDRS.1032", "reprotectFail"),
    ];
    for (action, error, code, failure) in cases {
        let cloud = Cloud::three_groups().await;
        cloud.stop_servers(GROUP, Station::Source);
        let before = match action {
            "start" => "available",
            "reprotect" => "failed-over",
            _ => "protected",
        };
        cloud.set_status(GROUP, before);
        let act = async || match action {
            "reverse" => cloud.reverse(GROUP, "target").await,
            "reprotect" => {
                cloud.stop_servers(GROUP, Station::Target);
                cloud.act(GROUP, "start").await
            }
            action => cloud.act(GROUP, action).await,
        };
        let fail = Act::FailJob {
            sub_job: None,
            error_code: None,
            fail_reason: None,
            roles: RoleFlip::Default,
        };
        cloud
            .simulator
            .add_fault(FaultRule::new(FaultMatch::operation("ProtectionGroupAction"), fail));
        let first = act().await;
        let job = cloud.run(first, 100.0).await;
        assert_eq!(
            (&job["status"], &job["error_code"]),
            (&json!("FAIL"), &json!(code)),
            "{action}"
        );
        assert_eq!(cloud.place(GROUP).await, place(error, "source"), "{action}");
        let failed = cloud.get("task-center/failure-jobs").await.json();
        assert_eq!(failed["failure_jobs"][0]["failure_status"], failure, "{action}");
        assert_eq!(failed["failure_jobs"][0]["resource_id"], GROUP);

        let again = act().await;
        assert_eq!(cloud.run(again, 100.0).await["status"], "SUCCESS", "{action} again");
    }
}

#[tokio::test]
async fn a_failed_reverse_can_flip_all_or_part_or_nothing() {
    for (roles, group, pairs) in [
        (RoleFlip::None, "source", vec!["source", "source", "source"]),
        (RoleFlip::All, "target", vec!["target", "target", "target"]),
        (RoleFlip::Partial, "source", vec!["target", "source", "target"]),
    ] {
        let cloud = Cloud::three_groups().await;
        cloud.stop_servers(GROUP, Station::Source);
        let fail = Act::FailJob {
            sub_job: Some(1),
            error_code: None,
            fail_reason: None,
            roles,
        };
        cloud
            .simulator
            .add_fault(FaultRule::new(FaultMatch::action("reverse-server-group"), fail));
        let answer = cloud.reverse(GROUP, "target").await;
        assert_eq!(cloud.run(answer, 60.0).await["status"], "FAIL");
        assert_eq!(cloud.place(GROUP).await, place("error-reversing", group), "{roles:?}");
        let stations: Vec<_> = cloud
            .pairs(GROUP)
            .await
            .iter()
            .map(|p| p["priority_station"].clone())
            .collect();
        assert_eq!(stations, pairs, "{roles:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_started_meanwhile_makes_a_reverse_fail() {
    let cloud = Cloud::three_groups().await;
    cloud.stop_servers(GROUP, Station::Source);
    let answer = cloud.reverse(GROUP, "target").await;
    cloud.simulator.advance(10.0);
    let server = cloud.instances(GROUP).await[0]["source_server"].clone();
    let started = cloud
        .post(
            "cloudservers/action",
            json!({"os-start": {"servers": [{"id": server}]}}),
        )
        .await;
    assert_eq!(started.status, 200);
    assert_eq!(cloud.run(answer, 60.0).await["error_code"], "SDRS.1029");
    assert_eq!(cloud.place(GROUP).await, place("error-reversing", "source"));
}

#[tokio::test]
async fn a_broken_link_forbids_a_failover() {
    let cloud = Cloud::three_groups().await;
    let act = ConsoleAct {
        group: GROUP.into(),
        set_fault_level: Some("5".into()),
        ..Default::default()
    };
    cloud.simulator.console(&act).expect("console");
    cloud.act(GROUP, "failover").await.refused(400, "SDRS.1824");
}

#[tokio::test]
async fn unknown_actions_groups_and_bodies() {
    let cloud = Cloud::three_groups().await;
    cloud.act(GROUP, "reprotect").await.refused(400, "SDRS.0206");
    cloud.act("nope", "start").await.refused(400, "SDRS.1013");
    let path = format!("server-groups/{GROUP}/action");
    cloud.post(&path, json!([])).await.refused(400, "SDRS.0201");
    let two = json!({"start-server-group": {}, "stop-server-group": {}});
    cloud.post(&path, two).await.refused(400, "SDRS.0206");
}
