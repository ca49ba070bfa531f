//! A call that is sent, answered or told wrongly.
//! It must not know what the provider around it does wrong.

use super::Sloppy;
use async_trait::async_trait;
use stationmaster_engine::Reason;
use stationmaster_provider::{CallOutcome, Fault, FaultClass, PreparedCall};

pub struct SloppyCall {
    pub calls: Vec<Box<dyn PreparedCall>>,
    pub sloppy: Sloppy,
}

#[async_trait]
impl PreparedCall for SloppyCall {
    async fn send(self: Box<Self>) -> CallOutcome {
        let mut calls = self.calls.into_iter();
        let first = calls.next().unwrap().send().await;
        let unsent = || Fault::new(FaultClass::NotSent, Reason::CallNotSent, "surely");
        match (self.sloppy, first) {
            (Sloppy::SendsTwice, _) => calls.next().unwrap().send().await,
            (Sloppy::AmbiguousIsSentAgain, CallOutcome::Ambiguous { message }) => {
                calls.next().unwrap().send().await;
                CallOutcome::Ambiguous { message }
            }
            (Sloppy::AmbiguousIsNotSent, CallOutcome::Ambiguous { .. }) => unsent().not_sent(),
            (Sloppy::RefusalWithoutCode, CallOutcome::Refused { message, .. }) => CallOutcome::Refused {
                code: String::new(),
                message,
            },
            (Sloppy::ForgetsRetryAfter, CallOutcome::TurnedAway { reason, message, .. }) => CallOutcome::TurnedAway {
                reason,
                message,
                after_seconds: None,
            },
            (Sloppy::LapsedIsAmbiguous, CallOutcome::TurnedAway { message, .. }) => CallOutcome::Ambiguous { message },
            (Sloppy::UnsentIsTransient | Sloppy::CertificateIsUnreachable, CallOutcome::NotSent { .. }) => {
                CallOutcome::Ambiguous { message: String::new() }
            }
            (_, answer) => answer,
        }
    }
}
