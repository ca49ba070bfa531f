//! How a vendor's wire is read: which exchange is a call, at what object, with which action, and what an answer says.
//! It must not judge; and the checks must not know a path, a body or a status of any vendor but through this.

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

/// A mutating call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// The provider's id of the object; none where the request names none.
    pub object: Option<&'a str>,
    /// The provider's word for the call, as the ledger records it; none where the request holds none, or several.
    pub action: Option<&'a str>,
}

/// An independent reading of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// The provider's id of the object.
    pub object: &'a str,
    /// The station where production runs, where the answer tells it.
    pub active: Option<&'a str>,
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

    /// The call that a request is. Unknown mutating requests are calls too.
    fn call<'a>(&self, sent: Sent<'a>) -> Option<Call<'a>>;

    /// The reading that a request with this status and body as its answer is.
    fn reading<'a>(&self, sent: Sent<'a>, status: u16, answer: &'a Value) -> Option<Reading<'a>>;

    /// What an answer to a call says. The body is null where it is not known.
    fn class(&self, status: u16, answer: &Value) -> Class;
}
