//! The switches that govern groups: what the documents leave open.
//! It must not test what they settle; `group_actions.rs` does.

mod support;

use serde_json::json;
use stationmaster_simulator::scenario::PAYMENTS_DB_ID as GROUP;
use stationmaster_simulator::{Act, FaultMatch, FaultRule, RoleFlip, Station};
use support::Cloud;

fn place(status: &str, station: &str) -> (String, String) {
    (status.into(), station.into())
}

#[tokio::test]
async fn reverse_to_where_production_is() {
    let cloud = Cloud::three_groups().await;
    cloud.stop_servers(GROUP, Station::Source);
    cloud.reverse(GROUP, "source").await.refused(400, "SDRS.0216");
    cloud.reverse(GROUP, "nowhere").await.refused(400, "SDRS.0216");

    cloud
        .simulator
        .set_switch("reverse-to-active", "nothing")
        .expect("switch");
    let answer = cloud.reverse(GROUP, "source").await;
    assert_eq!(cloud.run(answer, 60.0).await["status"], "SUCCESS");
    assert_eq!(cloud.place(GROUP).await, place("protected", "source"));

    cloud.simulator.set_switch("reverse-to-active", "flip").expect("switch");
    let answer = cloud.reverse(GROUP, "source").await;
    cloud.run(answer, 60.0).await;
    assert_eq!(cloud.place(GROUP).await, place("protected", "target"));
}

#[tokio::test]
async fn pairs_that_catch_up_hold_a_reverse_back() {
    let cloud = Cloud::three_groups().await;
    cloud
        .simulator
        .set_switch("initial-sync-seconds", "100")
        .expect("switch");
    let answer = cloud.act(GROUP, "stop").await;
    cloud.run(answer, 8.0).await;
    let answer = cloud.act(GROUP, "start").await;
    cloud.run(answer, 20.0).await;
    cloud.simulator.advance(50.0);
    let pair = cloud.pairs(GROUP).await[0].clone();
    assert_eq!(
        (&pair["replication_status"], &pair["progress"]),
        (&json!("copying"), &json!(50))
    );
    assert_eq!(cloud.group(GROUP).await["progress"], 50);
    cloud.stop_servers(GROUP, Station::Source);
    cloud.reverse(GROUP, "target").await.refused(400, "SDRS.1830");
    cloud.simulator.advance(50.0);
    assert_eq!(cloud.pairs(GROUP).await[0]["replication_status"], "active");
    assert_eq!(cloud.group(GROUP).await["progress"], 100);
    assert_eq!(cloud.reverse(GROUP, "target").await.status, 200);
}

#[tokio::test]
async fn a_group_without_pairs_refuses_with_the_chosen_code() {
    let mut scenario = stationmaster_simulator::scenario::three_groups();
    scenario.groups[0].instances.clear();
    scenario.groups[0].status = "available".into();
    scenario.switches.insert("code-no-pairs".into(), "SDRS.1015".into());
    let cloud = Cloud::of(scenario).await;
    cloud.act(GROUP, "start").await.refused(400, "SDRS.1015");
}

#[tokio::test]
async fn the_role_can_flip_at_the_start() {
    let cloud = Cloud::three_groups().await;
    cloud
        .simulator
        .set_switch("priority-station-flips", "job-start")
        .expect("switch");
    let answer = cloud.act(GROUP, "failover").await;
    assert_eq!(cloud.place(GROUP).await, place("failing-over", "target"));
    cloud.run(answer, 45.0).await;
    assert_eq!(cloud.place(GROUP).await, place("failed-over", "target"));
    let roles = cloud.simulator.history().iter().filter(|h| h.role_changed()).count();
    assert_eq!(roles, 1, "one change of role in the history");
}

#[tokio::test]
async fn updated_at_changes_with_each_status() {
    let cloud = Cloud::three_groups().await;
    let mut seen = vec![cloud.group(GROUP).await["updated_at"].clone()];
    cloud.simulator.advance(5.0);
    let answer = cloud.act(GROUP, "stop").await;
    seen.push(cloud.group(GROUP).await["updated_at"].clone());
    cloud.run(answer, 8.0).await;
    seen.push(cloud.group(GROUP).await["updated_at"].clone());
    assert!(seen[0] != seen[1] && seen[1] != seen[2], "{seen:?}");
    cloud
        .simulator
        .set_switch("updated-at-changes", "false")
        .expect("switch");
    cloud.simulator.advance(5.0);
    cloud.act(GROUP, "start").await;
    assert_eq!(cloud.group(GROUP).await["updated_at"], seen[2]);
}

#[tokio::test]
async fn the_code_of_each_refusal_is_a_switch() {
    let cloud = Cloud::three_groups().await;
    for (name, value) in [
        ("code-start-refused", "SDRS.1017"),
        ("code-stop-refused", "SDRS.1019"),
        ("code-reverse-refused", "SDRS.1023"),
        ("code-failover-refused", "SDRS.1022"),
    ] {
        cloud.simulator.set_switch(name, value).expect("switch");
    }
    cloud.set_status(GROUP, "error");
    cloud.act(GROUP, "start").await.refused(400, "SDRS.1017");
    cloud.act(GROUP, "stop").await.refused(400, "SDRS.1019");
    cloud.reverse(GROUP, "target").await.refused(400, "SDRS.1023");
    cloud.act(GROUP, "failover").await.refused(400, "SDRS.1022");
    cloud.simulator.set_switch("code-busy", "SDRS.1024").expect("switch");
    cloud.act(GROUP, "stop").await.refused(400, "SDRS.1019");
    cloud.set_status(GROUP, "reversing");
    cloud.act(GROUP, "stop").await.refused(400, "SDRS.1024");
    cloud.act(GROUP, "start").await.refused(400, "SDRS.1024");
}

#[tokio::test]
async fn a_job_can_last_until_the_pairs_have_caught_up() {
    let cloud = Cloud::three_groups().await;
    cloud.set_status(GROUP, "available");
    cloud
        .simulator
        .set_switch("initial-sync-seconds", "100")
        .expect("switch");
    cloud.simulator.set_switch("sync-inside-job", "true").expect("switch");
    let answer = cloud.act(GROUP, "start").await;
    let id = answer.job();
    assert_eq!(cloud.run(answer, 119.0).await["status"], "RUNNING");
    cloud.simulator.advance(1.0);
    assert_eq!(cloud.job(&id).await["status"], "SUCCESS");
    assert_eq!(cloud.pairs(GROUP).await[0]["replication_status"], "active");
}

#[tokio::test]
async fn members_can_fail_one_by_one() {
    let cloud = Cloud::three_groups().await;
    cloud
        .simulator
        .set_switch("members-fail-together", "false")
        .expect("switch");
    let fail = Act::FailJob {
        sub_job: Some(0),
        error_code: None,
        fail_reason: None,
        roles: RoleFlip::Default,
    };
    cloud
        .simulator
        .add_fault(FaultRule::new(FaultMatch::action("stop-server-group"), fail));
    let answer = cloud.act(GROUP, "stop").await;
    cloud.run(answer, 8.0).await;
    let statuses: Vec<_> = cloud.pairs(GROUP).await.iter().map(|p| p["status"].clone()).collect();
    assert_eq!(statuses, ["error-stopping", "available", "available"]);
    assert_eq!(cloud.place(GROUP).await.0, "error-stopping");
}

#[tokio::test]
async fn renaming_can_need_rest() {
    let cloud = Cloud::three_groups().await;
    cloud.set_status(GROUP, "starting");
    let rename = async || {
        cloud
            .send(
                "PUT",
                &format!("server-groups/{GROUP}"),
                json!({"server_group": {"name": "x"}}),
            )
            .await
    };
    assert_eq!(rename().await.status, 200);
    cloud.simulator.set_switch("rename-needs-rest", "true").expect("switch");
    rename().await.refused(400, "SDRS.1002");
}
