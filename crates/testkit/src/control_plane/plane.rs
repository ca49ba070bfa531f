//! A running control plane: where it is, who may speak to it, and what a test may do to its parts.
//! It must not decide how components are started; `start` does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::signal::Signal;

use super::audit::{self, AuditEvent};
use super::layout::{Layout, write_private};
use super::pki::{Authority, ClientCert};
use super::ports::Ports;
use super::running::Running;
use super::start::Blueprint;
use super::temporary::Temporary;
use super::{Component, Error, Lifetime, Options, kubeconfig};

/// A running control plane. Dropping it kills a tethered one and removes its temporary directory.
pub struct ControlPlane {
    // Declared before `temporary`, so that on drop the components are gone before their directory is.
    pub(super) running: Processes,
    pub(super) blueprint: Blueprint,
    pub(super) ports: Ports,
    pub(super) options: Options,
    pub(super) authority: Authority,
    /// Held as long as the components are ours to end.
    pub(super) _lock: std::fs::File,
    pub(super) _temporary: Option<Temporary>,
}

/// The components that run, killed on drop unless they were let go.
#[derive(Default)]
pub(super) struct Processes(Mutex<BTreeMap<Component, Running>>);

impl Processes {
    /// A test that panicked while holding the lock has not left half a change: each change is one map operation.
    pub fn lock(&self) -> MutexGuard<'_, BTreeMap<Component, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, component: Component) -> Result<Running, Error> {
        self.lock().remove(&component).ok_or(Error::NotRunning(component))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for (_, running) in std::mem::take(&mut *self.lock()) {
            running.kill();
        }
    }
}

impl ControlPlane {
    /// Starts a control plane and waits until every component says that it is ready.
    pub async fn start(options: Options) -> Result<Self, Error> {
        super::start::start(options).await
    }

    fn layout(&self) -> &Layout {
        &self.blueprint.layout
    }

    /// The directory with data, certificates and logs, absolute.
    pub fn directory(&self) -> &Path {
        &self.layout().root
    }

    /// URL of the API server.
    pub fn endpoint(&self) -> String {
        self.ports.endpoint()
    }

    /// URL of etcd; it wants a client certificate, see [`ControlPlane::etcd_files`].
    pub fn etcd_endpoint(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.etcd_client)
    }

    pub(super) fn etcd_peer_endpoint(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.etcd_peer)
    }

    pub(super) fn etcd_data(&self) -> PathBuf {
        self.layout().etcd_data()
    }

    /// The CA certificate, client certificate and key files for etcd (`etcdctl --cacert --cert --key`).
    pub fn etcd_files(&self) -> [&Path; 3] {
        let files = &self.blueprint.files;
        [&files.etcd_authority, &files.etcd.certificate, &files.etcd.key]
    }

    /// The kubeconfig of the administrator (`system:masters`).
    pub fn kubeconfig(&self) -> PathBuf {
        self.layout().kubeconfig()
    }

    /// The audit log, one JSON object on each line.
    pub fn audit_log(&self) -> PathBuf {
        self.layout().audit_log()
    }

    /// What the audit log holds now. The API server writes an event at about the time at which it answers: a test that
    /// expects one waits for it.
    pub fn audit_events(&self) -> Result<Vec<AuditEvent>, Error> {
        audit::read(&self.audit_log())
    }

    /// The log of a component.
    pub fn log(&self, component: Component) -> PathBuf {
        self.layout().log(component)
    }

    /// The CA certificate of the API server, as PEM; client certificates are signed with it too.
    pub fn ca_certificate(&self) -> &str {
        &self.authority.certificate_pem
    }

    /// A client certificate for any user. `groups` holds at most two; everybody is in `system:authenticated` anyway.
    pub fn client_cert(&self, user: &str, groups: &[&str]) -> Result<ClientCert, Error> {
        self.authority.client(user, groups)
    }

    /// The text of a kubeconfig for any user, everything inside it.
    pub fn kubeconfig_text_for(&self, user: &str, groups: &[&str]) -> Result<String, Error> {
        let cert = self.client_cert(user, groups)?;
        Ok(kubeconfig::text(&self.endpoint(), self.ca_certificate(), user, &cert))
    }

    /// A kubeconfig file for any user.
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf, Error> {
        // Groups are part of the name: the same user may be asked for with others, and the first file is in use.
        let name: String = std::iter::once(&user).chain(groups).fold(String::new(), |name, part| {
            let readable = part
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' });
            name + &readable.collect::<String>() + "."
        });
        let digest =
            hex::encode(&<sha2::Sha256 as sha2::Digest>::digest(format!("{user}\0{}", groups.join("\0")))[..4]);
        let path = self.layout().users().join(format!("{name}{digest}.kubeconfig"));
        write_private(&path, &self.kubeconfig_text_for(user, groups)?)?;
        Ok(path)
    }

    /// A client with the administrator's rights, without retries.
    pub async fn client(&self) -> Result<kube::Client, Error> {
        self.client_for("admin", &["system:masters"]).await
    }

    /// A client for any user, without retries.
    pub async fn client_for(&self, user: &str, groups: &[&str]) -> Result<kube::Client, Error> {
        let config = self.client_config_for(user, groups).await?;
        kube::Client::try_from(config).map_err(Error::client("make a client"))
    }

    /// What [`ControlPlane::client_for`] makes its client from, for tests that change it (time-outs, URL of a proxy).
    pub async fn client_config_for(&self, user: &str, groups: &[&str]) -> Result<kube::Config, Error> {
        kubeconfig::client_config(&self.kubeconfig_text_for(user, groups)?).await
    }

    /// The pid of a component; `None` if it is not running.
    pub fn pid(&self, component: Component) -> Option<u32> {
        self.running.lock().get(&component).map(Running::pid)
    }

    /// Fails with the end of the log if a component has ended by itself.
    pub fn check(&self) -> Result<(), Error> {
        self.running.lock().values_mut().try_for_each(Running::check)
    }

    /// Kills a component (SIGKILL); it is gone when this returns.
    pub fn kill(&self, component: Component) -> Result<(), Error> {
        self.running.take(component)?.kill();
        Ok(())
    }

    /// Asks a component to end (SIGTERM) and waits for it; one that takes too long is killed.
    pub async fn stop(&self, component: Component) -> Result<(), Error> {
        self.running.take(component)?.stop().await;
        Ok(())
    }

    /// Freezes a component (SIGSTOP): its connections stay open and nothing answers.
    pub fn pause(&self, component: Component) -> Result<(), Error> {
        self.signal(component, Signal::SIGSTOP)
    }

    /// Lets a frozen component go on (SIGCONT).
    pub fn resume(&self, component: Component) -> Result<(), Error> {
        self.signal(component, Signal::SIGCONT)
    }

    fn signal(&self, component: Component, signal: Signal) -> Result<(), Error> {
        self.running
            .lock()
            .get(&component)
            .ok_or(Error::NotRunning(component))?
            .signal(signal)
    }

    /// Starts a component that was stopped or killed, with the same data, flags and ports, and waits until it is ready.
    pub async fn launch(&self, component: Component) -> Result<(), Error> {
        if self.pid(component).is_some() {
            return Err(Error::AlreadyRunning(component));
        }
        self.blueprint
            .launch(component, &self.running, self.ports, &self.options)
            .await
    }

    /// Kills a component and starts it again.
    pub async fn restart(&self, component: Component) -> Result<(), Error> {
        self.kill(component)?;
        self.launch(component).await
    }

    /// Ends all components in order and removes a temporary directory.
    pub async fn shutdown(self) {
        for component in Component::ALL.into_iter().rev() {
            // A component that a test has killed is no error here.
            let _ = self.stop(component).await;
        }
    }

    /// Lets go of a detached control plane: it goes on after this process has ended.
    pub fn leave_running(self) {
        if self.options.lifetime == Lifetime::Detached {
            self.running.lock().clear();
        }
    }
}

impl std::fmt::Debug for ControlPlane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlPlane")
            .field("directory", &self.directory())
            .finish_non_exhaustive()
    }
}
