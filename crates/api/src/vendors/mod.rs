//! The blocks of ProtectionProvider and ProtectionGroup that belong to one vendor each, a file for each vendor.
//! It must not hold what all of them share.

mod hcp;
pub(crate) mod ocp;
mod sdrs;

pub use hcp::{HcpConnection, HcpGroup};
pub use ocp::{OcpAuthMethod, OcpConnection, OcpDatabase, OcpGroup, OcpTenants};
pub use sdrs::{SdrsAuthMethod, SdrsConnection, SdrsGroup};
