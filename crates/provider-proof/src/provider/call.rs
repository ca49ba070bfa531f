//! A mutating call over the wire: written once, and its answer classed.
//! It must not send twice, nor call anything "refused" that may have begun.

use super::{ProofProvider, SEND_BUDGET_SECONDS, fault};
use crate::later;
use crate::wire::{Disturb, What, Wire};
use async_trait::async_trait;
use jiff::Timestamp;
use stationmaster_engine::Reason;
use stationmaster_provider::{CallOutcome, CallRequest, Fault, FaultClass, PreparedCall};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// The code of a refusal that somebody ordered.
pub(super) const REFUSED: &str = "PROOF.1002";

/// A signed request.
pub(super) struct Prepared {
    wire: Arc<Wire>,
    connection: String,
    secret: String,
    timeout: Duration,
    request: CallRequest,
    /// It is written by then, or not at all.
    latest: Timestamp,
    /// Of when its credentials are.
    epoch: u64,
}

impl Prepared {
    pub(super) fn new(provider: &ProofProvider, request: CallRequest, now: Timestamp) -> Prepared {
        Prepared {
            epoch: provider.wire.epoch(),
            wire: provider.wire.clone(),
            connection: provider.name.clone(),
            secret: provider.secret.clone(),
            timeout: provider.timeout,
            request,
            latest: later(now, u32::try_from(SEND_BUDGET_SECONDS).unwrap_or(0)),
        }
    }

    /// The request arrives and is looked at.
    fn arrives(&self) -> CallOutcome {
        self.wire.deliver(&self.request).outcome
    }

    fn denied(&self) -> CallOutcome {
        self.wire.arrived(&self.request, false);
        fault::denied().turned_away(None)
    }

    async fn silence(&self) -> CallOutcome {
        sleep(self.timeout).await;
        ambiguous("no answer within the deadline")
    }

    fn outlasts(&self, seconds: u32) -> bool {
        Duration::from_secs(u64::from(seconds)) >= self.timeout
    }

    /// What comes of the request: an answer on its way back, or what the caller hears instead.
    async fn forth(&self, disturb: Disturb) -> Result<CallOutcome, CallOutcome> {
        let closed = || ambiguous("the connection closed without an answer");
        match disturb {
            Disturb::Go => Ok(self.arrives()),
            Disturb::NeverLeaves => Err(fault::unsent().not_sent()),
            Disturb::TurnedAway { after_seconds } => {
                self.wire.arrived(&self.request, false);
                let after = after_seconds.map(|s| Duration::from_secs(u64::from(s)));
                Err(fault::throttled(after).turned_away(after))
            }
            Disturb::CredentialsLapse => {
                self.wire.lapse_credentials();
                Err(self.denied())
            }
            Disturb::Refused { text } => {
                self.wire.arrived(&self.request, false);
                let message = fault::scrubbed(&text, &self.secret);
                // `Fault` cuts a text to the length that is allowed.
                let message = Fault::new(FaultClass::Transient, Reason::CallRefused, message).message;
                let code = REFUSED.to_owned();
                Err(CallOutcome::Refused { code, message })
            }
            Disturb::Redirect => {
                self.wire.arrived(&self.request, false);
                Err(ambiguous("a redirect is not followed"))
            }
            Disturb::LoseRequest => {
                self.wire.arrived(&self.request, false);
                Err(closed())
            }
            Disturb::Later { seconds } => {
                self.wire.deliver_later(&self.request, seconds);
                Err(self.silence().await)
            }
            Disturb::AndAgain { seconds } => {
                let answer = self.arrives();
                self.wire.deliver_later(&self.request, seconds);
                Ok(answer)
            }
            Disturb::Doubled => {
                self.arrives();
                Ok(self.arrives())
            }
            Disturb::Delay { seconds } if self.outlasts(seconds) => {
                self.wire.deliver_later(&self.request, seconds);
                Err(self.silence().await)
            }
            Disturb::Delay { seconds } => {
                sleep(Duration::from_secs(u64::from(seconds))).await;
                Ok(self.arrives())
            }
            Disturb::LoseAnswer => {
                self.arrives();
                Err(closed())
            }
            Disturb::Hang => {
                self.arrives();
                Err(self.silence().await)
            }
            Disturb::Status(status) => {
                self.arrives();
                Err(ambiguous(format!("HTTP {status}")))
            }
            Disturb::Unreadable => {
                self.arrives();
                Err(ambiguous("the answer cannot be read"))
            }
        }
    }

    /// What becomes of the answer on its way back.
    async fn back(&self, answer: CallOutcome, disturb: Disturb) -> CallOutcome {
        match disturb {
            Disturb::LoseAnswer => ambiguous("the connection closed without an answer"),
            Disturb::Status(status) => ambiguous(format!("HTTP {status}")),
            Disturb::Unreadable => ambiguous("the answer cannot be read"),
            Disturb::Hang => self.silence().await,
            Disturb::Delay { seconds } if self.outlasts(seconds) => self.silence().await,
            Disturb::Delay { seconds } => {
                sleep(Duration::from_secs(u64::from(seconds))).await;
                answer
            }
            _ => answer,
        }
    }
}

#[async_trait]
impl PreparedCall for Prepared {
    async fn send(self: Box<Self>) -> CallOutcome {
        if self.wire.now() > self.latest {
            let message = "the call was made ready too long ago and is not sent any more";
            return Fault::new(FaultClass::NotSent, Reason::CallNotSent, message).not_sent();
        }
        let asked = self.wire.ask(&self.connection, What::Call(self.request.clone()));
        if asked.disturb != Disturb::NeverLeaves && self.wire.epoch() != self.epoch {
            return self.denied();
        }
        match self.forth(asked.disturb).await {
            Ok(answer) => {
                let disturb = self.wire.answered(asked.exchange);
                self.back(answer, disturb).await
            }
            Err(heard) => heard,
        }
    }
}

fn ambiguous(message: impl Into<String>) -> CallOutcome {
    CallOutcome::Ambiguous {
        message: message.into(),
    }
}
