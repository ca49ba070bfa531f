//! The frame of each story: what runs, the vendor's story, what happened, what is next.
//! It must not know a vendor, nor go on after something that did not happen as told.

use anyhow::Result;

use super::follow::Ended;
use super::place::Place;
use super::tell::{Voice, table};
use super::vendors::Provider;
use super::world::{Scene, World};
use super::{journal, programs, shell};

/// Tells it.
pub async fn tell(provider: Provider, world: &mut World, place: Option<&Place>, keep: bool) -> Result<()> {
    eprintln!("building what is not built yet: operator, simulator, control plane (minutes the first time)");
    let programs = programs::obtain().await?;
    let mut voice = Voice::new();
    voice.chapter("A control plane, a cloud, an operator");
    let scene = world.start(provider, &voice, &programs, place, keep).await?;
    scene.write_shell_files()?;
    scene.say_how_to_watch(&voice);
    let done = provider.story(&mut voice, &scene).await?;
    summary(&mut voice, &scene, &done).await?;
    if keep {
        let [_, watching] = provider.vendor().speeds;
        scene.simulator.set_speed(watching).await?;
        voice.chapter("Yours now");
        scene.hand_over(&voice);
    } else {
        shell::say_what_is_next(provider.vendor(), &voice);
    }
    Ok(())
}

async fn summary(voice: &mut Voice, scene: &Scene, done: &[Ended]) -> Result<()> {
    let vendor = scene.provider.vendor();
    voice.chapter("What happened");
    let mut rows = vec![["GROUP", "OPERATION", "TOOK", "OUTCOME"].map(str::to_owned).to_vec()];
    rows.extend(done.iter().map(|ended| {
        vec![
            ended.group.clone(),
            ended.operation_type.to_string(),
            format!("{} s", ended.seconds),
            ended.message.clone(),
        ]
    }));
    voice.say(&table(&rows));
    let [speed, _] = vendor.speeds;
    voice.say(&format!("({})", shell::pace(speed)));
    voice.say("\nWhat the provider was asked to change, from its own journal:");
    let calls = scene.simulator.journal().await?;
    voice.say(&table(&journal::rows(vendor, &calls)));
    journal::check(vendor, &calls, &scene.provider.moved(&scene.simulator).await?, done)?;
    let all_else = scene.provider.end(scene).await?;
    voice.say(&format!("{all_else} {:.0} s in all.", voice.seconds()));
    Ok(())
}
