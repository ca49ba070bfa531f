//! One replica whose time of day is off by an hour, in both directions: as leader, and as the one that takes over.
//! It must not be believed that its clock is off: the lease that it writes shows so.

use crate::moment::{Asked, Moment, Point, Ready};
use crate::stage::Scene;
use crate::tally::stories;
use crate::world::World;
use futures::future::join_all;
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use stationmaster_testkit::installation::{Installation, OperatorOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

stories![
    a_replica_an_hour_behind_takes_over,
    a_replica_an_hour_ahead_takes_over,
    a_leader_an_hour_behind,
    a_leader_an_hour_ahead,
];

const HOUR: i64 = 3600;

/// The library that is preloaded, made once in each run by the C compiler that the project needs anyway.
fn library() -> &'static Path {
    static MADE: OnceLock<(PathBuf, tempfile::TempDir)> = OnceLock::new();
    let make = || {
        let directory = tempfile::tempdir().unwrap();
        let library = directory.path().join("skew.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sweeps/clock/skew.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(source)
            .output();
        let compiled = compiled.expect("a C compiler, cc");
        assert!(
            compiled.status.success(),
            "{}",
            String::from_utf8_lossy(&compiled.stderr)
        );
        (library, directory)
    };
    &MADE.get_or_init(make).0
}

fn off_by(identity: &str, seconds: i64) -> OperatorOptions {
    OperatorOptions {
        environment: vec![
            ("LD_PRELOAD", library().into()),
            ("CLOCK_OFFSET_SECONDS", seconds.to_string().into()),
        ],
        ..OperatorOptions::replica(identity)
    }
}

/// The lease says when its holder believes that it renewed it.
async fn writes_times_that_are_off(installation: &Installation, who: &str, seconds: i64) {
    let own = installation.own_namespace().await.unwrap();
    let theirs = |lease: &Lease| {
        let spec = lease.spec.as_ref();
        spec.and_then(|spec| spec.holder_identity.as_deref())
            .is_some_and(|holder| holder.starts_with(who))
    };
    let lease = own
        .wait_for("stationmaster", &format!("is held by {who}"), theirs)
        .await
        .unwrap();
    let renewed = lease.spec.and_then(|spec| spec.renew_time).unwrap().0;
    let off = renewed.duration_since(Timestamp::now()).as_secs();
    assert!(
        (off - seconds).abs() < 60,
        "the clock is off by {off} s instead of {seconds} s"
    );
}

async fn leads(story: &str, seconds: i64) {
    let world = World::with([off_by("off", seconds)]).await;
    writes_times_that_are_off(&world.installation, "off", seconds).await;
    let installation = &world.installation;
    join_all(Asked::ALL.map(|asked| async move {
        let scene = Scene::set(installation, asked.name(), asked.setup().speed(60.0)).await;
        let operation = asked.ask(&scene).await;
        let mut point = Point::of(format!("{story}/{}", asked.name()), scene, asked, operation);
        if seconds > 0 && asked != Asked::Planned {
            // A request that is good for an hour is over for it: refusing is on the safe side.
            point.may_end = &["Expired"];
        }
        point.settles().await;
    }))
    .await;
}

async fn takes_over(story: &str, seconds: i64) {
    let world = World::with([OperatorOptions::replica("first"), off_by("off", seconds)]).await;
    let places = Asked::ALL
        .into_iter()
        .flat_map(|asked| Moment::ALL.map(|moment| (asked, moment)));
    let set = places.map(|(asked, moment)| Ready::set(&world.installation, story, asked, moment));
    let ready = join_all(set).await;
    let points = join_all(ready.into_iter().map(Ready::reach)).await;
    world.replicas[0].kill().unwrap();
    for point in &points {
        point.go_on().await;
    }
    writes_times_that_are_off(&world.installation, "off", seconds).await;
    join_all(points.iter().map(|point| point.settles())).await;
}

pub async fn a_leader_an_hour_ahead() {
    leads("leader-ahead", HOUR).await;
}

pub async fn a_leader_an_hour_behind() {
    leads("leader-behind", -HOUR).await;
}

pub async fn a_replica_an_hour_ahead_takes_over() {
    takes_over("follower-ahead", HOUR).await;
}

pub async fn a_replica_an_hour_behind_takes_over() {
    takes_over("follower-behind", -HOUR).await;
}
