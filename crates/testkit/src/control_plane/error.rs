//! Why a control plane could not be started, used or stopped.
//! It must not hide what a component said: its last lines are part of the error.

use std::path::{Path, PathBuf};

use super::Component;
use super::binaries;
use crate::tether;

/// Why a control plane could not be started, used or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The programs could not be found or built.
    #[error(transparent)]
    Binaries(#[from] binaries::Error),
    /// A child process could not be started.
    #[error(transparent)]
    Tether(#[from] tether::Error),
    /// A key or certificate could not be made.
    #[error("certificates: {0}")]
    Certificates(#[from] rcgen::Error),
    /// A client certificate names its groups in the subject; no more than two fit in it.
    #[error("{user}: a client certificate holds at most two groups, {count} were asked for")]
    TooManyGroups {
        /// The user.
        user: String,
        /// How many groups were asked for.
        count: usize,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A detached control plane was asked for without a directory in which it could be found again.
    #[error("a detached control plane needs a directory")]
    NoDirectory,
    /// A component ended by itself while it was waited for.
    #[error("{component} ended ({status}); the end of {log}:\n{tail}", log = .log.display())]
    Ended {
        /// Which one.
        component: Component,
        /// How it ended.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A component did not get ready in time.
    #[error("{component} is not ready after {seconds} s ({last}); the end of {log}:\n{tail}", log = .log.display())]
    NotReady {
        /// Which one.
        component: Component,
        /// How long was waited, in seconds.
        seconds: u64,
        /// The last answer.
        last: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A snapshot could not be taken or restored.
    #[error("{program} ended with {status}:\n{output}")]
    Snapshot {
        /// The program of etcd.
        program: &'static str,
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// The component is not running (or is not part of this control plane).
    #[error("{0} is not running")]
    NotRunning(Component),
    /// The component is running already.
    #[error("{0} is running already")]
    AlreadyRunning(Component),
    /// Another process works on the directory, or a control plane runs from it.
    #[error("{directory} is in use: {by}", directory = .directory.display())]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// Who uses it.
        by: String,
    },
    /// The Kubernetes client could not be made, or a request that the launcher itself makes failed.
    #[error("{doing}: {source}")]
    Client {
        /// What was tried.
        doing: String,
        /// The client's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn client<E>(doing: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let doing = doing.into();
        move |source| Self::Client {
            doing,
            source: source.into(),
        }
    }
}
