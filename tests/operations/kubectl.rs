//! What a person reads with kubectl: the real program, against the same API server.
//! It must not compare whole pages: kubectl's own layout is not ours.

use super::stage::kubectl::{Kubectl, row};
use super::stage::{Stage, intent};
use libtest_mimic::Trial;
use stationmaster_api::{OperationType, Station};
use stationmaster_simulator::Station as Site;
use stationmaster_testkit::installation;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![what_a_person_needs_is_in_what_kubectl_prints]
}

async fn what_a_person_needs_is_in_what_kubectl_prints() {
    let stage = Stage::new("kubectl").await;
    let (moved, lost) = (stage.group("payments-db"), stage.group("archive"));
    moved.stop_servers(Site::Source).await;
    moved.protect().await;
    lost.protect().await;
    let operation = moved.moves_to(Station::Target).await;
    lost.apply(&lost.with_intent(Station::Source, None).await)
        .await
        .unwrap();
    lost.until("agrees", |status| intent(status).1 == "AtPriorityStation")
        .await;
    lost.runs("az-1-is-dark", OperationType::Failover, Some(Station::Target))
        .await;
    let token = moved.token().await;

    let kubectl = Kubectl::of(installation::shared().await.unwrap(), &stage.environment).await;

    let groups = kubectl.prints(&["get", "drpg"]).await;
    for line in groups.lines() {
        assert!(line.len() <= 80, "{} columns:\n{groups}", line.len());
    }
    assert_eq!(
        row(&groups, "NAME"),
        "NAME ACTIVE OPERATION COPIES REASON AGE",
        "{groups}"
    );
    let (active, rest) = ("payments-db target 2 Protected", row(&groups, "payments-db"));
    assert!(rest.starts_with(active), "{groups}");
    assert!(
        row(&groups, "archive").starts_with("archive target 1 FailedOver"),
        "{groups}"
    );

    let wide = kubectl.prints(&["get", "drpg", "-o", "wide"]).await;
    let row_of = row(&wide, "payments-db");
    for part in [
        " True ",
        " target ",
        " cloud ",
        " protected ",
        &*token,
        "Production runs at target.",
    ] {
        assert!(row_of.contains(part), "{part} is not in: {row_of}");
    }
    for head in ["READY", "WANT", "PROVIDER-STATUS", "PROTECTED", "TOKEN", "MESSAGE"] {
        assert!(row(&wide, "NAME").contains(head), "{wide}");
    }

    // Whoever looks why nothing happens finds the lines that ask for it.
    let held = kubectl.prints(&["describe", "drpg", "archive"]).await;
    let lines = format!(
        "To move it now set spec.priorityStation: source and spec.priorityToken: {}",
        lost.token().await
    );
    assert!(held.contains(&lines), "{held}");

    let operations = kubectl.prints(&["get", "drrun"]).await;
    let planned = row(&operations, &operation);
    assert!(
        planned.starts_with(&format!("{operation} PlannedFailover Succeeded Succeeded")),
        "{operations}"
    );
    let everything = kubectl.prints(&["get", "dr"]).await;
    for name in [
        "protectiongroup.stationmaster.dev/archive",
        "recoveryoperation.stationmaster.dev/az-1-is-dark",
    ] {
        assert!(everything.contains(name), "{everything}");
    }

    stage.event("RecoveryOperation", "az-1-is-dark", "Succeeded").await;
    let described = kubectl.prints(&["describe", "drrun", "az-1-is-dark"]).await;
    let job = lost.calls().await.pop().unwrap().job_id.unwrap();
    let lines: Vec<String> = described
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "Name: az-1-is-dark",
        "Reason: the other site is lost",
        "Requested By: alice",
        "Accept Unknown: true",
        "Target Station: target",
        "State: Succeeded",
        "Resulting Station: target",
        "Name: FailoverServerGroup",
        &format!("Job ID: {job}"),
        "Sub Jobs Total: 5",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line} is not in:\n{described}");
    }
    assert!(described.contains("Role Change Seconds:"), "{described}");
    for part in [
        "Submitting",
        "Succeeded",
        "stationmaster.dev/operator",
        "production runs at target",
    ] {
        assert!(described.contains(part), "{part} is not in:\n{described}");
    }
    stage.curtain().await;
}
