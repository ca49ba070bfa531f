//! The command line of the operator: every flag with its default, and the exit codes.
//! It must not read a file, reach the network or decide anything.

use crate::admin::AdminArgs;
use crate::leader::{Timings, TimingsError};
use crate::telemetry::LogFormat;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use stationmaster_transport::Network;
use std::time::Duration;

/// Kubernetes operator that moves production between two sites by commanding the systems that replicate it
#[derive(Debug, Parser)]
#[command(name = "stationmaster", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes:
    0   ended as asked (SIGTERM, SIGINT)
    1   an error; its whole chain is on stderr
    2   wrong usage
   75   leadership was lost: another replica may lead now, this one is to be restarted
  134   aborted: by the watchdog, since the process was starved for longer than the lease allows; or by a panic, which
        is a bug. The last lines on stderr tell which";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the operator until it is told to stop
    Run(Box<RunArgs>),
    /// Print the version
    Version,
}

/// The exit code after leadership was lost: `EX_TEMPFAIL`, so that such a restart is not taken for a crash.
pub const LEADERSHIP_LOST: u8 = 75;

/// The flags of `run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Namespace of ledgers and lease
    #[arg(long, env = "POD_NAMESPACE", default_value = "stationmaster-system")]
    pub namespace: String,

    /// Name of the ConfigMap there that says which namespaces may claim objects of which scope
    #[arg(long, default_value = stationmaster_api::names::CLAIMS)]
    pub claims_config_map: String,

    /// Name of this replica; the lease adds a random suffix, so that no two processes ever share an identity
    #[arg(long, env = "POD_NAME", default_value = "stationmaster")]
    pub identity: String,

    /// Whether replicas elect one that acts; switch off only where there is certainly one replica
    #[arg(long, default_value_t = true, action = ArgAction::Set)]
    pub leader_elect: bool,

    /// Name of the Lease
    #[arg(long, default_value = "stationmaster")]
    pub lease_name: String,

    /// Seconds after which a lease that nobody renews may be taken
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(3..=3600))]
    pub lease_duration_seconds: u64,

    /// Seconds after which a leader that could not renew makes no call any more; two thirds of the lease where it is not given
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub renew_deadline_seconds: Option<u64>,

    /// Seconds between two renewals; a fifth of the renew deadline where it is not given
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub retry_period_seconds: Option<u64>,

    /// Say this where the ValidatingAdmissionPolicy stationmaster-forced-orders is installed, so that only commanders can file a forced
    /// failover: then such an order may overrule spec.suspend
    #[arg(long)]
    pub forced_orders_guarded: bool,

    /// How log lines look
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// What is logged: a level, or directives such as info,kube=debug
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log_level: String,

    /// The servers.
    #[command(flatten)]
    pub admin: AdminArgs,

    /// Networks to which connections may lead although only the operator can reach them: itself, its node's link, the services of the cloud
    /// for its machines, the API server; such as 127.0.0.0/8,::1
    #[arg(long, value_delimiter = ',')]
    pub allow_endpoint_networks: Vec<Network>,

    /// How many groups are worked on at the same time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
}

impl Cli {
    /// Reads the process's arguments, and judges together those that only make sense together. Where they are wrong the process ends with 2
    /// and a sentence that says what would be right.
    pub fn read() -> Cli {
        Cli::judged(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn judged<I, T>(arguments: I) -> Result<Cli, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<std::ffi::OsString> + Clone,
    {
        let cli = Cli::try_parse_from(arguments)?;
        if let Command::Run(args) = &cli.command {
            let wrong = |error| Cli::command().error(clap::error::ErrorKind::ValueValidation, error);
            args.timings().map_err(wrong)?;
        }
        Ok(cli)
    }
}

impl RunArgs {
    /// The timings of the election.
    ///
    /// # Errors
    /// When they do not fit together.
    pub fn timings(&self) -> Result<Timings, TimingsError> {
        let seconds = |given: Option<u64>| given.map(Duration::from_secs);
        Timings::given(
            Duration::from_secs(self.lease_duration_seconds),
            seconds(self.renew_deadline_seconds),
            seconds(self.retry_period_seconds),
        )
    }
}

/// What `version` prints.
pub fn version() -> String {
    format!("stationmaster {}", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(flags: &[&str]) -> Result<RunArgs, clap::Error> {
        let line = ["stationmaster", "run"].iter().chain(flags);
        match Cli::judged(line)?.command {
            Command::Run(args) => Ok(*args),
            Command::Version => panic!("not run"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_those_of_the_manifests() {
        let args = run(&[]).unwrap();
        assert!(args.leader_elect);
        assert_eq!(args.admin.health_addr.port(), 8081);
        assert_eq!(args.admin.metrics_addr.port(), 8080);
        assert_eq!(args.timings(), Ok(Timings::default()));
        assert_eq!(args.log_format, LogFormat::Text);
    }

    #[test]
    fn election_is_switched_off_in_words() {
        assert!(!run(&["--leader-elect=false"]).unwrap().leader_elect);
        assert!(run(&["--leader-elect"]).is_err(), "a bare flag says nothing");
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        assert!(run(&["--lease-duration-seconds=2"]).is_err());
        assert!(
            run(&["--concurrency=0"]).is_err(),
            "0 means unbounded to the library underneath"
        );
        assert!(run(&["--health-addr=8081"]).is_err());
        assert!(run(&["--allow-endpoint-networks=localhost"]).is_err());
        let allowed = run(&["--allow-endpoint-networks=127.0.0.0/8,::1"]).unwrap();
        assert_eq!(allowed.allow_endpoint_networks.len(), 2);
    }

    #[test]
    fn timings_are_judged_together_with_a_sentence_that_says_what_would_be_right() {
        for fits in [
            &["--lease-duration-seconds=3"][..],
            &["--lease-duration-seconds=5"],
            &["--lease-duration-seconds=7"],
            &[
                "--lease-duration-seconds=60",
                "--renew-deadline-seconds=20",
                "--retry-period-seconds=5",
            ],
        ] {
            assert!(run(fits).is_ok(), "{fits:?}");
        }
        let refused = run(&["--renew-deadline-seconds=15"]).unwrap_err();
        assert_eq!(refused.exit_code(), 2);
        let text = refused.to_string();
        assert!(
            text.contains("--renew-deadline-seconds 15 is too long") && text.contains("10 would be usual"),
            "{text}"
        );
        assert!(run(&["--lease-duration-seconds=9", "--retry-period-seconds=5"]).is_err());
    }

    #[test]
    fn exit_codes_are_those_of_the_help() {
        assert!(EXIT_CODES.contains(&format!("   {LEADERSHIP_LOST}   leadership")));
    }
}
