//! Faults: rules that match vendor calls and spoil them.
//! It must not carry out anything; the gateway does.

mod act;
mod book;
pub(crate) mod console;
mod matching;
pub(crate) mod tenant;

use serde::{Deserialize, Serialize};

pub use act::{Act, BodyForm, DelayPlace, FaultClock};
pub(crate) use book::{FaultBook, Plan};
pub use console::{ConsoleAct, ConsoleServers};
pub use matching::FaultMatch;
pub use tenant::{TenantAct, TenantAction, TenantRole};

/// A rule. It fires on the calls that match, from the `nth` on, `count` times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// A name for the journal; given when empty.
    #[serde(default)]
    pub id: String,
    /// Which calls; an empty match is every vendor call.
    #[serde(default, rename = "match")]
    pub matching: FaultMatch,
    /// The first matching call that the rule fires on, from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many matching calls in a row it fires on; 0 is without end.
    #[serde(default = "one")]
    pub count: u64,
    /// What happens.
    pub act: Act,
    /// Matching calls so far.
    #[serde(default)]
    pub seen: u64,
    /// Calls that the rule fired on so far.
    #[serde(default)]
    pub fired: u64,
}

fn one() -> u64 {
    1
}

impl FaultRule {
    /// A rule that fires once, on the first call that matches.
    pub fn new(matching: FaultMatch, act: Act) -> Self {
        Self {
            id: String::new(),
            matching,
            nth: 1,
            count: 1,
            act,
            seen: 0,
            fired: 0,
        }
    }

    /// Fires on the n-th matching call first.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = nth;
        self
    }

    /// Fires that many times; 0 is without end.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }
}
