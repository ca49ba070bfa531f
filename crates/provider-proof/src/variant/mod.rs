//! Which provider it is: one value for each question in which disaster-recovery systems differ.
//! It must not hold state, nor say how a call is carried out.

mod name;

pub use name::NotAVariant;

use stationmaster_engine::{OperationType, Resolution};

/// For how long after its record a call can still take effect where that is bounded, in seconds: SDRS with an access key.
pub const DEAD_SECONDS: u32 = 930;

/// For how long a second call with the same key is dropped, in seconds.
pub const DEDUPE_SECONDS: u32 = 3600;

/// One provider of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    /// How a lost answer is resolved: all calls but those of a forced failover.
    pub resolution: Resolution,
    /// The same for the calls of a forced failover.
    pub forced: Resolution,
    /// How many calls a planned failover, a forced failover and a reprotect take.
    pub calls: Count,
    /// How many endpoints receive them.
    pub endpoints: Count,
    /// What a call starts.
    pub jobs: Jobs,
    /// For how many seconds after its record a call can still take effect. `None`: nothing bounds it.
    pub dead_time_seconds: Option<u32>,
    /// For how many seconds a second call with the same key is dropped, where calls are resolved by token.
    pub dedupe_seconds: u32,
    /// Whether the fingerprint carries a revision.
    pub revision: bool,
    /// Whether a job can be found without its id.
    pub finds_jobs: bool,
    /// Whether a call that moves production names the station; if not, it is a toggle.
    pub directed: bool,
    /// Whether a person is asked: the provider cannot tell whether servers are stopped, and wants a word before a forced failover and a
    /// reprotect.
    pub person: bool,
    /// What is seen of the first call of two.
    pub first_call: FirstCall,
    /// Whether the object shows a state of its own between two calls of an operation, and after a move until it is confirmed.
    pub partway: bool,
    /// Whether one more call follows the one that moves production.
    pub after_move: bool,
    /// An operation that the provider does not have.
    pub lacks: Option<OperationType>,
    /// Whether a call that moves nothing is harmless when made twice: the second finds its effect, is taken, and does nothing.
    pub harmless: bool,
    /// The shortest time in which the console could move production there and back, in seconds.
    pub there_and_back_seconds: u32,
    /// What a planned failover ends in.
    pub outcome: PlannedEnd,
    /// Whether a group is made of two provider objects, which move as one: each of them is claimed.
    pub several: bool,
}

/// What is seen of the first call of two, until the second arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirstCall {
    /// The work, and the state between the two.
    Shows,
    /// Neither status nor revision: it is answered, and the object shows what it showed.
    Nothing,
}

/// What a planned failover ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlannedEnd {
    /// Replication runs back from the target.
    Protected,
    /// As a forced one: nothing is replicated until a reprotection.
    FailedOver,
}

/// One or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// One.
    One,
    /// Two.
    Two,
}

/// What a call starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jobs {
    /// One job with an id.
    One,
    /// One job with an id and parts that wait for one another.
    Dag,
    /// Work that takes its time and has no id.
    Unnamed,
    /// Nothing: the call has worked when it is answered.
    AtOnce,
}

impl Jobs {
    /// Whether an answer names a job.
    pub fn named(self) -> bool {
        matches!(self, Jobs::One | Jobs::Dag)
    }
}

impl Variant {
    /// SDRS with an access key, as far as its documents tell: the forced failover is a toggle that only a person can resolve.
    /// Its revision (`updated_at`) is not documented; `Variant { revision: false, ..Variant::sdrs() }` is the careful reading.
    pub const fn sdrs() -> Variant {
        Variant {
            resolution: Resolution::Evidence,
            forced: Resolution::Person,
            calls: Count::One,
            endpoints: Count::One,
            jobs: Jobs::One,
            dead_time_seconds: Some(DEAD_SECONDS),
            dedupe_seconds: DEDUPE_SECONDS,
            revision: true,
            finds_jobs: false,
            directed: true,
            person: false,
            first_call: FirstCall::Shows,
            partway: false,
            after_move: false,
            lacks: None,
            harmless: false,
            there_and_back_seconds: 0,
            outcome: PlannedEnd::Protected,
            several: false,
        }
    }

    /// Whether the provider has the operation.
    pub fn has(&self, operation: OperationType) -> bool {
        self.lacks != Some(operation)
    }

    /// How a lost answer to a call of `operation` is resolved.
    pub fn resolution_of(&self, operation: OperationType) -> Resolution {
        match operation {
            OperationType::Failover => self.forced,
            OperationType::PlannedFailover
            | OperationType::Reprotect
            | OperationType::EnableProtection
            | OperationType::DisableProtection => self.resolution,
        }
    }

    /// Whether the call that moves production names the station. One that only a person can resolve does not.
    pub fn names_the_station(&self, operation: OperationType) -> bool {
        self.directed && self.resolution_of(operation) != Resolution::Person
    }

    /// Whether a provider could be so, and its declarations are true.
    ///
    /// A revision that is checked is also shown, and grows with each call. Evidence is a direction or a job that is found. A job without an id
    /// is not found. What is said of a state between two calls is said where there is one.
    pub fn sensible(&self) -> bool {
        let classes = [self.resolution, self.forced];
        let revision = self.revision || !classes.contains(&Resolution::Revision);
        let evidence = self.directed || self.finds_jobs || !classes.contains(&Resolution::Evidence);
        let found = self.jobs.named() || !self.finds_jobs;
        let person = !self.directed || self.resolution != Resolution::Person;
        let two = self.calls == Count::Two;
        let unseen = self.first_call == FirstCall::Nothing;
        let first = !unseen || (two && !classes.contains(&Resolution::Revision));
        let between = !self.partway || self.after_move || (two && !unseen);
        // A group that waits for its confirmation must not look like one that has it.
        let confirmed = !self.after_move || self.partway;
        let planned = self.outcome == PlannedEnd::Protected || self.lacks != Some(OperationType::PlannedFailover);
        revision && evidence && found && person && first && between && confirmed && planned
    }
}
