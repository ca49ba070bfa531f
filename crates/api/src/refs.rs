//! References by name inside the namespace, and by uid where a namesake must not be mistaken for the one that was meant.
//! It must not reach across namespaces, except in the ledger, which nobody but the operator writes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;
use crate::words::OperationType;

/// The name of an object, as the API server makes it keep (DNS subdomain). A reference to any other name can never lead anywhere.
const NAME: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// Whether an object can have this name.
pub fn is_a_name(text: &str) -> bool {
    let word = |word: &str| {
        let plain = word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        plain && !word.is_empty() && !word.starts_with('-') && !word.ends_with('-')
    };
    text.len() <= bounds::NAME && text.split('.').all(word)
}

/// Names a ProtectionProvider in the same namespace.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct ProviderRef {
    /// Name of the ProtectionProvider in the same namespace, e.g. `otc-eu-de`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
}

/// Names a Secret in the same namespace.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct SecretRef {
    /// Name of the Secret in the same namespace, e.g. `otc-eu-de-credentials`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
}

/// Names one key of a ConfigMap in the same namespace.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct ConfigMapKeyRef {
    /// Name of the ConfigMap in the same namespace, e.g. `private-ca`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
    /// Key in the ConfigMap whose value is one or more PEM certificates, e.g. `ca.crt` (the default).
    #[serde(default = "ConfigMapKeyRef::default_key")]
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = r"^[-._a-zA-Z0-9]+$"))]
    pub key: String,
}

impl ConfigMapKeyRef {
    fn default_key() -> String {
        "ca.crt".to_owned()
    }
}

/// Names a ProtectionGroup in the same namespace, and the very one: a group that was deleted and made again has another uid.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct GroupRef {
    /// Name of the ProtectionGroup in the same namespace, e.g. `orders-db`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
    /// `metadata.uid` of that ProtectionGroup as you saw it, e.g. `6c5d3e0e-6f0b-4c1f-9a57-2f1d0c6b7f11`. A group that was deleted and
    /// made again has another one, and the request is refused.
    #[schemars(length(min = 1, max = bounds::UID))]
    pub uid: String,
}

/// Names a RecoveryOperation in the same namespace, and the very one.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct OperationRef {
    /// Name of the RecoveryOperation in the same namespace, e.g. `orders-db-k7m2-9xqd`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
    /// `metadata.uid` of that RecoveryOperation as you saw it, e.g. `0f9a0f4e-5b1a-4a53-8f0e-8a2b5a8d9c77`.
    #[schemars(length(min = 1, max = bounds::UID))]
    pub uid: String,
}

/// Names a ProtectionGroup in any namespace. Only a ledger holds one.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct HolderRef {
    /// Namespace of the ProtectionGroup, e.g. `shop`.
    #[schemars(length(min = 1, max = 63))]
    pub namespace: String,
    /// Name of the ProtectionGroup, e.g. `orders-db`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
    /// `metadata.uid` of the ProtectionGroup, e.g. `6c5d3e0e-6f0b-4c1f-9a57-2f1d0c6b7f11`.
    #[schemars(length(min = 1, max = bounds::UID))]
    pub uid: String,
}

/// Names a RecoveryOperation that runs, in the namespace of the ledger's holder.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub struct RunningRef {
    /// Name of the RecoveryOperation, e.g. `orders-db-k7m2-9xqd`.
    #[schemars(length(min = 1, max = bounds::NAME), regex(pattern = NAME))]
    pub name: String,
    /// What it does, e.g. `PlannedFailover`.
    #[serde(rename = "type")]
    pub operation_type: OperationType,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_no_path() {
        for good in ["a", "otc-credentials", "a.b-c.1", "0"] {
            assert!(is_a_name(good), "{good}");
        }
        let long = "a".repeat(254);
        for bad in [
            "",
            "a b",
            "x/r1",
            "../secrets/x",
            "a?watch=true",
            "a%2fb",
            "A",
            "-a",
            "a-",
            "a..b",
            ".",
            "ä",
            "a\n",
            &long,
        ] {
            assert!(!is_a_name(bad), "{bad:?}");
        }
    }
}
