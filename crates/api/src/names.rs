//! Labels, annotations and fixed names that more than one part must spell alike.
//! It must not hold names of fields or of conditions.

/// Label with which Velero leaves an object out of its backups. The operator sets it on every [`crate::GroupLedger`]: a ledger that
/// comes back from a backup would speak of a world that has moved on.
pub const EXCLUDE_FROM_BACKUP_LABEL: &str = "velero.io/exclude-from-backup";

/// The value of [`EXCLUDE_FROM_BACKUP_LABEL`].
pub const EXCLUDE_FROM_BACKUP_VALUE: &str = "true";

/// Label that says who made an object. The operator sets it on what it makes, so that it prunes nothing else.
pub const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";

/// The value of [`MANAGED_BY_LABEL`] on the operator's own objects.
pub const MANAGED_BY_VALUE: &str = "stationmaster";

/// Label with the uid of the ProtectionGroup that an operation of the operator belongs to. A uid, because names are too long for a label.
pub const GROUP_UID_LABEL: &str = "stationmaster.dev/group-uid";

/// The namespace of the install manifests.
pub const INSTALL_NAMESPACE: &str = "stationmaster-system";

/// The ConfigMap in the operator's namespace that says who may claim what, unless a flag names another.
pub const CLAIMS: &str = "claims";

/// Key of the user name in the credentials Secret (`authMethod: Password`).
pub const SECRET_USERNAME: &str = "username";

/// Key of the password in the credentials Secret (`authMethod: Password`).
pub const SECRET_PASSWORD: &str = "password";

/// Key of the access key id in the credentials Secret (`authMethod: AccessKey`).
pub const SECRET_ACCESS_KEY: &str = "accessKey";

/// Key of the secret key in the credentials Secret (`authMethod: AccessKey`).
pub const SECRET_SECRET_KEY: &str = "secretKey";

/// Key of the session token in the credentials Secret, for temporary access keys only.
pub const SECRET_SECURITY_TOKEN: &str = "securityToken";
