//! What is told about each request: to metrics through a trait, to traces as events.
//! It must not carry a header, a body or an address with more than its host.

use http::{Method, Uri};
use std::time::{Duration, Instant};

/// One attempt of a request, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange<'a> {
    /// The request's label.
    pub operation: &'static str,
    /// The host and port.
    pub host: &'a str,
    /// What came of it.
    pub result: RequestResult,
    /// How long it took, connecting included, waiting for limits not.
    pub duration: Duration,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestResult {
    /// An answer with this status.
    Status(u16),
    /// No answer, and why: a word of a closed set.
    Error(&'static str),
}

/// Receives each attempt. Must return at once.
pub trait Meter: Send + Sync {
    /// An attempt has ended.
    fn exchange(&self, exchange: &Exchange<'_>);
}

/// Times one attempt and tells of its end, once.
pub(crate) struct Timed<'a> {
    pub(crate) operation: &'static str,
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) meter: Option<&'a dyn Meter>,
    pub(crate) began: Instant,
}

impl Timed<'_> {
    pub(crate) fn end(&self, result: RequestResult) {
        let host = self.uri.authority().map_or("", |authority| authority.as_str());
        let duration = self.began.elapsed();
        let seconds = duration.as_secs_f64();
        match result {
            RequestResult::Status(status) => {
                tracing::debug!(operation = self.operation, method = %self.method, host, status, seconds, "provider answered");
            }
            RequestResult::Error(error) => {
                tracing::debug!(operation = self.operation, method = %self.method, host, error, seconds, "provider request failed");
            }
        }
        if let Some(meter) = self.meter {
            meter.exchange(&Exchange {
                operation: self.operation,
                host,
                result,
                duration,
            });
        }
    }
}
