//! What comes of a request's arrival at the provider.
//! It must not know how it got there: it may be late, and there may be two of it.

use stationmaster_engine::{CallOutcome, CallRequest};

/// What came of a request's arrival. Whether anybody hears of it is another matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Delivered {
    /// What the provider answers.
    pub outcome: CallOutcome,
    /// Whether this arrival was carried out: what is answered like an earlier one, or like its effect, was not.
    pub executed: bool,
}

impl Delivered {
    /// It is carried out; these jobs are named.
    pub fn done(jobs: Vec<String>) -> Delivered {
        Delivered {
            outcome: CallOutcome::Accepted { jobs },
            executed: true,
        }
    }

    /// One with the same key was carried out before, or the call is harmless and finds its effect; the answer is the first one's.
    pub fn duplicate(jobs: Vec<String>) -> Delivered {
        Delivered {
            executed: false,
            ..Delivered::done(jobs)
        }
    }

    /// It is refused.
    pub fn refused(code: &str, message: impl Into<String>) -> Delivered {
        Delivered {
            outcome: CallOutcome::Refused {
                code: code.to_owned(),
                message: message.into(),
            },
            executed: false,
        }
    }
}

/// A name for the submission: `<operation>/<step>/<attempt>`.
pub(crate) fn submission(call: &CallRequest) -> String {
    format!("{}/{}/{}", call.operation_name, call.step, call.attempt)
}
