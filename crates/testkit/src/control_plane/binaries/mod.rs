//! Finds the programs of a control plane: in `$KUBEBUILDER_ASSETS`, on PATH, else built from the pinned Go modules.
//! It must not download anything itself: Go does, from its module proxy, checked against the committed go.sum.

mod build;
mod golang;
mod progress;
mod recipe;
mod search;
mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use semver::Version;

pub use self::search::Places;
use crate::tether;

/// A program that can be found or built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// The API server.
    KubeApiserver,
    /// The controllers that Kubernetes itself brings (namespaces, garbage collection, service accounts, …).
    KubeControllerManager,
    /// The command line client.
    Kubectl,
    /// The store behind the API server.
    Etcd,
    /// etcd's online client: compaction, snapshots, reads behind the API server's back.
    Etcdctl,
    /// etcd's offline client: restore of snapshots.
    Etcdutl,
}

/// The Go module that a tool is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Kubernetes,
    Etcd,
}

impl Tool {
    /// All that are known.
    pub const ALL: [Self; 6] = [
        Self::Etcd,
        Self::Etcdctl,
        Self::Etcdutl,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::Kubectl,
    ];
    /// What `ControlPlane` needs with all components on.
    pub const CONTROL_PLANE: [Self; 3] = [Self::Etcd, Self::KubeApiserver, Self::KubeControllerManager];

    /// File name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::Kubectl => "kubectl",
            Self::Etcd => "etcd",
            Self::Etcdctl => "etcdctl",
            Self::Etcdutl => "etcdutl",
        }
    }

    fn family(self) -> Family {
        match self {
            Self::KubeApiserver | Self::KubeControllerManager | Self::Kubectl => Family::Kubernetes,
            Self::Etcd | Self::Etcdctl | Self::Etcdutl => Family::Etcd,
        }
    }

    /// The Go package; etcd's is called `server`, so the output is always named explicitly.
    fn package(self) -> &'static str {
        match self {
            Self::KubeApiserver => "k8s.io/kubernetes/cmd/kube-apiserver",
            Self::KubeControllerManager => "k8s.io/kubernetes/cmd/kube-controller-manager",
            Self::Kubectl => "k8s.io/kubernetes/cmd/kubectl",
            Self::Etcd => "go.etcd.io/etcd/server/v3",
            Self::Etcdctl => "go.etcd.io/etcd/etcdctl/v3",
            Self::Etcdutl => "go.etcd.io/etcd/etcdutl/v3",
        }
    }
}

/// Where a program was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the directory that `KUBEBUILDER_ASSETS` names.
    Assets,
    /// On PATH.
    Path,
    /// Built from the pinned Go modules (now or by an earlier run).
    Built,
}

/// One program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// The file.
    pub path: PathBuf,
    /// The version it reports, or that it was built from.
    pub version: Version,
    /// Where it was found.
    pub origin: Origin,
}

/// The programs that were asked for; they fit each other.
#[derive(Clone, Debug, Default)]
pub struct Binaries(BTreeMap<Tool, Binary>);

impl Binaries {
    /// Finds or builds the programs. Blocks: a first build takes some minutes, with progress on standard error.
    pub fn find(tools: &[Tool]) -> Result<Self, Error> {
        Self::find_in(tools, &Places::from_environment()?)
    }

    /// As [`Binaries::find`], with the places given.
    pub fn find_in(tools: &[Tool], places: &Places) -> Result<Self, Error> {
        let mut found = search::search(tools, places)?;
        let missing: Vec<Tool> = tools.iter().copied().filter(|tool| !found.contains_key(tool)).collect();
        found.extend(build::obtain(&missing, places)?);
        Ok(Self(found))
    }

    /// A program that was asked for; `None` for one that was not.
    pub fn get(&self, tool: Tool) -> Option<&Binary> {
        self.0.get(&tool)
    }

    /// The path of a program, or an error that names it.
    pub fn path(&self, tool: Tool) -> Result<&Path, Error> {
        self.get(tool)
            .map(|binary| binary.path.as_path())
            .ok_or(Error::NotAskedFor(tool.name()))
    }

    /// All of them, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (Tool, &Binary)> {
        self.0.iter().map(|(tool, binary)| (*tool, binary))
    }
}

/// Why programs could not be found or built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory in `KUBEBUILDER_ASSETS` lacks programs, or they are too old. One line for each.
    #[error(
        "KUBEBUILDER_ASSETS={directory} does not hold what is needed:\n{problems}\nUnset it to have the programs built from tools/."
    )]
    Assets {
        /// The directory.
        directory: PathBuf,
        /// One line for each problem.
        problems: String,
    },
    /// Go is missing or too old.
    #[error("{0}")]
    Go(String),
    /// Go could not be started so that it ends with this process.
    #[error(transparent)]
    Tether(#[from] tether::Error),
    /// `go build` failed.
    #[error("go build of {tool} failed:\n{output}")]
    Build {
        /// The program.
        tool: &'static str,
        /// The end of what Go said.
        output: String,
    },
    /// The pinned Go modules are not where they should be, or do not read as expected.
    #[error("{path}: {problem}")]
    Module {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Neither `XDG_CACHE_HOME` nor `HOME` says where built programs are kept.
    #[error("neither XDG_CACHE_HOME nor HOME is set: there is no place for built programs")]
    NoCache,
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The program was not in the list given to [`Binaries::find`].
    #[error("{0} was not asked for")]
    NotAskedFor(&'static str),
}

impl Error {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }
}
