//! The operator binary: flags, logs, runtime, exit code.
//! It must not hold logic; see the library's `run`.

use stationmaster::cli::{self, Cli, Command, RunArgs};
use stationmaster::work::End;
use stationmaster::{client, panics, run, telemetry};
use std::process::ExitCode;

fn main() -> ExitCode {
    match Cli::read().command {
        Command::Version => {
            println!("{}", cli::version());
            ExitCode::SUCCESS
        }
        Command::Run(args) => match operate(*args) {
            Ok(End::Asked) => ExitCode::SUCCESS,
            Ok(End::LeadershipLost) => ExitCode::from(cli::LEADERSHIP_LOST),
            Err(error) => {
                eprintln!("stationmaster: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

fn operate(args: RunArgs) -> anyhow::Result<End> {
    telemetry::init(args.log_format, &args.log_level)?;
    panics::end_the_process();
    client::install_crypto();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let end = runtime.block_on(run::run(args));
    // Whatever still runs must not hold the process: its lease is gone, or was given back.
    runtime.shutdown_background();
    end
}
