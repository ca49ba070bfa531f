//! Judges a history: did the operator keep what it promises, as far as the wire shows it?
//! It must not read anything but its arguments: the same history always has the same report.
//!
//! | invariant | what is looked for |
//! |---|---|
//! | `OneCallInFlight` | a call at what one journal holds while an earlier one there is on its way, in doubt, or its operation has not ended |
//! | `OneExecution` | an operation of which the provider's journal holds more than one accepted call |
//! | `FreshReads` | a call without a reading of group, ledger and objects between its record and its sending |
//! | `RecordFirst` | a call that the last acknowledged write of the journal does not record that holds all it is at, or whose record was used before |
//! | `LeaseHeld` | a call of a replica whose lease was taken by another |
//! | `NothingGoesBack` | a judged generation, an observed generation or an attempt that decreases |
//! | `GuardedWrites` | a replacement without `resourceVersion`, or a patch of what decides or reports |
//! | `VerifiedSuccess` | a success that no reading of the provider's objects after the call shows, or that no ledger holds |
//! | `PersonAsked` | a call whose operation no intent with a token that was shown, and no object of a person, asks for |
//! | `NoSecrets` | a secret in the history itself |

mod asked;
mod calls;
mod fresh;
mod holds;
mod lease;
mod order;
mod success;
mod writes;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;
use stationmaster_simulator::JournalEntry;

use super::History;
use super::dialect::Dialect;
use super::ledgers::LedgerWrite;
use super::view::{Exchange, exchanges};

/// What the operator promises. `docs/proof/fault-proxy.md#the-judge` says what breaks each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Invariant {
    /// No call while an earlier one at the same object is not over.
    OneCallInFlight,
    /// A step of an operation is carried out once at most.
    OneExecution,
    /// A call rests on fresh readings.
    FreshReads,
    /// A call stands in the ledger before it is sent.
    RecordFirst,
    /// Only the holder of the lease calls.
    LeaseHeld,
    /// No number in an acknowledged write decreases.
    NothingGoesBack,
    /// A write names the version that it replaces.
    GuardedWrites,
    /// A success was seen at the provider.
    VerifiedSuccess,
    /// A person asked for every call.
    PersonAsked,
    /// Credentials stay where they belong.
    NoSecrets,
}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::OneCallInFlight,
        Self::OneExecution,
        Self::FreshReads,
        Self::RecordFirst,
        Self::LeaseHeld,
        Self::NothingGoesBack,
        Self::GuardedWrites,
        Self::VerifiedSuccess,
        Self::PersonAsked,
        Self::NoSecrets,
    ];
}

/// One broken promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// The line of the history on which it is seen.
    pub line: u64,
    /// What was seen.
    pub what: String,
}

/// The judgement of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryReport {
    /// How many exchanges were looked at.
    pub exchanges: usize,
    /// How many of them were mutating calls at the provider.
    pub calls: usize,
    /// What was broken, by line.
    pub violations: Vec<Violation>,
}

impl fmt::Display for HistoryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for violation in &self.violations {
            writeln!(
                f,
                "line {}: {:?}: {}",
                violation.line, violation.invariant, violation.what
            )?;
        }
        write!(f, "{} exchanges, {} violations", self.exchanges, self.violations.len())
    }
}

/// What the checks look at, and what they found.
pub(crate) struct Case<'a> {
    pub exchanges: &'a [Exchange<'a>],
    pub ledgers: Vec<LedgerWrite<'a>>,
    pub journal: &'a [JournalEntry],
    found: Vec<Violation>,
}

impl<'a> Case<'a> {
    pub fn report(&mut self, invariant: Invariant, line: u64, what: impl Into<String>) {
        self.found.push(Violation {
            invariant,
            line,
            what: what.into(),
        });
    }

    /// The calls at the provider, in the order in which they were asked for.
    pub fn calls(&self) -> impl Iterator<Item = &'a Exchange<'a>> + use<'a> {
        self.exchanges.iter().filter(|exchange| exchange.call.is_some())
    }
}

/// Judges the history of a proxy that all traffic of the operator went through, by the `dialect` of its provider. `journal` holds the mutating calls as the simulator
/// saw them; none: the provider's answers are believed. `secrets` must not occur in the history.
pub fn check(dialect: &dyn Dialect, history: &History, journal: &[JournalEntry], secrets: &[&str]) -> HistoryReport {
    let all = exchanges(history, dialect);
    let mut case = Case {
        ledgers: all.iter().filter_map(LedgerWrite::of).collect(),
        exchanges: &all,
        journal,
        found: Vec::new(),
    };
    calls::one_in_flight(&mut case);
    calls::one_execution(&mut case);
    calls::recorded_first(&mut case);
    fresh::reads(&mut case);
    lease::held(&mut case);
    order::nothing_goes_back(&mut case);
    writes::guarded(&mut case);
    success::verified(&mut case);
    asked::by_a_person(&mut case);
    no_secrets(&mut case, history, secrets);
    let mut violations = case.found;
    violations.sort_by_key(|violation| (violation.line, violation.invariant));
    HistoryReport {
        exchanges: all.len(),
        calls: all.iter().filter(|exchange| exchange.call.is_some()).count(),
        violations,
    }
}

fn no_secrets(case: &mut Case<'_>, history: &History, secrets: &[&str]) {
    for record in &history.records {
        let line = record.to_line();
        if let Some(secret) = secrets
            .iter()
            .position(|secret| !secret.is_empty() && line.contains(secret))
        {
            // The secret itself would then stand in the report too.
            case.report(
                Invariant::NoSecrets,
                record.line,
                format!("secret number {} stands here", secret + 1),
            );
        }
    }
}
