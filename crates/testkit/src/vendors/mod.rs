//! The vendors that an installation can be connected to: one file for each, with its blocks of the manifests.
//! It must not know a vendor's wire.

pub(crate) mod sdrs;
