//! What the provider shows, and what a person files.
//! It must not change anything.

use super::state::State;
use jiff::Timestamp;
use stationmaster_engine::{
    ActiveStation, CallSpec, DataLoss, Depth, Effect, Fingerprint, Observation, OperationType, Permit, Phase, Plan,
    PlannedOutcome, Replication, ReplicationState, Request, Resolution, Risk, Sight, Station, StepKind, StepSpec,
    Token,
};
use std::collections::BTreeMap;

/// The only moment.
pub const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// What the provider shows of either group, whatever was sent: what becomes of a call is another model's.
pub fn seen() -> Sight {
    let status = "protected".to_owned();
    Sight::Seen(Observation {
        active: ActiveStation::Source,
        provider_status: status.clone(),
        phase: Phase::Protected,
        replication: Replication {
            state: ReplicationState::Active,
            progress_percent: None,
            lag_seconds: None,
            last_sync: None,
        },
        fingerprint: Fingerprint {
            status,
            active: ActiveStation::Source,
            revision: Some("1".to_owned()),
        },
        permits: BTreeMap::from([(OperationType::Failover, Permit::Open)]),
        own_station: Some(Station::Source),
        description: None,
        facts: BTreeMap::new(),
        depth: Depth::Full,
    })
}

/// One call, and what verifies it.
pub fn plan(operation: OperationType) -> Option<Plan> {
    let step = |name: &str, kind| StepSpec {
        name: name.to_owned(),
        kind,
        deadline_seconds: None,
    };
    let call = CallSpec {
        action: "fail-over".to_owned(),
        endpoint: "here".to_owned(),
        resolution: Resolution::Person,
        dead_time_seconds: None,
        dedupe_seconds: None,
        effect: Effect::Outcome,
        follows_the_move: false,
        harmless_twice: false,
    };
    (operation == OperationType::Failover).then(|| Plan {
        outcome: PlannedOutcome::FailedOver,
        steps: vec![step("FailOver", StepKind::Call(call)), step("Verify", StepKind::Verify)],
    })
}

/// The token that a group's status shows.
pub fn token(state: &State, group: usize) -> Option<Token> {
    let uid = &state.groups[group].group.uid;
    let (_, journal) = state.journals().find(|(_, ledger)| ledger.group.uid == *uid)?;
    journal.token.clone()
}

/// What is filed on a group.
pub fn requests(state: &State, group: usize) -> Vec<Request> {
    let member = &state.groups[group];
    let journal = state.journals().find(|(_, l)| l.group.uid == member.group.uid);
    // What the order quotes is what its author saw: the first token of the group's journal.
    let token = journal.and_then(|(_, l)| l.operation.as_ref().map(|o| o.token.clone()).or(l.token.clone()));
    let filed = token.filter(|_| member.asked).map(|token| Request {
        name: "order".to_owned(),
        uid: format!("order-{}", member.group.uid),
        created_at: NOW,
        group_uid: member.group.uid.clone(),
        operation: OperationType::Failover,
        target: Some(Station::Target),
        token: Some(token),
        not_after: Some(Timestamp::MAX),
        data_loss: Some(DataLoss::Unknown),
        accepted_risks: Risk::ALL.to_vec(),
        requested_by: String::new(),
        ended: false,
    });
    filed.into_iter().collect()
}
