//! The words of the engine and of the API, from one to the other.
//! It must not judge: each word has one on the other side, and nothing is left out.

use stationmaster_api as api;
use stationmaster_engine::ledger::{Ending, StepState};
use stationmaster_engine::report::{DecisionState, State};
use stationmaster_engine::{ActiveStation, DecisionAction, OperationType, ReplicationState, Risk, Station};

/// A function that translates words that are called the same on both sides; with a second name, also the way back.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $from:ty => $to:ty { $($word:ident),* }) => {
        $(#[$doc])*
        pub fn $name(word: $from) -> $to {
            match word { $(<$from>::$word => <$to>::$word,)* }
        }
    };
    ($(#[$doc:meta])* $name:ident, $back:ident: $from:ty => $to:ty { $($word:ident),* }) => {
        words!($(#[$doc])* $name: $from => $to { $($word),* });
        words!($(#[$doc])* $back: $to => $from { $($word),* });
    };
}

words!(
    /// A station; one that is wanted.
    station, wanted_station: Station => api::Station { Source, Target }
);
words!(
    /// Where production runs.
    active: ActiveStation => api::ActiveStation { Source, Target, None, Both, Mixed, Unknown }
);
words!(
    /// An operation type; one that is wanted.
    operation_type, wanted_type: OperationType => api::OperationType {
        PlannedFailover, Failover, Reprotect, EnableProtection, DisableProtection
    }
);
words!(
    /// A risk; one that is accepted.
    risk, accepted_risk: Risk => api::words::Risk {
        ReplicationLinkDown, MembersInvalid, DirectionUnknown, UnknownProviderState, Suspended
    }
);
words!(
    /// Replication in one word.
    replication: ReplicationState => api::ReplicationState { Active, Synchronizing, Stopped, Broken, Unknown }
);
words!(
    /// How a step stands.
    step: StepState => api::StepState { Pending, Waiting, Running, Succeeded, Failed, Unknown }
);
words!(
    /// How an operation ended.
    ending: Ending => api::OperationState { Succeeded, Failed, Refused, Expired, Cancelled, Unknown }
);
words!(
    /// How a decision stands.
    decision_state: DecisionState => api::DecisionState { Pending, Accepted, Refused }
);
words!(
    /// What a person answers.
    action: api::DecisionAction => DecisionAction { Confirm, Retry, Skip, Rollback, Executed, NotExecuted, Abandon }
);

/// How an operation stands.
pub fn state(state: State) -> api::OperationState {
    match state {
        State::Pending => api::OperationState::Pending,
        State::Waiting => api::OperationState::Waiting,
        State::Running => api::OperationState::Running,
        State::InDoubt => api::OperationState::Unknown,
        State::Ended(how) => ending(how),
    }
}
