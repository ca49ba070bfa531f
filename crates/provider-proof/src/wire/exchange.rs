//! One exchange between a connection and the provider, and what can become of it.
//! It must not hold anything of the provider's state.

use stationmaster_engine::CallRequest;

/// An exchange at one of its two moments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exchange {
    /// Counted from 1, over all connections of the wire.
    pub number: u64,
    /// The name of the connection: which replica it is.
    pub connection: String,
    /// Which moment it is.
    pub moment: Moment,
    /// What is asked.
    pub what: What,
}

/// A moment of an exchange at which it can be disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Nothing has left.
    Leaving,
    /// The provider has done what was asked, and nobody has heard of it.
    Answered,
}

/// What is asked of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// What the connection is.
    Connect,
    /// All objects.
    List,
    /// One object.
    Observe {
        /// The object.
        object: String,
    },
    /// A job.
    Poll {
        /// Its id.
        job: String,
    },
    /// The job of a call without an answer.
    Find(CallRequest),
    /// A mutating call.
    Call(CallRequest),
}

impl What {
    /// In one word: `list`, `reverse-server-group`.
    pub fn word(&self) -> &str {
        match self {
            What::Connect => "connect",
            What::List => "list",
            What::Observe { .. } => "observe",
            What::Poll { .. } => "poll",
            What::Find(_) => "find",
            What::Call(request) => &request.action,
        }
    }
}

/// What becomes of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Disturb {
    /// Nothing happens to it.
    Go,
    /// No connection is made: nothing leaves.
    NeverLeaves,
    /// The gate turns it away before it is looked at.
    TurnedAway {
        /// How long it asks to wait, in seconds.
        after_seconds: Option<u32>,
    },
    /// All credentials lapse before it arrives.
    CredentialsLapse,
    /// The provider refuses it with this text.
    Refused {
        /// The text.
        text: String,
    },
    /// It is answered by a redirect, and not done.
    Redirect,
    /// It is lost on its way, and the connection closes.
    LoseRequest,
    /// A call arrives so many seconds later, when its deadline has passed and nobody waits any more. A read is lost.
    Later {
        /// Seconds from now.
        seconds: u32,
    },
    /// A call arrives, and the same again so many seconds later; the answer is the first one's.
    AndAgain {
        /// Seconds from now.
        seconds: u32,
    },
    /// A gate sends a call twice, and the answer is the second one's.
    Doubled,
    /// It waits so long and then goes on: longer than its deadline is like `Later` for a call.
    Delay {
        /// Seconds.
        seconds: u32,
    },
    /// It is done; the connection closes without an answer.
    LoseAnswer,
    /// It is done; the answer never comes and the connection stays open.
    Hang,
    /// It is done; a gateway answers with this status.
    Status(u16),
    /// It is done; the answer cannot be read.
    Unreadable,
}

impl Disturb {
    /// Whether it can happen at a moment: once the provider has answered, only the answer can suffer.
    pub fn fits(&self, moment: Moment) -> bool {
        let of_the_answer = matches!(
            self,
            Disturb::Go
                | Disturb::Delay { .. }
                | Disturb::LoseAnswer
                | Disturb::Hang
                | Disturb::Status(_)
                | Disturb::Unreadable
        );
        of_the_answer || moment == Moment::Leaving
    }
}

/// A call that reached the provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arrival {
    /// The object.
    pub object: String,
    /// The provider's word for the call.
    pub action: String,
    /// `<operation>/<step>/<attempt>`.
    pub submission: String,
    /// Whether it was carried out.
    pub executed: bool,
}
