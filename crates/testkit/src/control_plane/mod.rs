//! A real Kubernetes control plane: etcd, kube-apiserver and (if wanted) kube-controller-manager on loopback ports.
//! It must not be a cluster: there is no scheduler and no node, pods never run.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use stationmaster_testkit::control_plane::{ControlPlane, Options};
//!
//! let plane = ControlPlane::start(Options::default()).await?;
//! let admin = plane.client().await?;
//! let jane = plane.client_for("jane", &["operators"]).await?;
//! let kubeconfig = plane.kubeconfig_for("system:serviceaccount:dr:stationmaster", &[])?;
//! # drop((admin, jane, kubeconfig));
//! plane.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Tests that only need an API server share one: [`shared`] and [`ControlPlane::create_namespace`].

mod audit;
pub mod binaries;
mod error;
mod flags;
mod kubeconfig;
mod layout;
pub(crate) mod log;
mod pki;
mod plane;
mod ports;
mod ready;
mod running;
mod shared;
mod snapshot;
mod start;
mod state;
mod temporary;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::audit::AuditEvent;
pub use self::binaries::Binaries;
pub use self::error::Error;
pub use self::pki::ClientCert;
pub use self::plane::ControlPlane;
pub use self::shared::shared;
pub use self::snapshot::Snapshot;
pub use self::state::Existing;
pub(crate) use self::temporary::clean_up_after_parent;

/// A part of the control plane, in the order in which they are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// The store.
    Etcd,
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager.
    ControllerManager,
}

impl Component {
    /// All of them, in the order in which they are started.
    pub const ALL: [Self; 3] = [Self::Etcd, Self::ApiServer, Self::ControllerManager];

    /// The program that it is.
    pub fn tool(self) -> binaries::Tool {
        match self {
            Self::Etcd => binaries::Tool::Etcd,
            Self::ApiServer => binaries::Tool::KubeApiserver,
            Self::ControllerManager => binaries::Tool::KubeControllerManager,
        }
    }
}

impl std::fmt::Display for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tool().name())
    }
}

/// What ends the components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// They end with this process, however it ends.
    #[default]
    Tethered,
    /// They go on in the background until somebody calls [`Existing::stop`] on the directory.
    Detached,
}

/// How to start a control plane.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where data, certificates and logs lie. A directory that was used before keeps its data and certificates. `None`: a
    /// temporary directory that is removed with the control plane.
    pub directory: Option<PathBuf>,
    /// Whether to start kube-controller-manager. Without it namespaces are never emptied and service accounts not made.
    pub controller_manager: bool,
    /// What ends the components. [`Lifetime::Detached`] needs a `directory`.
    pub lifetime: Lifetime,
    /// Whether etcd waits for the disk. Only for tests of lost writes; it makes everything slower.
    pub etcd_fsync: bool,
    /// More flags for kube-apiserver, such as `--watch-cache=false`.
    pub apiserver_flags: Vec<String>,
    /// More flags for kube-controller-manager.
    pub controller_manager_flags: Vec<String>,
    /// The programs; `None` finds or builds them.
    pub binaries: Option<Binaries>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            directory: None,
            controller_manager: true,
            lifetime: Lifetime::Tethered,
            etcd_fsync: false,
            apiserver_flags: Vec::new(),
            controller_manager_flags: Vec::new(),
            binaries: None,
        }
    }
}
