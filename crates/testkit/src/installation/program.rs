//! One running program of the project, the operator or the simulator: started, signalled, killed, started again.
//! It must not know which of the two it is; nor start one that outlives this process unless that is asked for.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::Error;
use crate::control_plane::{Lifetime, log};
use crate::process::ProcessId;
use crate::tether;

/// How long a program may take to end after SIGTERM before it is killed.
pub(crate) const GRACE: Duration = Duration::from_secs(40);
/// Pause between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// How to start it.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// Its name in messages.
    pub name: String,
    pub executable: PathBuf,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(&'static str, OsString)>,
    /// Receives both outputs, appended.
    pub log: PathBuf,
    pub lifetime: Lifetime,
}

/// A program that can be started any number of times, one process at a time. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Program {
    recipe: Mutex<Recipe>,
    child: Mutex<Option<Child>>,
    name: String,
    log: PathBuf,
}

impl Program {
    pub fn new(recipe: Recipe) -> Self {
        Self {
            name: recipe.name.clone(),
            log: recipe.log.clone(),
            recipe: Mutex::new(recipe),
            child: Mutex::new(None),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Changes what the next start passes.
    pub fn set_arguments(&self, arguments: Vec<OsString>) {
        hold(&self.recipe).arguments = arguments;
    }

    /// Starts it; its output is appended to the log.
    pub fn start(&self) -> Result<(), Error> {
        let mut child = hold(&self.child);
        if matches!(child.as_mut().map(Child::try_wait), Some(Ok(None))) {
            return Err(Error::AlreadyRunning(self.name.clone()));
        }
        let recipe = hold(&self.recipe);
        let output = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(Error::io(&self.log))?;
        let errors = output.try_clone().map_err(Error::io(&self.log))?;
        let mut command = match recipe.lifetime {
            Lifetime::Tethered => tether::command(&recipe.executable)?,
            Lifetime::Detached => tether::detached_command(&recipe.executable)?,
        };
        command
            .args(&recipe.arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            // Flags are read from the environment too (POD_NAME, RUST_LOG, …); a test must not depend on who runs it.
            .env_clear()
            .envs(["HOME", "PATH", "TMPDIR"].map(|name| (name, std::env::var_os(name).unwrap_or_default())))
            .envs(recipe.environment.iter().map(|(name, value)| (name, value)));
        *child = Some(tether::spawn(command)?);
        Ok(())
    }

    /// The process; `None` if it is not running.
    pub fn id(&self) -> Option<ProcessId> {
        ProcessId::of(hold(&self.child).as_ref()?.id())
    }

    /// Whether it was started and has neither ended nor been ended.
    pub fn is_running(&self) -> bool {
        matches!(hold(&self.child).as_mut().map(Child::try_wait), Some(Ok(None)))
    }

    /// An error with the end of the log if it has ended by itself. One that was stopped by its handle is no error.
    pub fn check(&self) -> Result<(), Error> {
        match hold(&self.child).as_mut().map(Child::try_wait) {
            None | Some(Ok(None)) => Ok(()),
            Some(Ok(Some(status))) => Err(Error::Ended {
                program: self.name.clone(),
                status: status.to_string(),
                log: self.log.clone(),
                tail: log::tail(&self.log),
            }),
            Some(Err(error)) => Err(Error::io(&self.log)(error)),
        }
    }

    /// Sends a signal. The child is not yet waited for, so its pid cannot have been given to another process.
    pub fn signal(&self, signal: Signal) -> Result<(), Error> {
        let sent = self.id().is_some_and(|id| id.signal(signal));
        sent.then_some(()).ok_or_else(|| Error::NotRunning(self.name.clone()))
    }

    /// SIGKILL; it is gone when this returns.
    pub fn kill(&self) -> Result<(), Error> {
        let mut child = hold(&self.child)
            .take()
            .ok_or_else(|| Error::NotRunning(self.name.clone()))?;
        // Only fails for a child that has ended already, which is what is wanted.
        let _ = child.kill();
        let _ = child.wait();
        Ok(())
    }

    /// SIGTERM, and the exit status. SIGKILL if it does not end within [`GRACE`].
    pub async fn terminate(&self) -> Result<ExitStatus, Error> {
        self.signal(Signal::SIGTERM)?;
        // A stopped process does not act on SIGTERM.
        let _ = self.signal(Signal::SIGCONT);
        match self.ended(GRACE).await {
            Ok(status) => Ok(status),
            Err(error) => {
                self.kill()?;
                Err(error)
            }
        }
    }

    /// Waits until it has ended by itself, or by a signal that somebody else sent.
    pub async fn ended(&self, within: Duration) -> Result<ExitStatus, Error> {
        let started = Instant::now();
        loop {
            {
                let mut held = hold(&self.child);
                let child = held.as_mut().ok_or_else(|| Error::NotRunning(self.name.clone()))?;
                if let Some(status) = child.try_wait().map_err(Error::io(&self.log))? {
                    *held = None;
                    return Ok(status);
                }
            }
            if started.elapsed() > within {
                return Err(Error::Missed {
                    what: format!("{} ends", self.name),
                    how: format!("not within {} s", within.as_secs()),
                    last: "it is running".into(),
                    logs: self.tail(),
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Lets go of a detached program: it goes on after this process has ended.
    pub fn leave_running(&self) {
        if hold(&self.recipe).lifetime == Lifetime::Detached {
            hold(&self.child).take();
        }
    }

    /// The end of the log, with its name.
    pub fn tail(&self) -> String {
        format!("the end of {}:\n{}", self.log.display(), log::tail(&self.log))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// A test that panicked while holding the lock has not left half a change: each change is one assignment.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(directory: &Path, script: &str) -> Program {
        Program::new(Recipe {
            name: "script".into(),
            executable: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("GREETING", "hello".into())],
            log: directory.join("script.log"),
            lifetime: Lifetime::Tethered,
        })
    }

    #[tokio::test]
    async fn it_can_be_started_killed_and_started_again_but_not_twice() {
        let directory = tempfile::tempdir().unwrap();
        let program = shell(directory.path(), "echo $GREETING $POD_NAME; exec sleep 600");
        program.start().unwrap();
        let first = program.id().unwrap();
        assert!(matches!(program.start(), Err(Error::AlreadyRunning(_))));
        program.kill().unwrap();
        assert!(!first.is_running() && !program.is_running());
        program.check().unwrap();
        assert!(matches!(program.kill(), Err(Error::NotRunning(_))));
        program.start().unwrap();
        let second = program.id().unwrap();
        assert_ne!(first, second);
        drop(program);
        assert!(!second.is_running(), "dropping ends it");
    }

    #[tokio::test]
    async fn one_that_ends_by_itself_is_told_with_its_last_words() {
        let directory = tempfile::tempdir().unwrap();
        let program = shell(directory.path(), "echo $GREETING; exit 75");
        program.start().unwrap();
        let status = program.ended(GRACE).await.unwrap();
        assert_eq!(status.code(), Some(75));
        program.start().unwrap();
        while program.is_running() {
            tokio::time::sleep(PAUSE).await;
        }
        let error = program.check().unwrap_err().to_string();
        assert!(error.contains("75") && error.ends_with("hello\nhello"), "{error}");
    }

    #[tokio::test]
    async fn a_frozen_one_is_ended_too() {
        let directory = tempfile::tempdir().unwrap();
        let program = shell(
            directory.path(),
            "trap 'exit 3' TERM; echo up; while :; do sleep 0.05; done",
        );
        program.start().unwrap();
        while !std::fs::read_to_string(program.log()).is_ok_and(|log| log.contains("up")) {
            tokio::time::sleep(PAUSE).await;
        }
        program.signal(Signal::SIGSTOP).unwrap();
        assert_eq!(program.terminate().await.unwrap().code(), Some(3));
    }
}
