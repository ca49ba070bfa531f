//! One run: the provider, what it declares, what is asked, and what goes wrong.
//! It must not say what follows from it.

use stationmaster_engine::{OperationType, Plan};
use stationmaster_provider_proof::Variant;

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    Good,
    NeverLeaves,
    TurnedAway,
    AnswerLost,
    RequestLost,
    /// It arrives so many seconds later, with nobody waiting.
    Late(i64),
}

impl Luck {
    /// Whether the caller can know what became of the call.
    pub fn is_known(self) -> bool {
        matches!(self, Luck::Good | Luck::NeverLeaves | Luck::TurnedAway)
    }
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub variant: Variant,
    pub operation: OperationType,
    pub luck: Luck,
    /// Which sending has it, counted from 0.
    pub at: usize,
    /// After which point the operator dies, counted from 0; it starts again at once.
    pub dies_at: Option<usize>,
    /// Whether servers start after the first sending, for five minutes.
    pub servers_start: bool,
    /// A known-bad operator: it takes "nobody knows" for "not sent".
    pub bold: bool,
    /// A known-bad provider: what it declares instead of what is so.
    pub lie: fn(&mut Plan),
}

impl Case {
    /// All goes well, and the provider tells the truth.
    pub fn calm(variant: Variant, operation: OperationType) -> Case {
        Case {
            variant,
            operation,
            luck: Luck::Good,
            at: 0,
            dies_at: None,
            servers_start: false,
            bold: false,
            lie: |_| (),
        }
    }
}
