//! What the API server answers when it does not do what was asked: a Status with a code, a reason and a message.
//! It must not decide when; each place that refuses calls one of these.

use serde_json::{Value, json};
use stationmaster_testkit_basics::usual_reason;

use super::kind::Kind;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {reason}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub code: u16,
    /// The reason in one word, e.g. `Conflict`; empty where the API server gives none.
    pub reason: &'static str,
    /// For a person.
    pub message: String,
    /// What is wrong with which field.
    pub causes: Vec<Cause>,
    details: Option<(String, String, String)>,
    pub(crate) retry_after: Option<u32>,
    pub(crate) next: Option<String>,
    /// Whether the answer is text and no Status.
    pub(crate) plain: bool,
}

/// One thing that is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// In one word, e.g. `FieldValueRequired`.
    pub reason: &'static str,
    /// The field, e.g. `spec.sdrs`.
    pub field: String,
    /// For a person.
    pub message: String,
}

impl Cause {
    pub(crate) fn new(reason: &'static str, field: &str, message: String) -> Self {
        Self {
            reason,
            field: field.to_owned(),
            message,
        }
    }
}

/// Where a refusal names the kind, an event is of the core group, as it once was.
fn old_group(kind: &Kind) -> &str {
    if kind.kind == "Event" { "" } else { &kind.group }
}

impl Refusal {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            causes: Vec::new(),
            details: None,
            retry_after: None,
            next: None,
            plain: false,
        }
    }

    /// A refusal whose details are there and empty.
    pub(crate) fn with_empty_details(self) -> Self {
        self.about("", "", "")
    }

    pub(crate) fn about(mut self, name: &str, group: &str, kind: &str) -> Self {
        self.details = Some((name.to_owned(), group.to_owned(), kind.to_owned()));
        self
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// A path of no kind. The answer has no Status.
    pub(crate) fn no_such_path() -> Self {
        let mut refusal = Self::new(404, "NotFound", "404 page not found");
        refusal.plain = true;
        refusal
    }

    /// A path below an object that its kind does not have.
    pub(crate) fn no_such_part(kind: &Kind, name: &str) -> Self {
        let message = "the server could not find the requested resource";
        Self::new(404, "NotFound", message).about(name, &kind.group, &kind.plural)
    }

    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} not found", kind.qualified());
        Self::new(404, "NotFound", message).about(name, &kind.group, &kind.plural)
    }

    pub(crate) fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", kind.qualified());
        Self::new(409, "AlreadyExists", message).about(name, &kind.group, &kind.plural)
    }

    pub(crate) fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.qualified());
        Self::new(409, "Conflict", message).about(name, &kind.group, &kind.plural)
    }

    /// The same with the kind in its details, where others have the plural.
    pub(crate) fn of_kind(mut self, kind: &Kind) -> Self {
        if let Some(details) = &mut self.details {
            details.1 = old_group(kind).to_owned();
            details.2.clone_from(&kind.kind);
        }
        self
    }

    pub(crate) fn stale(kind: &Kind, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(kind, name, why)
    }

    /// `word` is what the object calls its kind.
    pub(crate) fn invalid(kind: &Kind, word: &str, name: &str, causes: Vec<Cause>) -> Self {
        let texts: Vec<String> = causes.iter().map(|c| format!("{}: {}", c.field, c.message)).collect();
        let message = format!("{} {name:?} is invalid: {}", kind.qualified_kind(), texts.join(", "));
        let mut refusal = Self::new(422, "Invalid", message).about(name, old_group(kind), word);
        refusal.causes = causes;
        refusal
    }

    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// What a server that has trouble answers; the reason follows from the code.
    pub(crate) fn trouble(code: u16, retry_after: Option<u32>) -> Self {
        let mut refusal = Self::new(code, usual_reason(code), format!("answered by a fault: {code}"));
        refusal.retry_after = retry_after;
        refusal
    }

    /// The Status object.
    pub(crate) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        if !self.reason.is_empty() {
            status["reason"] = self.reason.into();
        }
        if let Some(next) = &self.next {
            status["metadata"]["continue"] = next.as_str().into();
        }
        let mut details = json!({});
        if let Some((name, group, kind)) = &self.details {
            for (key, word) in [("name", name), ("group", group), ("kind", kind)] {
                if !word.is_empty() {
                    details[key] = word.as_str().into();
                }
            }
        }
        if let Some(seconds) = self.retry_after {
            details["retryAfterSeconds"] = seconds.into();
        }
        if !self.causes.is_empty() {
            let cause = |c: &Cause| {
                let mut cause = json!({ "reason": c.reason, "message": c.message });
                if !c.field.is_empty() {
                    cause["field"] = c.field.as_str().into();
                }
                cause
            };
            details["causes"] = self.causes.iter().map(cause).collect();
        }
        if self.details.is_some() || details != json!({}) {
            status["details"] = details;
        }
        status
    }
}
