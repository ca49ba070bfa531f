//! `cargo xtask control-plane`: a real control plane from the shell.
//! It must not know how components are started; the testkit does. Standard output holds only what another program reads.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use stationmaster_testkit::control_plane::binaries::{Binaries, Tool};
use stationmaster_testkit::control_plane::{Component, ControlPlane, Existing, Lifetime, Options};
use tokio::signal::unix::{SignalKind, signal};

/// Start, stop and look at a control plane.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a control plane in the background, or attached with --foreground; prints KUBECONFIG=… on standard output
    Up(Up),
    /// Stop the control plane of a directory
    Down(Down),
    /// Tell what runs from a directory; fails unless all of it runs and is ready
    Status(Place),
    /// Find the programs, or build them from tools/, and print where each is
    Binaries,
}

#[derive(clap::Args)]
struct Place {
    /// Where data, certificates and logs lie; several control planes run side by side from different directories
    #[arg(long, value_name = "DIRECTORY", default_value = ".control-plane")]
    dir: PathBuf,
}

#[derive(clap::Args)]
struct Up {
    #[command(flatten)]
    place: Place,
    /// Stay attached; Ctrl-C (or the end of this process, whatever ends it) stops the control plane
    #[arg(long)]
    foreground: bool,
    /// Start without kube-controller-manager: namespaces are never emptied, service accounts never made
    #[arg(long)]
    no_controller_manager: bool,
    /// A further flag for kube-apiserver; may be repeated
    #[arg(long, value_name = "FLAG", allow_hyphen_values = true)]
    apiserver_flag: Vec<String>,
}

#[derive(clap::Args)]
struct Down {
    #[command(flatten)]
    place: Place,
    /// Remove the directory too
    #[arg(long)]
    purge: bool,
}

/// Runs the command.
pub fn run(args: Args) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    let result = runtime.block_on(async {
        match args.command {
            Command::Up(args) => up(args).await,
            Command::Down(args) => down(args).await,
            Command::Status(args) => status(&args.dir).await,
            Command::Binaries => binaries(),
        }
    });
    // An interrupted build is not waited for; it ends with this process.
    runtime.shutdown_background();
    result
}

async fn up(args: Up) -> Result<()> {
    let directory = args.place.dir;
    if let Some(existing) = Existing::open(&directory)?
        && existing.is_running()
    {
        if existing.check_ready().await.is_ok() && !args.foreground {
            eprintln!(
                "a control plane runs from {} already: {}",
                directory.display(),
                existing.endpoint()
            );
            print_environment(&existing.kubeconfig());
            return Ok(());
        }
        if args.foreground {
            bail!(
                "a control plane runs from {} already; stop it with `control-plane down`",
                directory.display()
            );
        }
        eprintln!(
            "what runs from {} is not ready and is started again",
            directory.display()
        );
        existing.stop().await;
    }
    let options = Options {
        directory: Some(directory),
        controller_manager: !args.no_controller_manager,
        lifetime: if args.foreground {
            Lifetime::Tethered
        } else {
            Lifetime::Detached
        },
        apiserver_flags: args.apiserver_flag,
        ..Options::default()
    };
    // Asked for before anything is started, so that a Ctrl-C during the start is not lost.
    let asked_to_end = asked_to_end()?;
    let plane = tokio::select! {
        plane = ControlPlane::start(options) => plane?,
        // Whatever has been started is killed as the start is dropped.
        () = asked_to_end => bail!("interrupted while starting"),
    };
    eprintln!(
        "{} is ready; its files are in {}",
        plane.endpoint(),
        plane.directory().display()
    );
    print_environment(&plane.kubeconfig());
    if !args.foreground {
        plane.leave_running();
        return Ok(());
    }
    hold(plane).await
}

/// Holds a control plane until somebody asks to end or one of its components does.
async fn hold(plane: ControlPlane) -> Result<()> {
    let mut asked_to_end = std::pin::pin!(asked_to_end()?);
    loop {
        tokio::select! {
            () = &mut asked_to_end => break,
            () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
        }
        if let Err(error) = plane.check() {
            plane.shutdown().await;
            return Err(error.into());
        }
    }
    eprintln!("stopping");
    plane.shutdown().await;
    Ok(())
}

/// Resolves at SIGINT, SIGTERM or SIGHUP; from now on none of them ends the process by itself.
pub(crate) fn asked_to_end() -> Result<impl Future<Output = ()>> {
    let mut signals = Vec::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        signals.push(signal(kind).context("listen for signals")?);
    }
    Ok(std::future::poll_fn(move |context| {
        let any = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if any {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }))
}

async fn down(args: Down) -> Result<()> {
    let directory = args.place.dir;
    let Some(existing) = Existing::open(&directory)? else {
        eprintln!("no control plane was ever started from {}", directory.display());
        return Ok(());
    };
    let stopped: Vec<String> = existing.stop().await.iter().map(Component::to_string).collect();
    eprintln!(
        "stopped: {}",
        if stopped.is_empty() {
            "nothing, nothing was running".into()
        } else {
            stopped.join(", ")
        }
    );
    if args.purge {
        // Only a directory in which a control plane was started gets here.
        std::fs::remove_dir_all(&directory).with_context(|| format!("remove {}", directory.display()))?;
    }
    Ok(())
}

async fn status(directory: &Path) -> Result<()> {
    let Some(existing) = Existing::open(directory)? else {
        bail!("no control plane was ever started from {}", directory.display());
    };
    for (component, pid) in existing.components() {
        println!(
            "{component}: {}",
            pid.map_or("not running".into(), |pid| format!("running, pid {pid}"))
        );
    }
    match existing.check_ready().await {
        Ok(()) => println!(
            "{} is ready\nKUBECONFIG={}",
            existing.endpoint(),
            shell_word(&existing.kubeconfig())
        ),
        Err(why) => bail!("not ready: {why}"),
    }
    Ok(())
}

fn binaries() -> Result<()> {
    for (tool, binary) in Binaries::find(&Tool::ALL)?.iter() {
        println!("{} {} {}", tool.name(), binary.version, binary.path.display());
    }
    Ok(())
}

/// What `eval "$(cargo xtask control-plane up)"` takes.
fn print_environment(kubeconfig: &Path) {
    println!("KUBECONFIG={}", shell_word(kubeconfig));
}

/// A path as one word for the shell: quoted only where that is needed.
pub(crate) fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c));
    if plain {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_blank_or_a_quote_stays_one_word() {
        assert_eq!(shell_word(Path::new("/a/b-c.d")), "/a/b-c.d");
        assert_eq!(shell_word(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }
}
