//! What is shown.
//! It must not be more than the variant says.

use super::*;
use crate::matrix::{matrix, pairs};
use std::hash::{DefaultHasher, Hash, Hasher};

use stationmaster_engine::{ActiveStation, Permit, Phase, StepKind};

#[test]
fn a_revision_is_shown_where_there_is_one_and_tells_of_a_change_there_and_back() {
    for revision in [true, false] {
        let mut world = world(Variant {
            revision,
            ..Variant::sdrs()
        });
        let before = seen(&world).fingerprint;
        world.console_flip(G);
        assert_ne!(seen(&world).fingerprint, before);
        world.console_flip(G);
        assert_eq!(seen(&world).fingerprint != before, revision);
    }
}

#[test]
fn an_unknown_word_is_shown_and_permits_nothing() {
    let mut world = world(Variant::sdrs());
    world.object_mut(G).unwrap().word = Some("pondering".to_owned());
    let seen = seen(&world);
    assert_eq!(
        (seen.provider_status.as_str(), seen.phase),
        ("pondering", Phase::Unknown)
    );
    assert_eq!((seen.active, seen.permits.len()), (ActiveStation::Unknown, 0));
}

#[test]
fn a_listing_has_no_facts() {
    let world = world(Variant::sdrs());
    assert!(world.observe(G, Depth::Listed).unwrap().facts.is_empty());
    assert_eq!(world.observe("nobody", Depth::Full), None);
}

/// Each operation of each variant, call by call, from a state in which it may begin, is permitted and ends where it should.
#[test]
fn the_plans_of_the_matrix_lead_where_they_should() {
    for variant in matrix() {
        for operation in OperationType::ALL {
            let mut world = world(variant);
            match operation {
                OperationType::Reprotect => world.console_fail_over(G),
                OperationType::EnableProtection => world.console_set(G, At::Available),
                _ => {}
            }
            assert_eq!(seen(&world).permit(operation), Permit::Open, "{variant} {operation}");
            let last = request(&world, operation, "op");
            let plan = variant.plan(operation, last.target, &seen(&world)).unwrap();
            for step in plan.steps {
                let StepKind::Call(call) = step.kind else { continue };
                let request = CallRequest {
                    action: call.action,
                    endpoint: call.endpoint,
                    step: step.name.clone(),
                    dedupe_key: format!("op/{}", step.name),
                    expected_revision: seen(&world).fingerprint.revision,
                    recorded_at: world.now(),
                    ..last.clone()
                };
                let delivered = world.deliver(&request);
                assert!(delivered.executed, "{variant} {operation}: {delivered:?}");
                assert_eq!(delivered, Delivered::done(named(&world)));
                pass(&mut world, 30);
            }
            let phase = match operation {
                OperationType::Failover => Phase::FailedOver,
                OperationType::DisableProtection => Phase::Unprotected,
                _ => Phase::Protected,
            };
            assert_eq!(seen(&world).phase, phase, "{variant} {operation}");
            assert_eq!(seen(&world).active, last.target.into(), "{variant} {operation}");
        }
    }
}

fn named(world: &World) -> Vec<String> {
    let named = world.jobs().last().filter(|_| world.variant.jobs.named());
    named.into_iter().map(|job| job.id.clone()).collect()
}

#[test]
fn equal_worlds_go_on_equally() {
    let hash = |world: &World| {
        let mut hasher = DefaultHasher::new();
        world.hash(&mut hasher);
        hasher.finish()
    };
    for variant in pairs() {
        let (mut one, mut other) = (world(variant), world(variant));
        for operation in OperationType::ALL.into_iter().filter(|o| variant.lacks != Some(*o)) {
            done(&mut one, operation, "op");
            assert_ne!(one, other);
            done(&mut other, operation, "op");
            assert_eq!((&one, hash(&one)), (&other, hash(&other)));
        }
    }
}
