//! The status of a decision, projected from the ledger.
//! It must not read the status that was written before.

use crate::Reason;
use crate::ledger::{ConsumedDecision, Ledger};

/// The status of a decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionReport {
    /// Uid of the decided.
    pub uid: String,
    /// Whether it was carried out.
    pub accepted: bool,
    /// Why not.
    pub reason: Reason,
    /// In words.
    pub message: String,
}

pub(super) fn reports(ledger: Option<&Ledger>) -> Vec<DecisionReport> {
    let consumed = ledger.map(|l| l.consumed.as_slice()).unwrap_or_default();
    let view = |a: &ConsumedDecision| DecisionReport {
        uid: a.uid.clone(),
        accepted: a.accepted,
        reason: a.reason,
        message: a.message.clone(),
    };
    consumed.iter().map(view).collect()
}
