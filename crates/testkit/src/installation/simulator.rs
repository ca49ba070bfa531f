//! The provider simulator as a process of its own: started, stopped, and where it serves.
//! It must not say what its control API does; `control` does.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::sys::signal::Signal;
use stationmaster_simulator::scenario::PROJECT_ID;
use stationmaster_simulator::{Scenario, Vendor};

use super::operator::find;
use super::program::{Program, Recipe};
use super::{Error, addresses, programs};
use crate::control_plane::Lifetime;
use crate::process::ProcessId;
use crate::vendors;

/// How to run a simulator.
#[derive(Clone, Debug)]
pub struct SimulatorOptions {
    /// `--vendor`.
    pub vendor: Vendor,
    /// `--scenario`: `three-groups`, `groups:N`, of OCP `two-sites`, `tenants:N`, or a file.
    pub scenario: String,
    /// A scenario that is made here, instead of `scenario`.
    pub made: Option<Scenario>,
    /// The id of the scenario's project; of OCP the name of the installation. Two clouds of one operator need two: by it and their own ids
    /// objects are known, not by an address.
    pub project: String,
    /// Virtual seconds for each real one; 0 stops virtual time.
    pub speed: f64,
    /// `--switch name=value`.
    pub switches: Vec<(String, String)>,
    /// HTTPS on the vendor ports, with an authority made for this run ([`Simulator::authority`]).
    pub tls: bool,
    /// `--log`.
    pub log: String,
    /// The program; `None` finds or builds it.
    pub program: Option<PathBuf>,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            vendor: Vendor::Sdrs,
            scenario: "three-groups".into(),
            made: None,
            project: PROJECT_ID.into(),
            // A reverse of a minute takes six seconds, an enable two.
            speed: 10.0,
            switches: Vec::new(),
            tls: false,
            log: "warn".into(),
            program: None,
        }
    }
}

impl SimulatorOptions {
    /// An OCP with three tenants at two sites. Its time is the true one: OCP's times are compared with the operator's.
    pub fn ocp() -> Self {
        Self {
            vendor: Vendor::Ocp,
            scenario: "two-sites".into(),
            speed: 1.0,
            ..Self::default()
        }
    }
}

/// Base URLs, without a trailing slash. Those of another vendor are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// SDRS.
    pub sdrs: String,
    /// IAM.
    pub iam: String,
    /// ECS.
    pub ecs: String,
    /// OCP.
    pub ocp: String,
    /// The databases of OCP's clusters, in the order of the scenario.
    pub sql: Vec<Database>,
    /// The control API.
    pub control: String,
}

/// The SQL port of a cluster of OCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// OCP's id of the cluster.
    pub cluster: u64,
    /// `host:port`.
    pub address: String,
}

/// A running simulator. Clones are handles to the same one; it is killed when the last is dropped.
#[derive(Clone, Debug)]
pub struct Simulator {
    program: Arc<Program>,
    options: SimulatorOptions,
    files: Files,
    endpoints: Endpoints,
    authority: Option<String>,
}

#[derive(Clone, Debug)]
struct Files {
    ports: PathBuf,
    scenario: PathBuf,
    authority: PathBuf,
}

impl Simulator {
    /// Starts a simulator whose files lie in `directory` under `name`, and waits until it serves.
    pub(crate) async fn start_new(
        options: SimulatorOptions,
        directory: &Path,
        name: &str,
        lifetime: Lifetime,
    ) -> Result<Self, Error> {
        let executable = match &options.program {
            Some(program) => program.clone(),
            None => find(programs::Program::Simulator).await?,
        };
        let file = |extension: &str| directory.join(format!("{name}.{extension}"));
        let files = Files {
            ports: file("ports"),
            scenario: file("scenario.json"),
            authority: file("ca.pem"),
        };
        let scenario = scenario(&options)?;
        if !as_it_is(&options) {
            let text =
                serde_json::to_string_pretty(&scenario).map_err(|error| Error::io(&files.scenario)(error.into()))?;
            fs::write(&files.scenario, text).map_err(Error::io(&files.scenario))?;
        }
        let program = Arc::new(Program::new(Recipe {
            name: format!("the simulator {name}"),
            executable,
            arguments: arguments(&options, &files, None),
            environment: Vec::new(),
            log: file("log"),
            lifetime,
        }));
        program.start()?;
        let endpoints = endpoints(&options, &scenario, &files, &program).await?;
        let authority = match options.tls {
            true => Some(fs::read_to_string(&files.authority).map_err(Error::io(&files.authority))?),
            false => None,
        };
        Ok(Self {
            program,
            options,
            files,
            endpoints,
            authority,
        })
    }

    /// Where it serves.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Whose protocols it speaks.
    pub fn vendor(&self) -> Vendor {
        self.options.vendor
    }

    /// The id of its project; of OCP the name of the installation.
    pub fn project(&self) -> &str {
        &self.options.project
    }

    /// PEM of the authority that signed the vendor ports' certificate; `None` without TLS. A new one after a restart.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The process; `None` if it is not running.
    pub fn process(&self) -> Option<ProcessId> {
        self.program.id()
    }

    /// Its log file.
    pub fn log_file(&self) -> &Path {
        self.program.log()
    }

    /// Ends it: nobody listens on its ports any more. The state is lost.
    pub fn kill(&self) -> Result<(), Error> {
        self.program.kill()
    }

    /// Starts it again on the same ports, with the scenario as at first, and waits until it serves.
    pub async fn start(&mut self) -> Result<(), Error> {
        let _ = fs::remove_file(&self.files.ports);
        self.program
            .set_arguments(arguments(&self.options, &self.files, Some(&self.endpoints)));
        self.program.start()?;
        self.endpoints = endpoints(&self.options, &scenario(&self.options)?, &self.files, &self.program).await?;
        if self.options.tls {
            let read = fs::read_to_string(&self.files.authority);
            self.authority = Some(read.map_err(Error::io(&self.files.authority))?);
        }
        Ok(())
    }

    /// Freezes it (SIGSTOP): connections are taken and nothing answers.
    pub fn pause(&self) -> Result<(), Error> {
        self.program.signal(Signal::SIGSTOP)
    }

    /// Lets a frozen one go on (SIGCONT).
    pub fn resume(&self) -> Result<(), Error> {
        self.program.signal(Signal::SIGCONT)
    }

    /// Lets go of a detached simulator: it goes on after this process has ended.
    pub fn leave_running(&self) {
        self.program.leave_running();
    }
}

/// Whether the simulator finds the scenario by its name; else it is written to a file.
fn as_it_is(options: &SimulatorOptions) -> bool {
    options.made.is_none() && options.project == PROJECT_ID
}

/// What the simulator starts from.
fn scenario(options: &SimulatorOptions) -> Result<Scenario, Error> {
    let wrong = |error| Error::io(Path::new(&options.scenario))(std::io::Error::other(error));
    let mut scenario = match &options.made {
        Some(made) => made.clone(),
        None => Scenario::find(&options.scenario).map_err(wrong)?,
    };
    let projects = scenario.accounts.iter_mut().flat_map(|account| &mut account.projects);
    for project in projects.filter(|project| project.id == PROJECT_ID) {
        project.id.clone_from(&options.project);
    }
    Ok(scenario)
}

async fn endpoints(
    options: &SimulatorOptions,
    scenario: &Scenario,
    files: &Files,
    program: &Program,
) -> Result<Endpoints, Error> {
    let lines = addresses::wait(&files.ports, program).await?;
    vendors::endpoints(options.vendor, scenario, &|key| {
        addresses::take(&lines, key, &files.ports)
    })
}

/// The flags; with `before` it takes the ports that it had.
fn arguments(options: &SimulatorOptions, files: &Files, before: Option<&Endpoints>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut flag = |name: &str, value: &dyn AsRef<std::ffi::OsStr>| {
        arguments.extend([OsString::from(name), value.as_ref().to_owned()]);
    };
    flag("--vendor", &vendors::word(options.vendor));
    flag("--ports-file", &files.ports);
    match as_it_is(options) {
        true => flag("--scenario", &options.scenario),
        false => flag("--scenario", &files.scenario),
    }
    flag("--speed", &options.speed.to_string());
    flag("--log", &options.log);
    for (name, value) in &options.switches {
        flag("--switch", &format!("{name}={value}"));
    }
    if let Some(before) = before {
        let own = vendors::flags(options.vendor, before).into_iter();
        for (name, address) in own.chain([("--control-port", before.control.as_str())]) {
            flag(name, &port(address));
        }
    }
    if options.tls {
        flag("--ca-file", &files.authority);
        arguments.push("--tls".into());
    }
    arguments
}

fn port(address: &str) -> String {
    address.rsplit(':').next().unwrap_or_default().to_owned()
}
