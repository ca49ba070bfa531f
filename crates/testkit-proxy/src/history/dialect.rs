//! How a vendor's wire is read: which exchange is a call, at what, with which action, what a reading shows, and what an answer says.
//! It must not judge; and the checks must not know a path, a body or a status of any vendor but through this.

use std::borrow::Cow;

use serde_json::Value;

/// A request to the provider.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path without query.
    pub path: &'a str,
    /// The body where it is JSON, else null.
    pub body: &'a Value,
}

/// What a call is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At<'a> {
    /// Objects, by the names under which ledgers hold them; none where the request does not say which, all of them.
    Objects(Vec<Cow<'a, str>>),
    /// A job, and one part of it where the request names one. Whose job it is stands in the ledger alone.
    Job {
        /// The provider's id of the job.
        job: &'a str,
        /// The provider's id of the part.
        part: Option<&'a str>,
    },
}

impl<'a> At<'a> {
    /// One object, or none.
    pub fn object(object: Option<&'a str>) -> Self {
        At::Objects(object.into_iter().map(Cow::Borrowed).collect())
    }

    /// The objects that the request names.
    pub fn objects(&self) -> &[Cow<'a, str>] {
        match self {
            At::Objects(objects) => objects,
            At::Job { .. } => &[],
        }
    }
}

/// A mutating call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// What it is at.
    pub at: At<'a>,
    /// The provider's word for the call, as the ledger records it; none where the request holds none, or several.
    pub action: Option<&'a str>,
}

/// What a reading is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    /// An object, by the name under which a ledger holds it.
    Object(Cow<'a, str>),
    /// A job, by the provider's id.
    Job(Cow<'a, str>),
}

/// Where production runs, by a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Active<'a> {
    /// At this station.
    At(&'a str),
    /// The answer should tell it and does not.
    Untold,
    /// No answer on this wire tells it: the operator reads it over another one, which the history does not hold.
    Elsewhere,
}

/// One thing that an answer shows. A list shows several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// What is shown.
    pub of: Of<'a>,
    /// Where production runs by it.
    pub active: Active<'a>,
}

/// What an answer to a call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The call was taken.
    Taken,
    /// The provider looked at it and refused, or nobody knows who answers.
    Refused,
    /// The gate turned it away before it was looked at.
    TurnedAway,
}

/// One vendor's wire.
pub trait Dialect: Sync {
    /// Whether the request fetches credentials: it is no call, and nothing of it may be written down.
    fn is_login(&self, path: &str) -> bool;

    /// Whether a request to this path only asks, whatever its method: a precheck that is a POST.
    fn is_question(&self, _path: &str) -> bool {
        false
    }

    /// The call that a request is. Unknown mutating requests are calls too.
    fn call<'a>(&self, sent: Sent<'a>) -> Option<Call<'a>>;

    /// What a request with this status and body as its answer has shown.
    fn readings<'a>(&self, sent: Sent<'a>, status: u16, answer: &'a Value) -> Vec<Reading<'a>>;

    /// What an answer to a call says. The body is null where it is not known.
    fn class(&self, status: u16, answer: &Value) -> Class;
}
