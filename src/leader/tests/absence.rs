//! Absences as elections tell of them, in virtual time: a hand-over is none, an outage is one, a Lease that goes back is one.
//! They must not test what an absence leads to.

use super::server::Wire;
use super::world::World;
use super::{seconds, soon};
use crate::clock::Clock;
use crate::leader::Leadership;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A wall clock that goes with the paused one.
fn wall() -> Clock {
    let begin = Instant::now();
    let base = Timestamp::from_second(1_000_000).unwrap();
    Clock::new(move || base + SignedDuration::try_from(begin.elapsed()).unwrap())
}

struct Place {
    world: World,
    wall: Clock,
}

impl Place {
    fn new() -> Place {
        Place {
            world: World::default(),
            wall: wall(),
        }
    }

    async fn elect(&self, name: &str) -> Leadership {
        let election = self.world.election_with(name, &Wire::default(), self.wall.clone());
        soon(election.acquire()).await
    }

    fn told(&self) -> Value {
        self.world.server.annotation("stationmaster.dev/absent-until")
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_leader_was_preceded_by_nobody_and_a_hand_over_is_no_absence() {
    let place = Place::new();
    let first = place.elect("a").await;
    let absence = first.proof().absent_until();
    assert_eq!(absence, Some(place.wall.now()), "there was no lease");
    assert_eq!(place.told(), absence.unwrap().to_string());
    sleep(seconds(60.0)).await;
    first.release().await;
    sleep(seconds(100.0)).await;
    let second = place.elect("b").await;
    assert_eq!(second.proof().absent_until(), absence, "the word is carried on");
    // A death, and a takeover when the lease has expired.
    drop(second);
    let third = place.elect("c").await;
    assert_eq!(third.proof().absent_until(), absence);
    assert_eq!(place.told(), absence.unwrap().to_string());
}

#[tokio::test(start_paused = true)]
async fn two_minutes_without_a_leader_are_an_absence() {
    let place = Place::new();
    let first = place.elect("a").await;
    sleep(seconds(60.0)).await;
    first.release().await;
    sleep(seconds(121.0)).await;
    let second = place.elect("b").await;
    assert_eq!(second.proof().absent_until(), Some(place.wall.now()));
    assert_eq!(place.told(), place.wall.now().to_string());
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_lease_goes_back_tells_of_it_and_goes() {
    let place = Place::new();
    let leader = place.elect("a").await;
    let before = leader.proof().absent_until();
    let snapshot = place.world.server.snapshot();
    sleep(seconds(60.0)).await;
    place.world.server.restore(snapshot);
    soon(leader.lost()).await;
    assert!(!leader.proves(Duration::ZERO));
    let told = place.told();
    assert_ne!(told, before.unwrap().to_string());
    drop(leader);
    let next = place.elect("b").await;
    let absence = next.proof().absent_until().unwrap();
    assert_eq!(told, absence.to_string(), "the next one has it from the lease");
}

#[tokio::test(start_paused = true)]
async fn who_stands_by_sees_a_lease_go_back_whose_holder_is_gone() {
    let place = Place::new();
    let leader = place.elect("a").await;
    let snapshot = place.world.server.snapshot();
    let election = place.world.election_with("b", &Wire::default(), place.wall.clone());
    let standing = tokio::spawn(async move { election.acquire().await });
    sleep(seconds(60.0)).await;
    drop(leader);
    place.world.server.restore(snapshot);
    let next = soon(standing).await.unwrap();
    assert_eq!(
        next.proof().absent_until(),
        Some(place.wall.now()),
        "a snapshot of a minute ago: the time in it alone would not have told"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_lease_is_made_again_with_the_word() {
    let place = Place::new();
    let leader = place.elect("a").await;
    let absence = leader.proof().absent_until().unwrap();
    sleep(seconds(30.0)).await;
    place.world.server.delete();
    sleep(seconds(5.0)).await;
    assert!(
        leader.proves(Duration::ZERO),
        "somebody's deletion is no reason to lose"
    );
    assert_eq!(place.told(), absence.to_string());
}
