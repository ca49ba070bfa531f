//! The project's own commands: `cargo xtask <command>`.
//! It must not hold product logic: it picks the command, one module each, and turns errors into an exit code.

mod check_generated;
mod control_plane;
mod crds;
mod demo;
#[cfg(test)]
mod docs;
mod faults;
mod generated;
#[cfg(test)]
mod house;
mod manifests;
mod model;
mod mutants;
mod references;
mod test;
mod workspace;
mod yaml;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the CustomResourceDefinitions into crds/ from the API types
    Crds(crds::Args),
    /// Write the install manifests that are made from other sources of this repository
    Manifests(manifests::Args),
    /// Write the reference pages in docs/reference/ from the reasons and the API types
    References(references::Args),
    /// Start, stop and look at a real Kubernetes control plane (etcd, kube-apiserver, kube-controller-manager)
    ControlPlane(control_plane::Args),
    /// Run the product end to end on this machine, against the simulators
    Demo(demo::Args),
    /// Run every check and every test, in order, and say how long each took
    Test(test::Args),
    /// Sweep faults (kills, freezes, lost leases, restored stores, wrong clocks) over the real operator on a real control plane
    Faults(faults::Args),
    /// Explore the models of the protocols: how an intent is read, how a call is submitted
    Model(model::Args),
    /// Make every small change to the engine, one at a time, and fail where no test notices one (long)
    Mutants(mutants::Args),
    /// Fail if a generated file in the checkout differs from what its source gives
    CheckGenerated(check_generated::Args),
}

fn main() -> ExitCode {
    // The client calls every unanswered probe an error; the commands themselves say what matters.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,kube_client=off"));
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .without_time()
        .init();
    let result = match Cli::parse().command {
        Command::Crds(args) => crds::run(&args),
        Command::Manifests(args) => manifests::run(&args),
        Command::References(args) => references::run(&args),
        Command::ControlPlane(args) => control_plane::run(args),
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Faults(args) => faults::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Mutants(args) => mutants::run(&args),
        Command::CheckGenerated(args) => check_generated::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn command_line_is_well_formed_and_every_command_has_help() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            assert!(sub.get_about().is_some(), "{} has no help text", sub.get_name());
        }
    }
}
