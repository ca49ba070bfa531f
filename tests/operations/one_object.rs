//! One object that is reached by two addresses, from two namespaces: one ledger, one commander, and both sides are told.
//! It must not let the address decide anything: it is the same cloud behind both.

use super::stage::watched::Watched;
use super::stage::{Group, Stage, awaits_a_person, condition};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::ObjectMeta;
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::names::CLAIMS;
use stationmaster_api::{
    DecisionAction, GroupLedger, OperationState, OperationType, ProtectionGroup, ProtectionProvider, Station,
};
use stationmaster_simulator::{Act, FaultClock, FaultMatch, FaultRule, Station as Site};
use stationmaster_testkit::installation::{self, Connection, PROVIDER, SimulatorOptions, Through};
use std::collections::BTreeMap;

const GROUP: &str = "archive";

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        an_object_by_two_addresses_has_one_commander_and_a_call_in_doubt_fences_at_both,
        an_administrators_list_beats_who_came_first,
    ]
}

/// The same cloud by another name.
fn by_name(stage: &Stage) -> Connection {
    let url = stage
        .environment
        .simulator
        .endpoints()
        .sdrs
        .replace("127.0.0.1", "localhost");
    Connection {
        through: Some(Through { url, authority: None }),
        ..Connection::default()
    }
}

/// A second namespace with a group for the same server group, by the other name.
async fn rival(stage: &Stage) -> Stage {
    let installation = installation::shared().await.unwrap();
    let mut environment = installation
        .environment("rival", SimulatorOptions::default())
        .await
        .unwrap();
    environment.simulator = stage.environment.simulator.clone();
    let cluster = &environment.cluster;
    let watched = Watched::start(&cluster.client(), cluster.namespace()).await;
    environment.connect(&by_name(stage)).await.unwrap();
    let rival = Stage { environment, watched };
    let group = rival.group(GROUP);
    group.apply(&group.manifest().await).await.unwrap();
    rival
}

/// Waits until the group is not served, for a reason; answers the message.
async fn stalled(group: &Group<'_>, reason: &str) -> String {
    let status = group
        .until(&format!("is stalled: {reason}"), |status| {
            condition(status, "Stalled").is_some_and(|c| c.status == "True" && c.reason == reason)
        })
        .await;
    assert_eq!(status.priority_token, None, "{status:#?}");
    condition(&status, "Stalled").unwrap().message.clone()
}

async fn ledgers(stage: &Stage) -> Vec<GroupLedger> {
    let project = stage.environment.simulator.project();
    let own = installation::shared().await.unwrap().own_namespace().await.unwrap();
    let all: Vec<GroupLedger> = own.list().await.unwrap();
    all.into_iter().filter(|ledger| ledger.spec.scope == project).collect()
}

async fn site(stage: &Stage) -> Site {
    stage.environment.simulator.group(GROUP).await.unwrap().priority_station
}

async fn an_object_by_two_addresses_has_one_commander_and_a_call_in_doubt_fences_at_both() {
    let stage = Stage::new("owner").await;
    let cluster = &stage.environment.cluster;
    let hasty = json!({"spec": {"limits": {"requestTimeoutSeconds": 2}}});
    cluster.patch::<ProtectionProvider>(PROVIDER, &hasty).await.unwrap();
    let group = stage.group(GROUP);
    group.protect().await;
    let rival = rival(&stage).await;
    let theirs = rival.group(GROUP);
    let (ours, others) = (
        cluster.namespace().to_owned(),
        rival.environment.cluster.namespace().to_owned(),
    );

    // The second is told who holds the object, the first who asks for it; there is one ledger.
    let message = stalled(&theirs, "ProtectionObjectClaimed").await;
    assert!(message.contains(&format!("{ours}/{GROUP}")), "{message}");
    theirs.event("ProtectionObjectClaimed").await;
    let told = group.event("ProtectionObjectClaimed").await;
    assert!(
        told.message.as_ref().unwrap().contains(&format!("{others}/{GROUP}")),
        "{told:?}"
    );
    let [ledger] = &*ledgers(&stage).await else {
        panic!("one object, one ledger")
    };
    assert_eq!(ledger.spec.group_ref.namespace, ours);

    // A call is held on its way; what is filed on the second group is refused at once.
    let hold = Act::Hold {
        seconds: None,
        clock: FaultClock::Real,
    };
    let rule = FaultRule::new(FaultMatch::action("failover-server-group"), hold);
    stage.environment.simulator.add_fault(rule).await.unwrap();
    let mut order = group
        .operation("by-force", OperationType::Failover, Some(Station::Target))
        .await;
    cluster.create(&order).await.unwrap();
    order.spec.group_ref.uid = theirs.object().await.uid().unwrap();
    rival.environment.cluster.create(&order).await.unwrap();
    let message = rival.refused("by-force", "ProtectionObjectClaimed").await;
    assert!(message.contains(&format!("{ours}/{GROUP}")), "{message}");
    stage
        .operation("by-force", "is in doubt", |status| {
            status.reason.as_deref() == Some("SubmissionUnknown")
        })
        .await;

    // The endpoint is written in another way while the call is in doubt: it goes on, and nothing is sent again.
    let other = stage.environment.provider(PROVIDER, &by_name(&stage)).spec.sdrs;
    cluster
        .patch::<ProtectionProvider>(PROVIDER, &json!({"spec": {"sdrs": other}}))
        .await
        .unwrap();
    group.event("EndpointChanged").await;
    let [ledger] = &*ledgers(&stage).await else {
        panic!("one object, one ledger")
    };
    assert!(
        ledger.spec.endpoint.starts_with("localhost:"),
        "{}",
        ledger.spec.endpoint
    );
    assert_eq!(ledger.spec.operation_ref.as_ref().unwrap().name, "by-force");
    assert_eq!(group.calls().await.len(), 1);

    // A person gives it up and fails over again; the re-protection waits for the call that was never answered.
    stage
        .environment
        .decide("by-force", None, DecisionAction::Abandon)
        .await
        .unwrap();
    assert_eq!(stage.ended("by-force").await.state, Some(OperationState::Unknown));
    group
        .runs("again", OperationType::Failover, Some(Station::Target))
        .await;
    stage
        .environment
        .file("protect", GROUP, OperationType::Reprotect, Some(Station::Target))
        .await
        .unwrap();
    let waits = stage.operation("protect", "waits for a person", awaits_a_person).await;
    assert!(
        waits.message.as_ref().unwrap().contains("PendingCallExcluded"),
        "{waits:#?}"
    );
    assert_eq!(site(&stage).await, Site::Target);
    assert_eq!(stage.environment.simulator.release().await.unwrap(), 1);
    stage.nothing_happens(&[&group]).await;
    assert_eq!(
        site(&stage).await,
        Site::Target,
        "the pending call finds nothing to move"
    );
    stage
        .environment
        .decide("protect", Some("PendingCallExcluded"), DecisionAction::Confirm)
        .await
        .unwrap();
    stage.succeeded("protect").await;
    assert_eq!(site(&stage).await, Site::Target);
    let accepted = group.calls().await.into_iter().filter(|call| call.accepted).count();
    assert_eq!(accepted, 2, "one failover, one re-protection");
    stalled(&theirs, "ProtectionObjectClaimed").await;
    stage.curtain().await;
}

async fn an_administrators_list_beats_who_came_first() {
    let stage = Stage::new("squatter").await;
    let group = stage.group(GROUP);
    group.protect().await;
    let rival = rival(&stage).await;
    let owner = rival.group(GROUP);
    stalled(&owner, "ProtectionObjectClaimed").await;
    let (scope, namespace) = (
        stage.environment.simulator.project(),
        rival.environment.cluster.namespace(),
    );
    let list = ConfigMap {
        metadata: ObjectMeta {
            name: Some(CLAIMS.into()),
            ..ObjectMeta::default()
        },
        data: Some(BTreeMap::from([(
            "archive".to_owned(),
            format!("kind: sdrs\nscope: {scope}\nnamespaces: {namespace}\n"),
        )])),
        ..ConfigMap::default()
    };
    let own = installation::shared().await.unwrap().own_namespace().await.unwrap();
    own.create(&list).await.unwrap();

    // The one whose namespace is listed takes over at once, without the history of the other one, and holds.
    let served = owner.until("is served", |status| status.priority_token.is_some()).await;
    assert!(served.history.is_empty(), "{served:#?}");
    let message = stalled(&group, "ClaimNotAllowed").await;
    assert!(
        message.contains(&format!("/{CLAIMS} ")) && message.contains(namespace),
        "{message}"
    );
    group.event("ClaimNotAllowed").await;
    owner.event("ClaimNotAllowed").await;
    // Without the list nothing changes hands.
    own.delete::<ConfigMap>(CLAIMS).await.unwrap();
    stalled(&group, "ProtectionObjectClaimed").await;
    let shown = rival.environment.cluster.get::<ProtectionGroup>(GROUP).await.unwrap();
    assert_eq!(shown.status.unwrap().priority_token, served.priority_token);
    assert!(group.calls().await.is_empty());
    stage.curtain().await;
}
