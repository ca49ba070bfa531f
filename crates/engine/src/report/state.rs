//! How an operation stands, in one word.
//! It must not be read back: it is made from the ledger in every pass.

use crate::ledger::Ending;

/// How an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not begun.
    Pending,
    /// Begun, no call made, and it waits for something.
    Waiting,
    /// A call is being made or was made.
    Running,
    /// Nobody knows whether a call took effect, and a person is asked.
    InDoubt,
    /// It has ended.
    Ended(Ending),
}

impl State {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "Pending",
            State::Waiting => "Waiting",
            State::Running => "Running",
            State::InDoubt => "Unknown",
            State::Ended(ending) => ending.as_str(),
        }
    }
}
