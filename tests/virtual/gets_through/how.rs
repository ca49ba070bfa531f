//! How a read, a call or a request to the API server can go wrong.
//! It must not say when.

use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// After this time a read without an answer is given up, as with the default of `requestTimeoutSeconds`.
const DEADLINE: Duration = Duration::from_secs(15);

/// What is read of the provider, and the signing of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// The list of all objects.
    List,
    /// One object, but for the last look.
    Observe,
    /// The same object once more, right before a call is sent.
    Look,
    /// What the connection is.
    Connect,
    /// What its objects are known by.
    Identity,
    /// A job.
    Poll,
    /// The job of a call without an answer.
    Find,
    /// A call is signed: the credentials are fetched.
    Sign,
}

/// How a read fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// No answer until the deadline.
    Hangs,
    /// No connection.
    Unreachable,
    /// 401.
    Denied,
    /// 403.
    Forbidden,
    /// 404 with a page of HTML: the answer of something else than the service.
    Html,
    /// 429, with a `Retry-After` or without.
    Throttled(Option<u64>),
    /// 503.
    Down,
    /// 200, and the body cannot be read.
    Malformed,
    /// The answer takes 20 s, and is good.
    Slow,
}

impl How {
    /// What the caller hears; nothing where the read goes on.
    pub async fn happens(self) -> Result<(), Fault> {
        let fault = |class, reason, text: &str| Err(Fault::new(class, reason, text));
        match self {
            How::Slow => {
                sleep(Duration::from_secs(20)).await;
                Ok(())
            }
            How::Hangs => {
                sleep(DEADLINE).await;
                fault(
                    FaultClass::Transient,
                    Reason::ProviderUnreachable,
                    "no answer within 15 s",
                )
            }
            How::Unreachable => fault(FaultClass::NotSent, Reason::ProviderUnreachable, "no route to host"),
            How::Denied => fault(FaultClass::Denied, Reason::AuthenticationFailed, "HTTP 401"),
            How::Forbidden => fault(FaultClass::Denied, Reason::PermissionDenied, "HTTP 403"),
            How::Html => fault(
                FaultClass::Transient,
                Reason::ProviderError,
                "HTTP 404, and no answer of the service",
            ),
            How::Throttled(after) => {
                let after = after.map(Duration::from_secs);
                fault(FaultClass::Throttled { after }, Reason::ProviderThrottled, "HTTP 429")
            }
            How::Down => fault(FaultClass::Transient, Reason::ProviderError, "HTTP 503"),
            How::Malformed => fault(
                FaultClass::Transient,
                Reason::ProviderError,
                "the answer cannot be read",
            ),
        }
    }
}

/// What becomes of a call that would move production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// 429.
    TurnedAway(Option<u64>),
    /// 401.
    Denied,
    /// No connection.
    NeverLeaves,
    /// It is carried out, and its answer is lost.
    AnswerLost,
    /// It is carried out, and its answer takes so long.
    AnsweredLate(Duration),
    /// It is carried out, and the operator dies before the answer.
    Dies,
}

/// What becomes of requests to the API server that a test chooses.
pub enum At {
    /// Each is answered so, with a `Retry-After`.
    Answers(u16, Option<u32>),
    /// One in so many is.
    OneIn(u64, u16),
    /// All wait until then.
    FrozenUntil(Instant),
    /// Each takes so long.
    Slow(Duration),
    /// The replica dies before it arrives.
    DiesBefore,
    /// The replica dies when it has been carried out.
    DiesAfter,
    /// Somebody else writes the object right before.
    Conflicts,
}
