//! The command line of `stationmaster-simulator`.
//! It must not start anything.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::routes::Vendor;
use crate::server::ServeOptions;
use crate::switches::Switches;

/// Serves the wire protocols of a vendor from one simulated state: SDRS with IAM and ECS (server states), or OCP.
#[derive(Debug, Parser)]
#[command(name = "stationmaster-simulator", version)]
pub struct Arguments {
    /// Whose protocols to serve: `sdrs` or `ocp`.
    #[arg(long, default_value = "sdrs", value_parser = vendor)]
    pub vendor: Vendor,

    /// Address to bind.
    #[arg(long, default_value = "127.0.0.1")]
    pub listen: IpAddr,

    /// Host name or address in printed URLs and in the IAM catalog [default: the bound address]
    #[arg(long, value_name = "HOST")]
    pub advertise: Option<String>,

    /// Port of all services that have none of their own; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,

    /// A port for IAM alone; 0 takes a free one.
    #[arg(long, value_name = "PORT")]
    pub iam_port: Option<u16>,

    /// A port for SDRS alone; 0 takes a free one.
    #[arg(long, value_name = "PORT")]
    pub sdrs_port: Option<u16>,

    /// A port for ECS alone; 0 takes a free one.
    #[arg(long, value_name = "PORT")]
    pub ecs_port: Option<u16>,

    /// A port for the database of each cluster of OCP, in the order of the scenario; 0 takes a free one; may be repeated.
    #[arg(long = "sql-port", value_name = "PORT")]
    pub sql_ports: Vec<u16>,

    /// Port of the control API, always plain HTTP; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub control_port: u16,

    /// Serve HTTPS on the vendor ports, with a certificate authority made at start.
    #[arg(long, requires = "ca_file")]
    pub tls: bool,

    /// Where to write the authority's certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// A further DNS name or address for the certificate; may be repeated.
    #[arg(long = "tls-name", value_name = "NAME")]
    pub tls_names: Vec<String>,

    /// Where to write the addresses as KEY=VALUE lines: SDRS_ENDPOINT, IAM_ENDPOINT and ECS_ENDPOINT, or OCP_ENDPOINT and
    /// SQL_ENDPOINTS; SIMULATOR_CONTROL and, with --tls, CA_FILE. Written once all ports are open; the lines are also printed.
    #[arg(long, value_name = "FILE")]
    pub ports_file: Option<PathBuf>,

    /// What to start from: a JSON or YAML file, `three-groups` or `groups:N` of SDRS, `two-sites` or `tenants:N` of OCP
    /// [default: `three-groups`, of OCP `two-sites`]
    #[arg(long, value_name = "FILE|NAME")]
    pub scenario: Option<String>,

    /// Virtual seconds for each real second; 0 stops virtual time.
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,

    /// Set a switch; may be repeated. The switches are listed below.
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    pub switches: Vec<String>,

    /// What to log, for example `info` or `stationmaster_simulator=debug`.
    #[arg(long, default_value = "warn", value_name = "FILTER")]
    pub log: String,

    /// Exit when the parent process is gone.
    #[arg(long)]
    pub die_with_parent: bool,
}

const CONTROL: &str = "\
Control API (JSON, on the control port):
  GET    /healthz                 `ok`
  POST   /scenario                replaces the state by a scenario (JSON or YAML body, or ?builtin=three-groups)
  GET    /state                   everything: groups, members, servers, jobs
  GET    /history                 every change of a group's status or role, with its cause
  GET    /journal                 every mutating call: sequence, time, method, path, action, resource, accepted, answered …
  DELETE /journal
  GET    /requests                counts of all vendor calls by method and route
  DELETE /requests
  GET    /faults                  the fault rules with their counters
  POST   /faults                  adds one rule or a list:
                                  {\"match\": {\"action\": \"reverse-server-group\"}, \"nth\": 1, \"count\": 1,
                                   \"act\": {\"kind\": \"dropAnswer\"}}
                                  kinds: refuse delay dropAnswer dropRequest hold duplicate hang failJob
                                  jobWithoutEffect jobNeverEnds jobSeconds respond throttle expireTokens console body
                                  tenant subtask
  POST   /faults/release          delivers held calls now
  DELETE /faults, /faults/{id}
  POST   /console                 acts behind the client's back: {\"group\": \"archive\", \"action\": \"failover\"} of SDRS,
                                  {\"cluster\": \"ob-east\", \"down\": true} of OCP
  POST   /tokens/expire           makes all IAM tokens invalid
  GET    /clock
  POST   /clock                   {\"speed\": 60} or {\"advanceSeconds\": 30}
  GET    /switches
  POST   /switches                {\"enable-seconds\": 2}
docs/simulator.md has an example of each.
";

impl Arguments {
    /// Reads the command line; prints help or an error and exits where clap does.
    pub fn from_command_line() -> Self {
        let matches = Self::full_command().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// The command with the control API and all switches in its long help.
    pub fn full_command() -> clap::Command {
        Self::command().after_long_help(format!("{CONTROL}\nSwitches:\n{}", Switches::help()))
    }

    /// What to start from.
    pub fn scenario(&self) -> &str {
        self.scenario.as_deref().unwrap_or(match self.vendor {
            Vendor::Sdrs => "three-groups",
            Vendor::Ocp => "two-sites",
        })
    }

    /// Where to serve.
    pub fn serve_options(&self) -> ServeOptions {
        ServeOptions {
            vendor: self.vendor,
            listen: self.listen,
            advertise: self.advertise.clone(),
            port: self.port,
            iam_port: self.iam_port,
            sdrs_port: self.sdrs_port,
            ecs_port: self.ecs_port,
            sql_ports: self.sql_ports.clone(),
            control_port: self.control_port,
            tls: self.tls,
            tls_names: self.tls_names.clone(),
        }
    }
}

fn vendor(text: &str) -> Result<Vendor, String> {
    match text {
        "sdrs" => Ok(Vendor::Sdrs),
        "ocp" => Ok(Vendor::Ocp),
        _ => Err("one of `sdrs`, `ocp`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_consistent_and_its_help_lists_every_switch() {
        let mut command = Arguments::full_command();
        command.clone().debug_assert();
        let help = command.render_long_help().to_string();
        for row in Switches::table() {
            assert!(help.contains(row.name), "{} is not in the help", row.name);
        }
    }

    #[test]
    fn tls_needs_a_place_for_the_authority() {
        assert!(Arguments::try_parse_from(["x", "--tls"]).is_err());
        assert!(Arguments::try_parse_from(["x", "--tls", "--ca-file", "/tmp/ca.pem"]).is_ok());
    }
}
