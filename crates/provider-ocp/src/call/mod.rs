//! The calls of OCP: made ready, sent once, and the answer classed (`docs/vendors/ocp.md#calls`).
//! It must not send twice, nor call anything "refused" that may have begun.

mod answer;
pub(crate) mod kept;
pub(crate) mod order;
pub(crate) mod patience;

pub(crate) use answer::Answer;
pub(crate) use order::Order;

use crate::client::Client;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::Reason;
use stationmaster_provider::{CallOutcome, Fault, FaultClass};
use stationmaster_transport::Request;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A recorded call is signed within this time, or not at all.
pub(crate) const SEND_BUDGET: Duration = Duration::from_secs(60);
/// A call that was made ready is written within this time, or not at all: the last look lies in between.
const LATEST_WRITE: Duration = Duration::from_secs(60);

/// A signed request.
pub(crate) struct Ready {
    client: Arc<Client>,
    order: Order,
    request: Request,
    latest_write: Instant,
}

/// Makes an order ready. Its age is judged and it is signed as of the same moment, so that no signature is younger than the record by more than
/// the send budget.
pub(crate) fn ready(client: &Arc<Client>, order: Order, recorded_at: Timestamp) -> Result<Ready, Fault> {
    let path = order.path();
    let path: Vec<&str> = ["api", "v2"]
        .into_iter()
        .chain(path.iter().map(String::as_str))
        .collect();
    let mut request = Request::new(order.label(), Method::POST, client.endpoint.at(&path, &[])?);
    request.body = order.body().map(|body| body.to_string()).unwrap_or_default().into();
    let now = client.clock.now();
    let age = now.duration_since(recorded_at);
    if age > SignedDuration::try_from(SEND_BUDGET).unwrap_or(SignedDuration::ZERO) {
        let message = format!("the call was recorded {} s ago and is not sent any more", age.as_secs());
        return Err(Fault::new(FaultClass::NotSent, Reason::CallNotSent, message));
    }
    client
        .credentials
        .authorize(&mut request, client.endpoint.host(), now)?;
    Ok(Ready {
        client: client.clone(),
        order,
        request,
        latest_write: Instant::now() + LATEST_WRITE,
    })
}

impl Ready {
    /// Sends it: one request, written at most once.
    pub(crate) async fn send(self) -> Answer {
        let sent = self.client.transport.mutate(&self.request, self.latest_write).await;
        let now = self.client.clock.now();
        let answer = match sent {
            Ok(response) => {
                self.client.leads.note(&response, now);
                answer::class(&self.order, &response, now, |text| self.client.scrub(text))
            }
            Err(error) => {
                let fault = error.call_fault();
                Answer::without_a_word(match fault.class {
                    FaultClass::NotSent => fault.not_sent(),
                    _ => CallOutcome::Ambiguous { message: fault.message },
                })
            }
        };
        // By these OCP's own people find the request; the answer to a failover is not there a second time.
        tracing::info!(
            call = self.order.label(),
            trace = answer.trace.trace.as_deref(),
            server = answer.trace.server.as_deref(),
            tasks = answer.tasks.len(),
            left_out = ?answer.left_out,
            "OCP has answered a call"
        );
        answer
    }
}

#[cfg(test)]
mod tests;
