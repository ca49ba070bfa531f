//! What runs from a directory, for another process: is it running, is it ready, stop it.
//! It must not signal a process that merely has the same pid.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use super::layout::{Layout, write_private};
use super::ports::Ports;
use super::running::{GRACE, PAUSE};
use super::{Component, Error, kubeconfig, ready};
use crate::process::ProcessId;

/// Written to the directory by the process that starts the components.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub endpoint: String,
    pub ports: Ports,
    pub processes: BTreeMap<Component, ProcessId>,
}

impl State {
    pub fn read(layout: &Layout) -> Result<Option<Self>, Error> {
        let path = layout.state();
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| Error::io(&path)(error.into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(&path)(error)),
        }
    }

    pub fn write(&self, layout: &Layout) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).map_err(|error| Error::io(&layout.state())(error.into()))?;
        write_private(&layout.state(), &text)
    }

    pub fn running(&self) -> impl Iterator<Item = (Component, ProcessId)> {
        self.processes
            .iter()
            .map(|(component, id)| (*component, *id))
            .filter(|(_, id)| id.is_running())
    }
}

/// A control plane that another process has started in a directory.
#[derive(Debug)]
pub struct Existing {
    layout: Layout,
    state: State,
}

impl Existing {
    /// What lies in the directory; `None` if no control plane was ever started there.
    pub fn open(directory: &Path) -> Result<Option<Self>, Error> {
        let Ok(root) = fs::canonicalize(directory) else {
            return Ok(None);
        };
        let layout = Layout { root };
        Ok(State::read(&layout)?.map(|state| Self { layout, state }))
    }

    /// The components, and the pid of each that is running.
    pub fn components(&self) -> impl Iterator<Item = (Component, Option<u32>)> {
        self.state
            .processes
            .iter()
            .map(|(component, id)| (*component, id.is_running().then_some(id.pid)))
    }

    /// Whether any component is running.
    pub fn is_running(&self) -> bool {
        self.state.running().next().is_some()
    }

    /// `Ok` if every component runs and the API server says that it is ready, else why not.
    pub async fn check_ready(&self) -> Result<(), String> {
        if let Some((component, _)) = self.components().find(|(_, pid)| pid.is_none()) {
            return Err(format!("{component} is not running"));
        }
        let text = fs::read_to_string(self.kubeconfig()).map_err(|error| error.to_string())?;
        let client = kubeconfig::probe(&text).await.map_err(|error| error.to_string())?;
        ready::get(&client, "/readyz").await.map(drop)
    }

    /// URL of the API server.
    pub fn endpoint(&self) -> &str {
        &self.state.endpoint
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.layout.kubeconfig()
    }

    /// Stops what runs: SIGTERM from the controller manager to etcd, SIGKILL for what does not end in time. Returns what
    /// was running. The data stay in the directory.
    pub async fn stop(&self) -> Vec<Component> {
        let mut stopped = Vec::new();
        for component in Component::ALL.into_iter().rev() {
            let Some(id) = self.state.processes.get(&component).filter(|id| id.is_running()) else {
                continue;
            };
            stopped.push(component);
            id.signal(Signal::SIGTERM);
            id.signal(Signal::SIGCONT);
            let asked = Instant::now();
            while id.is_running() {
                if asked.elapsed() > GRACE {
                    id.signal(Signal::SIGKILL);
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        stopped
    }
}
