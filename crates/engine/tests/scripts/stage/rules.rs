//! The rules that hold after every pass of every script, whatever happened.
//! It must not know what the script is about.

use super::Stage;
use super::mutant::Mutant;
use stationmaster_engine::report::ConditionType;
use stationmaster_engine::{Ledger, text};

/// The most that a ledger may take, in bytes.
pub const LEDGER_BYTES: usize = 48 * 1024;

/// Panics when a rule is broken.
pub fn hold(stage: &Stage) {
    conditions(stage);
    if let Some(ledger) = &stage.ledger
        && matches!(stage.mutant, Mutant::None | Mutant::KeepsTheToken)
    {
        token(ledger, stage);
    }
}

fn conditions(stage: &Stage) {
    let Some(report) = &stage.report else { return };
    let all = std::iter::once(&report.group.conditions).chain(report.operations.iter().map(|o| &o.conditions));
    for list in all {
        let count = |kind| list.iter().filter(|c| c.kind == kind).count();
        let (reconciling, stalled) = (count(ConditionType::Reconciling), count(ConditionType::Stalled));
        assert!(reconciling + stalled <= 1, "Reconciling and Stalled together: {list:?}");
        assert_eq!(count(ConditionType::Ready), 1, "Ready is always there: {list:?}");
        for condition in list {
            assert!(!condition.message.is_empty(), "{condition:?}");
            assert!(
                condition.message.len() <= 1024,
                "{} bytes: {condition:?}",
                condition.message.len()
            );
        }
    }
    readable(stage);
    for step in report.operations.iter().flat_map(|o| &o.steps) {
        assert!(step.message.len() <= 512, "{step:?}");
    }
    for notice in &stage.notices {
        assert!(!notice.message.is_empty() && notice.message.len() <= 512, "{notice:?}");
    }
}

/// Every message that anybody is told can be read by a tired person.
fn readable(stage: &Stage) {
    let Some(report) = &stage.report else { return };
    let mut told: Vec<(&str, &str)> = Vec::new();
    let operations = report.operations.iter();
    let lists = std::iter::once(&report.group.conditions).chain(operations.clone().map(|o| &o.conditions));
    told.extend(lists.flatten().map(|c| (c.reason.as_str(), c.message.as_str())));
    told.extend(operations.clone().map(|o| (o.reason.as_str(), o.message.as_str())));
    let steps = operations.flat_map(|o| &o.steps).filter(|s| s.reason.is_some());
    told.extend(steps.map(|s| (s.name.as_str(), s.message.as_str())));
    told.extend(report.decisions.iter().map(|d| (d.reason.as_str(), d.message.as_str())));
    let closed = report.group.available.iter().filter(|a| !a.allowed);
    told.extend(closed.map(|a| (a.operation.as_str(), a.message.as_str())));
    told.extend(stage.notices.iter().map(|n| (n.reason.as_str(), n.message.as_str())));
    for (about, message) in told {
        if let Some(flaw) = text::flaw(message) {
            panic!("{about}: {flaw}: {message:?}");
        }
    }
}

/// What is written is what is read, and it stays small.
pub fn stored(ledger: &Ledger) {
    let text = serde_json::to_string(ledger).expect("a ledger is JSON");
    assert!(text.len() < LEDGER_BYTES, "the ledger has {} bytes", text.len());
    let back: Ledger = serde_json::from_str(&text).expect("what was written can be read");
    assert_eq!(&back, ledger, "what was read is not what was written");
}

/// Whenever a call that moves production has left or may have left there is no token; and there is one whenever none was ever recorded. Between
/// the answer that a call did not leave and the next pass there is none either.
fn token(ledger: &Ledger, stage: &Stage) {
    let moving = ledger.operation.as_ref().filter(|o| o.kind.moves_production());
    let wrong = match moving {
        Some(operation) if operation.submitted() => ledger.token.is_some(),
        Some(operation) if operation.started_at.is_some() => false,
        _ => ledger.token.is_none(),
    };
    assert!(!wrong, "token {:?}\n{}", ledger.token, stage.told());
}
