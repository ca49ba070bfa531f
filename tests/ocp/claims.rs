//! A tenant belongs to one group: another one that names it too gets none of its tenants, and is told who has it.
//! It must not be served in part.

use super::stage::condition;
use super::tenants::{self, GROUP, calls, only};
use libtest_mimic::Trial;
use serde_json::Value;
use stationmaster_api::{GroupLedger, ProtectionGroup, Station};
use stationmaster_simulator::scenario::{OCP_PRIMARY_IDS, OCP_TENANTS};
use stationmaster_testkit::installation;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![of_two_groups_that_share_a_tenant_the_second_has_no_claim]
}

async fn of_two_groups_that_share_a_tenant_the_second_has_no_claim() {
    let stage = tenants::stage("shared").await;
    let [payments, orders, ledger] = OCP_TENANTS;
    let (first, second) = (stage.group(GROUP), stage.group("books"));
    first.apply(&only(&first, &[payments, orders]).await).await.unwrap();
    first.token().await;
    second.apply(&only(&second, &[orders, ledger]).await).await.unwrap();
    let stalled = second
        .until("has no claim", |status| {
            condition(status, "Stalled").is_some_and(|stalled| stalled.reason == "ProtectionObjectClaimed")
        })
        .await;
    let message = &condition(&stalled, "Stalled").unwrap().message;
    let owner = format!("{}/{GROUP}", stage.environment.cluster.namespace());
    assert!(message.contains(&owner), "{message}");
    assert!(message.contains(&format!("tenant/{}", OCP_PRIMARY_IDS[1])), "{message}");
    assert!(stalled.priority_token.is_none(), "{stalled:#?}");
    second.event("ProtectionObjectClaimed").await;

    // The tenant that nobody else names is not claimed either: all or none.
    let own = installation::shared().await.unwrap().own_namespace().await.unwrap();
    let ledgers = own.list::<GroupLedger>().await.unwrap();
    let scope = stage.environment.simulator.project();
    let ours = ledgers.iter().map(|ledger| serde_json::to_string(ledger).unwrap());
    let ours: Vec<String> = ours.filter(|text| text.contains(scope)).collect();
    assert!(!ours.is_empty());
    for text in &ours {
        assert!(!text.contains(&format!("tenant/{}", OCP_PRIMARY_IDS[2])), "{text}");
    }

    // The first is served as if the other one were not there.
    first.moves_to(Station::Target).await;
    let journal = stage.environment.simulator.journal().await.unwrap();
    let body = journal[0].body.as_ref().unwrap();
    let moved: Vec<&Value> = body["tenantParamList"].as_array().unwrap().iter().collect();
    assert_eq!(moved.len(), 2, "{body}");

    // Once it is gone the other one gets what it names.
    let cluster = &stage.environment.cluster;
    cluster.delete::<ProtectionGroup>(GROUP).await.unwrap();
    second
        .until("is served", |status| status.priority_token.is_some())
        .await;
    assert_eq!(calls(&stage).await.len(), 1);
    stage.curtain().await;
}
