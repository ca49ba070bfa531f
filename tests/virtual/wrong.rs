//! Ways in which an operator, its provider or its API server could be wrong: the sweeps must find each.
//! It must not be anything but [`Wrong::No`] in a run that proves something.

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Nothing is wrong.
    No,
    /// The operator sends a call without an answer once more.
    Resends,
    /// The operator's last look shows what was seen before the call was recorded.
    LooksBeforeIt,
    /// The operator sends a call before the API server has acknowledged its record.
    SendsFirst,
    /// The operator makes a write of the ledger that was refused as outdated again, over the present version.
    AppliesAgain,
    /// The operator takes a job as done when its call is accepted, and shows where production was meant to go.
    Believes,
    /// The API server acknowledges writes of the ledger and shows them to the replica that made them, and keeps none.
    LosesTheLedger,
    /// The API server takes writes that quote an old version.
    TakesStaleWrites,
    /// The API server acknowledges the last report of a group and forgets it.
    ForgetsTheReport,
    /// The provider's jobs never say that they are done.
    NeverEnds,
    /// The provider shows another time of replication at each look, and the operator reports it.
    Restless,
}

impl Wrong {
    /// All of them, with the one that is none.
    pub const ALL: [Wrong; 11] = [
        Wrong::No,
        Wrong::Resends,
        Wrong::LooksBeforeIt,
        Wrong::SendsFirst,
        Wrong::AppliesAgain,
        Wrong::Believes,
        Wrong::LosesTheLedger,
        Wrong::TakesStaleWrites,
        Wrong::ForgetsTheReport,
        Wrong::NeverEnds,
        Wrong::Restless,
    ];

    /// In one word, as a case's name has it.
    pub fn word(self) -> &'static str {
        match self {
            Wrong::No => "right",
            Wrong::Resends => "resends",
            Wrong::LooksBeforeIt => "looks-before-it",
            Wrong::SendsFirst => "sends-first",
            Wrong::AppliesAgain => "applies-again",
            Wrong::Believes => "believes",
            Wrong::LosesTheLedger => "loses-the-ledger",
            Wrong::TakesStaleWrites => "takes-stale-writes",
            Wrong::ForgetsTheReport => "forgets-the-report",
            Wrong::NeverEnds => "never-ends",
            Wrong::Restless => "restless",
        }
    }

    /// Whether it sits on the replica's way to the API server.
    pub fn at_the_door(self) -> bool {
        matches!(
            self,
            Wrong::SendsFirst | Wrong::AppliesAgain | Wrong::LosesTheLedger | Wrong::ForgetsTheReport
        )
    }
}
