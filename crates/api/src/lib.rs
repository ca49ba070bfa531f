//! The Kubernetes API types of Stationmaster: CRDs, CEL rules, printer columns.
//! It must not hold a client, nor decide anything: the shell translates between these types and the engine.
//!
//! Group `stationmaster.dev`, version `v1alpha1`. Take the CustomResourceDefinitions from [`crds()`] and nowhere else: what kube
//! derives still lacks the status default, without which tools take a fresh object for done (kstatus).

pub mod bounds;
pub mod conditions;
pub mod crds;
pub mod decision;
pub mod fit;
pub mod group;
pub mod least;
pub mod ledger;
pub mod manifests;
pub mod names;
pub mod operation;
pub mod provider;
pub mod refs;
pub mod vendors;
pub mod words;

pub use crds::crds;
pub use decision::{DecisionAction, DecisionState, OperationDecision, OperationDecisionSpec, OperationDecisionStatus};
pub use fit::fit;
pub use group::{ProtectionGroup, ProtectionGroupSpec, ProtectionGroupStatus};
pub use ledger::{GroupLedger, GroupLedgerSpec};
pub use operation::{RecoveryOperation, RecoveryOperationSpec, RecoveryOperationStatus};
pub use provider::{ProtectionProvider, ProtectionProviderSpec, ProtectionProviderStatus};
pub use words::{
    ActiveStation, OperationState, OperationType, ReplicationDirection, ReplicationState, Station, StepState,
};

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// The API group of all kinds.
pub const GROUP: &str = "stationmaster.dev";

/// The one served version.
pub const VERSION: &str = "v1alpha1";
