//! One pass over one group: what is read, recorded, sent, looked at and told, in which order. A value that says what it needs next.
//! It must not do I/O itself: a driver answers each need, and every state between two answers is a point at which a process can die.
//!
//! ```text
//!                          ┌─ Claims ── Over or Reports
//! begin ─ Asks ─ Observes ─┼─ Records ─ Tells ─┬─────────────────────────────────── Reports ─ Over
//!  group, ledger,          │   │ │             ├─ Creates ────────────────────────────┘
//!  operations were read    └───┼─┼─────────────┤                                      │
//!                              │ │             └─ Signs ─ Looks ─ Sends               │
//!                              │ │                  └───────┴───────┴─ WritesDown ────┘
//!                              │ └─ nobody says whether it was written ─ Rereads ─ Keeps
//!                              └─ somebody else wrote first ─ Over
//! ```
//!
//! The order *is* the protocol. A record is written, guarded by the version that was read, before anything is done. A call is signed, then all
//! that it rests on is looked at once more, then it is sent, once; what came of it is a fact, and is written into the ledger as it stands
//! then. Each state is a type of its own, and the answer consumes it: no driver can leave a part out or do it twice.

mod act;
mod answer;
mod asks;
mod claims;
mod next;
mod reading;
mod record;
mod reports;
mod stored;
mod tell;

#[cfg(test)]
mod tests;

pub use crate::gate::Standing;
pub use crate::ledger::{Stored, Version};
pub use act::{Creates, Looks, Made, Sends, Signs};
pub use answer::{CameOf, Rereads, WritesDown};
pub use asks::{Asks, Observes};
pub use claims::Claims;
pub use next::Next;
pub use reading::{Moment, Reading, Seen, Watched};
pub use record::Records;
pub use reports::Reports;
pub use stored::{LedgerRead, Written};
pub use tell::Tells;

use crate::gate::{Sending, may_be_sent};
use crate::journal::{self, Lost};
use crate::plan::Plans;
use crate::{CallOutcome, CallRequest, ClaimRight, Decided, Group, Held, Input, Ledger, Request, Sight, decide};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A pass, at one of its points.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// More is asked of the API server, then the clock is read.
    Asks(Asks),
    /// The provider is read.
    Observes(Observes),
    /// A provider object of several is claimed, or given up.
    Claims(Claims),
    /// The ledger is written.
    Records(Records),
    /// What was decided is told: events, metrics, the log.
    Tells(Tells),
    /// The object of the operator's own operation is made.
    Creates(Creates),
    /// The call is signed.
    Signs(Signs),
    /// Everything that the call rests on is looked at once more.
    Looks(Looks),
    /// The call is sent, once.
    Sends(Sends),
    /// What came of the act is written down.
    WritesDown(WritesDown),
    /// The ledger is read again: somebody else wrote it, or nobody knows whether we did.
    Rereads(Rereads),
    /// What came of the act could not be written down, for now. The driver keeps this, and goes on with it before the group's next pass.
    Keeps(Rereads),
    /// The statuses are written where they differ.
    Reports(Reports),
    /// It is over.
    Over(Next),
}

impl Pass {
    /// A pass over `group`, which is made of one provider object. `listed` is what the provider's list shows of it, `ledger` and `requests` are
    /// the group's own, read no earlier than the group.
    pub fn begin(group: Group, listed: Sight, ledger: LedgerRead, requests: Vec<Request>) -> Pass {
        let mut held = Held::default();
        let object = group.members.first().cloned().unwrap_or_default();
        held.put(object, ledger.into());
        Pass::over(group, listed, held, requests)
    }

    /// The same of a group that can be made of several. `held` is what stands under the names of its objects, as far as it was read.
    pub fn over(group: Group, listed: Sight, held: Held, requests: Vec<Request>) -> Pass {
        Pass::Asks(Asks::new(group, listed, held, requests))
    }
}

/// What a pass knows of its process, the same in each state.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The provider's plan of an operation towards a station; none where it does not have it.
    pub plan: &'a Plans<'a>,
    /// Whether a namespace may claim the group's object.
    pub right: &'a dyn Fn(&str) -> ClaimRight,
    /// Where the connection leads; none without one.
    pub endpoint: Option<&'a str>,
    /// How long production takes at least to be moved away and back, as the provider declares it.
    pub there_and_back: Option<SignedDuration>,
    /// Which process this is.
    pub instance: &'a str,
    /// Whether the cluster lets only those file a forced order who are allowed to.
    pub orders_guarded: bool,
    /// By which rules it decides.
    pub rules: Rules<'a>,
}

/// The three judgements of a pass. A harness bends one of them, to show that it finds what is known to be wrong.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// What is to be done.
    pub decide: &'a dyn Fn(&Input<'_>) -> Decided,
    /// Whether a recorded call may be sent, after the last look.
    pub may_be_sent: &'a dyn Fn(&Sending<'_>) -> Result<(), crate::Why>,
    /// The ledger with what came of a call.
    pub answer: &'a Answering<'a>,
}

/// The ledger, the call, which process this is, what came of the call, and when.
pub type Answering<'a> = dyn Fn(&Ledger, &CallRequest, &str, CallOutcome, Timestamp) -> Result<Ledger, Lost> + 'a;

impl Rules<'static> {
    /// The rules that are shipped.
    pub const fn shipped() -> Rules<'static> {
        Rules {
            decide: &decide,
            may_be_sent: &may_be_sent,
            answer: &journal::of_this_process,
        }
    }
}

/// What was read and what was decided from it: what each later state carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Judged {
    reading: Reading,
    decided: Decided,
}

/// A decided pass, with the ledger as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Standpoint {
    judged: Arc<Judged>,
    ledger: LedgerRead,
}
