//! What the suite needs of a provider's test bench: a world to prepare, to disturb and to look at.
//! It must not ask for anything that only one provider has.

use crate::Provider;
use async_trait::async_trait;
use jiff::Timestamp;
use stationmaster_engine::{OperationType, Station};
use std::sync::Arc;
use std::time::Duration;

/// A provider's simulator with connections to it, fresh for each rule. Its time stands still unless [`Bench::pass`] moves it.
#[async_trait]
pub trait Bench: Send + Sync {
    /// A new connection with good credentials, and a request timeout of at most two seconds.
    fn provider(&self) -> Arc<dyn Provider>;

    /// A new connection with good credentials that reaches the same objects by another address; none if the bench has only one, which then
    /// must be in [`Bench::exempt`].
    async fn elsewhere(&self) -> Option<Arc<dyn Provider>>;

    /// A new connection with a flaw; none if the bench cannot make it, which then must be in [`Bench::exempt`].
    async fn flawed(&self, flaw: Flaw) -> Option<Arc<dyn Provider>>;

    /// Why a rule does not apply to this provider. Nothing is skipped that is not said here.
    fn exempt(&self, rule: u32) -> Option<&'static str>;

    /// Operations that the provider has and makes no call for: people do them, and the plan says what.
    fn without_a_call(&self) -> &'static [OperationType] {
        &[]
    }

    /// Whether the provider keeps a job open whose part failed: then it waits, and has not failed.
    fn keeps_jobs_open(&self) -> bool {
        false
    }

    /// Brings a group into a state in which `operation` may begin and all its checks hold.
    async fn ready_for(&self, operation: OperationType) -> Ready;

    /// Disturbs what comes next.
    async fn disturb(&self, disturbance: Disturbance);

    /// Gives the group a status word that no document knows.
    async fn unknown_status(&self, object: &str) -> String;

    /// Brings the group out of health, and moves neither production nor what may begin: replication does not run although it should.
    async fn sicken(&self, object: &str);

    /// Somebody else moves production of the group to the other station.
    async fn move_behind(&self, object: &str);

    /// What the checks of `operation` ask about cannot be read from now on.
    async fn hide_facts(&self, operation: OperationType);

    /// Lets the provider's time pass, so that its work goes on.
    async fn pass(&self, time: Duration);

    /// Long enough for any of the provider's jobs to end.
    fn long_enough(&self) -> Duration;

    /// The time of the caller's clock, by which a ledger records. The provider's own may be another.
    fn now(&self) -> Timestamp;

    /// Every mutating call that has reached the provider, in order.
    fn journal(&self) -> Vec<JournalLine>;

    /// An id that no object has.
    fn no_object(&self) -> String;

    /// An id that no job has.
    fn no_job(&self) -> String;

    /// Everything that must never be read in a text.
    fn secrets(&self) -> Vec<String>;
}

/// A group that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The provider's id.
    pub object: String,
    /// Where production runs.
    pub active: Station,
}

/// What is wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A password or key that is wrong.
    WrongCredentials,
    /// A port where nobody listens.
    NobodyListens,
    /// A certificate that the connection does not trust.
    UntrustedCertificate,
}

/// What happens to what comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// The next call is done; the connection is closed without an answer.
    LoseAnswer,
    /// The next call is not done; the connection is closed without an answer.
    LoseRequest,
    /// The next call is done; it is never answered and the connection stays open.
    Hang,
    /// The next call is done, but a gateway answers with this status and `Retry-After: 1`.
    GatewayAnswer(u16),
    /// The next call is not done; the provider asks to wait so many seconds.
    Throttle(u32),
    /// The next call is refused with a code of the provider.
    Refuse,
    /// All tokens or keys lapse right before the next call; fresh ones can be had.
    LapseCredentials,
    /// The next call is done; the answer is not what is documented.
    SpoilAnswer(Spoil),
    /// The next call is answered by a redirect to the same place, and not done.
    Redirect,
    /// The next call is refused with a text that repeats this.
    Say(String),
    /// The next read is refused with a text that repeats this.
    SayOnRead(String),
    /// The job of the next call fails.
    FailJob,
    /// The job of the next call fails, and its answer is lost.
    FailJobAndLoseAnswer,
    /// The job of the next call says that it succeeded without having done anything.
    JobWithoutEffect,
}

/// How the answer to a successful call is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// No body.
    Empty,
    /// Not the documented form.
    Malformed,
    /// The connection ends in the middle.
    Truncated,
    /// A page for people.
    Html,
    /// Longer than any answer may be.
    Oversized,
    /// A byte each second.
    Slow,
}

impl Spoil {
    /// All of them.
    pub const ALL: [Spoil; 6] = [
        Spoil::Empty,
        Spoil::Malformed,
        Spoil::Truncated,
        Spoil::Html,
        Spoil::Oversized,
        Spoil::Slow,
    ];
}

/// One mutating call that has reached the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// The object.
    pub object: String,
    /// The provider's word for the call.
    pub action: String,
    /// Whether the provider did it.
    pub accepted: bool,
}
