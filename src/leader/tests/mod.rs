//! Elections against a Lease server in the same process, in virtual time.
//! They must not trust one replica's word for it that it leads: a watcher asks all.

mod absence;
mod away;
mod server;
mod starved;
mod storms;
mod world;

use super::*;
use crate::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use server::{Lost, Wire};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use world::World;

/// Waits for what should come soon; an hour without it is a failure and not a hang.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(seconds(3600.0), what)
        .await
        .expect("it never comes")
}

fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}

#[tokio::test(start_paused = true)]
async fn one_of_two_leads_and_the_other_follows_when_it_dies() {
    let world = World::default();
    let a = world.stand("a", &Wire::default());
    sleep(seconds(1.0)).await;
    world.stand("b", &Wire::default());
    world.watch(60.0).await.only("a");

    let died = Instant::now();
    a.abort();
    world.forget("a");
    let then = world.watch(40.0).await;
    then.only("b");
    let took = then.first("b").duration_since(died);
    assert!(
        took >= seconds(13.0) && took <= seconds(15.5),
        "{took:?}: the lease must expire, and then be taken soon"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_given_back_is_taken_at_once() {
    let world = World::default();
    let leadership = soon(world.election("a", &Wire::default()).acquire()).await;
    assert_eq!(leadership.transitions(), 0);
    let proof = leadership.proof();
    assert!(leadership.proves(seconds(9.9)));
    world.stand("b", &Wire::default());
    sleep(seconds(30.0)).await;
    let released = Instant::now();
    soon(leadership.release()).await;
    assert!(!proof.proves(Duration::ZERO), "nothing is proven any more");
    let then = world.watch(10.0).await;
    assert!(then.first("b").duration_since(released) <= seconds(2.5));
    assert_eq!(world.server.field("leaseTransitions"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_object_is_as_others_expect_it() {
    let world = World::default();
    let leadership = soon(world.election("a", &Wire::default()).acquire()).await;
    assert_eq!(world.server.field("holderIdentity"), "a");
    assert_eq!(world.server.field("leaseDurationSeconds"), 15);
    let (acquired, renewed) = (world.server.field("acquireTime"), world.server.field("renewTime"));
    assert_eq!(acquired, renewed);
    world
        .server
        .edit(|lease| lease["metadata"]["labels"] = serde_json::json!({ "team": "dr" }));
    sleep(seconds(5.0)).await;
    assert_eq!(world.server.field("acquireTime"), acquired);
    assert_ne!(world.server.field("renewTime"), renewed);
    world
        .server
        .edit(|lease| assert_eq!(lease["metadata"]["labels"]["team"], "dr", "what others wrote stays"));
    assert!(
        leadership.proves(Duration::ZERO),
        "somebody's label is no reason to lose"
    );
    soon(leadership.release()).await;
    assert_eq!(world.server.field("holderIdentity"), "");
    assert_eq!(world.server.field("leaseDurationSeconds"), 1);
}

#[tokio::test(start_paused = true)]
async fn slow_renewals_do_not_lose_the_lease() {
    for (there, back) in [(0.0, 9.0), (9.0, 0.0), (4.5, 4.5)] {
        let world = World::default();
        let wire = Wire::default();
        world.stand("a", &wire);
        sleep(seconds(1.0)).await;
        world.stand("b", &Wire::default());
        wire.delay(seconds(there), seconds(back));
        let seen = world.watch(600.0).await;
        seen.only("a");
        assert_eq!(world.losses("a"), 0, "{there} s there, {back} s back");
        assert!(seen.led("a") > seconds(30.0), "it goes on between: {:?}", seen.led("a"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_counts_from_when_it_was_sent() {
    let world = World::default();
    let wire = Wire::default();
    let leadership = soon(world.election("a", &wire).acquire()).await;
    wire.delay(Duration::ZERO, seconds(9.0));
    // The renewal of second 2 is acknowledged in second 11, and the next one is sent then.
    sleep(seconds(11.1)).await;
    assert!(leadership.proves(seconds(0.5)), "sent in second 2: until 12");
    assert!(
        !leadership.proves(seconds(1.0)),
        "acknowledged in second 11, but not until 21"
    );
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_stops_before_another_begins() {
    let world = World::default();
    let wire = Wire::default();
    world.stand("a", &wire);
    sleep(seconds(1.0)).await;
    world.stand("b", &Wire::default());
    world.watch(20.0).await.only("a");
    let cut = Instant::now();
    wire.cut(true);
    let then = world.watch(60.0).await;
    then.never_two();
    let last = then.last("a").duration_since(cut);
    let first = then.first("b").duration_since(cut);
    assert!(last <= seconds(10.0) && last >= seconds(7.5), "{last:?}");
    assert!(
        first >= seconds(13.0) && first >= last + seconds(3.0),
        "{first:?} after {last:?}"
    );
    assert_eq!(world.losses("a"), 0, "it lives on, and hears of it when it is back");
    wire.cut(false);
    world.watch(30.0).await.only("b");
    assert_eq!(world.losses("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn one_dead_connection_does_not_lose_the_lease() {
    let world = World::default();
    let wire = Wire::default();
    let leadership = soon(world.election("a", &wire).acquire()).await;
    for lost in [Lost::Request, Lost::Answer] {
        wire.lose_next(lost);
        tokio::select! {
            () = leadership.lost() => panic!("lost"),
            () = sleep(seconds(60.0)) => {}
        }
        assert!(leadership.proves(Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stolen_lease_is_noticed_at_the_next_renewal() {
    let world = World::default();
    let election = world.election("a", &Wire::default());
    let standing = election.standing();
    let leadership = soon(election.acquire()).await;
    let proof = leadership.proof();
    sleep(seconds(7.0)).await;
    world
        .server
        .edit(|lease| lease["spec"]["holderIdentity"] = "thief".into());
    let stolen = Instant::now();
    soon(proof.lost()).await;
    assert!(stolen.elapsed() <= seconds(2.0), "{:?}", stolen.elapsed());
    assert!(!proof.proves(Duration::ZERO));
    assert_eq!(*standing.borrow(), Standing::Lost);
    sleep(seconds(60.0)).await;
    assert_eq!(world.server.field("holderIdentity"), "thief", "it is not taken back");
    soon(leadership.release()).await;
    assert_eq!(world.server.field("holderIdentity"), "thief", "nor given away");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_lease_is_made_again_by_its_holder() {
    let world = World::default();
    world.stand("a", &Wire::default());
    sleep(seconds(1.0)).await;
    world.stand("b", &Wire::default());
    sleep(seconds(20.3)).await;
    for _ in 0..10 {
        world.server.delete();
        world.watch(13.7).await.only("a");
    }
    assert_eq!(world.losses("a"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_lease_that_somebody_else_made_is_lost() {
    let world = World::default();
    let leadership = soon(world.election("a", &Wire::default()).acquire()).await;
    sleep(seconds(5.0)).await;
    world.server.delete();
    world.server.create("newcomer");
    let began = Instant::now();
    soon(leadership.lost()).await;
    assert!(began.elapsed() <= seconds(2.0));
    assert_eq!(world.server.field("holderIdentity"), "newcomer");
}

#[tokio::test(start_paused = true)]
async fn a_lease_won_without_an_answer_is_found_to_be_ours() {
    let world = World::default();
    let wire = Wire::default();
    let election = world.election("a", &wire);
    wire.lose_answer_of("POST");
    let began = Instant::now();
    let leadership = soon(election.acquire()).await;
    assert!(began.elapsed() <= seconds(13.0), "{:?}", began.elapsed());
    assert_eq!(leadership.transitions(), 0);
    assert!(leadership.proves(seconds(9.0)));
}

#[tokio::test(start_paused = true)]
async fn wrong_clocks_make_no_difference() {
    let fast = Clock::new(|| Timestamp::now() + SignedDuration::from_hours(1));
    let slow = Clock::new(|| Timestamp::now() - SignedDuration::from_hours(1));
    let still = Clock::new(|| Timestamp::UNIX_EPOCH);
    for (of_a, of_b) in [(&fast, &slow), (&slow, &fast), (&still, &fast), (&fast, &still)] {
        let world = World::default();
        let a = world.stand_with("a", &Wire::default(), of_a.clone());
        sleep(seconds(1.0)).await;
        world.stand_with("b", &Wire::default(), of_b.clone());
        world.watch(300.0).await.only("a");
        let died = Instant::now();
        a.abort();
        world.forget("a");
        let took = world.watch(30.0).await.first("b").duration_since(died);
        assert!(took >= seconds(13.0) && took <= seconds(15.5), "{took:?}");
    }
}
