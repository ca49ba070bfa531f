//! The leader is frozen between the record of a call and the call, for shorter and for longer than its lease.
//! It must not send anything that it looked at before the freeze, once the lease may be another's.

use crate::moment::{Asked, Moment, Ready};
use crate::scope;
use crate::tally::stories;
use crate::world::World;
use futures::future::join_all;
use std::time::Duration;

stories![
    frozen_for_longer_than_the_lease,
    frozen_for_less_than_the_lease,
    frozen_for_a_minute
];

async fn frozen(story: &str, seconds: u64) {
    let world = World::of_two().await;
    let set = Asked::ALL.map(|asked| Ready::set(&world.installation, story, asked, Moment::Recorded));
    let ready = join_all(set).await;
    let points = join_all(ready.into_iter().map(Ready::reach)).await;
    let leader = &world.replicas[0];
    leader.pause().unwrap();
    // The look that it waits for is answered while it is frozen: nothing but its own judgement keeps the call back.
    for point in &points {
        point.go_on().await;
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    leader.resume().unwrap();
    let settled = join_all(points.iter().map(|point| point.settles()));
    world.while_replicas_are_kept(settled).await;
}

pub async fn frozen_for_less_than_the_lease() {
    frozen("frozen-5s", 5).await;
}

pub async fn frozen_for_longer_than_the_lease() {
    frozen("frozen-20s", 20).await;
}

pub async fn frozen_for_a_minute() {
    if scope::is_whole() {
        frozen("frozen-60s", 60).await;
    }
}
