//! A read that did not bring what was asked for, classed once for all reads.
//! It must not be used for mutating calls: those are classed by `call`.

use crate::codes::{self, Says};
use crate::wire::meta;
use jiff::Timestamp;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Response, TransportError, apart, retry_after, unread};

/// What went wrong with a read.
#[derive(Debug)]
pub(crate) struct Problem {
    /// What OCP says of it, if it does.
    pub(crate) says: Option<Says>,
    /// The fault.
    pub(crate) fault: Fault,
}

impl Problem {
    /// An answer that is no success. `what` says what was asked.
    pub(crate) fn answered(what: &str, response: &Response, now: Timestamp, scrub: impl Fn(&str) -> String) -> Problem {
        let status = response.status.as_u16();
        let error = meta(&response.body).error;
        let code = error.code();
        let says = codes::of_read(status, code.as_deref());
        let named = code.clone().unwrap_or_else(|| format!("HTTP {status}"));
        let rejected = FaultClass::Rejected { code: named };
        let (class, reason) = match says {
            Some(Says::Unknown) => (FaultClass::Denied, Reason::AuthenticationFailed),
            Some(Says::Forbidden) => (FaultClass::Denied, Reason::PermissionDenied),
            Some(Says::NotNow) => {
                let after = retry_after(&response.headers, now).or_else(|| resets(response));
                (FaultClass::Throttled { after }, Reason::ProviderThrottled)
            }
            Some(Says::Absent) => (rejected, Reason::ProtectionObjectNotFound),
            Some(Says::Wrong | Says::PrimaryAlive) => (rejected, Reason::ProviderError),
            Some(Says::Begun) | None => (FaultClass::Transient, Reason::ProviderError),
        };
        let words = error.words();
        let said = match (status, words.as_str()) {
            (300..=399, _) => "a redirect, which is not followed; the address must be the last one",
            (_, "") => "without a word",
            (_, said) => said,
        };
        let stranger = match (&code, status) {
            (None, 400 | 402..=407) => " (this is no answer of OCP's own; is the address right?)",
            _ => "",
        };
        let code = code.map(|code| format!(" {code}")).unwrap_or_default();
        let clocks = match reason {
            Reason::AuthenticationFailed => apart(response, now, "OCP's"),
            _ => String::new(),
        };
        let message = scrub(&format!("{what}: HTTP {status}{code}: {said}{stranger}{clocks}"));
        Problem {
            says,
            fault: Fault::new(class, reason, message),
        }
    }

    /// A success whose body is not what it should be.
    pub(crate) fn unreadable(what: &str, why: &str) -> Problem {
        let message = format!("{what}: the answer is not as documented: {why}");
        Fault::new(FaultClass::Transient, Reason::ProviderError, message).into()
    }

    /// A success whose body cannot be read.
    pub(crate) fn malformed(
        what: &str,
        body: &[u8],
        error: &serde_json::Error,
        scrub: impl Fn(&str) -> String,
    ) -> Problem {
        Problem::unreadable(what, &scrub(&unread(body, error)))
    }

    /// Whether OCP says that the thing does not exist.
    pub(crate) fn says_absent(&self) -> bool {
        self.says == Some(Says::Absent)
    }
}

/// In how many seconds OCP lets requests through again, where it says so without `Retry-After`.
pub(crate) fn resets(response: &Response) -> Option<std::time::Duration> {
    let seconds: u64 = response.headers.get("ratelimit-reset")?.trim().parse().ok()?;
    Some(std::time::Duration::from_secs(seconds.min(3600)))
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Problem { says: None, fault }
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
