//! Known-bad variants of the decision. A harness that does not find them proves nothing.
//! It must not be used but to show that a check can fail.

use jiff::Timestamp;
use stationmaster_engine::ledger::{Ledger, SubmissionState};
use stationmaster_engine::{Decided, Input, Reason, decide};

/// The variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// The engine as it is.
    None,
    /// Reads the station alone as an intent.
    NeedsNoToken,
    /// Makes a call again whose answer was lost.
    ResendsTheAmbiguous,
    /// Adopts a changed object without issuing.
    IssuesNotAfterForeignChanges,
    /// Takes no notice of changes that it did not see.
    IgnoresMissedChanges,
    /// Makes a proven-absent call again although the intent was withdrawn meanwhile.
    ForgetsWithdrawals,
    /// Shows the token while a move is under way.
    KeepsTheToken,
    /// Forgets calls that may still arrive.
    ForgetsPendingCalls,
}

/// Decides as the variant would.
pub fn decide_as(mutant: Mutant, input: &Input<'_>) -> Decided {
    let mut group = input.group.clone();
    let mut ledger = input.ledger.cloned();
    match (mutant, &mut ledger) {
        (Mutant::NeedsNoToken, Some(ledger)) => {
            if let Some(intent) = &mut group.intent {
                intent.token = ledger.token.clone();
            }
        }
        (Mutant::ResendsTheAmbiguous, Some(ledger)) => resend(ledger, input.now),
        (Mutant::IgnoresMissedChanges, Some(ledger)) => ledger.judged_generation = input.group.generation,
        (Mutant::ForgetsPendingCalls, Some(ledger)) => ledger.pending_calls.clear(),
        _ => {}
    }
    let mut decision = decide(&Input {
        group: &group,
        ledger: ledger.as_ref(),
        ..*input
    });
    if let (Some(after), Some(before)) = (&mut decision.ledger, input.ledger) {
        let foreign = matches!(after.issued.why, Reason::ExternalRoleChange | Reason::StateChanged);
        if mutant == Mutant::IssuesNotAfterForeignChanges && foreign && before.issued != after.issued {
            after.issued = before.issued.clone();
            after.token = before.token.clone();
        }
        if mutant == Mutant::KeepsTheToken && after.token.is_none() {
            after.token = before.token.clone();
        }
        if mutant == Mutant::ForgetsWithdrawals {
            stay(after);
        }
    }
    if decision.ledger.as_ref() == input.ledger {
        decision.ledger = None;
        decision.notices.clear();
    }
    decision
}

fn resend(ledger: &mut Ledger, now: Timestamp) {
    let submissions = ledger
        .operation
        .iter_mut()
        .flat_map(|o| &mut o.steps)
        .flat_map(|s| &mut s.submissions);
    for submission in submissions {
        if matches!(
            submission.state,
            SubmissionState::Recorded | SubmissionState::Ambiguous { .. }
        ) {
            submission.state = SubmissionState::NotSent {
                retry_at: now,
                reason: Reason::ProviderUnreachable,
                message: "taken for not sent".to_owned(),
            };
        }
    }
}

fn stay(ledger: &mut Ledger) {
    if let Some(operation) = &mut ledger.operation {
        operation.withdrawn = false;
    }
}
