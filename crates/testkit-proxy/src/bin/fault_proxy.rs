//! `stationmaster-fault-proxy`: stands between operator, API server and provider by a plan, and judges the history afterwards.
//! It must not do anything that the library cannot.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use stationmaster_testkit_proxy::history::{History, check};
use stationmaster_testkit_proxy::proxy::{Act, Error, FaultProxy, Plan, PlanError, Upstream};
use stationmaster_testkit_proxy::vendors;
use tokio::signal::unix::{SignalKind, signal};

/// A proxy with faults by plan, between an operator and its API server and provider
#[derive(Debug, Parser)]
#[command(name = "stationmaster-fault-proxy", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Stand in between until told to stop (SIGTERM, SIGINT); SIGUSR1 lets go on what is held
    Run(Run),
    /// Judge a history: print what was broken; the exit code is 1 if anything was
    Check(Check),
    /// Read a plan and say whether it can be used
    Plan {
        /// The plan (JSON)
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
#[group(id = "upstream", required = true, multiple = true, args = ["kubeconfig", "provider"])]
struct Run {
    /// The plan (JSON); without one nothing is changed
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Where to append the history (JSON lines)
    #[arg(long, value_name = "FILE")]
    history: PathBuf,
    /// Kubeconfig of the API server to stand in front of; the proxy calls as its user
    #[arg(long, value_name = "FILE", requires = "kubeconfig_out")]
    kubeconfig: Option<PathBuf>,
    /// Where to write the kubeconfig that leads through the proxy
    #[arg(long, value_name = "FILE", requires = "kubeconfig")]
    kubeconfig_out: Option<PathBuf>,
    /// Label of the replica that gets that kubeconfig
    #[arg(long, default_value = "operator")]
    replica: String,
    /// URL of the provider to stand in front of
    #[arg(long, value_name = "URL")]
    provider: Option<String>,
    /// The authority that signed the provider's certificate (PEM); with it the proxy serves HTTPS too
    #[arg(long, value_name = "FILE", requires = "provider")]
    provider_authority: Option<PathBuf>,
    /// Where to write the proxy's own authority (PEM), for the operator to trust
    #[arg(long, value_name = "FILE", requires = "provider_authority")]
    authority_out: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Check {
    /// The history (JSON lines)
    history: PathBuf,
    /// Whose wire the provider's is: sdrs or ocp
    #[arg(long, default_value = "sdrs", value_parser = ["sdrs", "ocp"])]
    vendor: String,
    /// The simulator's journal (JSON, as its control API gives it)
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Secrets that must not stand in the history, one a line
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(arguments) => run(arguments).await.map(|()| true),
        Command::Check(arguments) => judge(&arguments),
        Command::Plan { file } => read_plan(&file).map(|plan| {
            println!("{} rules", plan.rules.len());
            true
        }),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was broken.
fn judge(arguments: &Check) -> Result<bool, Error> {
    let wrong = |path: &Path, problem: String| Error::Io {
        path: path.display().to_string(),
        source: std::io::Error::other(problem),
    };
    let history =
        History::parse(&read(&arguments.history)?).map_err(|error| wrong(&arguments.history, error.to_string()))?;
    let journal = match &arguments.journal {
        Some(path) => serde_json::from_str(&read(path)?).map_err(|error| wrong(path, error.to_string()))?,
        None => Vec::new(),
    };
    let secrets = arguments.secrets.as_deref().map(read).transpose()?.unwrap_or_default();
    let secrets: Vec<&str> = secrets.lines().collect();
    let unknown = || wrong(Path::new(&arguments.vendor), "no such vendor".into());
    let dialect = vendors::named(&arguments.vendor).ok_or_else(unknown)?;
    let report = check(dialect, &history, &journal, &secrets);
    println!("{report}");
    Ok(report.violations.is_empty())
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Io {
        path: path.display().to_string(),
        source,
    })
}

fn read_plan(path: &Path) -> Result<Plan, Error> {
    let plan = Plan::parse(&read(path)?)?;
    // Only a program that links the library has hooks.
    let hook = plan.rules.iter().position(|rule| matches!(rule.act, Act::Hook { .. }));
    match hook {
        None => Ok(plan),
        Some(index) => Err(Error::Plan(PlanError::Rule {
            rule: (index + 1).to_string(),
            problem: "this program has no hooks; a plan file can send signals".into(),
        })),
    }
}

async fn run(arguments: Run) -> Result<(), Error> {
    let plan = arguments.plan.as_deref().map(read_plan).transpose()?;
    let proxy = FaultProxy::new(plan.unwrap_or_default())?;
    proxy.log_to(&arguments.history)?;
    let mut doors = Vec::new();
    if let (Some(file), Some(out)) = (&arguments.kubeconfig, &arguments.kubeconfig_out) {
        let door = proxy.open(Upstream::kubernetes_file(file, &arguments.replica)?).await?;
        door.write_kubeconfig(out)?;
        println!("KUBECONFIG={}", out.display());
        doors.push(door);
    }
    if let Some(url) = &arguments.provider {
        let authority = arguments.provider_authority.as_deref().map(read).transpose()?;
        let door = proxy.open(Upstream::provider(url, authority.as_deref())?).await?;
        if let (Some(out), Some(authority)) = (&arguments.authority_out, door.authority()) {
            std::fs::write(out, authority).map_err(|source| Error::Io {
                path: out.display().to_string(),
                source,
            })?;
        }
        println!("PROVIDER={}", door.url());
        doors.push(door);
    }
    let listen = |kind| signal(kind).map_err(Error::Listen);
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let mut release = listen(SignalKind::user_defined1())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = release.recv() => proxy.release(),
        }
    }
}
