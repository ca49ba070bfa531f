//! Starts the components in order, each once the one before it is ready.
//! It must not wait on time, nor give up because another process was faster with a port.

use std::fs::{File, TryLockError};

use super::binaries::Tool;
use super::flags::{self, Files};
use super::layout::{Layout, write_private};
use super::pki::{Authority, ClientCert, ServiceAccountKey};
use super::plane::{ControlPlane, Processes};
use super::ports::Ports;
use super::running::Running;
use super::state::State;
use super::temporary::Temporary;
use super::{Binaries, Component, Error, Lifetime, Options, audit, kubeconfig, ready};

/// How often other ports are tried when one was taken between picking and binding it.
const ATTEMPTS: usize = 5;
/// Names under which the API server and the controller manager are reached.
const HOSTS: [&str; 6] = [
    "localhost",
    "127.0.0.1",
    "10.96.0.1",
    "kubernetes",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
];

/// What is needed to start a component again.
pub(super) struct Blueprint {
    pub layout: Layout,
    pub files: Files,
    pub binaries: Binaries,
    admin: ClientCert,
    manager: ClientCert,
    authority_pem: String,
    etcd_authority_pem: String,
    etcd_client: ClientCert,
}

pub(super) async fn start(mut options: Options) -> Result<ControlPlane, Error> {
    let binaries = find_binaries(&mut options).await?;
    let (root, temporary) = match (&options.directory, options.lifetime) {
        (Some(given), _) => (given.clone(), None),
        (None, Lifetime::Tethered) => {
            let temporary = Temporary::create()?;
            (temporary.path().to_path_buf(), Some(temporary))
        }
        (None, Lifetime::Detached) => return Err(Error::NoDirectory),
    };
    let layout = Layout::create(&root)?;
    let lock = lock(&layout)?;
    let before = State::read(&layout)?;
    if let Some((component, id)) = before.as_ref().and_then(|state| state.running().next()) {
        return Err(Error::InUse {
            directory: layout.root,
            by: format!("{component} runs from it, pid {}", id.pid),
        });
    }
    let (authority, blueprint) = blueprint(layout, binaries)?;

    // A directory that is used again keeps its ports if it can, so that a kubeconfig somebody has copied stays true.
    let mut ports = before.map(|state| state.ports).filter(|ports| ports.are_free());
    for attempt in 1.. {
        let chosen = match ports.take() {
            Some(ports) => ports,
            None => Ports::pick().map_err(Error::io(&blueprint.layout.root))?,
        };
        let running = Processes::default();
        match blueprint.launch_all(&running, chosen, &options).await {
            Ok(()) => {
                return Ok(ControlPlane {
                    running,
                    blueprint,
                    ports: chosen,
                    options,
                    authority,
                    _lock: lock,
                    _temporary: temporary,
                });
            }
            Err(error) if attempt < ATTEMPTS && port_was_taken(&error) => {
                tracing::debug!("a port was taken in between, trying others: {error}");
            }
            Err(error) => return Err(error),
        }
    }
    unreachable!("the last attempt returns")
}

async fn find_binaries(options: &mut Options) -> Result<Binaries, Error> {
    if let Some(binaries) = options.binaries.take() {
        return Ok(binaries);
    }
    let wanted = if options.controller_manager {
        &Tool::CONTROL_PLANE[..]
    } else {
        &Tool::CONTROL_PLANE[..2]
    };
    let found = tokio::task::spawn_blocking(move || Binaries::find(wanted)).await;
    Ok(found.map_err(Error::client("find the programs"))??)
}

fn lock(layout: &Layout) -> Result<File, Error> {
    let path = layout.lock();
    let file = File::create(&path).map_err(Error::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse {
            directory: layout.root.clone(),
            by: "another process holds its lock".into(),
        }),
        Err(TryLockError::Error(error)) => Err(Error::io(&path)(error)),
    }
}

fn port_was_taken(error: &Error) -> bool {
    matches!(error, Error::Ended { tail, .. } if tail.contains("address already in use"))
}

fn blueprint(layout: Layout, binaries: Binaries) -> Result<(Authority, Blueprint), Error> {
    let pki = layout.pki();
    let authority = Authority::load_or_create(&pki, "ca")?;
    // A CA of its own: no user of the API server gets into etcd.
    let etcd_authority = Authority::load_or_create(&pki, "etcd-ca")?;
    let etcd_client = etcd_authority.serving("etcd", &["localhost", "127.0.0.1"])?;
    let files = Files {
        authority: authority.certificate_file.clone(),
        etcd_authority: etcd_authority.certificate_file.clone(),
        serving: authority.serving("apiserver", &HOSTS)?.write(&pki, "apiserver")?,
        etcd: etcd_client.write(&pki, "etcd")?,
        service_accounts: ServiceAccountKey::load_or_create(&pki)?,
    };
    write_private(&layout.audit_policy(), audit::POLICY)?;
    let blueprint = Blueprint {
        admin: authority.client("admin", &["system:masters"])?,
        manager: authority.client("system:kube-controller-manager", &[])?,
        authority_pem: authority.certificate_pem.clone(),
        etcd_authority_pem: etcd_authority.certificate_pem,
        etcd_client,
        layout,
        files,
        binaries,
    };
    Ok((authority, blueprint))
}

impl Blueprint {
    async fn launch_all(&self, running: &Processes, ports: Ports, options: &Options) -> Result<(), Error> {
        self.write_kubeconfigs(ports)?;
        for component in Component::ALL {
            if component != Component::ControllerManager || options.controller_manager {
                self.launch(component, running, ports, options).await?;
            }
        }
        Ok(())
    }

    fn write_kubeconfigs(&self, ports: Ports) -> Result<(), Error> {
        let endpoint = ports.endpoint();
        let text = |user: &str, cert| kubeconfig::text(&endpoint, &self.authority_pem, user, cert);
        write_private(&self.layout.kubeconfig(), &text("admin", &self.admin))?;
        let manager = text("system:kube-controller-manager", &self.manager);
        write_private(&self.layout.controller_manager_kubeconfig(), &manager)
    }

    /// Starts one component and waits until it is ready.
    pub async fn launch(
        &self,
        component: Component,
        running: &Processes,
        ports: Ports,
        options: &Options,
    ) -> Result<(), Error> {
        let program = self.binaries.path(component.tool())?;
        let flags = flags::of(component, options, &self.layout, &self.files, ports);
        let log = self.layout.log(component);
        let started = Running::start(component, program, &flags, log.clone(), options.lifetime)?;
        running.lock().insert(component, started);
        self.record(running, ports)?;
        let (port, path, authority, cert) = match component {
            Component::Etcd => (
                ports.etcd_client,
                "/readyz",
                &self.etcd_authority_pem,
                &self.etcd_client,
            ),
            Component::ApiServer => (ports.apiserver, "/readyz", &self.authority_pem, &self.admin),
            Component::ControllerManager => (ports.controller_manager, "/healthz", &self.authority_pem, &self.admin),
        };
        let text = kubeconfig::text(&format!("https://127.0.0.1:{port}"), authority, "probe", cert);
        let client = kubeconfig::probe(&text).await?;
        let alive = || match running.lock().get_mut(&component) {
            Some(process) => process.check(),
            None => Err(Error::NotRunning(component)),
        };
        let result = ready::wait(component, &client, path, &log, alive).await;
        if result.is_err()
            && let Some(failed) = running.lock().remove(&component)
        {
            failed.kill();
        }
        result
    }

    /// Writes what runs into the directory, also before it is ready: a start that is killed can be cleaned up after.
    fn record(&self, running: &Processes, ports: Ports) -> Result<(), Error> {
        let running = running.lock();
        let processes = running
            .iter()
            .filter_map(|(component, running)| Some((*component, running.id()?)))
            .collect();
        State {
            endpoint: ports.endpoint(),
            ports,
            processes,
        }
        .write(&self.layout)
    }
}
