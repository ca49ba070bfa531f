//! Why an installation could not be made or used, or did not do what was waited for.
//! It must not hide what the programs said: the end of their logs is part of the error, also where it is unwrapped.

use std::path::{Path, PathBuf};

use super::http::NoResponse;
use crate::{control_plane, tether};

/// Why an installation could not be made or used. `Debug` prints what `Display` does, so that `unwrap` in a test is readable.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The control plane.
    #[error(transparent)]
    ControlPlane(#[from] control_plane::Error),
    /// A child process could not be started.
    #[error(transparent)]
    Tether(#[from] tether::Error),
    /// A program of the project could not be built.
    #[error("cargo build of {programs} failed:\n{output}")]
    Build {
        /// Which.
        programs: String,
        /// The end of what cargo said.
        output: String,
    },
    /// A committed manifest cannot be read, or is not what it should be.
    #[error("{manifest}: {problem}")]
    Manifest {
        /// The file, or what it is.
        manifest: String,
        /// What is wrong.
        problem: String,
    },
    /// A program ended by itself.
    #[error("{program} ended by itself ({status}); the end of {log}:\n{tail}", log = .log.display())]
    Ended {
        /// Which one.
        program: String,
        /// How it ended.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The program is not running.
    #[error("{0} is not running")]
    NotRunning(String),
    /// The program is running already.
    #[error("{0} is running already")]
    AlreadyRunning(String),
    /// What was waited for did not come, or what should have stayed did not.
    #[error("{what}: {how}; last seen:\n{last}\n{logs}")]
    Missed {
        /// What was expected.
        what: String,
        /// What happened instead, e.g. `not within 60 s`.
        how: String,
        /// The last thing that was looked at.
        last: String,
        /// The end of the operators' logs.
        logs: String,
    },
    /// There was no answer to an HTTP request.
    #[error(transparent)]
    NoResponse(#[from] NoResponse),
    /// An HTTP request was answered with another status than was expected, or with a body that does not read.
    #[error("{request}: {status}: {body}")]
    Refused {
        /// Method and URL.
        request: String,
        /// HTTP status.
        status: u16,
        /// Its body, or what is wrong with it.
        body: String,
    },
    /// A request to the API server failed.
    #[error("{doing}: {}", chain(.source))]
    Kube {
        /// What was tried.
        doing: String,
        /// The client's error.
        source: Box<kube::Error>,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn kube(doing: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Kube {
            doing,
            source: Box::new(source),
        }
    }

    /// What the API server said, where it answered with an error.
    pub fn status(&self) -> Option<&kube::core::Status> {
        match self {
            Self::Kube { source, .. } => match source.as_ref() {
                kube::Error::Api(status) => Some(status),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The client's own text often is only its outermost layer.
fn chain(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}
