//! What an answer to a mutating call means (`docs/vendors/sdrs.md#errors`).
//! It must not call an answer a refusal unless SDRS or its gateway names a code that means one.

use crate::problem::THROTTLED;
use crate::wire::{Accepted, ErrorBody, WORD};
use jiff::Timestamp;
use stationmaster_engine::{Reason, text};
use stationmaster_provider::{CallOutcome, Fault, FaultClass};
use stationmaster_transport::{Response, retry_after};
use std::time::Duration;

/// After wrong credentials; a locked access key stays locked for five minutes (`docs/vendors/sdrs.md#signature`).
const DENIED_PAUSE: Duration = Duration::from_secs(30);
const LOCKED_PAUSE: Duration = Duration::from_secs(300);

/// "Enabling / disabling / planned failover / failover / reprotect failed": whether they come as an HTTP answer or only inside a job is not
/// documented, and what failed may have begun.
const BEGUN: [&str; 5] = ["SDRS.1027", "SDRS.1028", "SDRS.1029", "SDRS.1030", "SDRS.1032"];

/// Classes an answer.
pub(super) fn class(what: &str, response: &Response, now: Timestamp, scrub: impl Fn(&str) -> String) -> CallOutcome {
    let status = response.status.as_u16();
    if response.status.is_success() {
        return match serde_json::from_slice::<Accepted>(&response.body)
            .ok()
            .and_then(|accepted| accepted.job_id)
        {
            Some(job) if !job.is_empty() && job.len() <= WORD => CallOutcome::Accepted { jobs: vec![job] },
            Some(job) if job.len() > WORD => CallOutcome::Ambiguous {
                message: format!(
                    "{what}: HTTP {status} with a job id of {} bytes; at most {WORD} are expected",
                    job.len()
                ),
            },
            _ => CallOutcome::Ambiguous {
                message: format!("{what}: HTTP {status} without a job id"),
            },
        };
    }
    let body = ErrorBody::of(response);
    let request = body
        .request
        .as_ref()
        .map(|id| format!(", request {id}"))
        .unwrap_or_default();
    let code = body.code.clone().unwrap_or_default();
    let named = if code.is_empty() || code == status.to_string() {
        String::new()
    } else {
        format!(" {code}")
    };
    let told = if body.message.is_empty() {
        "without a word"
    } else {
        &body.message
    };
    let message = scrub(&format!("{what}: HTTP {status}{named}{request}: {told}"));
    // The code stands beside it.
    let said = if body.message.is_empty() {
        "the provider gives no reason"
    } else {
        &body.message
    };
    let refused = |code: String| CallOutcome::Refused {
        code,
        message: text::cut(text::SENTENCE, scrub(&format!("{said} (HTTP {status}{request})"))),
    };
    match status {
        400..=499 if status == 429 || code == THROTTLED => {
            let after = retry_after(&response.headers, now);
            Fault::new(FaultClass::Throttled { after }, Reason::ProviderThrottled, &message).turned_away(after)
        }
        401 => denied(&code, &body.message, &message),
        400 if code == "SDRS.0002" => denied(&code, &body.message, &message),
        408 | 409 | 425 => CallOutcome::Ambiguous {
            message: text::cut(text::SENTENCE, message),
        },
        403 if code.is_empty() => refused("HTTP 403".to_owned()),
        400..=499 if BEGUN.contains(&code.as_str()) => CallOutcome::Ambiguous {
            message: text::cut(text::SENTENCE, message),
        },
        400..=499 if code.starts_with("SDRS.") || code.starts_with("APIG.") => refused(code),
        403 => refused(code),
        // A redirect, a proxy's own page, a status without a code: nobody says that SDRS did not get the request.
        _ => CallOutcome::Ambiguous {
            message: text::cut(text::SENTENCE, message),
        },
    }
}

fn denied(code: &str, text: &str, message: &str) -> CallOutcome {
    let locked = text.contains("reach the limit");
    let after = match (locked, code) {
        (true, _) => Some(LOCKED_PAUSE),
        // A token that has lapsed: the next one is good at once.
        (false, "APIG.0307" | "SDRS.0002") => None,
        (false, _) => Some(DENIED_PAUSE),
    };
    Fault::new(FaultClass::Denied, Reason::AuthenticationFailed, message).turned_away(after)
}

#[cfg(test)]
mod tests;
