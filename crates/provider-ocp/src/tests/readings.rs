//! What a set shows in the states that it can be in.
//! They must not know how it was read.

use super::{Bench, SET, row};
use crate::sql::fake::Odd;
use serde_json::json;
use stationmaster_engine::{ActiveStation, Fact, OperationType, Permit, Phase, Reason, ReplicationState};
use stationmaster_provider::{FaultClass, Provider};

fn open(seen: &stationmaster_engine::Observation) -> Vec<OperationType> {
    OperationType::ALL
        .into_iter()
        .filter(|operation| seen.permit(*operation) == Permit::Open)
        .collect()
}

#[tokio::test]
async fn a_set_that_is_replicated() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!((seen.active, seen.phase), (ActiveStation::Source, Phase::Protected));
    assert_eq!(
        (seen.provider_status.as_str(), seen.replication.state),
        ("PRIMARY/STANDBY", ReplicationState::Active)
    );
    // Two seconds, and what passed between the two questions.
    assert!(
        matches!(seen.replication.lag_seconds, Some(2 | 3)),
        "{:?}",
        seen.replication
    );
    assert_eq!(
        seen.replication.last_sync,
        Some("2023-11-14T22:13:23Z".parse().unwrap())
    );
    assert_eq!(open(&seen), [OperationType::PlannedFailover, OperationType::Failover]);
    assert_eq!(seen.facts["SwitchoverPrecheckPassed"], Fact::Holds);
    assert!(seen.fingerprint.revision.is_some());
    assert_eq!(bench.ocp.came("switchoverPreCheck").len(), 2, "one for each pair");
    let listed = &ocp.list().await.unwrap()[SET];
    assert_eq!((&listed.fingerprint, listed.active), (&seen.fingerprint, seen.active));
}

#[tokio::test]
async fn the_hour_of_the_forced_failover() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let before = ocp.observe(SET).await.unwrap();
    bench.source.odd(Odd::HangsUp);
    let seen = ocp.observe_for_failover(SET).await.unwrap();
    assert_eq!(seen.fingerprint, before.fingerprint, "a dead site voids no token");
    assert_eq!(open(&seen), [OperationType::Failover]);
    assert!(
        seen.replication.lag_seconds.unwrap() > 1000,
        "everything since then may be lost: {:?}",
        seen.replication
    );
    // OCP forgets for a moment which tenant is which.
    bench
        .ocp
        .set(|world| world.everything = Some((404, "<html>".to_owned())));
    let seen = ocp.observe_for_failover(SET).await.unwrap();
    assert_eq!(
        (seen.fingerprint, seen.permits[&OperationType::Failover].clone()),
        (before.fingerprint, Permit::Open)
    );
}

#[tokio::test]
async fn after_a_forced_failover_production_is_alone() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    ocp.observe(SET).await.unwrap();
    bench.source.odd(Odd::HangsUp);
    bench.target.put(&[
        row("1004", "orders", "PRIMARY", "4", super::SCN),
        row("1006", "stock", "PRIMARY", "4", super::SCN),
    ]);
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!(
        (seen.active, seen.phase, seen.provider_status.as_str()),
        (ActiveStation::Target, Phase::FailedOver, "-/PRIMARY")
    );
    assert_eq!(open(&seen), [OperationType::Reprotect]);
    assert!(matches!(&seen.facts["OldPrimariesGone"], Fact::CannotTell { .. }));
    // The old site comes back, and its primaries with it.
    bench.source.odd(Odd::Nothing);
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!(
        (seen.active, seen.provider_status.as_str()),
        (ActiveStation::Both, "PRIMARY/PRIMARY")
    );
    // They are dropped, and one is made anew under another id.
    bench
        .source
        .put(&[row("1010", "orders", "STANDBY", "0", super::EARLIER)]);
    bench
        .ocp
        .set(|world| world.tenants.get_mut(&3_000_010).unwrap().clear());
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!(
        (seen.active, &seen.facts["OldPrimariesGone"]),
        (ActiveStation::Target, &Fact::Holds)
    );
    let Fact::Fails { message, .. } = &seen.facts["StandbysInPlace"] else {
        panic!("{seen:?}")
    };
    assert!(
        message.contains("orders (a standby of that name is there: name its id") && message.contains("stock"),
        "{message}"
    );
}

#[tokio::test]
async fn some_moved_and_some_not_is_no_success() {
    let bench = Bench::new().await;
    bench.roles(["PRIMARY", "PRIMARY"], ["STANDBY", "PRIMARY"]);
    let seen = bench.provider().observe(SET).await.unwrap();
    assert_eq!((seen.active, seen.phase), (ActiveStation::Both, Phase::Faulted(None)));
    bench.roles(["PRIMARY", "STANDBY"], ["STANDBY", "PRIMARY"]);
    let ocp = bench.provider();
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!((seen.active, seen.phase), (ActiveStation::Mixed, Phase::Faulted(None)));
    assert_eq!(open(&seen), [OperationType::Failover]);
    let members = ocp.members(SET).await.unwrap();
    assert_eq!(
        members[0].station,
        ActiveStation::Target,
        "the one that is elsewhere comes first"
    );
    bench.roles(["STANDBY", "STANDBY"], ["STANDBY", "STANDBY"]);
    let seen = bench.provider().observe(SET).await.unwrap();
    assert_eq!(
        (seen.active, open(&seen)),
        (ActiveStation::None, vec![OperationType::Failover])
    );
}

#[tokio::test]
async fn while_ocp_moves_tenants_of_the_set_nothing_may_begin() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let before = ocp.observe(SET).await.unwrap();
    let task = |name: &str| json!({ "id": 7, "name": name, "status": "RUNNING", "tenant": { "id": 2_000_125 } });
    for (name, work) in [
        ("Failover tenant", OperationType::Failover),
        ("Switchover ob tenant for network mode", OperationType::PlannedFailover),
    ] {
        bench.ocp.set(|world| world.tasks = vec![task(name)]);
        let seen = ocp.observe(SET).await.unwrap();
        assert_eq!(
            (seen.phase, open(&seen)),
            (Phase::Changing(Some(work)), vec![]),
            "{name}"
        );
        assert!(!seen.fingerprint.same_position(&before.fingerprint));
    }
    let another = json!({ "id": 8, "name": "Failover tenant", "status": "RUNNING", "tenant": { "id": 1 } });
    // A nightly backup voids no token, and is in the way of no forced failover.
    for harmless in [another, task("Back up tenant")] {
        bench.ocp.set(|world| world.tasks = vec![harmless]);
        let seen = ocp.observe(SET).await.unwrap();
        assert_eq!((&seen.fingerprint, open(&seen)), (&before.fingerprint, open(&before)));
    }
}

#[tokio::test]
async fn what_closes_a_planned_move_and_no_forced_one() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let closed = async |reason: &str| {
        let seen = ocp.observe(SET).await.unwrap();
        let Permit::Closed { reason: told, message } = seen.permit(OperationType::PlannedFailover) else {
            panic!("{reason}")
        };
        assert_eq!(told.as_str(), reason, "{message}");
        assert_eq!(seen.permit(OperationType::Failover), Permit::Open, "{reason}");
    };
    *bench.target.world.restore.lock().unwrap() = Some(vec![["1006".to_owned(), "SOURCE HAS A GAP".to_owned()]]);
    closed("StandbyLogBroken").await;
    *bench.target.world.restore.lock().unwrap() = Some(Vec::new());
    bench
        .ocp
        .set(|world| world.tenants.get_mut(&3_000_020).unwrap()[0]["locked"] = json!(true));
    closed("TenantNotAtRest").await;
    bench
        .ocp
        .set(|world| world.tenants.get_mut(&3_000_020).unwrap()[0]["locked"] = json!(false));
    bench
        .ocp
        .set(|world| world.precheck = Some(json!({ "valid": false, "checkResults": [{ "message": "lag 9 s" }] })));
    let seen = ocp.observe(SET).await.unwrap();
    let Fact::Fails { reason, message } = &seen.facts["SwitchoverPrecheckPassed"] else {
        panic!("{seen:?}")
    };
    assert!(
        reason.as_str() == "PrecheckFailed" && message.contains("2000025 to 2000125: lag 9 s"),
        "{message}"
    );
    bench.target.odd(Odd::HangsUp);
    closed("TenantNotRead").await;
}

#[tokio::test]
async fn an_unknown_word_permits_nothing() {
    let bench = Bench::new().await;
    let mut strange = row("1004", "orders", "STANDBY", "3", super::EARLIER);
    strange[5] = "DANCING";
    bench
        .target
        .put(&[strange, row("1006", "stock", "STANDBY", "3", super::EARLIER)]);
    let seen = bench.provider().observe(SET).await.unwrap();
    assert_eq!(
        (
            seen.phase,
            seen.permits[&OperationType::PlannedFailover] == Permit::Open
        ),
        (Phase::Unknown, false)
    );
    assert!(matches!(seen.permit(OperationType::Failover), Permit::AtRisk(_)));
}

#[tokio::test]
async fn a_database_that_shows_another_tenant_under_the_id_is_not_believed() {
    let bench = Bench::new().await;
    bench.target.put(&[
        row("1004", "invoices", "STANDBY", "3", super::EARLIER),
        row("1006", "stock", "STANDBY", "3", super::EARLIER),
    ]);
    let seen = bench.provider().observe(SET).await.unwrap();
    let Permit::Closed { reason, message } = seen.permit(OperationType::PlannedFailover) else {
        panic!()
    };
    assert!(
        reason != Reason::ProviderBusy && message.contains("TENANT") | message.contains("PRIMARY"),
        "{reason} {message}"
    );
    assert_eq!(seen.phase, Phase::FailedOver, "the standby of orders is not seen");
}

#[tokio::test]
async fn without_a_database_only_a_forced_failover_is_offered_and_a_person_looks() {
    let bench = Bench::new().await;
    let mut config = bench.config();
    config.sql.clear();
    let ocp = crate::Ocp::new(config).unwrap();
    assert_eq!(ocp.capabilities(), ["Failover"]);
    let seen = ocp.observe(SET).await.unwrap();
    assert_eq!(
        (seen.active, seen.replication.lag_seconds),
        (ActiveStation::Unknown, None)
    );
    assert!(matches!(
        seen.permit(OperationType::PlannedFailover),
        Permit::Closed {
            reason: Reason::ProviderNotSupported,
            ..
        }
    ));
}

#[tokio::test]
async fn a_set_that_is_no_set_or_is_gone_is_not_found_and_bad_credentials_are_denied() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    for text in ["nonsense", "3000010>3000020:1>2"] {
        let fault = ocp.observe(text).await.unwrap_err();
        assert_eq!(fault.reason, Reason::ProtectionObjectNotFound, "{text} {fault:?}");
    }
    let denied =
        json!({ "successful": false, "error": { "code": "IAM10004", "message": "wrong: sk-hunter22" } }).to_string();
    bench.ocp.set(|world| world.everything = Some((401, denied)));
    let fault = bench.provider().observe(SET).await.unwrap_err();
    assert_eq!(
        (&fault.class, fault.reason),
        (&FaultClass::Denied, Reason::AuthenticationFailed)
    );
    assert!(!fault.message.contains("hunter22"), "{fault}");
}
