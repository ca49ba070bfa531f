//! The faults of the cloud that stories use.
//! It must not be used where the cloud itself misbehaves by a switch.

use super::{GROUP, Scene};
use stationmaster_simulator::{Act, DelayPlace, FaultClock, FaultMatch, FaultRule};
use std::collections::BTreeMap;

/// Waits before the call is applied.
pub fn before_applying(seconds: f64) -> Act {
    Act::Delay {
        seconds,
        clock: FaultClock::Real,
        place: DelayPlace::Before,
    }
}

/// Applied at once, answered late.
pub fn after_applying(seconds: f64) -> Act {
    Act::Delay {
        seconds,
        clock: FaultClock::Real,
        place: DelayPlace::After,
    }
}

/// Kept on the way until it is released; the client hears nothing.
pub fn hold() -> Act {
    Act::Hold {
        seconds: None,
        clock: FaultClock::Real,
    }
}

/// Answered by something on the way, whether or not the call is applied.
pub fn answers(status: u16, applied: bool) -> Act {
    Act::Respond {
        status,
        headers: BTreeMap::new(),
        body: None,
        apply: applied,
    }
}

/// On the first call with that action.
pub fn on(action: &str, act: Act) -> FaultRule {
    FaultRule::new(FaultMatch::action(action), act)
}

/// On every call of that operation.
pub fn on_reads(operation: &str, act: Act) -> FaultRule {
    FaultRule::new(FaultMatch::operation(operation), act).count(0)
}

impl Scene {
    /// Adds a fault.
    pub async fn spoil(&self, rule: FaultRule) {
        self.cloud().add_fault(rule).await.unwrap();
    }

    /// Makes each single reading of the group slow. One is made before a call is recorded, and one between the record and the call.
    pub async fn slow_looks(&self, seconds: f64) {
        let matching = FaultMatch {
            resource: Some(GROUP.into()),
            ..FaultMatch::operation("ShowProtectionGroup")
        };
        self.spoil(FaultRule::new(matching, before_applying(seconds)).count(0))
            .await;
    }

    /// The cloud is as it was.
    pub async fn mend(&self) {
        self.cloud().clear_faults().await.unwrap();
    }
}
