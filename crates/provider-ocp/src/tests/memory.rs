//! What is remembered of a tenant that cannot be read, and what it is worth when the other side has changed.
//! They must not let a memory stand for a reading.

use super::{Bench, SCN, SET, row};
use crate::sql::fake::Odd;
use stationmaster_engine::{OperationType, Permit, Phase, ReplicationState};
use stationmaster_provider::Provider;

#[tokio::test]
async fn a_standby_in_the_dark_is_one_until_its_primary_has_changed() {
    let bench = Bench::new().await;
    let ocp = bench.provider();
    let before = ocp.observe(SET).await.unwrap();
    bench.target.odd(Odd::HangsUp);
    let dark = ocp.observe(SET).await.unwrap();
    assert_eq!(dark.fingerprint, before.fingerprint, "health is not position");
    assert_eq!(
        (dark.phase, dark.replication.state),
        (Phase::Protected, ReplicationState::Unknown)
    );
    assert_eq!(dark.replication.lag_seconds, None);
    assert_ne!(dark.permits[&OperationType::PlannedFailover], Permit::Open);
    // Its primary was a standby in between, and is a primary again: whom the other one follows nobody knows.
    bench.source.put(&[
        row("1004", "orders", "PRIMARY", "5", SCN),
        row("1006", "stock", "PRIMARY", "3", SCN),
    ]);
    let changed = ocp.observe(SET).await.unwrap();
    assert_eq!(changed.phase, Phase::FailedOver);
    assert!(!changed.fingerprint.same_position(&before.fingerprint));
}

#[tokio::test]
async fn a_process_that_remembers_nothing_claims_nothing() {
    let bench = Bench::new().await;
    bench.target.odd(Odd::HangsUp);
    let seen = bench.provider().observe(SET).await.unwrap();
    assert_eq!(
        (seen.provider_status.as_str(), seen.fingerprint.revision),
        ("PRIMARY/-", None)
    );
}
