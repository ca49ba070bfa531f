//! The five operations from request to end: one call each, and everything that is to be seen on the way.
//! It must not spoil anything; what goes wrong is told elsewhere.

mod shown;

use super::stage::{Stage, condition, intent};
use libtest_mimic::Trial;
use serde_json::json;
use shown::{Asked, ended_well, never_too_early, one_call, remembered};
use stationmaster_api::{
    ActiveStation, OperationType, RecoveryOperation, ReplicationDirection, ReplicationState, Station, names,
};
use stationmaster_simulator::{ConsoleAct, Station as Site};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        a_planned_failover_and_the_way_back,
        a_forced_failover_and_a_reprotect,
        protection_is_switched_off_and_on,
    ]
}

async fn a_planned_failover_and_the_way_back() {
    // Slow enough for the job to be read while it runs, also on a busy machine.
    let stage = Stage::with("planned", 5.0, &Default::default()).await;
    let group = stage.group("payments-db");
    let first = group.protect().await;
    let fresh = group.status().await;
    assert_eq!(intent(&fresh), ("True", "NoIntent"), "{fresh:#?}");
    assert!(fresh.history.is_empty() && fresh.last_operation.is_none(), "{fresh:#?}");

    // Servers are stopped as a user of the cloud does it.
    let simulator = &stage.environment.simulator;
    let servers = simulator.servers(group.name, Site::Source).await.unwrap();
    let ids: Vec<String> = servers.into_iter().map(|server| server.id).collect();
    simulator.sign_in().await.unwrap().stop_servers(&ids).await.unwrap();

    let steps = &["ServersStopped", "ReverseServerGroup", "FollowJob", "VerifyRole"];
    let asked = |token: &str| Asked {
        operation: format!("payments-db-{token}"),
        kind: OperationType::PlannedFailover,
        by: "spec.priorityStation",
        steps,
    };
    let mut token = first;
    let ways = [
        (Station::Target, ReplicationDirection::TargetToSource),
        (Station::Source, ReplicationDirection::SourceToTarget),
    ];
    for (number, (station, direction)) in ways.into_iter().enumerate() {
        let asked = asked(&token);
        assert_eq!(group.moves_to(station).await, asked.operation);
        let body = json!({"reverse-server-group": {"priority_station": station}});
        let job = one_call(&group, number + 1, body).await;
        let operation: RecoveryOperation = stage.environment.cluster.get(&asked.operation).await.unwrap();
        assert_eq!(operation.spec.operation_type, OperationType::PlannedFailover);
        assert_eq!(operation.spec.target_station, Some(station));
        assert_eq!(operation.spec.priority_token.as_ref(), Some(&token));
        let labels = operation.metadata.labels.as_ref().unwrap();
        assert_eq!(labels[names::MANAGED_BY_LABEL], names::MANAGED_BY_VALUE);
        let ended = operation.status.unwrap();
        ended_well(&ended, &asked, &job, station);

        let status = group.status().await;
        remembered(&status, &asked, &ended);
        assert_eq!(status.history.len(), number + 1);
        assert_eq!(status.provider_status.as_deref(), Some("protected"));
        let replication = status.replication.as_ref().unwrap();
        assert_eq!(replication.state, ReplicationState::Active);
        assert_eq!(replication.direction, Some(direction));
        assert_eq!(intent(&status), ("True", "AtPriorityStation"), "{status:#?}");
        assert_eq!(condition(&status, "Protected").unwrap().status, "True");
        assert_eq!(condition(&status, "Ready").unwrap().reason, "Protected");
        let next = status.priority_token.clone().unwrap();
        assert_ne!(next, token, "the end of a move issues");
        never_too_early(&group, &asked).await;
        let versions = stage.watched.operation(&asked.operation).await;
        let on_the_way = versions.iter().any(|version| {
            let job = version.status("job");
            job["status"] == "RUNNING" && job["subJobsTotal"] == 5 && job["subJobs"][0]["status"] == "RUNNING"
        });
        assert!(
            on_the_way,
            "the parts of the job are shown while it runs: {versions:#?}"
        );
        for reason in ["Submitting", "Succeeded"] {
            stage.event("RecoveryOperation", &asked.operation, reason).await;
        }
        token = next;
    }
    for reason in ["FirstSight", "IntentArmed", "Submitting", "Succeeded"] {
        group.event(reason).await;
    }
    stage.curtain().await;
}

async fn a_forced_failover_and_a_reprotect() {
    let stage = Stage::new("forced").await;
    let group = stage.group("payments-db");
    // The source site is failing: no planned failover is possible any more.
    let failing = ConsoleAct {
        group: group.name.into(),
        set_fault_level: Some("2".into()),
        ..ConsoleAct::default()
    };
    stage.environment.simulator.console(failing).await.unwrap();
    let token = group.protect().await;

    let asked = Asked {
        operation: "az-1-is-dark".into(),
        kind: OperationType::Failover,
        by: "alice",
        steps: &["FailoverServerGroup", "FollowJob", "VerifyRole"],
    };
    let ended = group.runs(&asked.operation, asked.kind, Some(Station::Target)).await;
    let job = one_call(&group, 1, json!({"failover-server-group": {}})).await;
    ended_well(&ended, &asked, &job, Station::Target);
    let status = group.status().await;
    remembered(&status, &asked, &ended);
    assert_eq!(status.active_station, Some(ActiveStation::Target));
    assert_eq!(status.provider_status.as_deref(), Some("failed-over"));
    assert_eq!(status.replication.as_ref().unwrap().state, ReplicationState::Stopped);
    let ready = condition(&status, "Ready").unwrap();
    assert_eq!(
        (&*ready.status, &*ready.reason),
        ("True", "FailedOver"),
        "a pipeline must not fail while a team fights a fire"
    );
    let protected = condition(&status, "Protected").unwrap();
    assert_eq!((&*protected.status, &*protected.reason), ("False", "FailedOver"));
    let after = status.priority_token.clone().unwrap();
    assert_ne!(after, token);
    never_too_early(&group, &asked).await;
    stage.event("RecoveryOperation", &asked.operation, "Submitting").await;
    stage.event("RecoveryOperation", &asked.operation, "Succeeded").await;

    let asked = Asked {
        operation: "az-1-is-back".into(),
        kind: OperationType::Reprotect,
        by: "alice",
        steps: &["ServersStopped", "StartServerGroup", "FollowJob", "VerifyRole"],
    };
    let ended = group.runs(&asked.operation, asked.kind, Some(Station::Target)).await;
    let job = one_call(&group, 2, json!({"start-server-group": {}})).await;
    ended_well(&ended, &asked, &job, Station::Target);
    let status = group.status().await;
    remembered(&status, &asked, &ended);
    assert_eq!(
        status.active_station,
        Some(ActiveStation::Target),
        "it never moves production"
    );
    assert_eq!(status.provider_status.as_deref(), Some("protected"));
    assert_eq!(condition(&status, "Protected").unwrap().status, "True");
    assert_eq!(
        status.priority_token.as_ref(),
        Some(&after),
        "a reprotect leaves the token"
    );
    never_too_early(&group, &asked).await;
    group.event("Succeeded").await;
    stage.curtain().await;
}

async fn protection_is_switched_off_and_on() {
    let stage = Stage::new("switch").await;
    let group = stage.group("archive");
    let token = group.protect().await;
    let steps = [
        (
            OperationType::DisableProtection,
            "stop-server-group",
            "available",
            "Unprotected",
        ),
        (
            OperationType::EnableProtection,
            "start-server-group",
            "protected",
            "Protected",
        ),
    ];
    for (number, (kind, action, word, reason)) in steps.into_iter().enumerate() {
        let plan: &[&str] = match kind {
            OperationType::EnableProtection => &["StartServerGroup", "FollowJob", "VerifyRole"],
            _ => &["StopServerGroup", "FollowJob", "VerifyRole"],
        };
        let asked = Asked {
            operation: format!("switch-{number}"),
            kind,
            by: "alice",
            steps: plan,
        };
        let ended = group.runs(&asked.operation, kind, None).await;
        let job = one_call(&group, number + 1, json!({ action: {} })).await;
        ended_well(&ended, &asked, &job, Station::Source);
        let status = group.status().await;
        remembered(&status, &asked, &ended);
        assert_eq!(status.provider_status.as_deref(), Some(word));
        let ready = condition(&status, "Ready").unwrap();
        assert_eq!((&*ready.status, &*ready.reason), ("True", reason));
        assert_eq!(status.priority_token.as_ref(), Some(&token), "it leaves the token");
        let allowed: Vec<OperationType> = status
            .available_actions
            .iter()
            .filter(|action| action.allowed)
            .map(|action| action.operation_type)
            .collect();
        match kind {
            OperationType::DisableProtection => assert_eq!(allowed, [OperationType::EnableProtection]),
            _ => assert!(allowed.contains(&OperationType::DisableProtection), "{allowed:?}"),
        }
        never_too_early(&group, &asked).await;
    }
    stage.curtain().await;
}
