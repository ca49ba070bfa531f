//! The engine over the matrix: each operation, with bad luck at each call and a death at each point, is made once and ends.
//! It must not know how the engine decides; it judges by the provider's journal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod case;
mod lies;
mod stage;

use case::{Case, Luck};
use stage::Stage;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::{Depth, OperationType, PlannedOutcome, Resolution};
use stationmaster_provider_proof::matrix::{matrix, pairs};
use stationmaster_provider_proof::plan::Place;
use stationmaster_provider_proof::{FirstCall, Variant};
use std::collections::BTreeMap;

const BAD: [Luck; 6] = [
    Luck::AnswerLost,
    Luck::RequestLost,
    // Within the time in which evidence is looked for, within the dead time, at its end, and after it.
    Luck::Late(5),
    Luck::Late(600),
    Luck::Late(929),
    Luck::Late(1_000),
];

/// Runs a case; what is wrong with it.
fn wrong(case: Case) -> (usize, Vec<String>) {
    let mut stage = Stage::new(case);
    let before = stage.station();
    let ended = stage.run();
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(format!("{} {case:?}: {what}", case.variant));
    let mut done: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for entry in stage.world.journal().iter().filter(|e| !e.foreign()) {
        *done.entry((&entry.by, &entry.action)).or_default() += 1;
    }
    for ((by, action), times) in &done {
        if *times > 1 {
            say(format!("{action} of {by} was carried out {times} times"));
        }
    }
    let mut calls = case.variant.calls_of(case.operation).len();
    let protected_anew =
        case.operation == OperationType::Failover && case.variant.lacks != Some(OperationType::Reprotect);
    if protected_anew {
        calls += case.variant.calls_of(OperationType::Reprotect).len();
    }
    let known = case.luck.is_known() && case.dies_at.is_none();
    match ended {
        None => say(format!("it never ends: {:?}", stage.ledger.as_ref().unwrap().operation)),
        // The reprotect that comes after a forced failover may have met the death, and be in doubt.
        Some((Ending::Succeeded, _)) if stage.all_succeeded() => {
            let sight = stage.sight(Depth::Full);
            let seen = sight.seen().unwrap();
            let planned = case.variant.plan(case.operation, before, seen).unwrap();
            let outcome = match protected_anew {
                true => PlannedOutcome::Protected,
                false => planned.outcome,
            };
            let target = match case.operation.moves_production() {
                true => before.other(),
                false => before,
            };
            if !outcome.is(seen.phase) || seen.active != target.into() || done.len() != calls {
                say(format!("called a success: {done:?}, {seen:?}"));
            }
        }
        Some(other) if known => say(format!("it ended {other:?}")),
        Some(_) => {}
    }
    if known && stage.unknown {
        say("called unknown without need".to_owned());
    }
    // What the provider itself drops is made again, and nobody is asked; but a group that stands half-way, and does not say so, shows nothing
    // of the first of two calls that can be taken for it.
    let token = case.variant.resolution_of(case.operation) == Resolution::Token;
    let first_of_two = case.variant.calls_of(case.operation)[case.at].place == Place::Before;
    let hidden = first_of_two && !case.variant.partway && case.variant.first_call == FirstCall::Shows;
    let lost = case.luck == Luck::RequestLost || (case.luck == Luck::AnswerLost && !hidden);
    let lost = lost && case.dies_at.is_none();
    if token && lost && (stage.unknown || !stage.all_succeeded()) {
        say(format!("it ended {ended:?}, unknown: {}", stage.unknown));
    }
    (stage.points, wrong)
}

fn cases(variants: Vec<Variant>, lucks: &[Luck]) -> Vec<Case> {
    let mut cases = Vec::new();
    for variant in variants {
        for operation in OperationType::ALL {
            for luck in lucks {
                for at in 0..variant.calls_of(operation).len() {
                    cases.push(Case {
                        luck: *luck,
                        at,
                        ..Case::calm(variant, operation)
                    });
                }
            }
        }
    }
    cases
}

fn check(cases: impl IntoIterator<Item = Case>) -> usize {
    let (mut count, mut found) = (0, Vec::new());
    for case in cases {
        count += 1;
        found.extend(wrong(case).1);
    }
    assert!(
        found.is_empty(),
        "{} of {count}, such as {:#?}",
        found.len(),
        &found[..found.len().min(4)]
    );
    count
}

#[test]
fn without_ambiguity_every_operation_of_every_variant_succeeds_and_nothing_is_called_unknown() {
    let cases = cases(matrix(), &[Luck::Good, Luck::NeverLeaves, Luck::TurnedAway]);
    println!("{} runs", check(cases));
}

#[test]
fn whatever_becomes_of_a_call_it_is_made_once() {
    println!("{} runs", check(cases(matrix(), &BAD)));
}

#[test]
fn wherever_the_operator_dies_each_call_is_made_once() {
    let mut count = 0;
    for case in cases(pairs(), &[Luck::Good, Luck::AnswerLost, Luck::Late(600)]) {
        let (points, found) = wrong(case);
        assert!(found.is_empty(), "{found:#?}");
        count += check((0..points).map(|point| Case {
            dies_at: Some(point),
            ..case
        }));
    }
    println!("{count} deaths");
}

/// An operator that takes doubt for "not sent" makes a forced failover twice, and the second arrives when the group is protected anew:
/// found where the provider neither drops the second nor refuses it.
#[test]
fn an_operator_that_sends_again_in_doubt_is_found() {
    for resolution in [
        Resolution::Token,
        Resolution::Revision,
        Resolution::Evidence,
        Resolution::Person,
    ] {
        let variant = Variant {
            resolution,
            forced: resolution,
            finds_jobs: true,
            directed: false,
            ..Variant::sdrs()
        };
        let (_, found) = wrong(Case {
            luck: Luck::Late(600),
            bold: true,
            ..Case::calm(variant, OperationType::Failover)
        });
        let guarded = matches!(resolution, Resolution::Token | Resolution::Revision);
        assert_eq!(found.is_empty(), guarded, "{resolution:?}: {found:?}");
    }
}
