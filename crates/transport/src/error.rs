//! Why a request has no answer, and whether any of it can have left.
//! It must not guess: what is not known to be unsent is "perhaps".

use crate::proxy::ThroughProxy;
use crate::reach::OutOfReach;
use crate::sentences::{self, io_kind, links, texts};
use std::error::Error;

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What happened.
    pub kind: ErrorKind,
    /// Whether any of the request can have left.
    pub written: Written,
    /// What happened, with the host; no header, no body.
    pub message: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No connection: name not found, refused, unreachable.
    Connect,
    /// The server's certificate cannot be verified.
    Certificate,
    /// The TLS handshake failed for another reason.
    Tls,
    /// The deadline passed.
    Timeout,
    /// The connection ended before the answer was whole.
    Closed,
    /// The answer is longer than it may be.
    TooLarge,
    /// The answer is not HTTP, or compressed although that was not accepted.
    Protocol,
    /// The request waited too long for the limits of its own connection.
    Queue,
    /// A mutating request was ready to be written after its latest moment.
    Late,
    /// The request itself cannot be sent: an address without a host.
    Request,
    /// The address is one to which no connection may lead.
    OutOfReach,
}

impl ErrorKind {
    /// A word for metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::Connect => "connect",
            ErrorKind::Certificate => "certificate",
            ErrorKind::Tls => "tls",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Closed => "closed",
            ErrorKind::TooLarge => "too_large",
            ErrorKind::Protocol => "protocol",
            ErrorKind::Queue => "queue",
            ErrorKind::Late => "late",
            ErrorKind::Request => "request",
            ErrorKind::OutOfReach => "out_of_reach",
        }
    }
}

/// Whether any byte of a request can have left this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// None has.
    Never,
    /// Some may have.
    Perhaps,
}

impl TransportError {
    pub(crate) fn new(kind: ErrorKind, written: Written, message: impl Into<String>) -> TransportError {
        TransportError {
            kind,
            written,
            message: message.into(),
        }
    }

    /// A connection that could not be made.
    pub(crate) fn connecting(host: &str, error: &(dyn Error + 'static)) -> TransportError {
        if let Some(refused) = links(error).find_map(|e| e.downcast_ref::<OutOfReach>()) {
            return TransportError::new(
                ErrorKind::OutOfReach,
                Written::Never,
                format!("connecting to {host}: {refused}"),
            );
        }
        let (kind, why) = match tls_problem(error) {
            Some(problem) => (of_tls(problem), sentences::tls(problem)),
            None => (ErrorKind::Connect, sentences::connecting(&texts(error), io_kind(error))),
        };
        let proxy = links(error).find_map(|error| error.downcast_ref::<ThroughProxy>());
        let why = match proxy {
            Some(proxy) => format!("{proxy}: {why}"),
            None => why,
        };
        TransportError::new(kind, Written::Never, format!("connecting to {host}: {why}"))
    }

    /// A connection that failed with the request on it.
    pub(crate) fn exchanging(host: &str, written: Written, error: &(dyn Error + 'static)) -> TransportError {
        let protocol = links(error).any(|e| e.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse));
        let kind = if links(error).any(|e| e.is::<http_body_util::LengthLimitError>()) {
            ErrorKind::TooLarge
        } else if protocol {
            ErrorKind::Protocol
        } else {
            ErrorKind::Closed
        };
        let http = links(error).find_map(|error| error.downcast_ref::<hyper::Error>());
        let why = sentences::exchanging(&texts(error), http, io_kind(error), kind == ErrorKind::TooLarge);
        TransportError::new(kind, written, format!("talking to {host}: {why}"))
    }

    /// The same, with the call that it is about in front.
    pub(crate) fn of(mut self, operation: &str) -> TransportError {
        self.message = format!("{operation}: {}", self.message);
        self
    }
}

fn of_tls(problem: &rustls::Error) -> ErrorKind {
    match problem {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => ErrorKind::Certificate,
        _ => ErrorKind::Tls,
    }
}

fn tls_problem<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    links(error).find_map(|error| error.downcast_ref::<rustls::Error>())
}
