//! Why a proxy cannot be made, or a plan not be used.
//! It must not be what a client sees: faults in an exchange are part of the history.

/// Why a proxy cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan is not one.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A kubeconfig, URL or certificate cannot be used.
    #[error("{what}: {problem}")]
    Upstream {
        /// What.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Certificates cannot be made.
    #[error("cannot make the proxy's certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// No port can be opened.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(std::io::Error),
    /// What was waited for did not come.
    #[error("no exchange like {what} within {seconds} s; there were {exchanges} exchanges")]
    Missed {
        /// The match.
        what: String,
        /// How long was waited.
        seconds: f64,
        /// How many exchanges there were.
        exchanges: usize,
    },
}

/// Why a plan cannot be used. It is told before anything is done.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// It is not the JSON of a plan: an unknown act or field, a value of another type.
    #[error("the plan does not read: {0}")]
    Syntax(String),
    /// A rule reads but means nothing.
    #[error("rule {rule}: {problem}")]
    Rule {
        /// Its name, or its position from 1.
        rule: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Error {
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn upstream(what: impl Into<String>) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self {
        let what = what.into();
        move |problem| Self::Upstream {
            what,
            problem: problem.to_string(),
        }
    }
}
