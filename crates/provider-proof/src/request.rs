//! A request as it arrives at the provider, and what comes of its arrival.
//! It must not know how it got there: it may be late, and there may be two of it.

use jiff::Timestamp;
use stationmaster_engine::decide::Submit;
use stationmaster_engine::journal::Outcome;
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::{Answer, CallRequest};

/// A signed request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The provider's id of the object.
    pub object: String,
    /// The provider's word for the call.
    pub action: String,
    /// Where it is sent.
    pub endpoint: String,
    /// The operation that it is part of.
    pub operation: OperationType,
    /// Where production runs when the operation is done; read only by a call that names the station.
    pub target: Station,
    /// When the ledger recorded it: what the dead time counts from.
    pub recorded_at: Timestamp,
    /// `<operation>/<step>/<attempt>`.
    pub submission: String,
    /// By what a second one is recognised, where calls are resolved by token: the same for each attempt of a step.
    pub key: String,
    /// The revision that the object must have, where calls are resolved by revision. Without one nothing is compared.
    pub expected_revision: Option<String>,
}

impl Request {
    /// The name of the operation that asks.
    pub fn by(&self) -> &str {
        self.submission.split('/').next().unwrap_or_default()
    }

    /// What the engine decided to send, to an object.
    pub fn submitted(object: &str, submit: &Submit) -> Request {
        Request {
            object: object.to_owned(),
            action: submit.call.action.clone(),
            endpoint: submit.call.endpoint.clone(),
            operation: submit.operation,
            target: submit.target,
            recorded_at: submit.recorded_at,
            submission: format!("{}/{}/{}", submit.operation_name, submit.step, submit.attempt),
            key: submit.key.clone(),
            expected_revision: submit.expected_revision.clone(),
        }
    }

    /// The same, expecting a revision.
    pub fn expecting(self, revision: Option<String>) -> Request {
        Request {
            expected_revision: revision,
            ..self
        }
    }
}

impl From<&CallRequest> for Request {
    fn from(call: &CallRequest) -> Request {
        Request {
            object: call.object.clone(),
            action: call.action.clone(),
            endpoint: call.endpoint.clone(),
            operation: call.operation,
            target: call.target,
            recorded_at: call.recorded_at,
            submission: call.submission.clone(),
            key: call.dedupe_key.clone(),
            expected_revision: call.expected_revision.clone(),
        }
    }
}

/// What came of a request's arrival. Whether anybody hears of it is another matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Delivered {
    /// It is carried out.
    Accepted {
        /// The jobs that are named.
        jobs: Vec<String>,
    },
    /// It is not.
    Refused {
        /// The provider's code.
        code: &'static str,
        /// In words.
        message: String,
    },
    /// One with the same key was carried out before, or the call is harmless and finds its effect; the answer is the first one's.
    Duplicate {
        /// The jobs that were named then.
        jobs: Vec<String>,
    },
}

impl Delivered {
    /// A refusal.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Delivered {
        Delivered::Refused {
            code,
            message: message.into(),
        }
    }

    /// Whether this arrival was carried out.
    pub fn executed(&self) -> bool {
        matches!(self, Delivered::Accepted { .. })
    }
}

impl From<Delivered> for Outcome {
    fn from(delivered: Delivered) -> Outcome {
        match delivered {
            Delivered::Accepted { jobs } | Delivered::Duplicate { jobs } => Outcome::Accepted { jobs },
            Delivered::Refused { code, message } => Outcome::Refused {
                code: code.to_owned(),
                message,
            },
        }
    }
}

impl From<Delivered> for Answer {
    fn from(delivered: Delivered) -> Answer {
        match delivered {
            Delivered::Accepted { jobs } | Delivered::Duplicate { jobs } => Answer::Accepted { jobs },
            Delivered::Refused { code, message } => Answer::Refused {
                code: code.to_owned(),
                message,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_same_for_each_attempt_of_a_step() {
        let attempt = |number: u32| {
            Request::from(&CallRequest {
                object: "g1".to_owned(),
                action: "reverse-server-group".to_owned(),
                endpoint: "control".to_owned(),
                operation: OperationType::PlannedFailover,
                target: Station::Target,
                recorded_at: Timestamp::UNIX_EPOCH,
                submission: format!("go/ReverseServerGroup/{number}"),
                dedupe_key: "go/uid/ReverseServerGroup".to_owned(),
                expected_revision: None,
            })
        };
        let (first, second) = (attempt(1), attempt(2));
        assert_eq!((first.by(), &*first.key), ("go", "go/uid/ReverseServerGroup"));
        assert_eq!(first.key, second.key);
        assert_ne!(first.submission, second.submission);
    }
}
