//! The group, its order, what the provider plans and shows.
//! It must not change anything.

use crate::sets::scene::seen;
use jiff::Timestamp;
use stationmaster_engine::{
    CallSpec, DataLoss, Effect, Group, JobReport, JobStatus, OperationType, PartAction, PartOffer, Phase, Plan,
    PlannedOutcome, Request, Resolution, Risk, Sight, Station, StepKind, StepSpec, SubJob, Token,
};

/// Name and uid of the operation.
pub const OPERATION: &str = "storm";

/// The only moment.
pub const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn call(action: &str) -> CallSpec {
    CallSpec {
        action: action.to_owned(),
        endpoint: "here".to_owned(),
        resolution: Resolution::Evidence,
        dead_time_seconds: None,
        dedupe_seconds: None,
        effect: Effect::Nothing,
        follows_the_move: false,
        harmless_twice: false,
    }
}

/// The plan.
pub fn plan() -> Plan {
    let step = |name: &str, kind| StepSpec {
        name: name.to_owned(),
        kind,
        deadline_seconds: None,
    };
    let follow = StepKind::Follow {
        call: "FailOver".to_owned(),
    };
    Plan {
        outcome: PlannedOutcome::FailedOver,
        steps: vec![
            step("FailOver", StepKind::Call(call("fail-over"))),
            step("Follow", follow),
            step("Verify", StepKind::Verify),
        ],
    }
}

/// The group.
pub fn group() -> Group {
    Group {
        namespace: "shop".to_owned(),
        name: "g".to_owned(),
        uid: "u".to_owned(),
        object: "g1".to_owned(),
        members: ["g1".to_owned()].into(),
        generation: 1,
        intent: None,
        edits: Vec::new(),
        starting_deadline_seconds: 3600,
        suspend: false,
    }
}

/// The order.
pub fn order(token: Option<Token>) -> Request {
    Request {
        name: OPERATION.to_owned(),
        uid: OPERATION.to_owned(),
        created_at: NOW,
        group_uid: "u".to_owned(),
        operation: OperationType::Failover,
        target: Some(Station::Target),
        token,
        not_after: Some(Timestamp::MAX),
        data_loss: Some(DataLoss::Unknown),
        accepted_risks: Risk::ALL.to_vec(),
        requested_by: String::new(),
        ended: false,
    }
}

/// What is seen while the job goes on.
pub fn working() -> Sight {
    let mut sight = seen();
    if let Sight::Seen(seen) = &mut sight {
        seen.phase = Phase::Changing(Some(OperationType::Failover));
        seen.fingerprint.status = "moving".to_owned();
        seen.permits.clear();
    }
    sight
}

/// The job.
pub fn job(works: bool, done: u8) -> JobReport {
    let offer = PartOffer {
        part: "7".to_owned(),
        action: PartAction::Retry,
        call: call("retry"),
    };
    let waits = JobStatus::Waiting {
        message: "failed".to_owned(),
        offers: vec![offer],
    };
    JobReport {
        status: if works { JobStatus::Running } else { waits },
        sub_jobs: vec![SubJob {
            id: "7".to_owned(),
            name: "switch".to_owned(),
            resource: None,
            provider_status: String::new(),
            status: JobStatus::Running,
            started_at: None,
            finished_at: None,
            depends_on: Vec::new(),
            revision: Some(done.to_string()),
        }],
        ..JobReport::gone("a")
    }
}
