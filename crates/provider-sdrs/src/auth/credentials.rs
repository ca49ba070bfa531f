//! How a connection proves who it is.
//! It must not print a secret.

use crate::sign::Form;
use secrecy::SecretString;
use stationmaster_transport::Endpoint;

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
