//! A read that did not bring what was asked for, classed once for all reads.
//! It must not be used for mutating calls: those are classed by `call`.

use crate::wire::ErrorBody;
use jiff::Timestamp;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Response, TransportError, apart, retry_after, unread};

/// Throttled, in the gateway's words (`docs/vendors/sdrs.md#gateway`).
pub(crate) const THROTTLED: &str = "APIG.0308";

/// What went wrong with a read.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// The provider's code, if it named one.
    pub(crate) code: Option<String>,
    /// By what the provider finds the request in its own records, if the answer named it; boxed, because errors stay small.
    request: Option<Box<str>>,
    /// The fault.
    pub(crate) fault: Fault,
}

impl Problem {
    /// An answer that is not 2xx. `what` says what was asked.
    pub(crate) fn answered(what: &str, response: &Response, now: Timestamp, scrub: impl Fn(&str) -> String) -> Problem {
        let status = response.status.as_u16();
        let body = ErrorBody::of(response);
        let told = body.code.clone();
        let code = told.clone().unwrap_or_else(|| format!("HTTP {status}"));
        let (class, reason) = match status {
            _ if code == "APIG.0101" => (FaultClass::Rejected { code: code.clone() }, Reason::EndpointInvalid),
            _ if code == "APIG.0310" || code == "SDRS.0001" => (FaultClass::Denied, Reason::ProjectNotFound),
            _ if code == "SDRS.0002" || code == "APIG.0307" => (FaultClass::Denied, Reason::AuthenticationFailed),
            _ if matches!(code.as_str(), "SDRS.0003" | "SDRS.0004" | "SDRS.0005") => {
                (FaultClass::Denied, Reason::PermissionDenied)
            }
            401 => (FaultClass::Denied, Reason::AuthenticationFailed),
            // The gateway's own code for it counts in any refusal.
            400..=499 if status == 429 || code == THROTTLED => (
                FaultClass::Throttled {
                    after: retry_after(&response.headers, now),
                },
                Reason::ProviderThrottled,
            ),
            403 => (FaultClass::Denied, Reason::PermissionDenied),
            408 | 500..=599 => (FaultClass::Transient, Reason::ProviderError),
            // Something before the service can answer anything.
            400..=499 if told.is_none() => (FaultClass::Transient, Reason::ProviderError),
            _ => (FaultClass::Rejected { code: code.clone() }, Reason::ProviderError),
        };
        let said = match (status, body.message.as_str()) {
            (300..=399, _) => "a redirect, which is not followed; the address must be the last one",
            (_, "") => "without a word",
            (_, said) => said,
        };
        let stranger = if told.is_none() && matches!(status, 400..=407) {
            " (this is no answer of the service's own; is the address right?)"
        } else {
            ""
        };
        let named = body.code.filter(|code| *code != status.to_string());
        let named = named.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
        let clocks = if reason == Reason::AuthenticationFailed {
            apart(response, now, "the provider's")
        } else {
            String::new()
        };
        let message = scrub(&format!("{what}: HTTP {status}{named}: {said}{stranger}{clocks}"));
        Problem {
            status: Some(status),
            code: told,
            request: body.request.map(|id| scrub(&id).into()),
            fault: Fault::new(class, reason, message),
        }
    }

    /// Tells the request's id too. Routine reads are told without it: their text would differ each time.
    pub(crate) fn with_request(mut self) -> Problem {
        if let Some(id) = &self.request {
            let message = format!("{} (request {id})", self.fault.message);
            self.fault = Fault::new(self.fault.class, self.fault.reason, message);
        }
        self
    }

    /// A 2xx answer whose body is not what it should be.
    pub(crate) fn malformed(
        what: &str,
        body: &[u8],
        error: &serde_json::Error,
        scrub: impl Fn(&str) -> String,
    ) -> Problem {
        Problem::unreadable(what, &scrub(&unread(body, error)))
    }

    /// A 2xx answer that cannot be read.
    pub(crate) fn unreadable(what: &str, why: &str) -> Problem {
        let message = format!("{what}: the answer is not as documented: {why}");
        Fault::new(FaultClass::Transient, Reason::ProviderError, message).into()
    }

    /// Whether the provider says that the thing does not exist. It says so with HTTP 400 and a code
    /// (`docs/vendors/sdrs.md#not-found`); a 404 of the gateway means a wrong endpoint instead.
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
            request: None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_transport::Headers;

    fn refused(date: &str) -> String {
        let mut headers = Headers::new();
        headers.set(http::header::DATE, date).unwrap();
        let response = Response {
            status: http::StatusCode::UNAUTHORIZED,
            headers,
            body: br#"{"error_code":"APIG.0301","error_msg":"verify aksk signature fail"}"#
                .to_vec()
                .into(),
        };
        let now = "1994-11-06T09:00:00Z".parse().unwrap();
        Problem::answered("reading", &response, now, str::to_owned)
            .fault
            .message
    }

    #[test]
    fn a_request_is_named_without_what_must_not_be_read() {
        let response = Response {
            status: http::StatusCode::BAD_REQUEST,
            headers: Headers::new(),
            body: br#"{"error_code":"SDRS.0201","error_msg":"no","request_id":"r-hunter22-1"}"#
                .to_vec()
                .into(),
        };
        let scrub = |text: &str| text.replace("hunter22", "<secret>");
        let problem = Problem::answered("reading", &response, Timestamp::UNIX_EPOCH, scrub);
        let plain = "reading: HTTP 400 SDRS.0201: no";
        assert_eq!(problem.fault.message, plain);
        let named = problem.with_request().fault.message;
        assert_eq!(named, format!("{plain} (request r-<secret>-1)"));
    }

    #[test]
    fn clocks_that_are_far_apart_are_named() {
        let plain = "reading: HTTP 401 APIG.0301: verify aksk signature fail";
        assert_eq!(refused("Sun, 06 Nov 1994 09:00:10 GMT"), plain);
        assert_eq!(refused("nonsense"), plain);
        let lead = refused("Sun, 06 Nov 1994 08:40:00 GMT");
        assert_eq!(
            lead,
            format!("{plain} (this host's clock leads the provider's by 1200 s)")
        );
        let lag = refused("Sun, 06 Nov 1994 09:20:00 GMT");
        assert_eq!(
            lag,
            format!("{plain} (this host's clock lags behind the provider's by 1200 s)")
        );
    }
}
