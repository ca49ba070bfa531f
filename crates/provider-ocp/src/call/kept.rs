//! What OCP said by name of each call: by what its own people find the request, and for which tenants it started nothing.
//! It must not grow, nor decide anything: the ledger is the journal, and this is what it has no place for.

use super::answer::Answer;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// So many answers are kept; the oldest is forgotten first.
const MOST: usize = 256;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The operation that the call is part of.
    pub operation: String,
    /// Its step.
    pub step: String,
    /// The attempt.
    pub attempt: u32,
    /// OCP's `traceId`.
    pub trace: Option<String>,
    /// OCP's `server`.
    pub server: Option<String>,
    /// Each task that was started, with its tenant.
    pub tasks: Vec<(i64, i64)>,
    /// The tenants that were asked for and for which OCP named no task.
    pub left_out: Vec<i64>,
}

/// The answers of one connection.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<VecDeque<Answered>>);

impl Kept {
    pub(crate) fn keep(&self, operation: &str, step: &str, attempt: u32, answer: &Answer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back(Answered {
            operation: operation.to_owned(),
            step: step.to_owned(),
            attempt,
            trace: answer.trace.trace.clone(),
            server: answer.trace.server.clone(),
            tasks: answer.tasks.clone(),
            left_out: answer.left_out.clone(),
        });
    }

    pub(crate) fn of(&self, operation: &str) -> Vec<Answered> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .filter(|answered| answered.operation == operation)
            .cloned()
            .collect()
    }
}
