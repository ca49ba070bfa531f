//! One replica of the operator as a process of its own, with its own user, log and addresses.
//! It must not give it more rights than the committed manifests do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Method;
use nix::sys::signal::Signal;
use stationmaster_api::names::INSTALL_NAMESPACE;

use super::program::{PAUSE, Program, Recipe};
use super::{Error, addresses, http as web, programs};
use crate::control_plane::Lifetime;
use crate::process::ProcessId;

/// How long the operator may take until it is ready. It takes a second, or the rest of a lease that a killed one has left.
const LONGEST: Duration = Duration::from_secs(240);

/// How to run a replica.
#[derive(Clone, Debug)]
pub struct OperatorOptions {
    /// `--identity`; also the name of its files. Replicas of one installation need different ones.
    pub identity: String,
    /// `--leader-elect`.
    pub leader_elect: bool,
    /// `--lease-duration-seconds`, shorter than the operator's own by default, so that a replica that was killed does not keep the
    /// next one waiting for longer.
    pub lease_duration_seconds: u64,
    /// `--log-level`.
    pub log_level: String,
    /// `--log-format`, `text` or `json`.
    pub log_format: String,
    /// Further flags.
    pub flags: Vec<String>,
    /// Further environment variables.
    pub environment: Vec<(&'static str, OsString)>,
    /// A kubeconfig instead of the installation's own for the operator, such as one that leads through a proxy.
    pub kubeconfig: Option<PathBuf>,
    /// The program; `None` finds or builds it.
    pub program: Option<PathBuf>,
}

impl Default for OperatorOptions {
    fn default() -> Self {
        Self {
            identity: "operator".into(),
            leader_elect: true,
            lease_duration_seconds: 12,
            log_level: "info".into(),
            log_format: "text".into(),
            flags: Vec::new(),
            environment: Vec::new(),
            kubeconfig: None,
            program: None,
        }
    }
}

impl OperatorOptions {
    /// The default under another identity: a further replica.
    pub fn replica(identity: &str) -> Self {
        Self {
            identity: identity.into(),
            ..Self::default()
        }
    }
}

/// Where a replica serves.
#[derive(Clone, Debug)]
struct Addresses {
    health: String,
    metrics: String,
}

/// A replica of the operator. Clones are handles to the same one; it is killed when the last is dropped.
#[derive(Clone, Debug)]
pub struct Operator {
    program: Arc<Program>,
    addresses_file: PathBuf,
    addresses: Arc<Mutex<Option<Addresses>>>,
}

impl Operator {
    /// Starts a replica whose files lie in `directory`; [`Operator::wait_ready`] waits for it.
    pub(crate) async fn start_new(
        options: OperatorOptions,
        directory: &Path,
        kubeconfig: PathBuf,
        lifetime: Lifetime,
    ) -> Result<Self, Error> {
        let executable = match options.program {
            Some(program) => program,
            None => find(programs::Program::Operator).await?,
        };
        let file = |extension: &str| directory.join(format!("{}.{extension}", options.identity));
        let addresses_file = file("addresses");
        let mut arguments: Vec<OsString> = vec!["run".into()];
        let mut flag = |name: &str, value: &dyn AsRef<std::ffi::OsStr>| {
            arguments.extend([OsString::from(name), value.as_ref().to_owned()]);
        };
        flag("--namespace", &INSTALL_NAMESPACE);
        flag("--identity", &options.identity);
        flag("--leader-elect", &options.leader_elect.to_string());
        flag("--lease-duration-seconds", &options.lease_duration_seconds.to_string());
        flag("--log-format", &options.log_format);
        flag("--log-level", &options.log_level);
        flag("--health-addr", &"127.0.0.1:0");
        flag("--metrics-addr", &"127.0.0.1:0");
        // The simulators are there.
        flag("--allow-endpoint-networks", &"127.0.0.0/8,::1");
        flag("--addresses-file", &addresses_file);
        arguments.extend(options.flags.iter().map(OsString::from));
        let kubeconfig = options.kubeconfig.unwrap_or(kubeconfig);
        let mut environment = vec![("KUBECONFIG", kubeconfig.into_os_string())];
        environment.extend(options.environment);
        let operator = Self {
            program: Arc::new(Program::new(Recipe {
                name: format!("the operator's replica `{}`", options.identity),
                executable,
                arguments,
                environment,
                log: file("log"),
                lifetime,
            })),
            addresses_file,
            addresses: Arc::default(),
        };
        operator.start()?;
        Ok(operator)
    }

    pub(crate) fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Starts it again after [`Operator::kill`] or [`Operator::terminate`], with the same flags. Its log goes on.
    pub fn start(&self) -> Result<(), Error> {
        // Those of the process before; the new one writes its own.
        match std::fs::remove_file(&self.addresses_file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(&self.addresses_file)(error));
            }
            _ => {}
        }
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.program.start()
    }

    /// SIGKILL; it is gone when this returns. Its lease is not released.
    pub fn kill(&self) -> Result<(), Error> {
        self.program.kill()
    }

    /// SIGTERM, and its exit status.
    pub async fn terminate(&self) -> Result<ExitStatus, Error> {
        self.program.terminate().await
    }

    /// Waits until it has ended by itself, e.g. with 75 because it has lost its lease.
    pub async fn ended(&self, within: Duration) -> Result<ExitStatus, Error> {
        self.program.ended(within).await
    }

    /// Kills it, starts it again and waits until it is ready.
    pub async fn restart(&self) -> Result<(), Error> {
        self.kill()?;
        self.start()?;
        self.wait_ready().await
    }

    /// Freezes it (SIGSTOP): its connections stay open and nothing happens.
    pub fn pause(&self) -> Result<(), Error> {
        self.program.signal(Signal::SIGSTOP)
    }

    /// Lets a frozen one go on (SIGCONT).
    pub fn resume(&self) -> Result<(), Error> {
        self.program.signal(Signal::SIGCONT)
    }

    /// The process; `None` if it is not running.
    pub fn process(&self) -> Option<ProcessId> {
        self.program.id()
    }

    /// Fails with the end of its log if it has ended by itself.
    pub fn check(&self) -> Result<(), Error> {
        self.program.check()
    }

    /// Its log file; one file for all processes of this replica.
    pub fn log_file(&self) -> &Path {
        self.program.log()
    }

    /// Its whole log.
    pub fn log(&self) -> Result<String, Error> {
        std::fs::read_to_string(self.log_file()).map_err(Error::io(self.log_file()))
    }

    /// URL of the health endpoint.
    pub async fn health_url(&self) -> Result<String, Error> {
        Ok(self.addresses().await?.health)
    }

    /// URL of the metrics.
    pub async fn metrics_url(&self) -> Result<String, Error> {
        Ok(self.addresses().await?.metrics)
    }

    /// The metrics as text.
    pub async fn metrics(&self) -> Result<String, Error> {
        let url = self.metrics_url().await?;
        let answer = web::send(Method::GET, &url, &[], None, None).await?;
        match answer.status.as_u16() {
            200 => Ok(answer.body),
            status => Err(Error::Refused {
                request: format!("GET {url}"),
                status,
                body: answer.body,
            }),
        }
    }

    /// Status and body of `/readyz`, `/livez` or `/startupz`.
    pub async fn health(&self, path: &str) -> Result<(u16, String), Error> {
        let url = format!("{}{path}", self.health_url().await?);
        let answer = web::send(Method::GET, &url, &[], None, None).await?;
        Ok((answer.status.as_u16(), answer.body))
    }

    /// Waits until `/readyz` is 200.
    pub async fn wait_ready(&self) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            self.check()?;
            let last = match self.health("/readyz").await {
                Ok((200, _)) => return Ok(()),
                Ok((status, body)) => format!("/readyz: {status} {body}"),
                Err(error @ Error::NoResponse(_)) => error.to_string(),
                Err(error) => return Err(error),
            };
            if started.elapsed() > LONGEST {
                return Err(Error::Missed {
                    what: format!("{} is ready", self.program.name()),
                    how: format!("not within {} s", LONGEST.as_secs()),
                    last,
                    logs: self.program.tail(),
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn addresses(&self) -> Result<Addresses, Error> {
        if let Some(known) = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(known);
        }
        let lines = addresses::wait(&self.addresses_file, &self.program).await?;
        let take = |key| addresses::take(&lines, key, &self.addresses_file);
        let found = Addresses {
            health: format!("http://{}", take("HEALTH")?),
            metrics: format!("http://{}/metrics", take("METRICS")?),
        };
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        Ok(found)
    }

    /// Lets go of a detached replica: it goes on after this process has ended.
    pub fn leave_running(&self) {
        self.program.leave_running();
    }
}

/// Building blocks; the runtime's own threads must not.
pub(crate) async fn find(program: programs::Program) -> Result<PathBuf, Error> {
    let found = tokio::task::spawn_blocking(move || programs::find(program)).await;
    found.map_err(|error| Error::Build {
        programs: program.name().into(),
        output: error.to_string(),
    })?
}
