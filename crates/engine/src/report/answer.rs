//! The status of a decision, projected from the ledger.
//! It must not read the status that was written before.

use crate::Reason;
use crate::ledger::{Answered, Ledger};

/// The status of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerReport {
    /// Uid of the decision.
    pub uid: String,
    /// Whether it was carried out.
    pub accepted: bool,
    /// Why not.
    pub reason: Reason,
    /// In words.
    pub message: String,
}

pub(super) fn reports(ledger: Option<&Ledger>) -> Vec<AnswerReport> {
    let answered = ledger.map(|l| l.answered.as_slice()).unwrap_or_default();
    let view = |a: &Answered| AnswerReport {
        uid: a.uid.clone(),
        accepted: a.accepted,
        reason: a.reason,
        message: a.message.clone(),
    };
    answered.iter().map(view).collect()
}
