//! Stationmaster installed on a real control plane: committed CRDs and rights, the operator as its own user, simulators.
//! It must not make anything easier for the operator than a cluster does: it is no administrator and knows no test.
//!
//! ```no_run
//! # async fn example() -> Result<(), stationmaster_testkit::installation::Error> {
//! use stationmaster_api::{RecoveryOperation, Station};
//! use stationmaster_testkit::installation::{Connection, Installation, OperatorOptions, Options, SimulatorOptions};
//!
//! let installation = Installation::start(Options::default()).await?;
//! let operator = installation.operator(OperatorOptions::default()).await?;
//! let environment = installation.environment("shop", SimulatorOptions::default()).await?;
//! environment.connect(&Connection::default()).await?;
//! environment.protect("payments-db").await?;
//!
//! let token = environment.token("payments-db").await?;
//! environment.intent("payments-db", Station::Target, &token).await?;
//! operator.restart().await?;
//! let name = format!("payments-db-{token}");
//! environment
//!     .cluster
//!     .wait_for(&name, "waits for the servers", |operation: &RecoveryOperation| {
//!         operation.status.as_ref().is_some_and(|status| status.reason.as_deref() == Some("ServersRunning"))
//!     })
//!     .await?;
//! assert!(environment.simulator.calls_on("payments-db").await?.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! A test that does not stop or kill the operator takes the one installation of its test binary: [`shared`]. Each test has an
//! [`Environment`] of its own there: a namespace, and a simulator with its own groups, clock, faults and journal.

mod addresses;
mod cloud;
mod cluster;
mod control;
mod decisions;
mod environment;
mod error;
pub mod http;
pub mod manifests;
mod operator;
mod program;
pub mod programs;
mod replicas;
mod simulator;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_simulator::scenario::PROJECT_ID;
use tokio::sync::OnceCell;

pub use self::cloud::CloudUser;
pub use self::cluster::{Cluster, Kind};
pub use self::control::{SimulatedGroup, SimulatedServer};
pub use self::environment::{Connection, Environment, PROVIDER, Through, condition};
pub use self::error::Error;
pub use self::operator::{Operator, OperatorOptions};
pub(crate) use self::replicas::Replicas;
pub use self::simulator::{Database, Endpoints, Simulator, SimulatorOptions};
use crate::control_plane::{self, ControlPlane, Lifetime};
pub use crate::vendors::ocp::SimulatedTenant;

/// How to make an installation.
#[derive(Clone, Debug)]
pub struct Options {
    /// The control plane. By default one of its own, in a temporary directory and without kube-controller-manager.
    pub control_plane: control_plane::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            control_plane: control_plane::Options {
                controller_manager: false,
                ..control_plane::Options::default()
            },
        }
    }
}

/// A control plane with Stationmaster's CRDs, namespace and rights. The operator is started by [`Installation::operator`].
#[derive(Debug)]
pub struct Installation {
    plane: ControlPlane,
    lifetime: Lifetime,
    replicas: Arc<Replicas>,
}

impl Installation {
    /// Starts a control plane, applies the committed CRDs and waits until they are served, applies namespace and rights.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let lifetime = options.control_plane.lifetime;
        let plane = ControlPlane::start(options.control_plane).await?;
        let client = plane.client().await?;
        manifests::apply_crds(&client).await?;
        manifests::apply_rights(&client).await?;
        Ok(Self {
            plane,
            lifetime,
            replicas: Arc::default(),
        })
    }

    /// The control plane.
    pub fn control_plane(&self) -> &ControlPlane {
        &self.plane
    }

    /// The user that the operator is: its service account, so that the committed bindings and nothing else give it rights.
    pub fn operator_user() -> String {
        format!("system:serviceaccount:{INSTALL_NAMESPACE}:stationmaster")
    }

    /// The groups of that user, as the API server itself would set them.
    pub fn operator_groups() -> [String; 2] {
        [
            "system:serviceaccounts".into(),
            format!("system:serviceaccounts:{INSTALL_NAMESPACE}"),
        ]
    }

    /// The kubeconfig of the operator's user.
    pub fn operator_kubeconfig(&self) -> Result<PathBuf, Error> {
        let groups = Self::operator_groups();
        Ok(self
            .plane
            .kubeconfig_for(&Self::operator_user(), &groups.each_ref().map(String::as_str))?)
    }

    /// Starts a replica of the operator and waits until it is ready.
    pub async fn operator(&self, options: OperatorOptions) -> Result<Operator, Error> {
        let operator = self.start_operator(options).await?;
        operator.wait_ready().await?;
        Ok(operator)
    }

    /// Starts a replica of the operator and does not wait for it.
    pub async fn start_operator(&self, options: OperatorOptions) -> Result<Operator, Error> {
        let kubeconfig = self.operator_kubeconfig()?;
        let operator = Operator::start_new(options, &self.files()?, kubeconfig, self.lifetime).await?;
        self.replicas.add(operator.program());
        Ok(operator)
    }

    /// Starts a simulator; `name` names its files.
    pub async fn simulator(&self, name: &str, options: SimulatorOptions) -> Result<Simulator, Error> {
        Simulator::start_new(options, &self.files()?, name, self.lifetime).await
    }

    /// A new namespace whose name starts with `prefix`, with a simulator of its own.
    pub async fn environment(&self, prefix: &str, mut options: SimulatorOptions) -> Result<Environment, Error> {
        let namespace = self.plane.create_namespace(prefix).await?;
        if options.project == PROJECT_ID {
            let mut hash = DefaultHasher::new();
            namespace.hash(&mut hash);
            options.project = format!("{:032x}", hash.finish());
        }
        let simulator = self.simulator(&namespace, options).await?;
        Ok(Environment {
            cluster: self.cluster(&namespace).await?,
            simulator,
        })
    }

    /// A namespace with the administrator's rights.
    pub async fn cluster(&self, namespace: &str) -> Result<Cluster, Error> {
        let client = self.plane.client().await?;
        Ok(Cluster::new(client, namespace.to_owned(), Arc::clone(&self.replicas)))
    }

    /// A namespace with the rights of another user.
    pub async fn cluster_for(&self, namespace: &str, user: &str, groups: &[&str]) -> Result<Cluster, Error> {
        let client = self.plane.client_for(user, groups).await?;
        Ok(Cluster::new(client, namespace.to_owned(), Arc::clone(&self.replicas)))
    }

    /// The operator's own namespace, where ledgers and lease are.
    pub async fn own_namespace(&self) -> Result<Cluster, Error> {
        self.cluster(INSTALL_NAMESPACE).await
    }

    /// Ends the control plane in order. Operators and simulators end with their handles.
    pub async fn shutdown(self) {
        self.plane.shutdown().await;
    }

    /// Lets go of a detached control plane: it goes on after this process has ended.
    pub fn leave_running(self) {
        self.plane.leave_running();
    }

    /// Where the files of operators and simulators lie, readable by the owner only like the control plane's.
    fn files(&self) -> Result<PathBuf, Error> {
        let directory = self.plane.directory().join("installation");
        make_private(&directory)?;
        Ok(directory)
    }
}

fn make_private(directory: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(Error::io(directory))
}

/// The installation of this process with one operator, made by whoever asks first; it ends with the process. For tests that neither
/// stop nor kill the operator.
pub async fn shared() -> Result<&'static Installation, Error> {
    static SHARED: OnceCell<(Installation, Operator)> = OnceCell::const_new();
    let shared = SHARED.get_or_try_init(|| async {
        let installation = Installation::start(Options::default()).await?;
        // Nobody else waits for its lease, and a busy machine must not take it away.
        let options = OperatorOptions {
            lease_duration_seconds: 60,
            ..OperatorOptions::default()
        };
        let operator = installation.operator(options).await?;
        Ok::<_, Error>((installation, operator))
    });
    Ok(&shared.await?.0)
}
