//! One arrival and two, in time and late.
//! It must not be kinder than a real system: what is only guarded by its state is done twice.

use super::*;
use crate::{Count, Jobs};
use OperationType::{Failover, PlannedFailover, Reprotect};
use stationmaster_engine::Station;

/// A forced failover whose request arrives again after the group was protected anew.
fn again_after_reprotect(variant: Variant) -> (World, Delivered) {
    let mut world = world(variant);
    let first = request(&world, Failover, "fail");
    assert!(world.deliver(&first).executed);
    pass(&mut world, 30);
    assert!(done(&mut world, Reprotect, "re").executed);
    let second = world.deliver(&first);
    pass(&mut world, 30);
    (world, second)
}

#[test]
fn a_toggle_is_carried_out_twice_and_flips_back() {
    let (world, second) = again_after_reprotect(Variant::sdrs());
    assert!(second.executed);
    assert_eq!(executed(&world, "fail"), 2);
    assert_eq!(world.object(G).unwrap().station, Station::Source);
    let moves: Vec<_> = world
        .journal()
        .iter()
        .map(|e| (e.before, e.after, e.overwrites))
        .collect();
    use Station::{Source, Target};
    let wanted = [
        (Source, Some(Target), None),
        (Target, Some(Target), Some(Source)),
        (Target, Some(Source), None),
    ];
    assert_eq!(moves, wanted);
}

#[test]
fn a_token_is_carried_out_once_within_its_time() {
    let (mut world, second) = again_after_reprotect(all_by(Resolution::Token));
    let jobs = vec!["job-1".to_owned()];
    assert_eq!(second, Delivered::duplicate(jobs));
    assert_eq!(executed(&world, "fail"), 1);
    // The key is forgotten; where nothing bounds how late a request can be, it is done again.
    world.variant.dead_time_seconds = None;
    let first = CallRequest {
        recorded_at: begin(),
        dedupe_key: "fail/FailoverServerGroup".to_owned(),
        ..request(&world, Failover, "fail")
    };
    pass(&mut world, 3600);
    assert!(world.deliver(&first).executed);
}

#[test]
fn another_key_is_another_call() {
    let mut world = world(all_by(Resolution::Token));
    let first = request(&world, Failover, "fail");
    assert!(world.deliver(&first).executed);
    pass(&mut world, 30);
    done(&mut world, Reprotect, "re");
    let dedupe_key = "fail/FailoverServerGroup/2".to_owned();
    assert!(world.deliver(&CallRequest { dedupe_key, ..first }).executed);
}

#[test]
fn a_revision_is_carried_out_once() {
    let (world, second) = again_after_reprotect(all_by(Resolution::Revision));
    assert_eq!(refused(&second), "PROOF.0412");
    assert_eq!(executed(&world, "fail"), 1);
}

#[test]
fn without_an_expected_revision_nothing_is_compared() {
    let mut world = world(all_by(Resolution::Revision));
    let first = CallRequest {
        expected_revision: None,
        ..request(&world, Failover, "fail")
    };
    assert!(world.deliver(&first).executed);
    pass(&mut world, 30);
    done(&mut world, Reprotect, "re");
    assert!(world.deliver(&first).executed);
}

#[test]
fn a_direction_refuses_the_move_that_was_made_and_allows_it_after_a_move_back() {
    let mut world = world(Variant::sdrs());
    let first = request(&world, PlannedFailover, "go");
    assert!(world.deliver(&first).executed);
    pass(&mut world, 30);
    assert_eq!(refused(&world.deliver(&first)), "PROOF.0216");
    done(&mut world, PlannedFailover, "back");
    assert!(world.deliver(&first).executed, "the state is the same again");
}

#[test]
fn a_second_arrival_finds_the_state_changed() {
    for resolution in [Resolution::Evidence, Resolution::Person] {
        let mut world = world(all_by(resolution));
        let first = request(&world, Failover, "fail");
        assert!(world.deliver(&first).executed);
        assert_eq!(refused(&world.deliver(&first)), "PROOF.1002");
    }
}

#[test]
fn a_late_request_is_carried_out_until_its_signature_is_too_old() {
    for (after, dead, wanted) in [
        (929, Some(930), 1),
        (930, Some(930), 0),
        (930, None, 1),
        (1_000_000, None, 1),
    ] {
        let mut world = world(Variant {
            dead_time_seconds: dead,
            ..Variant::sdrs()
        });
        let late = request(&world, Failover, "late");
        world.post(late, later(begin(), after));
        assert_eq!(world.next_event(), Some(later(begin(), after)));
        pass(&mut world, after - 1);
        assert_eq!(executed(&world, "late"), 0);
        pass(&mut world, 100);
        assert_eq!(executed(&world, "late"), wanted, "{after} of {dead:?}");
        assert_eq!(world.next_event(), None);
    }
}

#[test]
fn what_arrives_on_the_way_of_time_meets_the_state_of_its_moment() {
    let mut world = world(Variant::sdrs());
    let first = request(&world, Failover, "fail");
    let again = request(&world, Reprotect, "re");
    world.post(again, later(begin(), 20));
    world.post(first, later(begin(), 0));
    world.advance_to(later(begin(), 500));
    assert_eq!((executed(&world, "fail"), executed(&world, "re")), (1, 1));
    assert_eq!(at(&world), At::Protected);
    assert_eq!(world.journal()[1].at, later(begin(), 20));
}

#[test]
fn what_is_lost_on_the_way_never_arrives() {
    let mut world = world(Variant::sdrs());
    let late = request(&world, Failover, "late");
    world.post(late.clone(), later(begin(), 5));
    assert_eq!(world.lose(0), Some(late));
    assert_eq!(world.lose(0), None);
    pass(&mut world, 60);
    assert!(world.journal().is_empty());
}

#[test]
fn what_no_endpoint_knows_is_refused() {
    let mut world = world(Variant {
        endpoints: Count::Two,
        ..Variant::sdrs()
    });
    let good = request(&world, Failover, "x");
    let endpoint = "primary".to_owned();
    assert_eq!(
        refused(&world.deliver(&CallRequest {
            endpoint,
            ..good.clone()
        })),
        "PROOF.0400"
    );
    let object = "nobody".to_owned();
    assert_eq!(
        refused(&world.deliver(&CallRequest { object, ..good.clone() })),
        "PROOF.0404"
    );
    assert!(world.deliver(&good).executed);
}

#[test]
fn running_servers_forbid_a_planned_failover_and_no_forced_one() {
    let mut world = world(Variant::sdrs());
    world.object_mut(G).unwrap().servers = crate::Servers::Running;
    assert_eq!(refused(&done(&mut world, PlannedFailover, "p")), "PROOF.1319");
    assert!(done(&mut world, Failover, "f").executed);
}

#[test]
fn the_second_of_two_calls_needs_the_first() {
    for operation in [PlannedFailover, Failover, Reprotect] {
        let mut world = world(Variant {
            calls: Count::Two,
            jobs: Jobs::AtOnce,
            ..Variant::sdrs()
        });
        if operation == Reprotect {
            world.console_fail_over(G);
        }
        let station = world.object(G).unwrap().station;
        let last = request(&world, operation, "x");
        assert_eq!(refused(&world.deliver(&last)), "PROOF.1002");
        let call = world.variant.calls_of(operation)[0];
        let first = CallRequest {
            action: call.action.to_owned(),
            ..last.clone()
        };
        assert!(world.deliver(&first).executed);
        assert_eq!(at(&world), At::Half(operation));
        assert_eq!(world.object(G).unwrap().station, station, "half-way nothing has moved");
        assert_eq!(refused(&world.deliver(&first)), "PROOF.1002");
        assert!(world.deliver(&last).executed);
        let moved = world.object(G).unwrap().station != station;
        assert_eq!(moved, operation.moves_production());
    }
}

#[test]
fn the_objects_are_independent() {
    let mut world = world(Variant::sdrs());
    done(&mut world, Failover, "x");
    assert_eq!(world.object("g2").unwrap().revision, 1);
    assert_eq!(world.object("g2").unwrap().at, At::Protected);
}
