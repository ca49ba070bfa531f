//! How the service, the gateway, IAM and ECS say no, in their own envelopes (`docs/vendors/sdrs.md#errors`).
//! It must not decide when.

use serde_json::{Value, json};

use crate::reply::Reply;
use crate::switches::{Envelope, Switches};

/// A refused call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    envelope: Kind,
    pub(crate) retry_after: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Service,
    NotFound,
    Gateway,
    Iam,
}

impl Refusal {
    fn new(envelope: Kind, status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            envelope,
            retry_after: None,
        }
    }

    /// From SDRS or ECS; the switch `error-envelope` picks the envelope.
    pub(crate) fn service(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Service, status, code, message)
    }

    /// An SDRS error with the HTTP status and text of its code.
    pub(crate) fn sdrs(code: &str) -> Self {
        let (status, message) = crate::world::codes::describe(code);
        Self::service(status, code, message)
    }

    /// In the `itemNotFound` envelope.
    pub(crate) fn item_not_found(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, status, code, message)
    }

    /// From the API gateway.
    pub(crate) fn gateway(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Gateway, status, code, message)
    }

    /// From IAM, whose code is the HTTP status.
    pub(crate) fn iam(status: u16, title: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Iam, status, title, message)
    }

    /// The gateway's answer for a path that it does not know.
    pub(crate) fn no_such_api() -> Self {
        Self::gateway(
            404,
            "APIG.0101",
            "The API does not exist or has not been published in the environment.",
        )
    }

    /// The answer on the wire.
    pub(crate) fn into_reply(self, switches: &Switches, request_id: &str) -> Reply {
        let inner = || json!({"message": self.message, "code": self.code});
        let body: Value = match (self.envelope, switches.error_envelope) {
            (Kind::Service, Envelope::Error) => json!({"error": inner()}),
            (Kind::Service, Envelope::BadRequest) => json!({"badrequest": inner()}),
            (Kind::NotFound, _) | (Kind::Service, Envelope::ItemNotFound) => json!({"itemNotFound": inner()}),
            (Kind::Gateway, _) => {
                json!({"error_msg": self.message, "error_code": self.code, "request_id": request_id})
            }
            (Kind::Iam, _) => {
                json!({"error": {"code": self.status, "message": self.message, "title": self.code}})
            }
        };
        let mut reply = Reply::json(self.status, body);
        if let Some(seconds) = self.retry_after {
            reply.headers.push(("retry-after".into(), seconds.to_string()));
        }
        reply.code = Some(self.code);
        reply
    }
}
