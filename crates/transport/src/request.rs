//! A request and an answer, with what must never be printed kept out of `Debug`.
//! It must not send anything.

use crate::headers::Headers;
use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use std::fmt;
use std::time::Duration;

/// The largest answer to a list, in bytes.
pub const LIST_CAP: usize = 4 * 1024 * 1024;

/// The largest answer to anything else, in bytes.
pub const BODY_CAP: usize = 1024 * 1024;

/// One request. Cloned for each attempt of a read.
#[derive(Clone)]
pub struct Request {
    /// A short label for metrics and traces, of a closed set: `ListProtectionGroups`.
    pub operation: &'static str,
    /// The method.
    pub method: Method,
    /// The absolute address; it must hold no secret.
    pub uri: Uri,
    /// The headers. `Host`, `User-Agent`, `Accept-Encoding` and `Connection` are set by the transport unless they are given.
    pub headers: Headers,
    /// The body; never printed.
    pub body: Bytes,
    /// The largest answer that is taken, in bytes.
    pub cap: usize,
    /// A read that goes before all others of its connection: a person's forced call waits for it.
    pub urgent: bool,
    /// After how long a read is given up, where that is shorter than for any request; waiting for the limits does not count.
    pub patience: Option<Duration>,
}

impl Request {
    /// A request without headers and body, for a small answer.
    pub fn new(operation: &'static str, method: Method, uri: Uri) -> Request {
        Request {
            operation,
            method,
            uri,
            headers: Headers::new(),
            body: Bytes::new(),
            cap: BODY_CAP,
            urgent: false,
            patience: None,
        }
    }

    /// Whether a repeat can do no harm.
    pub(crate) fn repeatable(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("uri", &self.uri)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// A whole answer, of whatever status. Redirects are answers too: they are never followed.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Headers,
    /// The body, not longer than the request's cap; never printed.
    pub body: Bytes,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}
