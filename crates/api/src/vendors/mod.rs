//! The blocks of ProtectionProvider and ProtectionGroup that belong to one vendor each, a file for each vendor.
//! It must not hold what all of them share.

mod hcp;
mod ocp;
mod sdrs;

pub use hcp::{HcpConnection, HcpGroup};
pub use ocp::{OcpConnection, OcpGroup};
pub use sdrs::{SdrsAuthMethod, SdrsConnection, SdrsGroup};
