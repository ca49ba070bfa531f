//! Two replicas that both act, since nobody elects: the ledger alone keeps them apart.
//! It must not be a story in which only one of them does anything.

use crate::moment::{Asked, Point};
use crate::scope;
use crate::stage::Scene;
use crate::tally::stories;
use crate::world::World;
use futures::future::join_all;
use stationmaster_testkit::installation::OperatorOptions;

stories![switched_off_on_both_replicas];

/// Each operation so many times at once.
fn times() -> usize {
    if scope::is_whole() { 8 } else { 3 }
}

pub async fn switched_off_on_both_replicas() {
    let alone = |identity| OperatorOptions {
        leader_elect: false,
        ..OperatorOptions::replica(identity)
    };
    let world = World::with(["first", "second"].map(alone)).await;
    let set = (0..times()).flat_map(|nth| Asked::ALL.map(|asked| (nth, asked)));
    let set = set.map(|(nth, asked)| {
        let installation = &world.installation;
        async move {
            let setup = asked.setup().speed(60.0);
            let scene = Scene::set(installation, &format!("{}-{nth}", asked.name()), setup).await;
            (scene, asked)
        }
    });
    let scenes = join_all(set).await;
    join_all(scenes.into_iter().map(|(scene, asked)| async move {
        let operation = asked.ask(&scene).await;
        let name = format!("no-election/{}", scene.name);
        let mut point = Point::of(name, scene, asked, operation);
        // One may find the other's record, or be told late of its own: whatever it says must be mended by what is seen.
        point.may_doubt = true;
        point.settles().await;
    }))
    .await;
    let made =
        |replica: &stationmaster_testkit::installation::Operator| replica.log().unwrap().contains("caches are filled");
    assert!(world.replicas.iter().all(made), "a replica did nothing");
}
