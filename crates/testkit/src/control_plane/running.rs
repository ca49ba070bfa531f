//! One started component: its process, its log, and how it ends.
//! It must not know whether it is ready to serve; `ready` asks it.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::{Component, Error, Lifetime};
use crate::process::ProcessId;
use crate::tether;

/// How long a component may take to end after SIGTERM before it is killed.
pub(crate) const GRACE: Duration = Duration::from_secs(20);
/// Pause between two looks at a process that is ending.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// A started component.
pub(crate) struct Running {
    pub component: Component,
    pub log: PathBuf,
    child: Child,
}

impl Running {
    /// Starts the program with its output appended to the log.
    pub fn start(
        component: Component,
        program: &Path,
        flags: &[String],
        log: PathBuf,
        lifetime: Lifetime,
    ) -> Result<Self, Error> {
        let output = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&log)
            .map_err(Error::io(&log))?;
        let errors = output.try_clone().map_err(Error::io(&log))?;
        let mut command = match lifetime {
            Lifetime::Tethered => tether::command(program)?,
            Lifetime::Detached => tether::detached_command(program)?,
        };
        command
            .args(flags)
            .stdin(std::process::Stdio::null())
            .stdout(output)
            .stderr(errors);
        // Components read flags from their environment too (ETCD_NAME, …); only what they need is passed on.
        command.env_clear().envs(
            ["HOME", "PATH", "TMPDIR"]
                .into_iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        let child = tether::spawn(command)?;
        Ok(Self { component, log, child })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `None` if it has just ended.
    pub fn id(&self) -> Option<ProcessId> {
        ProcessId::of(self.pid())
    }

    /// An error with the end of the log if the component has ended.
    pub fn check(&mut self) -> Result<(), Error> {
        match self.child.try_wait().map_err(Error::io(&self.log))? {
            None => Ok(()),
            Some(status) => Err(self.ended(status)),
        }
    }

    fn ended(&self, status: ExitStatus) -> Error {
        let tail = super::log::tail(&self.log);
        Error::Ended {
            component: self.component,
            status: status.to_string(),
            log: self.log.clone(),
            tail,
        }
    }

    /// Sends a signal. The child is ours and not yet waited for, so its pid cannot have been given to another process.
    pub fn signal(&self, signal: Signal) -> Result<(), Error> {
        let sent = self.id().is_some_and(|id| id.signal(signal));
        if sent {
            Ok(())
        } else {
            Err(Error::NotRunning(self.component))
        }
    }

    /// SIGKILL; returns when the process is gone.
    pub fn kill(mut self) {
        // Only fails for a child that has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM; SIGKILL if that does not end it in time. Also ends a stopped process.
    pub async fn stop(mut self) {
        let _ = self.signal(Signal::SIGTERM);
        let _ = self.signal(Signal::SIGCONT);
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        tracing::warn!(
            "{} did not end within {} s of SIGTERM and is killed",
            self.component,
            GRACE.as_secs()
        );
        self.kill();
    }
}
