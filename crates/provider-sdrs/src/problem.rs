//! A read that did not bring what was asked for, classed once for all reads.
//! It must not be used for mutating calls: those are classed by `call`.

use crate::wire::ErrorBody;
use jiff::Timestamp;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Response, TransportError, retry_after};

/// What went wrong with a read.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// The provider's code, if it named one.
    pub(crate) code: Option<String>,
    /// The fault.
    pub(crate) fault: Fault,
}

impl Problem {
    /// An answer that is not 2xx. `what` says what was asked.
    pub(crate) fn answered(what: &str, response: &Response, now: Timestamp, scrub: impl Fn(&str) -> String) -> Problem {
        let status = response.status.as_u16();
        let body = ErrorBody::read(&response.body);
        let code = body.code.clone().unwrap_or_else(|| format!("HTTP {status}"));
        let (class, reason) = match status {
            _ if code == "APIG.0101" => (FaultClass::Rejected { code: code.clone() }, Reason::EndpointInvalid),
            _ if code == "APIG.0310" || code == "SDRS.0001" => (FaultClass::Denied, Reason::ProjectNotFound),
            _ if code == "SDRS.0002" || code == "APIG.0307" => (FaultClass::Denied, Reason::AuthenticationFailed),
            _ if matches!(code.as_str(), "SDRS.0003" | "SDRS.0004" | "SDRS.0005") => {
                (FaultClass::Denied, Reason::PermissionDenied)
            }
            401 => (FaultClass::Denied, Reason::AuthenticationFailed),
            403 => (FaultClass::Denied, Reason::PermissionDenied),
            429 => (
                FaultClass::Throttled {
                    after: retry_after(&response.headers, now),
                },
                Reason::ProviderThrottled,
            ),
            408 | 500..=599 => (FaultClass::Transient, Reason::ProviderError),
            _ => (FaultClass::Rejected { code: code.clone() }, Reason::ProviderError),
        };
        let said = if (300..400).contains(&status) {
            "a redirect, which is not followed"
        } else {
            &body.message
        };
        let message = scrub(&format!("{what}: HTTP {status} {code}: {said}"));
        Problem {
            status: Some(status),
            code: body.code,
            fault: Fault::new(class, reason, message),
        }
    }

    /// A 2xx answer that cannot be read.
    pub(crate) fn unreadable(what: &str, why: &str) -> Problem {
        let message = format!("{what}: the answer is not what SDRS documents: {why}");
        Problem {
            status: None,
            code: None,
            fault: Fault::new(FaultClass::Transient, Reason::ProviderError, message),
        }
    }

    /// Whether the provider says that the thing does not exist. It says so with HTTP 400 and a code (`sdrs.md` §4); a 404 of the gateway
    /// means a wrong endpoint instead.
    pub(crate) fn says_not_found(&self, codes: &[&str]) -> bool {
        match &self.code {
            Some(code) => codes.contains(&code.as_str()) || (self.status == Some(404) && !code.starts_with("APIG.")),
            None => false,
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Problem {
            status: None,
            code: None,
            fault,
        }
    }
}

impl From<TransportError> for Problem {
    fn from(error: TransportError) -> Self {
        error.read_fault().into()
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        problem.fault
    }
}
