//! What must hold at every point, whatever went wrong there: one execution at most, the right role, an honest end.
//! It must not ask the operator what the cloud did: the cloud's own journal and state say so.

use crate::moment::Asked;
use stationmaster_api::OperationState;
use stationmaster_simulator::{JournalEntry, Station};

/// What there is to be seen when a point is over.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What was asked for, once.
    pub asked: Asked,
    /// Every call on the group that reached the cloud.
    pub calls: Vec<JournalEntry>,
    /// The cloud's own word for how the group stands.
    pub status: String,
    /// Where production runs.
    pub station: Station,
    /// How the operation stands, if it exists.
    pub operation: Option<(Option<OperationState>, Option<String>)>,
    /// Whether a person was asked what became of the call.
    pub doubted: bool,
    /// Whether something had happened at this point after which nobody can know: only then a person may be asked.
    pub may_doubt: bool,
    /// Whether it may end without having been executed although nobody was asked, and with these reasons.
    pub may_end: &'static [&'static str],
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let executed = self.calls.iter().filter(|call| call.accepted).count();
        write!(f, "executed {executed} of {} calls", self.calls.len())?;
        if self.doubted {
            write!(f, ", a person was asked")?;
        }
        let (state, reason) = self.operation.clone().unwrap_or_default();
        let state = state.map_or("no state".into(), |state| state.to_string());
        write!(f, ", {state} ({})", reason.as_deref().unwrap_or("no reason"))
    }
}

/// Everything that is wrong.
pub fn violations(seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let action = seen.asked.action();
    let strange: Vec<_> = seen
        .calls
        .iter()
        .filter(|c| c.action.as_deref() != Some(action))
        .collect();
    if !strange.is_empty() {
        wrong.push(format!("calls that nobody asked for: {strange:?}"));
    }
    let executed: u32 = seen.calls.iter().filter(|c| c.accepted).map(|c| 1 + c.duplicates).sum();
    if executed > 1 {
        wrong.push(format!("executed {executed} times: {:?}", seen.calls));
    }
    // A call that was refused at the gate or by the provider was still sent: none of these stories makes that necessary.
    if seen.calls.len() > 1 {
        wrong.push(format!("sent {} times: {:?}", seen.calls.len(), seen.calls));
    }
    let (state, reason) = match &seen.operation {
        Some((state, reason)) => (*state, reason.as_deref().unwrap_or_default()),
        None => (None, "it does not exist"),
    };
    let expected = if executed > 0 {
        seen.asked.after()
    } else {
        seen.asked.before()
    };
    if (seen.status.as_str(), seen.station) != expected {
        wrong.push(format!(
            "the group is {} at {:?} instead of {expected:?}",
            seen.status, seen.station
        ));
    }
    let ended_well = match (executed, state) {
        (0, Some(OperationState::Failed)) if seen.doubted => reason == "DeclaredNotExecuted",
        (0, Some(_)) => seen.may_end.contains(&reason),
        (_, Some(OperationState::Succeeded)) => true,
        _ => false,
    };
    if !ended_well {
        wrong.push(format!(
            "executed {executed} times, and the operation is {state:?} because of {reason}"
        ));
    }
    if seen.doubted && !seen.may_doubt {
        wrong.push("a person was asked what became of a call, without cause".into());
    }
    wrong
}

/// Forged endings: each of them must be found, and the true ones must not.
pub async fn finds_what_is_wrong() {
    let call = |accepted: bool| {
        let entry = serde_json::json!({
            "sequence": 1, "time": "2026-01-02T03:04:05Z", "realTime": "2026-01-02T03:04:05Z", "service": "sdrs", "method": "POST",
            "path": "/", "operation": "ProtectionGroupAction", "action": "reverse-server-group", "accepted": accepted,
            "answered": true, "held": false, "duplicates": 0, "faults": [],
        });
        serde_json::from_value::<JournalEntry>(entry).unwrap()
    };
    let good = Seen {
        asked: Asked::Planned,
        calls: vec![call(true)],
        status: "protected".into(),
        station: Station::Target,
        operation: Some((Some(OperationState::Succeeded), Some("Succeeded".into()))),
        doubted: false,
        may_doubt: false,
        may_end: &[],
    };
    let ended = |state, reason: &str| Some((Some(state), Some(reason.to_owned())));
    let never_sent = Seen {
        calls: Vec::new(),
        station: Station::Source,
        operation: ended(OperationState::Failed, "DeclaredNotExecuted"),
        doubted: true,
        may_doubt: true,
        ..good.clone()
    };
    for fine in [&good, &never_sent] {
        assert_eq!(violations(fine), Vec::<String>::new());
    }
    let mut duplicate = call(true);
    duplicate.duplicates = 1;
    let mut strange = call(false);
    strange.action = Some("failover-server-group".into());
    let forged = [
        (
            "a second execution",
            Seen {
                calls: vec![call(true), call(true)],
                ..good.clone()
            },
        ),
        (
            "a second call that was refused",
            Seen {
                calls: vec![call(true), call(false)],
                ..good.clone()
            },
        ),
        (
            "a duplicate",
            Seen {
                calls: vec![duplicate],
                ..good.clone()
            },
        ),
        (
            "another call",
            Seen {
                calls: vec![call(true), strange],
                ..good.clone()
            },
        ),
        (
            "the wrong role",
            Seen {
                station: Station::Source,
                ..good.clone()
            },
        ),
        (
            "the wrong status",
            Seen {
                status: "error-reversing".into(),
                ..good.clone()
            },
        ),
        (
            "a success without a call",
            Seen {
                calls: Vec::new(),
                station: Station::Source,
                ..good.clone()
            },
        ),
        (
            "no end",
            Seen {
                operation: ended(OperationState::Running, "FollowJob"),
                ..good.clone()
            },
        ),
        (
            "no operation",
            Seen {
                operation: None,
                ..good.clone()
            },
        ),
        (
            "a failure although it was done",
            Seen {
                operation: ended(OperationState::Failed, "JobFailed"),
                ..good.clone()
            },
        ),
        (
            "doubt without cause",
            Seen {
                may_doubt: false,
                ..never_sent.clone()
            },
        ),
        (
            "an expiry that nothing explains",
            Seen {
                operation: ended(OperationState::Expired, "Expired"),
                doubted: false,
                ..never_sent
            },
        ),
    ];
    for (what, seen) in forged {
        assert!(!violations(&seen).is_empty(), "{what} is not seen");
    }
}
