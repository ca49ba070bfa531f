//! How a connection proves who it is, and how long a request may be kept waiting by what was refused before.
//! It must not print a secret.

use crate::endpoint::Endpoint;
use crate::sign::Form;
use secrecy::SecretString;

/// An access key.
pub(crate) struct Key {
    pub(crate) access_key: String,
    pub(crate) secret_key: SecretString,
    pub(crate) security_token: Option<SecretString>,
    pub(crate) form: Form,
}

/// How this connection proves who it is.
pub(crate) enum Credentials {
    Password {
        username: String,
        password: SecretString,
        domain_name: String,
        iam: Endpoint,
    },
    AccessKey {
        key: Key,
        iam: Option<Endpoint>,
    },
}

/// How long a request may be kept waiting by what happened before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Wrong credentials are not tried again for a while.
    Routine,
    /// A person waits for it: it goes first, and is tried whatever was refused before.
    Urgent,
}
