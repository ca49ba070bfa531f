//! The install manifests of `deploy/` as text, so that tests and tools apply the committed files and no copy of them.
//! It must not hold objects of its own; `cargo xtask manifests` makes the files.
//!
//! A file can hold several documents, separated by `---`. The CustomResourceDefinitions come from [`crate::crds()`].

/// The namespace `stationmaster-system`.
pub const NAMESPACE: &str = include_str!("../../../deploy/namespace.yaml");

/// The operator's ServiceAccount.
pub const SERVICE_ACCOUNT: &str = include_str!("../../../deploy/service-account.yaml");

/// The operator's ClusterRole and Role with their bindings.
pub const OPERATOR_RBAC: &str = include_str!("../../../deploy/rbac-operator.yaml");

/// The ClusterRoles for people: view, edit, dr-commander.
pub const PEOPLE_RBAC: &str = include_str!("../../../deploy/rbac-people.yaml");

/// The operator's Deployment.
pub const DEPLOYMENT: &str = include_str!("../../../deploy/deployment.yaml");

/// All files in the order in which they are applied.
pub const ALL: [&str; 5] = [NAMESPACE, SERVICE_ACCOUNT, OPERATOR_RBAC, PEOPLE_RBAC, DEPLOYMENT];
