//! What people do behind the client's back: flip, decouple, drop, recreate, lose a site.
//! It must not use a vendor call for that.

use serde_json::Value;
use stationmaster_simulator::scenario::{OCP_EAST_ID, OCP_WEST_ID};
use stationmaster_simulator::{TenantAct, TenantAction, TenantRole};

use crate::bench::{Ocp, tasks};

fn act(tenant: &str, action: TenantAction) -> TenantAct {
    TenantAct {
        tenant: Some(tenant.into()),
        action: Some(action),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_flip_changes_both_roles_and_their_epochs() {
    let ocp = Ocp::two_sites();
    let epochs = || [OCP_EAST_ID, OCP_WEST_ID].map(|c| ocp.tenant(c, "orders")["switchoverEpoch"].as_i64());
    let before = epochs();
    ocp.act(act("ob-west/orders", TenantAction::Switchover));
    assert_eq!(ocp.roles("orders"), ["STANDBY", "PRIMARY"]);
    assert!(epochs().iter().zip(before).all(|(after, before)| *after > before));
    assert!(ocp.simulator.journal().is_empty());
    assert_eq!(ocp.simulator.tenant_history().len(), 2);
    assert!(
        ocp.simulator
            .tenant_act(&act("ob-west/orders", TenantAction::Switchover))
            .is_err()
    );
}

#[tokio::test]
async fn a_decoupled_tenant_has_no_service_name_and_no_primary() {
    let ocp = Ocp::two_sites();
    ocp.act(act("ob-west/orders", TenantAction::Decouple));
    assert_eq!(ocp.roles("orders"), ["PRIMARY", "PRIMARY"]);
    let west = ocp.tenant(OCP_WEST_ID, "orders");
    assert_eq!((&west["service"], &west["source"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_lost_primary_is_dropped_and_made_anew_as_a_standby() {
    let ocp = Ocp::two_sites();
    ocp.east_is_down(true);
    let id = tasks(&ocp.fail_over(&[2_000_025]).await)[0];
    ocp.ended(id).await;
    ocp.east_is_down(false);
    let old = ocp.tenant(OCP_EAST_ID, "payments");
    ocp.act(TenantAct {
        standby_of: Some("ob-west/payments".into()),
        ..act("ob-east/payments", TenantAction::Recreate)
    });
    let new = ocp.tenant(OCP_EAST_ID, "payments");
    assert_ne!((&old["id"], &old["obTenantId"]), (&new["id"], &new["obTenantId"]));
    assert_eq!(ocp.roles("payments"), ["STANDBY", "PRIMARY"]);
    ocp.simulator.advance(10.0);
    assert_eq!(ocp.tenant(OCP_EAST_ID, "payments")["lagMs"], 200.0);
    let gone = format!("/ob/clusters/{OCP_EAST_ID}/tenants/{}", old["id"]);
    assert_eq!(ocp.get(&gone).await.status, 404);
    ocp.act(act("ob-east/ledger", TenantAction::Drop));
    assert_eq!(ocp.data("/ob/tenants?name=ledger").await["page"]["totalElements"], 1);
}

#[tokio::test]
async fn any_role_and_any_word_may_be_seen() {
    let ocp = Ocp::two_sites();
    ocp.act(TenantAct {
        tenant: Some("2000025".into()),
        set_role: Some(TenantRole::Restore),
        set_switchover_status: Some("SOMETHING NEW".into()),
        ..Default::default()
    });
    let tenant = ocp.tenant(OCP_WEST_ID, "payments");
    assert_eq!(
        (&tenant["role"], &tenant["switchoverStatus"]),
        (&"RESTORE".into(), &"SOMETHING NEW".into())
    );
}
