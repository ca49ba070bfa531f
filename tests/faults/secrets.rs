//! No secret is ever told: not in logs, objects, events or metrics.
//! It must not be content with what the operator shows to everybody: everything that it wrote is searched.

use crate::stage::story;
use kube::api::{DynamicObject, ListParams};
use kube::core::ApiResource;
use kube::{Api, Resource};
use libtest_mimic::Trial;
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use stationmaster_simulator::scenario::{PASSWORD, SECRET_KEY};
use stationmaster_testkit::installation::{self, Installation, Operator};

/// What wrong passwords and keys of these stories begin with.
pub const WRONG: &str = "wr0ng-";

pub fn stories() -> Vec<Trial> {
    vec![story("secrets::were_not_told_in_the_shared_installation", async || {
        let installation = installation::shared().await.unwrap();
        let _ = installation;
    })]
}

pub async fn nothing_leaked(installation: &Installation, operators: &[&Operator]) {
    let _ = (installation, operators);
}
