//! The axes that the engine does not serve yet: what each changes, and that it changes nothing where it is off.
//! It must not ask the engine.

use super::*;
use crate::{Count, Fate, FirstCall, Jobs, PlannedEnd};
use OperationType::{DisableProtection, Failover, PlannedFailover, Reprotect};
use stationmaster_engine::{ActiveStation, Permit, Phase, Reason, Station};

const TWO: Variant = Variant {
    calls: Count::Two,
    ..Variant::sdrs()
};

const UNSEEN: Variant = Variant {
    first_call: FirstCall::Nothing,
    ..TWO
};

/// The request of a call of an operation, recorded now.
fn call(world: &World, operation: OperationType, index: usize) -> CallRequest {
    let planned = world.variant.calls_of(operation)[index];
    CallRequest {
        action: planned.action.to_owned(),
        endpoint: planned.endpoint.to_owned(),
        dedupe_key: format!("op/{}", planned.step),
        step: planned.step.to_owned(),
        ..request(world, operation, "op")
    }
}

/// Delivers a call and lets it work.
fn make(world: &mut World, operation: OperationType, index: usize) -> Delivered {
    let request = call(world, operation, index);
    let delivered = world.deliver(&request);
    pass(world, 30);
    delivered
}

#[test]
fn of_a_first_call_nothing_is_seen_until_the_second() {
    for jobs in [Jobs::One, Jobs::AtOnce] {
        for operation in [PlannedFailover, Failover, Reprotect] {
            let mut world = world(Variant { jobs, ..UNSEEN });
            if operation == Reprotect {
                world.console_fail_over(G);
            }
            let before = seen(&world);
            let first = call(&world, operation, 0);
            assert!(world.deliver(&first).executed);
            assert_eq!(seen(&world), before, "while it works");
            if jobs == Jobs::One {
                assert_eq!(refused(&world.deliver(&first)), "PROOF.1002");
            }
            pass(&mut world, 30);
            assert_eq!((seen(&world), at(&world)), (before.clone(), At::Half(operation)));
            assert!(make(&mut world, operation, 1).executed);
            assert_ne!(seen(&world), before);
            assert_eq!(world.object(G).unwrap().veil, None);
        }
    }
}

#[test]
fn a_first_call_that_is_not_seen_forbids_neither_itself_nor_others() {
    for operation in [PlannedFailover, DisableProtection] {
        let mut world = world(UNSEEN);
        assert!(make(&mut world, PlannedFailover, 0).executed);
        assert_eq!(seen(&world).permit(operation), Permit::Open);
        assert!(make(&mut world, operation, 0).executed);
    }
}

#[test]
fn a_first_call_that_fails_is_seen_and_one_without_effect_is_not() {
    for (fate, shown) in [
        (Fate::Fails, At::Error(PlannedFailover)),
        (Fate::SucceedsWithoutEffect, At::Protected),
    ] {
        let mut world = world(UNSEEN);
        let before = seen(&world);
        world.object_mut(G).unwrap().fates.push_back(fate);
        assert!(make(&mut world, PlannedFailover, 0).executed);
        assert_eq!(at(&world), shown);
        assert_eq!(seen(&world) == before, shown == At::Protected);
        let second = make(&mut world, PlannedFailover, 1);
        assert_eq!(refused(&second), "PROOF.1002");
    }
}

#[test]
fn between_two_calls_a_state_of_its_own_is_shown() {
    for (partway, phase) in [
        (false, Phase::Unprotected),
        (true, Phase::Partway(OperationType::PlannedFailover)),
    ] {
        let mut world = world(Variant { partway, ..TWO });
        assert!(make(&mut world, PlannedFailover, 0).executed);
        let seen = seen(&world);
        assert_eq!((seen.phase, seen.provider_status.as_str()), (phase, "quiesced"));
    }
}

#[test]
fn a_call_follows_the_move_when_production_runs_at_the_target_already() {
    for calls in [Count::One, Count::Two] {
        for (operation, end) in [(PlannedFailover, At::Protected), (Failover, At::FailedOver)] {
            let mut world = world(Variant {
                calls,
                after_move: true,
                ..Variant::sdrs()
            });
            let confirm = world.variant.calls_of(operation).len() - 1;
            assert_eq!(refused(&make(&mut world, operation, confirm)), "PROOF.1002");
            for index in 0..confirm {
                assert!(make(&mut world, operation, index).executed);
            }
            assert_eq!(at(&world), At::Moved(operation));
            let moved = seen(&world);
            assert_eq!((moved.active, moved.phase), (ActiveStation::Target, Phase::FailedOver));
            assert_eq!(moved.provider_status, "unconfirmed");
            assert_ne!(moved.permit(Reprotect), Permit::Open);
            assert!(make(&mut world, operation, confirm).executed);
            assert_eq!((at(&world), seen(&world).active), (end, ActiveStation::Target));
            let last = world.journal().last().unwrap();
            assert_eq!((last.before, last.after), (Station::Target, Some(Station::Target)));
        }
    }
}

#[test]
fn the_console_confirms_what_it_moves() {
    let mut world = world(Variant {
        after_move: true,
        ..TWO
    });
    assert!(world.console_begin(G, PlannedFailover));
    pass(&mut world, 30);
    assert_eq!(
        (at(&world), seen(&world).active),
        (At::Protected, ActiveStation::Target)
    );
}

#[test]
fn what_is_lacking_is_closed_and_refused() {
    let mut world = world(Variant {
        lacks: Some(Reprotect),
        ..Variant::sdrs()
    });
    let start = CallRequest {
        operation: Reprotect,
        ..request(&world, OperationType::EnableProtection, "re")
    };
    world.console_fail_over(G);
    let Permit::Closed { reason, .. } = seen(&world).permit(Reprotect) else {
        panic!("it is not closed")
    };
    assert_eq!(reason, Reason::ProviderNotSupported);
    assert_eq!(
        refused(&world.deliver(&start)),
        "PROOF.1002",
        "the same action, asked for what is lacking"
    );
    assert!(!world.console_begin(G, Reprotect));
    world.console_set(G, At::Available);
    assert!(world.deliver(&start).executed, "what it has is there");
}

#[test]
fn a_harmless_call_that_finds_its_effect_is_taken_and_does_nothing() {
    for harmless in [false, true] {
        let mut world = world(Variant { harmless, ..TWO });
        assert!(make(&mut world, PlannedFailover, 0).executed);
        let (before, calls) = (seen(&world), world.journal().len());
        let again = make(&mut world, PlannedFailover, 0);
        assert!(!again.executed, "it is carried out twice");
        match again.outcome {
            CallOutcome::Accepted { jobs } => assert!(harmless && jobs == ["job-1"]),
            other => assert!(!harmless && matches!(other, CallOutcome::Refused { .. })),
        }
        assert_eq!((seen(&world), world.journal().len()), (before, calls));
        // What moves production is not harmless, and neither is what finds another state.
        let again = call(&world, PlannedFailover, 1);
        assert!(make(&mut world, PlannedFailover, 1).executed);
        assert_eq!(refused(&world.deliver(&again)), "PROOF.1002");
        let first = call(&world, PlannedFailover, 0);
        assert!(world.deliver(&first).executed);
    }
}

#[test]
fn the_console_takes_its_time_there_and_back() {
    let mut world = world(Variant {
        there_and_back_seconds: 900,
        ..Variant::sdrs()
    });
    world.console_flip(G);
    assert!(!world.console_can_move(G));
    assert!(!world.console_begin(G, Failover));
    assert!(world.console_can_move("g2"));
    pass(&mut world, 899);
    assert!(!world.console_can_move(G));
    pass(&mut world, 1);
    // Its job ends later; there and back is counted from then.
    assert!(world.console_begin(G, Failover));
    pass(&mut world, 900);
    assert!(!world.console_can_move(G));
    pass(&mut world, crate::world::JOB_SECONDS);
    world.console_fail_over(G);
}

#[test]
#[should_panic(expected = "just now")]
fn the_console_does_not_move_sooner() {
    let mut world = world(Variant {
        there_and_back_seconds: 900,
        ..Variant::sdrs()
    });
    world.console_flip(G);
    world.console_flip(G);
}

#[test]
fn a_planned_failover_ends_as_is_declared() {
    for (outcome, end) in [
        (PlannedEnd::Protected, At::Protected),
        (PlannedEnd::FailedOver, At::FailedOver),
    ] {
        for after_move in [false, true] {
            let mut world = world(Variant {
                outcome,
                after_move,
                ..Variant::sdrs()
            });
            for index in 0..world.variant.calls_of(PlannedFailover).len() {
                assert!(make(&mut world, PlannedFailover, index).executed);
            }
            assert_eq!((at(&world), seen(&world).active), (end, ActiveStation::Target));
            let reprotects = make(&mut world, Reprotect, 0).executed;
            assert_eq!(reprotects, outcome == PlannedEnd::FailedOver);
        }
    }
}
