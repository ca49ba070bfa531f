//! A lease that cannot be renewed for a while, and servers that are slow: who leads lives on, and nobody else begins beside it.
//! They must not depend on who happens to ask first.

use super::server::Wire;
use super::world::World;
use super::{seconds, soon};
use crate::leader::Timings;
use std::time::Duration;
use tokio::time::{Instant, sleep};

#[tokio::test(start_paused = true)]
async fn errors_end_the_proof_at_the_renew_deadline_and_the_lease_goes_on_after_them() {
    for status in [403, 409, 429, 500, 504] {
        let world = World::default();
        let wire = Wire::default();
        let leadership = soon(world.election("a", &wire).acquire()).await;
        let proof = leadership.proof();
        wire.refuse(Some(status));
        sleep(seconds(8.5)).await;
        wire.refuse(None);
        sleep(seconds(60.0)).await;
        assert!(proof.proves(Duration::ZERO), "{status} for 8.5 s");

        for away in [13.0, 170.0] {
            let began = Instant::now();
            wire.refuse(Some(status));
            while proof.proves(Duration::ZERO) {
                sleep(seconds(0.1)).await;
            }
            let took = began.elapsed();
            assert!(took <= seconds(10.2) && took >= seconds(7.9), "{status}: {took:?}");
            let lost = tokio::time::timeout(seconds(away), leadership.lost()).await;
            assert!(lost.is_err(), "{status}: nobody else holds it");
            assert!(!proof.proves(Duration::ZERO), "{status}");
            wire.refuse(None);
            sleep(seconds(12.5)).await;
            assert!(proof.proves_a_call(), "{status}: what it remembers is still so");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_after_its_lease_was_over_does_not_make_a_lease_that_is_gone() {
    let world = World::default();
    let wire = Wire::default();
    let leadership = soon(world.election("a", &wire).acquire()).await;
    wire.cut(true);
    sleep(seconds(20.0)).await;
    world.server.delete();
    wire.cut(false);
    soon(leadership.lost()).await;
    assert!(!leadership.proves(Duration::ZERO));
}

/// The API server is away for longer than the lease: who held it could not write, and who stands by could not see.
#[tokio::test(start_paused = true)]
async fn a_server_that_was_away_leaves_the_lease_with_its_holder() {
    // Who comes to ask first afterwards, and who saw what last before, depends on the moments.
    let moments = (0..24).map(|n| (f64::from(n % 6) * 0.35, 16.0 + 0.9 * f64::from(n)));
    for (later, away) in moments.chain([(0.0, 155.0), (1.5, 160.0)]) {
        let world = World::default();
        let (of_a, of_b) = (Wire::default(), Wire::default());
        world.stand("a", &of_a);
        sleep(seconds(1.0)).await;
        world.stand("b", &of_b);
        world.watch(20.0 + later).await.only("a");
        of_a.cut(true);
        of_b.cut(true);
        sleep(seconds(away)).await;
        of_b.cut(false);
        sleep(seconds(2.0)).await;
        of_a.cut(false);
        world.watch(60.0).await.only("a");
        assert_eq!(world.losses("a"), 0, "{away} s, {later} s later");
        // And who is dead then is followed all the same.
        of_a.cut(true);
        world.forget("a");
        world.watch(40.0).await.only("b");
    }
}

#[tokio::test(start_paused = true)]
async fn no_timings_and_no_slow_server_withhold_every_call() {
    let usual = |lease| Timings::from_lease_duration(Duration::from_secs(lease));
    let odd = |lease, deadline, retry| Timings::new(seconds(lease), seconds(deadline), seconds(retry)).unwrap();
    let cases = [3, 5, 7, 15, 60, 3600]
        .map(usual)
        .into_iter()
        .map(|timings| (timings, 0.0));
    let odd = [odd(15.0, 14.0, 2.0), odd(15.0, 7.0, 5.0), odd(3600.0, 2.0, 1.0)].map(|timings| (timings, 0.0));
    let slow = [2.0, 5.5, 7.0, 8.5].map(|back| (Timings::default(), back));
    for (timings, back) in cases.chain(odd).chain(slow) {
        let world = World::default();
        let wire = Wire::default();
        let leadership = soon(world.election_timed("a", &wire, timings).acquire()).await;
        wire.delay(Duration::ZERO, seconds(back));
        for moment in 0..50 {
            let proven = leadership.proof().soon_proves_a_call().await;
            assert!(proven, "{timings:?}, answers after {back} s, try {moment}");
            sleep(timings.retry() / 3).await;
        }
    }
}
