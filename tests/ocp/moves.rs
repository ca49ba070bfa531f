//! Production of three tenants moves, with one call: by an intent and back, and by force when a site is lost.
//! It must not spoil anything; what goes wrong is told elsewhere.

use super::stage::kubectl::{Kubectl, row};
use super::stage::{Stage, condition, intent};
use super::tenants::{self, GROUP, calls, lost, roles, slowly, the_one_call, to_tenant};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use stationmaster_api::{
    ActiveStation, OperationType, ProtectionGroupStatus, RecoveryOperationStatus, ReplicationDirection,
    ReplicationState, Station, StepState,
};
use stationmaster_simulator::TenantAct;
use stationmaster_simulator::scenario::{
    OCP_EAST, OCP_EAST_ID, OCP_PRIMARY_IDS, OCP_STANDBY_IDS, OCP_TENANTS, OCP_WEST, OCP_WEST_ID,
};
use stationmaster_testkit::installation;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        three_tenants_are_switched_over_and_back,
        three_tenants_are_failed_over_by_one_call,
    ]
}

/// How a standby is behind, as its database shows it.
async fn is_behind(stage: &Stage, seconds: f64) {
    let act = TenantAct {
        lag_seconds: Some(seconds),
        ..TenantAct::default()
    };
    to_tenant(stage, OCP_WEST, OCP_TENANTS[1], act).await;
}

fn lag(status: &ProtectionGroupStatus) -> Option<u64> {
    status.replication.as_ref()?.lag_seconds
}

fn steps(status: &RecoveryOperationStatus) -> Vec<(&str, StepState)> {
    status.steps.iter().map(|step| (&*step.name, step.state)).collect()
}

async fn three_tenants_are_switched_over_and_back() {
    let stage = tenants::stage("planned").await;
    let group = stage.group(GROUP);
    group.protect().await;
    let fresh = group.status().await;
    assert_eq!(intent(&fresh), ("True", "NoIntent"), "{fresh:#?}");
    assert_eq!(fresh.active_station, Some(ActiveStation::Source), "{fresh:#?}");
    assert_eq!(condition(&fresh, "Protected").unwrap().status, "True", "{fresh:#?}");
    assert!(lag(&fresh).is_some_and(|lag| lag <= 5), "{fresh:#?}");

    // One standby is far behind: it shows, and OCP's own precheck lets nobody move without loss.
    is_behind(&stage, 40.0).await;
    let behind = group
        .until("shows the lag", |status| lag(status).is_some_and(|lag| lag >= 30))
        .await;
    let replication = behind.replication.as_ref().unwrap();
    assert_eq!(replication.state, ReplicationState::Active, "{behind:#?}");
    assert_eq!(
        replication.direction,
        Some(ReplicationDirection::SourceToTarget),
        "{behind:#?}"
    );
    let kubectl = Kubectl::of(installation::shared().await.unwrap(), &stage.environment).await;
    let wide = kubectl.prints(&["get", "drpg", "-o", "wide"]).await;
    let seconds = lag(&behind).unwrap();
    for part in [" source ", " Active ", &format!(" {seconds} "), " PRIMARY/STANDBY "] {
        assert!(row(&wide, GROUP).contains(part), "{part} is not in:\n{wide}");
    }
    let token = group.token().await;
    group.intent(Station::Target, &token).await.unwrap();
    let message = group.waits("PrecheckFailed").await;
    assert!(message.contains(&OCP_PRIMARY_IDS[1].to_string()), "{message}");
    assert!(calls(&stage).await.is_empty());

    // It has caught up.
    is_behind(&stage, 0.2).await;
    let operation = group.own(&token);
    let there = stage.succeeded(&operation).await;
    let done = [
        ("PrecheckPassed", StepState::Succeeded),
        ("SwitchoverTenants", StepState::Succeeded),
        ("FollowTasks", StepState::Succeeded),
        ("VerifyRole", StepState::Succeeded),
    ];
    assert_eq!(steps(&there), done, "{there:#?}");
    assert_eq!(there.resulting_station, Some(ActiveStation::Target), "{there:#?}");
    assert!(
        there.measured.as_ref().unwrap().role_change_seconds.is_some(),
        "{there:#?}"
    );
    let status = group
        .until("is at target", |status| {
            status.active_station == Some(ActiveStation::Target) && status.priority_token.is_some()
        })
        .await;
    assert_eq!(condition(&status, "Protected").unwrap().status, "True", "{status:#?}");
    assert_eq!(
        status.provider_status.as_deref(),
        Some("STANDBY/PRIMARY"),
        "{status:#?}"
    );
    let direction = status.replication.as_ref().unwrap().direction;
    assert_eq!(direction, Some(ReplicationDirection::TargetToSource), "{status:#?}");

    // The way back needs no Reprotect.
    let reprotect = status.available_actions.iter();
    let reprotect = reprotect.clone().find(|a| a.operation_type == OperationType::Reprotect);
    assert!(!reprotect.unwrap().allowed, "{status:#?}");
    group.moves_to(Station::Source).await;
    let journal = stage.environment.simulator.journal().await.unwrap();
    let bodies: Vec<Value> = journal.into_iter().map(|entry| entry.body.unwrap()).collect();
    let pairs = |from: [u64; 3], to: [u64; 3]| -> Value {
        let pair = |(from, to)| json!({ "tenantId": from, "standbyTenantId": to });
        json!({ "tenantParamList": from.into_iter().zip(to).map(pair).collect::<Vec<_>>() })
    };
    let expected = [
        pairs(OCP_PRIMARY_IDS, OCP_STANDBY_IDS),
        pairs(OCP_STANDBY_IDS, OCP_PRIMARY_IDS),
    ];
    assert_eq!(bodies, expected);
    assert_eq!(
        calls(&stage).await,
        [("switchover".to_owned(), true), ("switchover".to_owned(), true)]
    );
    stage.nothing_happens(&[&group]).await;
    stage.curtain().await;
}

async fn three_tenants_are_failed_over_by_one_call() {
    let stage = tenants::stage("forced").await;
    let group = stage.group(GROUP);
    group.protect().await;
    slowly(&stage).await;
    lost(&stage, OCP_EAST, true).await;
    let mut order = group
        .operation("east-is-dark", OperationType::Failover, Some(Station::Target))
        .await;
    order.spec.requested_by = Some("alice".into());
    stage.environment.cluster.create(&order).await.unwrap();

    // The three tasks are shown while they run, with the edges between their parts.
    let runs = stage
        .operation("east-is-dark", "shows its jobs", |status| {
            status.job.as_ref().is_some_and(|job| job.jobs_total == Some(3))
        })
        .await;
    let job = runs.job.as_ref().unwrap();
    assert_eq!((job.sub_jobs_total, job.jobs_failed), (15, Some(0)), "{job:#?}");
    assert_eq!(job.job_type.as_deref(), Some("Failover tenant"), "{job:#?}");
    for (number, standby) in OCP_STANDBY_IDS.iter().enumerate() {
        let resource = format!("tenant/{standby}");
        let parts = job
            .sub_jobs
            .iter()
            .filter(|part| part.resource.as_ref() == Some(&resource));
        let parts: Vec<_> = parts.collect();
        assert_eq!(parts.len(), 5, "{number}: {job:#?}");
        let first = parts.iter().filter(|part| part.depends_on.is_empty()).count();
        assert_eq!(first, 1, "a line: {job:#?}");
        for before in parts.iter().flat_map(|part| &part.depends_on) {
            assert!(parts.iter().any(|part| part.id == *before), "{before}: {job:#?}");
        }
    }

    let status = stage.succeeded("east-is-dark").await;
    let done = [
        ("FailoverTenants", StepState::Succeeded),
        ("FollowTasks", StepState::Succeeded),
        ("VerifyRole", StepState::Succeeded),
    ];
    assert_eq!(steps(&status), done, "{status:#?}");
    assert_eq!(status.resulting_station, Some(ActiveStation::Target), "{status:#?}");
    let call = the_one_call(&stage).await;
    let items = OCP_STANDBY_IDS.into_iter().zip(OCP_TENANTS);
    let item = |(id, name)| json!({ "tenantId": id, "serviceName": format!("svc_{name}") });
    let body = json!({ "failoverTenantItemList": items.map(item).collect::<Vec<_>>() });
    assert_eq!(call.body, Some(body), "{call:#?}");
    assert!(call.accepted && call.answered, "{call:#?}");
    assert!(call.path.contains(&format!("/clusters/{OCP_WEST_ID}/")), "{call:#?}");
    let named = OCP_TENANTS.map(|name| ("PRIMARY".to_owned(), Some(format!("svc_{name}"))));
    assert_eq!(roles(&stage, OCP_WEST_ID).await, named);
    assert_eq!(
        roles(&stage, OCP_EAST_ID).await[0].0,
        "PRIMARY",
        "a lost primary is what it was"
    );

    let after = group
        .until("shows the end", |status| {
            status.last_operation.is_some() && status.active_station == Some(ActiveStation::Target)
        })
        .await;
    let ready = condition(&after, "Ready").unwrap();
    assert_eq!((&*ready.status, &*ready.reason), ("True", "FailedOver"), "{after:#?}");
    assert_eq!(condition(&after, "Protected").unwrap().status, "False", "{after:#?}");
    stage.nothing_happens(&[&group]).await;
    stage.curtain().await;
}
