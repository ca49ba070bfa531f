//! Jobs, sub-jobs, progress and the list of failed tasks.
//! It must not test which action is allowed when.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{ARCHIVE_ID, PAYMENTS_DB_ID as GROUP};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, RoleFlip, Station};
use support::Cloud;

fn subs(job: &Value) -> Vec<Value> {
    job["entities"]["sub_jobs"].as_array().expect("sub_jobs").clone()
}

#[tokio::test]
async fn a_stop_job_looks_as_documented() {
    let cloud = Cloud::three_groups().await;
    let id = cloud.act(GROUP, "stop").await.job();
    assert_eq!(id.len(), 32);
    assert!(id.chars().all(|c| c.is_ascii_hexdigit()));
    let job = cloud.job(&id).await;
    assert_eq!(job["status"], "INIT");
    assert_eq!(job["job_type"], "stopProtectionGroupNoCG");
    assert!(job.get("end_time").is_none(), "absent while the job runs: {job}");
    assert!(job["error_code"].is_null() && job["fail_reason"].is_null());
    let sub_jobs = subs(&job);
    assert_eq!(sub_jobs.len(), 3, "one for each pair");
    for sub in &sub_jobs {
        assert_eq!(sub["job_type"], "stopProtectionGroupRepNoCG");
        assert_eq!(sub["entities"], json!({"server_group_id": GROUP}));
    }
    cloud.simulator.advance(1.0);
    assert_eq!(cloud.job(&id).await["status"], "RUNNING");
    cloud.simulator.advance(7.0);
    let job = cloud.job(&id).await;
    assert_eq!(job["status"], "SUCCESS");
    for part in [&job, &subs(&job)[0]] {
        for key in ["begin_time", "end_time"] {
            let text = part[key].as_str().expect("time");
            assert!(
                text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T',
                "{text}"
            );
        }
        assert_eq!(part["status"], "SUCCESS");
    }
}

#[tokio::test]
async fn a_reverse_has_sub_jobs_for_pairs_and_instances_that_end_one_by_one() {
    let cloud = Cloud::three_groups().await;
    cloud.stop_servers(GROUP, Station::Source);
    let id = cloud.reverse(GROUP, "target").await.job();
    let mut last = (0, 0);
    for _ in 0..11 {
        cloud.simulator.advance(5.0);
        let job = cloud.job(&id).await;
        let done = subs(&job).iter().filter(|s| s["status"] == "SUCCESS").count();
        let progress = cloud.group(GROUP).await["progress"].as_u64().expect("number");
        assert!(done >= last.0 && progress > last.1, "{done} {progress} after {last:?}");
        assert_eq!(job["status"], "RUNNING");
        last = (done, progress);
    }
    let types: Vec<_> = subs(&cloud.job(&id).await)
        .iter()
        .map(|s| s["job_type"].clone())
        .collect();
    assert_eq!(
        types.iter().filter(|t| **t == "reverseProtectionGroupRepNoCG").count(),
        3
    );
    assert_eq!(
        types.iter().filter(|t| **t == "reverseProtectedInstanceNoCG").count(),
        2
    );
    cloud.simulator.advance(5.0);
    assert_eq!(cloud.job(&id).await["status"], "SUCCESS");
}

#[tokio::test]
async fn members_follow_their_sub_jobs_and_roles_follow_the_job() {
    let cloud = Cloud::three_groups().await;
    cloud.stop_servers(GROUP, Station::Source);
    cloud.reverse(GROUP, "target").await.job();
    cloud.simulator.advance(30.0);
    let pairs = cloud.pairs(GROUP).await;
    let statuses: Vec<_> = pairs.iter().map(|p| p["status"].as_str().expect("text")).collect();
    assert_eq!(statuses, ["protected", "protected", "reversing"]);
    assert!(pairs.iter().all(|p| p["priority_station"] == "source"));
}

#[tokio::test]
async fn switches_change_the_form() {
    let cloud = Cloud::three_groups().await;
    for (name, value) in [
        ("sub-job-entities", "member"),
        ("end-time-while-running", "empty"),
        ("progress-style", "steps"),
    ] {
        cloud.simulator.set_switch(name, value).expect("switch");
    }
    let id = cloud.act(GROUP, "failover").await.job();
    let job = cloud.job(&id).await;
    assert_eq!(job["end_time"], "");
    assert!(subs(&job)[0]["entities"]["replication_pair_id"].is_string());
    assert_eq!(cloud.group(GROUP).await["progress"], 0);
    cloud.simulator.advance(44.0);
    assert_eq!(
        cloud.group(GROUP).await["progress"],
        99,
        "all sub-jobs done, the job not yet"
    );

    cloud.simulator.set_switch("sub-jobs", "none").expect("switch");
    let id = cloud.act(ARCHIVE_ID, "stop").await.job();
    assert_eq!(cloud.job(&id).await["entities"], json!({"server_group_id": ARCHIVE_ID}));
}

#[tokio::test]
async fn a_failing_sub_job_names_code_and_reason() {
    let cloud = Cloud::three_groups().await;
    let fail = Act::FailJob {
        sub_job: Some(1),
        error_code: Some("SDRS.1823".into()),
        fail_reason: Some("disk is gone".into()),
        roles: RoleFlip::Default,
    };
    cloud
        .simulator
        .add_fault(FaultRule::new(FaultMatch::action("failover-server-group"), fail));
    let answer = cloud.act(GROUP, "failover").await;
    let job = cloud.run(answer, 45.0).await;
    assert_eq!(
        (&job["error_code"], &job["fail_reason"]),
        (&json!("SDRS.1823"), &json!("disk is gone"))
    );
    let words: Vec<_> = subs(&job).iter().map(|s| s["status"].clone()).collect();
    assert_eq!(words, ["SUCCESS", "FAIL", "SUCCESS", "SUCCESS", "SUCCESS"]);
    assert_eq!(subs(&job)[1]["error_code"], "SDRS.1823");
    let pair = cloud.pairs(GROUP).await[1].clone();
    assert_eq!(
        (&pair["status"], &pair["failure_detail"]),
        (&json!("error-failing-over"), &json!("disk is gone"))
    );
}

#[tokio::test]
async fn unknown_hidden_and_expired_jobs() {
    let cloud = Cloud::three_groups().await;
    cloud
        .get("jobs/00000000000000000000000000000000")
        .await
        .refused(400, "SDRS.0408");
    cloud
        .simulator
        .set_switch("job-visible-after-seconds", "5")
        .expect("switch");
    cloud
        .simulator
        .set_switch("job-retention-seconds", "30")
        .expect("switch");
    cloud.simulator.set_switch("unknown-job-status", "404").expect("switch");
    let id = cloud.act(GROUP, "stop").await.job();
    cloud.get(&format!("jobs/{id}")).await.refused(404, "SDRS.0408");
    cloud.simulator.advance(5.0);
    assert_eq!(cloud.job(&id).await["status"], "RUNNING");
    cloud.simulator.advance(32.9);
    assert_eq!(cloud.job(&id).await["status"], "SUCCESS");
    cloud.simulator.advance(0.2);
    cloud.get(&format!("jobs/{id}")).await.refused(404, "SDRS.0408");
}

#[tokio::test]
async fn failed_tasks_are_filtered_and_deleted() {
    let cloud = Cloud::three_groups().await;
    let fail = || Act::FailJob {
        sub_job: None,
        error_code: None,
        fail_reason: None,
        roles: RoleFlip::Default,
    };
    cloud
        .simulator
        .add_fault(FaultRule::new(FaultMatch::default(), fail()).count(0));
    let first = cloud.act(GROUP, "stop").await.job();
    cloud.act(ARCHIVE_ID, "failover").await.job();
    let pair = cloud.pairs(GROUP).await[0]["id"].as_str().expect("id").to_owned();
    cloud.simulator.advance(60.0);
    cloud.set_status(GROUP, "protected");
    let act = stationmaster_simulator::ConsoleAct {
        group: GROUP.into(),
        set_member_status: Some("protected".into()),
        ..Default::default()
    };
    cloud.simulator.console(&act).expect("console");
    cloud
        .post(
            &format!("replications/{pair}/action"),
            json!({"extend-replication": {"new_size": 500}}),
        )
        .await
        .job();
    cloud.simulator.advance(60.0);
    let list = async |query: &str| cloud.get(&format!("task-center/failure-jobs{query}")).await.json()["count"].clone();
    assert_eq!(list("").await, 2, "without a filter only groups");
    assert_eq!(list(&format!("?server_group_id={GROUP}")).await, 2);
    assert_eq!(list("?resource_type=replications").await, 1);
    assert_eq!(list("?failure_status=failoverFail").await, 1);
    assert_eq!(list("?resource_name=payments&failure_status=stopFail").await, 1);
    let delete = async |path: &str| cloud.send("DELETE", path, Value::Null).await.status;
    assert_eq!(delete(&format!("task-center/failure-jobs/{first}")).await, 204);
    assert_eq!(list("").await, 1);
    assert_eq!(delete(&format!("task-center/{GROUP}/failure-jobs/batch")).await, 204);
    assert_eq!(list("?resource_type=replications").await, 0);
    assert_eq!(delete("task-center/failure-jobs/batch").await, 204);
    assert_eq!(list("").await, 0);
}

#[tokio::test]
async fn the_same_calls_give_the_same_answers() {
    let run = async || {
        let mut scenario = stationmaster_simulator::scenario::three_groups();
        scenario.clock.start = Some("2026-01-02T03:04:05Z".parse().expect("time"));
        scenario.clock.speed = Some(0.0);
        let cloud = Cloud::of(scenario).await;
        let answer = cloud.act(GROUP, "failover").await;
        let job = cloud.run(answer, 45.0).await;
        (job, cloud.group(GROUP).await, cloud.pairs(GROUP).await)
    };
    assert_eq!(run().await, run().await);
}
