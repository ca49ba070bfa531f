//! `cargo xtask demo`: the product end to end on one machine, against a real control plane and the simulated cloud.
//! It must not show anything that did not happen: each command shown is run, each line is read, and what differs is a failure.

mod follow;
mod journal;
mod kubectl;
mod manifests;
mod place;
mod programs;
mod shell;
mod steps;
mod story;
mod tell;
mod vendors;
mod world;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use self::place::Place;
use self::vendors::Provider;
use self::world::World;
use crate::control_plane::asked_to_end;

/// Where a demo that is kept lies if nobody says so; git ignores it.
const DIRECTORY: &str = ".demo";

/// Watch protection groups move, from Kubernetes, on this machine. Needs Rust and Go. Nothing leaves the machine.
#[derive(clap::Args)]
pub struct Args {
    /// Whose simulated system is moved
    #[arg(long, value_enum, default_value_t)]
    provider: Provider,
    /// Leave everything running afterwards, slow enough to watch, and say how to use it
    #[arg(long, conflicts_with = "stop")]
    keep: bool,
    /// End what `--keep` has left, and remove what it made
    #[arg(long)]
    stop: bool,
    /// Where everything lies: data, logs, manifests, and `env` with KUBECONFIG and the endpoints. [default: .demo with --keep and
    /// --stop, else a temporary directory]
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    let directory = args.dir.clone().unwrap_or_else(|| DIRECTORY.into());
    let result = runtime.block_on(async {
        if args.stop {
            place::stop(&directory).await
        } else if args.keep || args.dir.is_some() {
            play(args.provider, Some(directory), args.keep).await
        } else {
            play(args.provider, None, false).await
        }
    });
    // An interrupted build is not waited for; it ends with this process.
    runtime.shutdown_background();
    result
}

async fn play(provider: Provider, directory: Option<PathBuf>, keep: bool) -> Result<()> {
    // Asked for before anything is started, so that a Ctrl-C during the start is not lost.
    let mut asked_to_end = std::pin::pin!(asked_to_end()?);
    let place = directory.map(Place::claim).transpose()?;
    let mut world = World::default();
    let result = tokio::select! {
        result = story::tell(provider, &mut world, place.as_ref(), keep) => result,
        () = &mut asked_to_end => Err(anyhow::anyhow!("interrupted")),
    };
    match (result, place) {
        (Ok(()), Some(place)) if keep => {
            world.leave_running();
            place.keep();
            Ok(())
        }
        (result, place) => {
            // A second Ctrl-C while things end: they are killed.
            tokio::select! {
                () = world.end() => {}
                () = &mut asked_to_end => {}
            }
            drop(world);
            let removed = place.map_or(Ok(()), Place::remove);
            match result {
                Ok(()) => removed,
                Err(error) => {
                    if let Err(error) = removed {
                        eprintln!("{error:#}");
                    }
                    bail!("the demo did not succeed: {error:#}")
                }
            }
        }
    }
}
