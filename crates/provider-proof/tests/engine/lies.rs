//! Providers that declare what is not so: each lie is found by the judge of all other runs.
//! It must not judge anew, nor find fault with the same run where the truth is declared.

use crate::case::{Case, Luck};
use crate::wrong;
use stationmaster_engine::plan::Holds;
use stationmaster_engine::{CallSpec, Effect, OperationType, Plan, PlannedOutcome, Resolution, StepKind};
use stationmaster_provider_proof::{Count, FirstCall, Jobs, PlannedEnd, Variant};

fn calls(plan: &mut Plan) -> impl Iterator<Item = &mut CallSpec> {
    plan.steps.iter_mut().filter_map(|step| match &mut step.kind {
        StepKind::Call(call) => Some(call),
        _ => None,
    })
}

/// Every call shows the outcome, it says.
fn all_show_the_outcome(plan: &mut Plan) {
    calls(plan).for_each(|call| call.effect = Effect::Outcome);
}

fn none_shows_anything(plan: &mut Plan) {
    calls(plan).for_each(|call| call.effect = Effect::Nothing);
}

fn none_follows_the_move(plan: &mut Plan) {
    calls(plan).for_each(|call| call.follows_the_move = false);
}

fn ends_protected(plan: &mut Plan) {
    plan.outcome = PlannedOutcome::Protected;
}

fn checks_end_at_the_first_call(plan: &mut Plan) {
    for step in &mut plan.steps {
        if let StepKind::Check { holds, .. } = &mut step.kind {
            *holds = Holds::FirstCall;
        }
    }
}

fn all_are_harmless(plan: &mut Plan) {
    calls(plan).for_each(|call| call.harmless_twice = true);
}

/// A lie, the run in which it shows, and what is found.
fn lies() -> Vec<(&'static str, Case, &'static str)> {
    let sdrs = Variant::sdrs();
    let token = Variant {
        resolution: Resolution::Token,
        forced: Resolution::Token,
        jobs: Jobs::AtOnce,
        ..sdrs
    };
    let planned = |variant: Variant| Case::calm(variant, OperationType::PlannedFailover);
    let unseen = Variant {
        calls: Count::Two,
        first_call: FirstCall::Nothing,
        ..sdrs
    };
    let unseen = Case {
        luck: Luck::AnswerLost,
        lie: all_show_the_outcome,
        ..planned(unseen)
    };
    let confirmed = Variant {
        after_move: true,
        partway: true,
        ..sdrs
    };
    let unfollowed = Case {
        lie: none_follows_the_move,
        ..planned(confirmed)
    };
    // Work that takes its time is seen, whatever is declared: only where a call works at once does its effect have to be known.
    let confirmed_at_once = Variant {
        after_move: true,
        partway: true,
        ..token
    };
    let moved = Case {
        luck: Luck::AnswerLost,
        lie: all_show_the_outcome,
        ..planned(confirmed_at_once)
    };
    let half_way = Variant {
        calls: Count::Two,
        partway: true,
        ..token
    };
    let half_way = Case {
        luck: Luck::AnswerLost,
        lie: all_show_the_outcome,
        ..planned(half_way)
    };
    let failed_over = Variant {
        outcome: PlannedEnd::FailedOver,
        ..sdrs
    };
    let unprotected = Case {
        lie: ends_protected,
        ..planned(failed_over)
    };
    let two = Variant {
        calls: Count::Two,
        ..sdrs
    };
    let unchecked = Case {
        servers_start: true,
        lie: checks_end_at_the_first_call,
        ..planned(two)
    };
    let traced = Case {
        lie: none_shows_anything,
        ..planned(two)
    };
    let toggle = Variant {
        resolution: Resolution::Person,
        directed: false,
        ..sdrs
    };
    let toggled = Case {
        luck: Luck::Late(600),
        lie: all_are_harmless,
        ..planned(toggle)
    };
    vec![
        ("a call that shows nothing", unseen, "carried out 2 times"),
        ("a call that shows its trace", traced, "StateChanged"),
        ("a call after the move", unfollowed, "ExternalRoleChange"),
        ("a move that is not the end", moved, "unknown: true"),
        ("a call that leads half-way", half_way, "unknown: true"),
        ("a move that ends failed over", unprotected, "OutcomeDiffers"),
        ("a check that must hold to the second call", unchecked, "CallRefused"),
        ("a toggle", toggled, "carried out 2 times"),
    ]
}

#[test]
fn a_false_declaration_is_found_and_the_true_one_is_not() {
    for (what, case, wanted) in lies() {
        let found = wrong(case).1;
        assert!(found.iter().any(|f| f.contains(wanted)), "{what}: {found:#?}");
        let truth = Case { lie: |_| (), ..case };
        assert_eq!(wrong(truth).1, Vec::<String>::new(), "{what}");
    }
}
