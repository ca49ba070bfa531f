//! The world as its callers meet it: what an arrival does, once and twice, late, and at another state.
//! It must not test plans or names; those are beside their code.

mod arrivals;
mod axes;
mod fates;
mod reading;

use super::{At, World};
use crate::{Delivered, Variant, later};
use jiff::Timestamp;
use stationmaster_engine::{CallOutcome, CallRequest, Depth, Observation, OperationType, Resolution};

const G: &str = "g1";

fn begin() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

fn world(variant: Variant) -> World {
    World::new(variant, &[G, "g2"], begin())
}

fn all_by(resolution: Resolution) -> Variant {
    Variant {
        resolution,
        forced: resolution,
        directed: false,
        ..Variant::sdrs()
    }
}

/// The request of the last call of an operation, recorded now.
fn request(world: &World, operation: OperationType, name: &str) -> CallRequest {
    let station = world.object(G).unwrap().station;
    let call = *world.variant.calls_of(operation).last().unwrap();
    CallRequest {
        object: G.to_owned(),
        action: call.action.to_owned(),
        endpoint: call.endpoint.to_owned(),
        operation,
        target: if operation.moves_production() {
            station.other()
        } else {
            station
        },
        recorded_at: world.now(),
        operation_name: name.to_owned(),
        step: call.step.to_owned(),
        attempt: 1,
        dedupe_key: format!("{name}/{}", call.step),
        expected_revision: Some(world.object(G).unwrap().revision.to_string()),
        part: None,
    }
}

/// Delivers, and lets the work end.
fn done(world: &mut World, operation: OperationType, name: &str) -> Delivered {
    let request = request(world, operation, name);
    let delivered = world.deliver(&request);
    pass(world, 30);
    delivered
}

fn pass(world: &mut World, seconds: u32) {
    world.advance_to(later(world.now(), seconds));
}

fn seen(world: &World) -> Observation {
    world.observe(G, Depth::Full).unwrap()
}

fn at(world: &World) -> At {
    world.object(G).unwrap().at
}

fn refused(delivered: &Delivered) -> &str {
    match &delivered.outcome {
        CallOutcome::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

/// How often the operation's call was carried out.
fn executed(world: &World, name: &str) -> usize {
    world.journal().iter().filter(|entry| entry.by == name).count()
}
