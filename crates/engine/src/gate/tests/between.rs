//! What the calls before leave behind, where an operation has three.
//! It must not test two calls: the scripts in `tests/` do.

use super::super::between::no_trace;
use super::super::*;
use super::world::{World, runs, submit, world};
use crate::input::Watch;
use crate::plan::Effect;
use crate::*;

/// Two calls with these effects were taken, and a third one comes: why it is not made.
fn after(effects: [Effect; 2], edit: fn(&mut World)) -> Option<Why> {
    let mut w = world(OperationType::Failover);
    runs(&mut w);
    let mut third = w.operation().steps[2].clone();
    third.spec.name = "Three".into();
    w.operation().steps.push(third);
    for (step, effect) in [1, 2].into_iter().zip(effects) {
        if let StepKind::Call(spec) = &mut w.operation().steps[step].spec.kind {
            spec.effect = effect;
        }
        submit(&mut w, step, ledger::SubmissionState::Accepted { jobs: vec![] });
    }
    w.seen().permits.clear();
    edit(&mut w);
    let operation = w.ledger.operation.as_ref().unwrap();
    no_trace(&Call {
        operation,
        step: &operation.steps[3],
        before: &w.ledger.fingerprint,
        sight: &w.sight,
        suspended: false,
        held: None,
        jobs: &[],
        watch: Watch::default(),
        object_exists: true,
        now: w.now,
    })
}

#[test]
fn calls_are_silent_only_together() {
    let same: fn(&mut World) = |_| {};
    let open: fn(&mut World) = |w| {
        w.seen().permits.insert(OperationType::PlannedFailover, Permit::Open);
    };
    let changed: fn(&mut World) = |w| w.seen().fingerprint.status = "odd".into();
    let silent = [Effect::Nothing, Effect::Nothing];
    for (effects, edit, gone) in [
        // After silent ones the object is as it was, whatever is permitted.
        (silent, same, false),
        (silent, open, false),
        (silent, changed, true),
        // One that shows something has left its trace: what is permitted then is the sign of it.
        ([Effect::Nothing, Effect::Outcome], changed, false),
        ([Effect::Nothing, Effect::Outcome], open, true),
        ([Effect::Outcome, Effect::Nothing], changed, false),
        ([Effect::Outcome, Effect::Nothing], open, true),
    ] {
        let why = after(effects, edit);
        assert_eq!(
            why.as_ref().map(|w| w.reason),
            gone.then_some(Reason::StateChanged),
            "{effects:?}: {why:?}"
        );
    }
}
