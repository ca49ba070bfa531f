//! The four group actions: made ready, sent once, and the answer classed (`docs/vendors/sdrs.md#group-actions`).
//! It must not send twice, nor call anything "refused" that may have begun.

mod answer;

use crate::auth::{Pass, Session};
use crate::client::Client;
use crate::operations;
use crate::plan::{ENDPOINT, SEND_BUDGET};
use async_trait::async_trait;
use http::Method;
use http::header::CONTENT_TYPE;
use jiff::SignedDuration;
use serde_json::json;
use stationmaster_engine::Reason;
use stationmaster_provider::{CallOutcome, CallRequest, Fault, FaultClass, PreparedCall};
use stationmaster_transport::{Request, Urgency};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A call that was made ready is written within this time, or not at all: the last look lies in between.
const LATEST_WRITE: Duration = Duration::from_secs(60);

/// A signed request.
struct Prepared {
    session: Arc<Session>,
    request: Request,
    pass: Pass,
    latest_write: Instant,
}

/// Makes a call ready. A password is exchanged for a token first if there is none; then the age of the recorded call is judged and the
/// request is signed as of that same moment, so that no signature is younger than the record by more than the send budget.
pub(crate) async fn prepare(client: &Client, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
    let not_sent = |reason, message: String| Fault::new(FaultClass::NotSent, reason, message);
    if call.endpoint != ENDPOINT || call.action != operations::of(call.operation).action {
        let message = format!("{} is not how SDRS does {}", call.action, call.operation);
        return Err(not_sent(Reason::CallNotSent, message));
    }
    let body = match call.action.as_str() {
        "reverse-server-group" => json!({ "reverse-server-group": { "priority_station": call.target.as_str() } }),
        word => json!({ word: {} }),
    };
    let pass = client
        .session
        .pass(Urgency::Urgent)
        .await
        .map_err(|problem| unsent(problem.fault))?;
    let uri = client
        .sdrs
        .at(&["v1", &pass.project, "server-groups", &call.object, "action"], &[])?;
    let mut request = Request::new(label(&call.action), Method::POST, uri);
    request.body = body.to_string().into();
    request
        .headers
        .set(CONTENT_TYPE, "application/json;charset=utf-8")
        .map_err(|error| not_sent(Reason::CallNotSent, error.to_string()))?;

    let now = client.session.clock.now();
    let age = now.duration_since(call.recorded_at);
    // A token bounds nothing anyway, so a slow login is forgiven; a signature's date is what the dead time counts from.
    let slack = if client.session.has_tokens() {
        client.session.transport.request_timeout()
    } else {
        Duration::ZERO
    };
    if age > SignedDuration::try_from(SEND_BUDGET + slack).unwrap_or(SignedDuration::ZERO) {
        let message = format!("the call was recorded {} s ago and is not sent any more", age.as_secs());
        return Err(not_sent(Reason::CallNotSent, message));
    }
    client.session.authorize(&mut request, client.sdrs.host(), &pass, now)?;
    let latest_write = Instant::now() + LATEST_WRITE;
    Ok(Box::new(Prepared {
        session: client.session.clone(),
        request,
        pass,
        latest_write,
    }))
}

/// Whatever failed before the call itself, the call was not sent; wrong credentials and throttling keep their class.
fn unsent(fault: Fault) -> Fault {
    match fault.class {
        FaultClass::Denied | FaultClass::Throttled { .. } | FaultClass::NotSent => fault,
        FaultClass::Transient | FaultClass::Rejected { .. } | FaultClass::Ambiguous => {
            Fault::new(FaultClass::NotSent, fault.reason, fault.message)
        }
    }
}

fn label(action: &str) -> &'static str {
    match action {
        "reverse-server-group" => "StartReverseProtectionGroup",
        "failover-server-group" => "StartFailoverProtectionGroup",
        "start-server-group" => "StartProtectionGroup",
        _ => "StopProtectionGroup",
    }
}

#[async_trait]
impl PreparedCall for Prepared {
    async fn send(self: Box<Self>) -> CallOutcome {
        let outcome = self.session.transport.mutate(&self.request, self.latest_write).await;
        let response = match outcome {
            Ok(response) => response,
            Err(error) => {
                let fault = error.call_fault();
                return match fault.class {
                    FaultClass::NotSent => fault.not_sent(),
                    _ => CallOutcome::Ambiguous { message: fault.message },
                };
            }
        };
        let now = self.session.clock.now();
        let answer = answer::class(self.request.operation, &response, now, |text| {
            self.pass.secrets.scrub(text)
        });
        let denied = Reason::AuthenticationFailed;
        if matches!(&answer, CallOutcome::TurnedAway { reason, .. } if *reason == denied) {
            self.session.doubt(&self.pass);
        }
        answer
    }
}
