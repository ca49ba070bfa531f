//! The status of a decision, projected from the ledger.
//! It must not read the status that was written before.

use crate::decide::refuses;
use crate::ledger::{ConsumedDecision, Ledger};
use crate::{Decided, DecisionRequest, Input, Reason, Why};

/// How a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionState {
    /// Not judged yet.
    Pending,
    /// It was carried out.
    Accepted,
    /// It did not fit.
    Refused,
}

/// The status of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionReport {
    /// Uid of the decision.
    pub uid: String,
    /// How it stands.
    pub state: DecisionState,
    /// Why.
    pub reason: Reason,
    /// In words.
    pub message: String,
}

pub(super) fn reports(input: &Input<'_>, ledger: Option<&Ledger>, decided: &Decided) -> Vec<DecisionReport> {
    let consumed = ledger.map(|l| l.consumed.as_slice()).unwrap_or_default();
    let known = |d: &&DecisionRequest| consumed.iter().any(|a| a.uid == d.uid);
    let open = input.decisions.iter().filter(|d| !d.ended && !known(d));
    consumed
        .iter()
        .map(view)
        .chain(open.map(|d| waiting(d, decided)))
        .collect()
}

fn view(consumed: &ConsumedDecision) -> DecisionReport {
    DecisionReport {
        uid: consumed.uid.clone(),
        state: match consumed.accepted {
            true => DecisionState::Accepted,
            false => DecisionState::Refused,
        },
        reason: consumed.reason,
        message: consumed.message.clone(),
    }
}

/// Where the group is not served nobody judges a decision. If it never will be, nothing runs that the decision could answer.
fn waiting(decision: &DecisionRequest, decided: &Decided) -> DecisionReport {
    let first = || Why::new(Reason::NotObserved, "the group is read first");
    let why = decided.blocked.clone().unwrap_or_else(first);
    let (state, reason, message) = match refuses(why.reason) {
        true => (
            DecisionState::Refused,
            Reason::OperationNotFound,
            format!("{} does not run: {}", decision.operation_name, why.message),
        ),
        false => (DecisionState::Pending, why.reason, why.message),
    };
    DecisionReport {
        uid: decision.uid.clone(),
        state,
        reason,
        message,
    }
}
