//! Elections of many at once and in storms: one leads, and without guarded writes two do.
//! They must not pass because nothing went wrong: each has a twin that must fail.

use super::server::Wire;
use super::world::World;
use super::{seconds, world};
use std::time::Duration;

/// Two candidates whose messages take a second wait for a lease that a dead process holds: both read it, then both write.
async fn rush(guarded: bool) -> usize {
    let world = World::default();
    world.server.create("dead");
    for name in ["a", "b"] {
        let wire = Wire::default();
        wire.delay(seconds(1.0), Duration::ZERO);
        if !guarded {
            wire.strip_versions();
        }
        world.stand(name, &wire);
    }
    world.watch(60.0).await.most()
}

#[tokio::test(start_paused = true)]
async fn a_rush_elects_one() {
    assert_eq!(rush(true).await, 1);
}

/// The known-bad variant: the same election whose writes carry no version. That it is found shows that the harness can find it.
#[tokio::test(start_paused = true)]
async fn without_guarded_writes_a_rush_elects_two() {
    assert_eq!(rush(false).await, 2);
}

/// Three candidates, wires that are cut, slow and refusing at random, processes that die: a quarter of an hour for each seed.
#[tokio::test(start_paused = true)]
async fn nothing_makes_two_lead() {
    let mut led = Duration::ZERO;
    for seed in 1..=10 {
        let seen = world::storm(seed, true).await;
        seen.never_two();
        led += seen.led("a") + seen.led("b") + seen.led("c");
    }
    assert!(
        led > seconds(10.0 * 300.0),
        "somebody leads most of the time, or the storm shows nothing: {led:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_storm_without_guarded_writes_makes_two_lead() {
    let mut most = 0;
    for seed in 1..=10 {
        most = most.max(world::storm(seed, false).await.most());
    }
    assert!(most >= 2);
}
